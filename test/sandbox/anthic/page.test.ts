import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommittedDetails } from '../../../src/ledger/answer.js';
import { EventFeed } from '../../../src/sandbox/anthic/events.js';
import { guard } from '../../../src/sandbox/anthic/trade/guard.js';
import { Settlements } from '../../../src/sandbox/page/settlements.js';
import { post } from '../../support/gateway.js';
import { accountOf, makerKey, SIM, type Stand, startStand, USER } from './support.js';

/** What the page is served, and what it may ask for. The page itself is tested in a browser (test/page). */

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  const maker = await stand.maker();
  await stand.solver();
  await maker.quote([['90000', '1']], [['90100', '1']]);
});
afterAll(() => stand.close());

const at = (path: string): string => `${stand.anthic.tradeUrl}${path}`;
const get = async (path: string): Promise<any> => (await fetch(at(path))).json();

describe('the files', () => {
  it('are the page, its script, its style and its icon, which may load nothing else', async () => {
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/page.js', 'text/javascript'],
      ['/page.css', 'text/css'],
      ['/icon.svg', 'image/svg+xml'],
    ]) {
      const response = await fetch(at(path!));
      expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining(type!)]);
      const policy = response.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(stand.anthic.pageUrl).toBe(at('/'));
    expect((await fetch(at('/index.html'))).status).toBe(404);
  });
});

describe('what the page asks for', () => {
  it('is what is traded and by whom, without a key', async () => {
    const market = await get('/sandbox/market');
    expect(market).toMatchObject({
      testStand: true,
      network: { id: SIM.id, name: SIM.name },
      pairs: [
        { base: 'xwBTC', quote: 'xUSDC' },
        { base: 'XRD', quote: 'xUSDC' },
      ],
      parties: [
        { name: 'user-1', role: 'user', account: accountOf(USER) },
        { name: 'maker-1', role: 'maker', account: accountOf(makerKey(1)) },
        { name: 'solver', role: 'solver' },
        { name: 'Anthic', role: 'anthic', account: stand.anthic.account },
      ],
    });
    expect(JSON.stringify(market)).not.toContain('key-1');
  });

  it('is as many orders as it shows', async () => {
    expect((await get('/sandbox/orders?limit=1')).orders.length).toBeLessThanOrEqual(1);
    const { error } = await get('/sandbox/orders?limit=0');
    expect(error).toMatchObject({ code: 'bad-request', message: expect.stringMatching(/^limit/) });
  });
});

const QUOTE = { user: 'user-1', base: 'xwBTC', quote: 'xUSDC', side: 'sell', amount: '0.5', slippage: 20 };

describe('an order by hand', () => {
  it('is quoted to the last digit, and says and costs just that', async () => {
    const before = await stand.balance(USER, 'xwBTC');
    const { json: quote } = await post(at('/sandbox/quotes'), QUOTE);
    expect(quote).toEqual({
      sell: { symbol: 'xwBTC', amount: '0.5' },
      buy: { symbol: 'xUSDC', amount: '44910' },
      book: { sell: { symbol: 'xwBTC', amount: '0.5' }, buy: { symbol: 'xUSDC', amount: '45000' } },
      level: 0,
      fees: { anthic: { symbol: 'xwBTC', amount: '0.0005' }, settlement: { symbol: 'xwBTC', amount: '0.000003' } },
      withdrawn: { symbol: 'xwBTC', amount: '0.500503' },
    });
    const { user } = QUOTE;
    const { status, json } = await post(at('/sandbox/orders'), { user, sell: quote.sell, buy: quote.buy });
    expect([status, json]).toEqual([200, { order: expect.stringMatching(/^subtxid_sim1/) }]);
    expect(await stand.event('order-ended')).toMatchObject({ order: json.order, state: 'settled' });
    expect(before - (await stand.balance(USER, 'xwBTC'))).toBe(500_503_000_000_000_000n);

    const { parties } = await get('/sandbox/balances');
    expect(parties[0]).toMatchObject({ name: 'user-1', holdings: { xwBTC: '999999.499497', xUSDC: '1044910' } });
    const { settlements } = await get('/sandbox/settlements');
    expect(settlements).toMatchObject([{ orders: [json.order], transaction: expect.stringMatching(/^txid_sim1/) }]);
    const again = await get('/sandbox/settlements');
    expect(again.settlements[0].transaction).toBe(settlements[0].transaction);
  });

  it('buys the base as well', async () => {
    const { json } = await post(at('/sandbox/quotes'), { ...QUOTE, side: 'buy', amount: '0.1', slippage: 0 });
    expect(json).toMatchObject({ sell: { amount: '9010', symbol: 'xUSDC' }, buy: { amount: '0.1', symbol: 'xwBTC' } });
  });

  it.each([
    ['user', { user: 'nobody' }, /expected a user .*user-1/],
    ['base', { base: 'xDOGE' }, /expected a symbol/],
    ['base', { base: 'xUSDC', quote: 'xwBTC' }, /expected a pair/],
    ['side', { side: 'hold' }, /./],
    ['amount', { amount: '' }, /expected an amount such as/],
    ['amount', { amount: '1e3' }, /expected an amount such as/],
    ['amount', { amount: '-1' }, /expected an amount/],
    ['amount', { amount: '0' }, /above 0/],
    ['amount', { amount: '0.000000001' }, /at most 8 decimals/],
    ['amount', { amount: '5000' }, /liquidity for/],
    ['slippage', { slippage: 10_000 }, /at most 9999/],
    ['slippage', { slippage: 'a lot' }, /whole number of basis points/],
    ['slippage', { slippage: 0.5 }, /whole number of basis points/],
    ['more', { more: 1 }, /./],
  ])('is refused for its %s, by that name', async (field, change, message) => {
    const { status, json } = await post(at('/sandbox/quotes'), { ...QUOTE, ...change });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(json).toMatchObject({ success: false, error: { field, message: expect.stringMatching(message) } });
    expect(json.error.message.startsWith(field)).toBe(false);
  });

  it('is refused as any other where it cannot be paid or filled', async () => {
    const place = async (sell: string, buy: string) => {
      const body = {
        user: 'user-1',
        sell: { symbol: 'xwBTC', amount: sell },
        buy: { symbol: 'xUSDC', amount: buy },
      };
      return (await post(at('/sandbox/orders'), body)).json.error;
    };
    expect(await place('2000000', '1')).toMatchObject({ code: 'order-invalid', field: 'account' });
    expect(await place('0.1', '900000')).toMatchObject({ code: 'no-liquidity' });
    expect(await place('0', '1')).toMatchObject({ field: 'sell.amount' });
    expect((await post(at('/sandbox/orders'), '{')).json.error).toEqual({
      code: 'bad-request',
      message: 'expected JSON',
    });
  });
});

