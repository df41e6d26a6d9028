import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type MakerOptions, type NewOrder, type Stand, startStand, USER, WAIT } from './support.js';

/** Every method of the Flash Liquidity API, with what is right and what is not. */

let stand: Stand;
beforeEach(async () => {
  stand = await startStand({ makers: 2 });
});
afterEach(() => stand.close());

/** A maker that is told of orders and fills none by itself. */
async function silent(number = 1, options: MakerOptions = {}) {
  return stand.maker(number, { onOrder: () => {}, ...options });
}

function pair(base = 'xwBTC', quote = 'xUSDC') {
  return { base, quote };
}

async function book() {
  const response = await fetch(`${stand.anthic.tradeUrl}/trade/order_book?base=xwBTC&quote=xUSDC`);
  const { bids, asks } = (await response.json()) as { bids: string[][]; asks: string[][] };
  return { bids, asks };
}

describe('a connection', () => {
  it.each([[{}], [{ 'ANTHIC-API-KEY': 'key-9' }]])('with %j is refused before it is one', async (headers) => {
    const socket = new WebSocket(stand.anthic.flashUrl, { headers });
    const [error] = await once(socket, 'error');
    expect(error.message).toBe('Unexpected server response: 401');
  });

  it('has one path, and no other method than the upgrade', async () => {
    for (const path of ['/other', '//', '/?']) {
      const socket = new WebSocket(stand.anthic.flashUrl + path, { headers: { 'ANTHIC-API-KEY': 'key-1' } });
      if (path === '/?') await once(socket, 'open');
      else expect((await once(socket, 'error'))[0].message).toBe('Unexpected server response: 404');
      socket.close();
    }
    expect((await fetch(stand.anthic.flashUrl.replace('ws:', 'http:'))).status).toBe(426);
  });

  it('that sends a message of more than 1 MiB is closed with 1009, and no other is', async () => {
    const [loud, quiet] = [await silent(), await silent()];
    loud.send('x'.repeat(1024 * 1024 + 1));
    expect(await loud.closed).toBe(1009);
    expect(await quiet.call('ping', {})).toMatchObject({ result: {} });
  });

  it('is pinged by method and by frame; who answers neither is cut off', async () => {
    await stand.close();
    stand = await startStand({ settings: { timing: { pingMs: 100 } } });
    const maker = await silent();
    await expect.poll(() => maker.received.filter(({ method }) => method === 'ping').length, WAIT).toBeGreaterThan(2);
    const dead = await silent();
    (dead.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    await expect.poll(() => stand.events.filter(({ type }) => type === 'maker-disconnected').length, WAIT).toBe(1);
    expect(await maker.call('ping', {})).toMatchObject({ result: {} });
  });
});

describe('a message', () => {
  it.each<[string, unknown, number, string, number | null]>([
    ['no JSON', '{', -32700, 'bad-json', null],
    ['a batch', [], -32600, 'invalid-request', null],
    ['a text', '"x"', -32600, 'invalid-request', null],
    ['no method', { id: 9 }, -32600, 'invalid-request', 9],
    ['another protocol', { jsonrpc: '1.0', id: 9, method: 'ping' }, -32600, 'invalid-request', 9],
    ['an id of no kind', { id: {}, method: 'ping' }, -32600, 'invalid-request', null],
    ['an unknown method', { id: 9, method: 'platform.fills.undo' }, -32601, 'unknown-method', 9],
    ["a method of the object's own", { id: 9, method: 'constructor' }, -32601, 'unknown-method', 9],
    ['a notification that is wrong', { method: 'platform.fills.fill', params: 5 }, -32602, 'invalid-params', null],
  ])('with %s gets its error, and the next is heard', async (_, message, code, reason, id) => {
    const maker = await silent();
    maker.send(message);
    await expect.poll(() => maker.received.at(-1), WAIT).toMatchObject({ id, error: { code, data: { code: reason } } });
    expect(await maker.call('ping', {})).toMatchObject({ result: {} });
  });

  it('too many in a second is refused, whatever the other sessions do', async () => {
    await stand.close();
    stand = await startStand({ settings: { limits: { messagesPerSecond: 20, requestsPerSecond: 20 } } });
    const [busy, other] = [await silent(), await silent()];
    const answers = await Promise.all(Array.from({ length: 45 }, () => busy.call('ping', {})));
    expect(answers.some(({ error }) => error?.code === -32029)).toBe(true);
    expect(await other.call('ping', {})).toMatchObject({ result: {} });
    const requests = await Promise.all(Array.from({ length: 45 }, () => fetch(`${stand.anthic.tradeUrl}/trade/info`)));
    const refused = requests.find(({ status }) => status === 429)!;
    expect(await refused.json()).toMatchObject({ success: false, error: { code: 'too-many-requests' } });
  });

  it('that answers a ping, or is none at all, is let be', async () => {
    const maker = await silent();
    const before = maker.received.length;
    maker.send({ jsonrpc: '2.0', id: 1, result: 'pong' });
    expect(await maker.call('ping', {})).toMatchObject({ result: {} });
    expect(maker.received.length).toBe(before + 1);
  });
});

describe('a price book', () => {
  it('is a change of one pair: the last wins, whichever session sent it, and an empty one stops', async () => {
    const [first, second] = [await silent(), await silent()];
    await first.quote([['90000', '1']], [['91000', '1']]);
    await second.quote([['89000', '2']], []);
    expect(await book()).toEqual({ bids: [['89000', '2']], asks: [] });
    await first.quote([], []);
    expect(await book()).toEqual({ bids: [], asks: [] });
  });

  it('takes the largest amounts there may be, whose sum is an amount still', async () => {
    const most = `1${'0'.repeat(27)}`;
    for (const maker of [await silent(1), await silent(2)])
      expect(await maker.quote([[most, most]], [])).toHaveProperty('result');
    expect(await book()).toEqual({ bids: [[most, `2${'0'.repeat(27)}`]], asks: [] });
  });

  it('may be a notification, as the documentation has it', async () => {
    const maker = await silent();
    const params = { pair: pair(), bids: [['95086', '0.000013']], asks: [['95263', '4.151835']] };
    maker.send({ method: 'platform.price_books.on_change', params });
    await expect.poll(book, WAIT).toEqual({ bids: params.bids, asks: params.asks });
  });

  it('counts only while its maker hears of orders', async () => {
    const maker = await silent(1, { start: false });
    await maker.quote([['90000', '1']], []);
    expect(await book()).toEqual({ bids: [], asks: [] });
    await maker.call('platform.new_orders.start_stream', {});
    expect(await book()).toEqual({ bids: [['90000', '1']], asks: [] });
    maker.socket.close();
    await expect.poll(book, WAIT).toEqual({ bids: [], asks: [] });
    await silent();
    expect(await book()).toEqual({ bids: [], asks: [] });
  });

  it.each<[object | null, string, string]>([
    [null, 'invalid-params', ''],
    [{ pair: 5 }, 'invalid-params', 'pair'],
    [{ pair: { base: 'xwBTC' } }, 'invalid-params', 'pair.quote'],
    [{ pair: pair('xDOGE') }, 'not-found', 'pair.base'],
    [{ pair: pair('xUSDC', 'xwBTC') }, 'not-found', 'pair'],
    [{ bids: {} }, 'invalid-params', 'bids'],
    [{ bids: [['90000']] }, 'invalid-params', 'bids[0]'],
    [{ bids: [[90000, 1]] }, 'invalid-params', 'bids[0][0]'],
    [
      {
        asks: [
          ['1', '1'],
          ['-1', '1'],
        ],
      },
      'invalid-params',
      'asks[1][0]',
    ],
    [{ asks: [['1', '0']] }, 'invalid-params', 'asks[0][1]'],
    [{ asks: [['1', '1e5']] }, 'invalid-params', 'asks[0][1]'],
    [{ bids: [['1', `3${'0'.repeat(39)}`]] }, 'invalid-params', 'bids[0][1]'],
    [{ bids: [[`1${'0'.repeat(27)}.1`, '1']] }, 'invalid-params', 'bids[0][0]'],
    [{ asks: Array.from({ length: 201 }, () => ['1', '1']) }, 'bad-request', 'asks'],
  ])('of %j is refused, and the one before stays', async (change, code, path) => {
    const maker = await silent();
    await maker.quote([['90000', '1']], []);
    const params = change === null ? null : { pair: pair(), bids: [], asks: [], ...change };
    const { error } = await maker.call('platform.price_books.on_change', params);
    expect(error).toMatchObject({ code: -32602, data: { code, ...(path === '' ? {} : { path }) } });
    expect(await book()).toEqual({ bids: [['90000', '1']], asks: [] });
  });
});

/** A stand with one order sent to a maker that waits. */
async function ordered(): Promise<{ maker: Awaited<ReturnType<typeof silent>>; order: NewOrder }> {
  const maker = await silent();
  await maker.quote([['90000', '1']], []);
  expect((await stand.submit(stand.order({ sell: ['0.5', 'xwBTC'], buy: ['45000', 'xUSDC'] }).hex)).status).toBe(200);
  return { maker, order: await maker.order() };
}

describe('what was asked of a maker', () => {
  it('is not offered again until it has settled, or the maker says so', async () => {
    const { maker, order } = await ordered();
    const left = { bids: [['90000', '0.5']], asks: [] };
    expect(await book()).toEqual(left);
    await maker.quote([['90000', '1']], []);
    expect(await book()).toEqual(left);
    await maker.fill(order);
    await stand.event('bundle-pushed');
    expect(await book()).toEqual(left);
    await maker.quote([['90000', '0.7']], []);
    expect(await book()).toEqual({ bids: [['90000', '0.7']], asks: [] });
  });
});

describe('a new order', () => {
  it("is the taker's view, and goes to every session that asked", async () => {
    const maker = await silent();
    const [listening, deaf] = [await silent(), await silent(1, { start: false })];
    await maker.quote([['90000', '1']], []);
    await stand.submit(stand.order({ sell: ['0.5', 'xwBTC'], buy: ['44000', 'xUSDC'] }).hex);
    const order = await maker.order();
    expect(order).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      created_at: expect.any(Number),
      fill_before: expect.any(Number),
      limit_order: { sell: { symbol: 'xwBTC', amount: '0.5' }, buy: { symbol: 'xUSDC', amount: '44000' } },
    });
    expect(order.fill_before - order.created_at).toBeLessThanOrEqual(4);
    expect(await listening.order()).toEqual(order);
    expect(await deaf.call('ping', {})).toMatchObject({ result: {} });
    expect(deaf.orders).toEqual([]);
  });

  it('stream takes no parameters that nobody has documented', async () => {
    const maker = await silent(1, { start: false });
    const { error } = await maker.call('platform.new_orders.start_stream', { pairs: [] });
    expect(error).toMatchObject({ code: -32602, data: { path: 'pairs' } });
  });
});

