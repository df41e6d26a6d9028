import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiKey } from '../../../src/anthic/apiKey.js';
import { ASSUMED_SHAPES } from '../../../src/anthic/assumptions.js';
import { FlashClient, type FlashOptions } from '../../../src/anthic/flash/client.js';
import type { FlashEvent } from '../../../src/anthic/flash/event.js';
import type { FillExecution, NewOrder } from '../../../src/anthic/flash/wire.js';
import { formatAmount, units } from '../../../src/base/amount.js';
import { faultSettings } from '../../../src/sandbox/anthic/settings.js';
import { makerKey, type OrderTerms, type Stand, startStand, WAIT } from './support.js';

/** The project's own Flash Liquidity client against the local Anthic: both by the documentation, neither by the other. */

let stand: Stand;
let clients: FlashClient[];
let orders: NewOrder[];
let executions: FillExecution[];
let events: FlashEvent[];

beforeEach(async () => {
  stand = await startStand();
  [clients, orders, executions, events] = [[], [], [], []];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.stop()));
  await stand.close();
});

const until = (check: () => void) => vi.waitFor(check, WAIT);
const PAIR = { base: 'xwBTC', quote: 'xUSDC' };
const BOOK = { pair: PAIR, bids: [{ price: units(90_000), amount: units(1) }], asks: [] };
const SALE = { sell: ['0.1', 'xwBTC'], buy: ['9000', 'xUSDC'] } as const;

async function open(options: Partial<FlashOptions> = {}): Promise<FlashClient> {
  const client = new FlashClient({
    urls: [stand.anthic.flashUrl],
    apiKey: new ApiKey('key-1'),
    position: 0,
    connections: 1,
    backoffBaseMs: 10,
    backoffCapMs: 50,
    onOrder: (order) => orders.push(order),
    onExecution: (execution) => executions.push(execution),
    onEvent: (event) => events.push(event),
    ...options,
  });
  clients.push(client);
  client.start();
  await until(() => expect(client.health().every(({ ready }) => ready)).toBe(true));
  return client;
}

async function quote(client: FlashClient, bids: readonly object[] = BOOK.bids): Promise<void> {
  client.setBook({ ...BOOK, bids: bids as typeof BOOK.bids });
  const count = stand.events.filter(({ type }) => type === 'book-changed').length;
  await stand.event('book-changed', count + 1);
}

/** What the maker answers: a fill of just what is asked, or of what is said instead. */
function fillOf({ id, fillBefore, sell, buy }: NewOrder, terms: Partial<OrderTerms> = {}) {
  const text = ({ amount, symbol }: NewOrder['sell']) => [formatAmount(amount), symbol] as const;
  const order = { key: makerKey(1), role: 'maker', sell: text(buy), buy: text(sell), ...terms } as const;
  return { orderId: id, transaction: stand.order(order).hex, fillBefore };
}

const sent = () => stand.submit(stand.order(SALE).hex);

