import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiKey } from '../../../src/anthic/apiKey.js';
import { ASSUMED_SHAPES } from '../../../src/anthic/assumptions.js';
import { FlashClient } from '../../../src/anthic/flash/client.js';
import { parseAmount } from '../../../src/base/amount.js';
import { FlashServer } from '../../support/flashServer.js';

/**
 * The contract with the Flash Liquidity API. *Recorded*: the documentation shows the message, and its text is in
 * fixtures/anthic/flash. *Assumed*: it does not, and what is taken instead is named in src/anthic/assumptions.ts.
 */
const folder = fileURLToPath(new URL('../../../fixtures/anthic/flash/', import.meta.url));
const recorded = (method: string): string => readFileSync(`${folder}${method}.json`, 'utf8');
const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 5 });

describe('the Flash Liquidity API', () => {
  let server: FlashServer;
  let client: FlashClient | undefined;
  const told: any[] = [];

  const start = (position: number, startingPoint: 'object' | 'number' = 'object') => {
    client = new FlashClient({
      ...{ urls: [server.url], apiKey: new ApiKey('k'), position, connections: 1, gapRetryMs: 50 },
      shapes: { ...ASSUMED_SHAPES, startingPoint },
      onOrder: (order) => told.push(order),
      onExecution: (execution) => told.push(execution),
    });
    client.start();
    return server.called('platform.new_orders.start_stream');
  };
  /** As the documentation writes them: without `jsonrpc`, and calls without an id. */
  const shown = ({ method, params }: { method: string; params: unknown }) => ({ method, params });

  beforeEach(async () => {
    server = await FlashServer.start();
    server.react.set('platform.fill_execution.start_stream', () => ({ result: {} }));
    told.length = 0;
  });
  afterEach(async () => {
    await client?.stop();
    client = undefined;
    await server.close();
  });

  it('has five recorded messages', () => {
    expect(readdirSync(folder).sort()).toEqual([
      'maker.fill_execution.next.json',
      'platform.fill_execution.start_stream.json',
      'platform.new_orders.new.json',
      'platform.new_orders.start_stream.json',
      'platform.price_books.on_change.json',
    ]);
  });

  it('recorded: platform.fill_execution.start_stream, with a bare number', async () => {
    await start(1337, 'number');
    expect(shown(server.calls('platform.fill_execution.start_stream')[0]!)).toEqual(
      JSON.parse(recorded('platform.fill_execution.start_stream')),
    );
  });

  it('recorded in prose: historical_starting_point.at_sequence_number', async () => {
    await start(1337);
    expect(server.calls('platform.fill_execution.start_stream')[0]!.params).toEqual({
      enabled: true,
      historical_starting_point: { at_sequence_number: 1338 },
    });
  });

  it('recorded: platform.new_orders.start_stream', async () => {
    await start(0);
    expect(shown(server.calls('platform.new_orders.start_stream')[0]!)).toEqual(
      JSON.parse(recorded('platform.new_orders.start_stream')),
    );
  });

  it('recorded: platform.price_books.on_change', async () => {
    await start(0);
    const message = JSON.parse(recorded('platform.price_books.on_change'));
    const levels = (side: [string, string][]) =>
      side.map(([price, amount]) => ({ price: parseAmount(price), amount: parseAmount(amount) }));
    const { pair, bids, asks } = message.params;
    client!.setBook({ pair, bids: levels(bids), asks: levels(asks) });
    const [sent] = await server.called('platform.price_books.on_change');
    expect(shown(sent!)).toEqual(message);
    expect(sent!.id).toBeUndefined();
  });

  it('recorded: platform.new_orders.new', async () => {
    await start(0);
    server.push(recorded('platform.new_orders.new'));
    await until(() => expect(told).toHaveLength(1));
    expect(told[0]).toEqual({
      id: 'abc123',
      createdAt: 1733248268000,
      fillBefore: 1733248278000,
      sell: { symbol: 'xwBTC', amount: parseAmount('0.0003') },
      buy: { symbol: 'xUSDC', amount: parseAmount('25.385284') },
    });
  });

  it('recorded: maker.fill_execution.next', async () => {
    await start(1337);
    server.push(recorded('maker.fill_execution.next'));
    await until(() => expect(told).toHaveLength(1));
    expect(told[0]).toEqual({
      sequence: 1338,
      occurredAt: 1733248268000,
      orderId: 'abc123',
      change: { type: 'completed', outcome: 'Settled' },
    });
    expect(server.answers).toEqual([]);
  });

  it('assumed: the body of change.started, and outcomes other than Settled', async () => {
    await start(0);
    server.execute('a', { started: { subintent_id: 'subtxid_1' } });
    server.execute('a', { completed: { outcome: 'Expired' } });
    await until(() => expect(told).toHaveLength(2));
    expect(told.map(({ change }) => change)).toEqual([
      { type: 'started', subintentId: 'subtxid_1' },
      { type: 'completed', outcome: 'Expired' },
    ]);
  });

  it('assumed: the names of a fill, and of the call that shows life', async () => {
    await start(0);
    await client!.fill({ orderId: 'abc123', transaction: '4d22', fillBefore: Date.now() + 5000 });
    expect(server.calls('platform.fills.fill')[0]).toMatchObject({
      id: expect.any(Number),
      params: { order_id: 'abc123', signed_partial_transaction: '4d22' },
    });
    expect(server.calls('ping')).toHaveLength(1);
  });
});