describe('a fill', () => {
  it.each<[string, object, number, RegExp]>([
    ['less than was asked for', { sell: ['44999.999999', 'xUSDC'] }, -32012, /^sell: expected at least 45000 xUSDC/],
    ['more for it than was given', { buy: ['0.50000001', 'xwBTC'] }, -32012, /^buy: expected at most 0.5 xwBTC/],
    ['another pair', { sell: ['45000', 'XRD'], buy: ['0.5', 'xUSDC'] }, -32012, /^sell: /],
    ["the taker's side", { sell: ['0.5', 'xwBTC'], buy: ['45000', 'xUSDC'] }, -32012, /^sell: /],
    ['a life too short', { seconds: 5 }, -32012, /^header: expected an expiry/],
    ['no life at all', { seconds: -5 }, -32012, /expired/],
    ['too little for settlement', { settlementFee: 1n }, -32012, /^fees: /],
    ['an account of somebody else', { key: USER }, -32012, /^account: expected an account of maker-1/],
    ["somebody else's signature", { signer: USER }, -32012, /owner-did-not-sign/],
    ['more than it holds', { sell: ['1000000', 'xUSDC'] }, -32012, /^account: expected an account that can pay/],
  ])('with %s is refused, and the right one is taken after it', async (_, terms, code, message) => {
    const { maker, order } = await ordered();
    const { error } = await maker.fill(order, terms);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await maker.fill(order)).toMatchObject({ result: { accepted: true } });
    expect(stand.anthic.stats()).toMatchObject({ fills: 1, fillsRefused: 1 });
  });

  it('that cannot be read is refused', async () => {
    const { maker, order } = await ordered();
    const refusal = async (params: unknown) => (await maker.call('platform.fills.fill', params)).error;
    const { hex } = maker.makeFill(order);
    expect(await refusal({ order_id: order.id, signed_partial_transaction: 'zz' })).toMatchObject({ code: -32012 });
    expect(await refusal({ order_id: order.id })).toMatchObject({
      code: -32602,
      data: { path: 'signed_partial_transaction' },
    });
    expect(await refusal({ order_id: 5, signed_partial_transaction: hex })).toMatchObject({
      data: { path: 'order_id' },
    });
    expect(await refusal({ order_id: 'none', signed_partial_transaction: hex })).toMatchObject({ code: -32010 });
    const other = await silent(2);
    expect(await other.fill(order)).toMatchObject({ error: { code: -32010, data: { code: 'unknown-order' } } });
  });

  it('is taken once: again it gets the same answer, another one is too late', async () => {
    const { maker, order } = await ordered();
    const { hex, id } = maker.makeFill(order);
    const accepted = { result: { accepted: true, subintent_id: id } };
    const other = await silent();
    const answers = await Promise.all([maker.fill(order, {}, hex), other.fill(order, {}, hex), other.fill(order)]);
    expect(answers[0]).toMatchObject(accepted);
    expect(answers[1]).toMatchObject(accepted);
    expect(answers[2]).toMatchObject({ error: { code: -32013, data: { code: 'already-filled' } } });
    expect(await maker.fill(order, {}, hex)).toMatchObject(accepted);
    expect(stand.anthic.stats()).toMatchObject({ fills: 1, pushed: 1 });
  });

  it('may give more and want less than was asked', async () => {
    const { maker, order } = await ordered();
    await stand.solver();
    expect(await maker.fill(order, { sell: ['45001', 'xUSDC'], buy: ['0.4', 'xwBTC'] })).toMatchObject({
      result: { accepted: true },
    });
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
  });

  it('does not serve a second order', async () => {
    const { maker, order } = await ordered();
    const { hex } = maker.makeFill(order);
    await maker.fill(order, {}, hex);
    await stand.submit(stand.order({ sell: ['0.5', 'xwBTC'], buy: ['45000', 'xUSDC'] }).hex);
    const second = await maker.order(2);
    const { error } = await maker.fill(second, {}, hex);
    expect(error).toMatchObject({ code: -32012, message: expect.stringMatching(/serves no other order/) });
    expect((await stand.submit(hex)).json.error.code).toBe('order-invalid');
  });

  it('after its time is too late, and the order ends where nobody else is there', async () => {
    const { maker, order } = await ordered();
    expect(await stand.event('part-lost')).toMatchObject({ part: order.id, why: 'late' });
    expect(await stand.event('order-ended')).toMatchObject({ state: 'no-liquidity' });
    expect(await maker.fill(order)).toMatchObject({ error: { code: -32011, data: { code: 'fill-too-late' } } });
  });
});