describe('the Flash Liquidity client', () => {
  it('quotes, is asked, fills, and hears how it ends', async () => {
    await stand.solver();
    const client = await open();
    await quote(client);
    expect((await sent()).status).toBe(200);
    await until(() => expect(orders).toHaveLength(1));
    const { sell, buy, fillBefore } = orders[0]!;
    expect([sell, buy]).toEqual([
      { symbol: 'xwBTC', amount: units(1) / 10n },
      { symbol: 'xUSDC', amount: units(9000) },
    ]);
    expect(fillBefore).toBeGreaterThan(Date.now());
    const fill = fillOf(orders[0]!);
    await client.fill(fill);
    // The same bytes again count once.
    await client.fill(fill);
    await until(() => expect(executions).toHaveLength(2));
    expect(executions).toMatchObject([
      { sequence: 1, orderId: orders[0]!.id, change: { type: 'started' } },
      { sequence: 2, orderId: orders[0]!.id, change: { type: 'completed', outcome: 'Settled' } },
    ]);
    expect(stand.anthic.stats()).toMatchObject({ fills: 1, settled: 1 });
  });

  it('is one maker over several connections', async () => {
    await stand.solver();
    const client = await open({ connections: 3 });
    await quote(client);
    await sent();
    await until(() => expect(orders).toHaveLength(1));
    await client.fill(fillOf(orders[0]!));
    await until(() => expect(executions.map(({ sequence }) => sequence)).toEqual([1, 2]));
    expect(stand.anthic.stats().fills).toBe(1);
  });

  it.each(['object', 'number'] as const)('goes on behind what it knows, the starting point as %s', async (form) => {
    await stand.solver();
    const client = await open();
    await quote(client);
    await sent();
    await until(() => expect(orders).toHaveLength(1));
    await client.fill(fillOf(orders[0]!));
    await until(() => expect(executions).toHaveLength(2));
    await client.stop();
    executions.length = 0;
    await open({ position: 1, shapes: { ...ASSUMED_SHAPES, startingPoint: form } });
    await until(() => expect(executions).toHaveLength(1));
    expect(executions).toMatchObject([{ sequence: 2, change: { type: 'completed' } }]);
  });

  it('asks again for executions that got lost on the way', async () => {
    await stand.solver();
    const client = await open({ gapRetryMs: 50 });
    await quote(client);
    await sent();
    await until(() => expect(orders).toHaveLength(1));
    await client.fill(fillOf(orders[0]!));
    stand.anthic.setFaults(faultSettings.parse({ drop: 1 }));
    await stand.event('order-ended');
    stand.anthic.setFaults(faultSettings.parse({}));
    // Whatever comes next shows the gap.
    await sent();
    await until(() => expect(orders).toHaveLength(2));
    await client.fill(fillOf(orders[1]!));
    await until(() => expect(executions.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]));
  });

  it('comes back with its prices when its connection breaks', async () => {
    const client = await open();
    await quote(client);
    stand.anthic.setFaults(faultSettings.parse({ disconnect: 1 }));
    await sent();
    await stand.event('maker-disconnected');
    stand.anthic.setFaults(faultSettings.parse({}));
    await stand.event('book-changed', 2);
    await sent();
    await until(() => expect(orders.length).toBeGreaterThan(0));
  });

  it('takes its prices back', async () => {
    const client = await open();
    await quote(client);
    client.clearBooks();
    await stand.event('book-changed', 2);
    expect(await sent()).toMatchObject({ status: 422, json: { error: { code: 'no-liquidity' } } });
  });

  it.each<[string, Partial<OrderTerms>, number, RegExp]>([
    ['sells too little', { sell: ['8999', 'xUSDC'] }, -32012, /sell: expected at least 9000 xUSDC/],
    ['wants too much', { buy: ['0.2', 'xwBTC'] }, -32012, /buy: expected at most 0.1 xwBTC/],
    ['is signed by another', { signer: makerKey(2) }, -32012, /signed_partial_transaction/],
    ['pays no fee', { settlementFee: 0n }, -32012, /fees: expected at least/],
    ['expires too soon', { seconds: 5 }, -32012, /header: expected an expiry/],
  ])('is told why a fill is refused that %s, and may send another', async (_, terms, rpcCode, message) => {
    const client = await open();
    await quote(client);
    await sent();
    await until(() => expect(orders).toHaveLength(1));
    await expect(client.fill(fillOf(orders[0]!, terms))).rejects.toMatchObject({
      ...{ rpcCode, message: expect.stringMatching(message) },
    });
    await client.fill(fillOf(orders[0]!));
    expect(stand.anthic.stats()).toMatchObject({ fills: 1, fillsRefused: 1, pushed: 1 });
  });

  it('is told of orders that are not its own, and of those that are filled', async () => {
    const client = await open();
    await quote(client);
    await sent();
    await until(() => expect(orders).toHaveLength(1));
    const foreign = { ...fillOf(orders[0]!), orderId: 'ffff' };
    await expect(client.fill(foreign)).rejects.toMatchObject({ rpcCode: -32010 });
    await client.fill(fillOf(orders[0]!));
    await expect(client.fill(fillOf(orders[0]!))).rejects.toMatchObject({ rpcCode: -32013 });
  });

  it('is not let in with a key that nobody knows', async () => {
    const stranger = new FlashClient({
      urls: [stand.anthic.flashUrl],
      apiKey: new ApiKey('key-77'),
      position: 0,
      onOrder: () => {},
      onExecution: () => {},
      onEvent: (event) => events.push(event),
    });
    clients.push(stranger);
    stranger.start();
    await until(() => expect(JSON.stringify(events).includes('401')).toBe(true));
    expect(stranger.health().some(({ ready }) => ready)).toBe(false);
    expect(JSON.stringify(events)).not.toMatch(/key-77/);
  });
});