/** As a browser would send it: `fetch` would not send these headers. */
function send(headers: Record<string, string>, path = '/sandbox/quotes'): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(stand.anthic.tradeUrl);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(QUOTE));
  });
}

describe('settlements', () => {
  const settled = (feed: EventFeed, by: string, subintent: string) =>
    feed.emit({ type: 'settled', order: `order of ${by}`, subintent, by });
  const details = { feePaid: 15n * 10n ** 17n, balances: { changes: [], fees: [] } } as unknown as CommittedDetails;

  it('are asked about until the ledger tells, and then no more', async () => {
    const feed = new EventFeed(() => 5);
    const answers = [
      new Error('away'),
      { ...details, balances: undefined },
      { ...details, feePaid: undefined },
      details,
    ];
    let asked = 0;
    const settlements = new Settlements(feed, {
      async committedDetails() {
        const answer = answers[asked++]!;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    feed.emit({ type: 'solver-connected', solvers: 1 });
    settled(feed, 'txid_1', 'subtxid_1');
    settled(feed, 'txid_1', 'subtxid_2');
    const known = { transaction: 'txid_1', at: 5, orders: ['order of txid_1'], subintents: 2, solver: undefined };
    for (let look = 0; look < 3; look += 1) expect(await settlements.view()).toEqual([{ ...known, fee: undefined }]);
    for (let look = 0; look < 2; look += 1) expect(await settlements.view()).toEqual([{ ...known, fee: '1.5' }]);
    expect(asked).toBe(4);
  });

  it('are the last hundred, the newest first', async () => {
    const feed = new EventFeed(() => 5);
    const settlements = new Settlements(feed, { committedDetails: async () => details });
    for (let number = 1; number <= 120; number += 1) settled(feed, `txid_${number}`, `subtxid_${number}`);
    const view = await settlements.view();
    expect([view.length, view[0]!.transaction, view.at(-1)!.transaction]).toEqual([100, 'txid_120', 'txid_21']);
  });
});

describe('requests of others', () => {
  const json = { 'content-type': 'application/json' };
  const host = () => new URL(stand.anthic.tradeUrl).host;

  it('pass where the page, or a program here, sends them', async () => {
    expect((await send(json)).status).toBe(200);
    expect((await send({ ...json, origin: stand.anthic.tradeUrl })).status).toBe(200);
    const local = host().replace('127.0.0.1', 'localhost');
    expect((await send({ ...json, host: local, origin: `http://${local}` })).status).toBe(200);
    expect((await send({ 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
  });

  it.each([
    ['another page', { ...json, origin: 'https://evil.test' }],
    ['another page on this machine', { ...json, origin: 'http://127.0.0.1:1' }],
    ['a page in a frame', { ...json, origin: 'null' }],
    ['a name that leads here', { ...json, host: 'evil.test', origin: 'http://evil.test' }],
    ['a form', { 'content-type': 'text/plain' }],
    ['a form of another kind', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['nobody who says what it is', {}],
  ])('are refused: %s', async (_what, headers) => {
    for (const path of ['/sandbox/quotes', '/sandbox/orders', '/sandbox/faults']) {
      const { status, text } = await send(headers, path);
      expect([status, JSON.parse(text).error.code]).toEqual([403, 'forbidden']);
    }
  });

  it.each([
    ['127.0.0.1', 'localhost:1', true],
    ['::1', '[::1]:1', true],
    ['::ffff:127.0.0.1', '127.0.0.1:1', true],
    ['127.0.0.1', '0.0.0.0:1', true],
    ['192.168.0.5', '127.0.0.1:1', false],
    [undefined, '127.0.0.1:1', false],
    ['127.0.0.1', '192.168.0.5:1', false],
  ])('from %s to %s pass: %s', (remoteAddress, to, passes) => {
    const of = { headers: json, socket: { remoteAddress }, host: to } as never;
    const look = () => guard(of, '0.0.0.0');
    if (passes) expect(look).not.toThrow();
    else expect(look).toThrow('on this machine only');
  });
});