describe('the fill execution stream', () => {
  it('goes on from any number, in either documented form, and is the same for all sessions', async () => {
    const { maker, order } = await ordered();
    await stand.solver();
    await maker.fill(order);
    await maker.execution(2);
    for (const [start, expected] of [
      [1, [1, 2]],
      [{ at_sequence_number: 2 }, [2]],
      [3, []],
      [undefined, []],
    ] as const) {
      const late = await silent(1, { start: false });
      const params = { enabled: true, ...(start === undefined ? {} : { historical_starting_point: start }) };
      expect(await late.call('platform.fill_execution.start_stream', params)).toMatchObject({ result: {} });
      await late.call('ping', {});
      expect(late.executions.map(({ sequence_number }) => sequence_number)).toEqual(expected);
      expect(late.executions).toEqual(maker.executions.slice(2 - expected.length));
    }
    expect(maker.executions[0]).toMatchObject({ order_id: order.id, occurred_at: expect.any(Number) });
  });

  it('answers first, tells the past next, and then what is new', async () => {
    const { maker, order } = await ordered();
    await stand.solver();
    await maker.fill(order);
    await maker.execution(2);
    const late = await silent(1, { start: false });
    await late.call('platform.fill_execution.start_stream', { historical_starting_point: 1 });
    await late.call('ping', {});
    expect(late.received.map(({ id, method }) => id ?? method)).toEqual([
      1,
      'maker.fill_execution.next',
      'maker.fill_execution.next',
      2,
    ]);
  });

  it('ends when it is told to', async () => {
    const { maker, order } = await ordered();
    await stand.solver();
    await maker.call('platform.fill_execution.start_stream', { enabled: false });
    await maker.fill(order);
    await stand.event('order-ended');
    await maker.call('ping', {});
    expect(maker.executions).toEqual([]);
  });

  it.each([[0], [-1], [1.5], [2], ['1'], [{ at_sequence_number: 7 }], [{ at: 1 }]])(
    'from %j is refused',
    async (start) => {
      const maker = await silent(1, { start: false });
      const params = { enabled: true, historical_starting_point: start };
      const { error } = await maker.call('platform.fill_execution.start_stream', params);
      expect(error).toMatchObject({
        code: -32602,
        message: expect.stringMatching(/^historical_starting_point.*: .*expected (a sequence )?(number|int)/),
        data: { path: expect.stringContaining('historical_starting_point') },
      });
    },
  );
});

describe('the Solver API', () => {
  it('has one path, says nothing to who speaks, and goes on', async () => {
    const url = stand.anthic.solverUrl;
    const wrong = new WebSocket(url.replace('/subintent-stream', '/'));
    expect((await once(wrong, 'error'))[0].message).toBe('Unexpected server response: 404');
    const solver = await stand.solver();
    solver.socket.send('hello');
    solver.socket.send(Buffer.from([1, 2, 3]));
    const { maker, order } = await ordered();
    await maker.fill(order);
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    expect(JSON.parse(solver.frames[0]!)).toMatchObject({ id: null, jsonrpc: '2.0', method: 'new_subintent_bundle' });
    solver.socket.close();
    await stand.event('solver-disconnected');
  });
});
