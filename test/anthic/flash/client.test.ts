import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiKey } from '../../../src/anthic/apiKey.js';
import { ASSUMED_SHAPES } from '../../../src/anthic/assumptions.js';
import { FlashClient, type FlashOptions } from '../../../src/anthic/flash/client.js';
import type { FlashEvent } from '../../../src/anthic/flash/event.js';
import type { FillExecution, NewOrder } from '../../../src/anthic/flash/wire.js';
import { type Clock, systemClock } from '../../../src/anthic/stream/clock.js';
import { units } from '../../../src/base/amount.js';
import { FlashServer, newOrder } from '../../support/flashServer.js';
import { startStreamServer } from '../../support/streamServer.js';

const START_EXECUTIONS = 'platform.fill_execution.start_stream';
const START_ORDERS = 'platform.new_orders.start_stream';
const BOOK = 'platform.price_books.on_change';
const FILL = 'platform.fills.fill';
const SETTLED = { completed: { outcome: 'Settled' } };

const QUICK = {
  connections: 1,
  backoffBaseMs: 10,
  backoffCapMs: 30,
  callTimeoutMs: 2000,
  fillTimeoutMs: 150,
  gapRetryMs: 40,
  closeTimeoutMs: 150,
};

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 5 });
const book = (price: bigint, amount = units(1), pair = { base: 'xwBTC', quote: 'xUSDC' }) => {
  return { pair, bids: [{ price, amount }], asks: [] };
};

describe('FlashClient over real sockets', () => {
  let server: FlashServer;
  let clients: FlashClient[];
  let orders: NewOrder[];
  let executions: FillExecution[];
  let events: FlashEvent[];

  const make = (options: Partial<FlashOptions> = {}) => {
    const client = new FlashClient({
      urls: [server.url],
      apiKey: new ApiKey('secret-key'),
      position: 0,
      onOrder: (order) => orders.push(order),
      onExecution: (execution) => executions.push(execution),
      onEvent: (event) => events.push(event),
      ...QUICK,
      ...options,
    });
    clients.push(client);
    return client;
  };
  const started = async (options: Partial<FlashOptions> = {}) => {
    const client = make(options);
    client.start();
    await server.called(START_ORDERS, options.connections ?? 1);
    return client;
  };
  const types = () => events.map(({ type }) => type);

  beforeEach(async () => {
    server = await FlashServer.start();
    clients = [];
    orders = [];
    executions = [];
    events = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    await server.close();
    expect(JSON.stringify(events)).not.toContain('secret-key');
  });

  it('brings its key, catches up, passes a barrier and only then asks for orders', async () => {
    for (const id of ['a', 'b', 'c']) server.execute(id, SETTLED);
    const client = await started({ position: 1 });
    expect(server.requests[0]!.headers['anthic-api-key']).toBe('secret-key');
    expect(server.requests[0]!.headers['sec-websocket-extensions']).toBeUndefined();
    expect(server.heard.map(({ method }) => method)).toEqual([START_EXECUTIONS, 'ping', START_ORDERS]);
    expect(server.heard[0]!.params).toEqual({ enabled: true, historical_starting_point: { at_sequence_number: 2 } });
    expect(executions.map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(client.health()).toMatchObject([{ ready: true, state: 'open' }]);
    server.execute('d', SETTLED);
    await until(() => expect(executions.map(({ orderId }) => orderId)).toEqual(['b', 'c', 'd']));
  });

  it('takes any answer to its ping for the barrier', async () => {
    server.react.set('ping', () => ({ error: { code: -32601, message: 'no such method' } }));
    const client = await started();
    expect(client.health()[0]!.ready).toBe(true);
  });

  it('goes on without an answer to its ping', async () => {
    server.react.set('ping', () => 'silence');
    await started({ callTimeoutMs: 100 });
  });

  it('does not take a connection for ready that ended with the answer', async () => {
    server.react.set('ping', ({ link, id }) => {
      const { _socket: socket } = link as unknown as { _socket: Socket };
      // The answer and what is no frame arrive at once.
      socket.cork();
      link.send(JSON.stringify({ id, result: {} }));
      socket.write(Buffer.from('ffff0000deadbeef', 'hex'));
      socket.uncork();
      return 'silence';
    });
    const client = make();
    client.start();
    await server.called('ping', 4);
    expect(types()).not.toContain('flash-ready');
    expect(client.health()[0]!.ready).toBe(false);
  });

  it('tries the other form of the starting point, and remembers it', async () => {
    const forms: string[] = [];
    server.react.set(START_EXECUTIONS, ({ params: { historical_starting_point: at } }) => {
      forms.push(typeof at);
      return typeof at === 'number' ? { result: {} } : { error: { code: -32602, message: 'expected a number' } };
    });
    await started();
    server.drop();
    await server.called(START_ORDERS, 2);
    expect(forms).toEqual(['object', 'number', 'number']);
    expect(events).toContainEqual(expect.objectContaining({ type: 'flash-starting-point', form: 'number' }));
  });

  it('gives a connection up whose streams do not start, and tries again', async () => {
    let refusals = 0;
    server.react.set(START_ORDERS, () => {
      return ++refusals < 3 ? { error: { code: -32001, message: 'unauthorized' } } : { result: {} };
    });
    make().start();
    await server.called(START_ORDERS, 3);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'flash-not-started', method: START_ORDERS, detail: 'unauthorized' }),
    );
    expect(types()).toContain('stream-closed');
  });

  it.each([START_EXECUTIONS, 'ping', START_ORDERS])('survives a disconnect while %s is under way', async (method) => {
    let cuts = 0;
    const before = server.react.get(method);
    server.react.set(method, (heard) => {
      if (++cuts <= 2) return 'drop';
      return before?.(heard) ?? { result: {} };
    });
    const client = make();
    client.start();
    await server.called(START_ORDERS, method === START_ORDERS ? 3 : 1);
    await until(() => expect(client.health()[0]!.ready).toBe(true));
    server.notify('platform.new_orders.new', newOrder('after'));
    await until(() => expect(orders.map(({ id }) => id)).toEqual(['after']));
  });

  it('tells each order and each execution once, whatever the number of connections', async () => {
    await started({ connections: 3 });
    server.notify('platform.new_orders.new', newOrder('one'));
    server.notify('maker.new_orders.new', newOrder('two'));
    server.notify('platform.new_orders.new', newOrder('one'));
    server.execute('one', { started: {} });
    server.execute('one', SETTLED);
    await until(() => expect(executions).toHaveLength(2));
    await until(() => expect(orders.map(({ id }) => id)).toEqual(['one', 'two']));
    expect(executions.map(({ change }) => change)).toEqual([
      { type: 'started', subintentId: undefined },
      { type: 'completed', outcome: 'Settled' },
    ]);
  });

  it('asks again for what a gap left out, until it has come', async () => {
    let lost = 3;
    server.react.set(START_EXECUTIONS, ({ link, params }) => {
      const from = params.historical_starting_point.at_sequence_number;
      // The history itself has holes at first.
      const skip = from > 1 && lost-- > 0 ? 1 : 0;
      for (const each of server.history.slice(from - 1 + skip)) {
        link.send(JSON.stringify({ method: 'maker.fill_execution.next', params: each }));
      }
      return { result: {} };
    });
    server.execute('a', SETTLED);
    await started();
    for (const id of ['b', 'c']) server.execute(id, SETTLED, { told: false });
    server.execute('d', SETTLED);
    await until(() => expect(executions.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]));
    expect(events).toContainEqual(expect.objectContaining({ type: 'flash-gap', expected: 2, got: 4 }));
    const asked = server
      .calls(START_EXECUTIONS)
      .map((each) => each.params.historical_starting_point.at_sequence_number);
    expect(asked.slice(0, 5)).toEqual([1, 2, 2, 2, 2]);
  });

  it('asks again for what could not be written down', async () => {
    let failures = 2;
    await started({
      onExecution(execution) {
        if (failures-- > 0) throw new Error('disk full');
        executions.push(execution);
      },
    });
    server.execute('a', SETTLED);
    await until(() => expect(executions.map(({ sequence }) => sequence)).toEqual([1]));
    expect(events).toContainEqual(expect.objectContaining({ type: 'flash-consumer-failed', detail: 'disk full' }));
  });

  it('counts executions whose body it cannot read', async () => {
    await started();
    server.execute('a', { completed: 'Settled' });
    server.execute('b', { paused: {} });
    server.history.push({ sequence_number: 3, occurred_at: 'now', order_id: 'c', change: SETTLED });
    server.notify('maker.fill_execution.next', server.history[2]);
    server.execute('d', SETTLED);
    await until(() => expect(executions).toHaveLength(4));
    expect(executions.map(({ change: { type } }) => type)).toEqual(['unknown', 'unknown', 'unknown', 'completed']);
    expect(executions[2]).toMatchObject({ orderId: 'c', occurredAt: undefined });
  });

  it('sends only what changed, the last of several changes, and empty books', async () => {
    const client = make();
    client.setBook(book(units(1)));
    client.setBook(book(units(2)));
    client.start();
    await server.called(BOOK);
    expect(server.calls(BOOK).map(({ params }) => params)).toEqual([
      { pair: { base: 'xwBTC', quote: 'xUSDC' }, bids: [['2', '1']], asks: [] },
    ]);
    client.setBook(book(units(2)));
    client.setBook(book(units(3), units(1), { base: 'XRD', quote: 'xUSDC' }));
    client.setBook(book(units(4), units(1), { base: 'XRD', quote: 'xUSDC' }));
    await server.called(BOOK, 2);
    client.clearBooks();
    await server.called(BOOK, 4);
    expect(
      server
        .calls(BOOK)
        .slice(1)
        .map(({ params: { pair, bids } }) => [pair.base, bids]),
    ).toEqual([
      ['XRD', [['4', '1']]],
      ['xwBTC', []],
      ['XRD', []],
    ]);
  });

  it('sends every book again after a reconnect, those that ended too', async () => {
    const client = await started();
    client.setBook(book(units(1)));
    client.setBook({ pair: { base: 'XRD', quote: 'xUSDC' }, bids: [], asks: [] });
    await server.called(BOOK, 2);
    server.drop();
    await server.called(BOOK, 4);
    expect(
      new Set(
        server
          .calls(BOOK)
          .slice(2)
          .map(({ params }) => params.pair.base),
      ),
    ).toEqual(new Set(['xwBTC', 'XRD']));
  });

  it('lets books wait for a peer that does not read, and then sends the newest', async () => {
    const client = await started({ bookBufferBytes: 4096, pingIntervalMs: 10_000, pingGraceMs: 10_000 });
    const [first] = server.calls(START_ORDERS);
    const levels = Array.from({ length: 2000 }, (_, index) => ({ price: units(1), amount: units(index + 1) }));
    const wanted = (round: number) => ({ ...book(units(round)), asks: levels });
    (first!.link as unknown as { _socket: Socket })._socket.pause();
    for (let round = 1; round <= 1000; round++) {
      client.setBook(wanted(round));
      await new Promise((resolve) => setImmediate(resolve));
    }
    (first!.link as unknown as { _socket: Socket })._socket.resume();
    await until(() => expect(server.calls(BOOK).at(-1)?.params.bids).toEqual([['1000', '1']]));
    // What fits the system's buffers, and not a message for each change.
    expect(server.calls(BOOK).length).toBeLessThan(500);
  });

  it('goes on with books and fills over another connection when one dies', async () => {
    const client = await started({ connections: 2 });
    client.setBook(book(units(1)));
    const [first] = await server.called(BOOK);
    server.react.set(START_EXECUTIONS, () => 'silence');
    first!.link.terminate();
    await server.called(BOOK, 2);
    expect(server.calls(BOOK)[1]!.link).not.toBe(first!.link);
    await client.fill({ orderId: 'x', transaction: 'aa', fillBefore: Date.now() + 5000 });
    expect(server.calls(FILL).map(({ params }) => params)).toEqual([
      { order_id: 'x', signed_partial_transaction: 'aa' },
    ]);
  });

  it('tells the books once more when a connection has ended: what it sent may come late', async () => {
    const repeats: (() => void)[] = [];
    const waiting = new Set<() => void>();
    const clock: Clock = {
      ...systemClock,
      after(ms, run) {
        if (ms !== 1_000) return systemClock.after(ms, run);
        repeats.push(run);
        waiting.add(run);
        return () => waiting.delete(run);
      },
    };
    const client = await started({ connections: 2, clock });
    client.setBook(book(units(1)));
    const [first] = await server.called(BOOK);
    expect(repeats).toEqual([]);
    server.react.set(START_EXECUTIONS, () => 'silence');
    first!.link.terminate();
    const [, second] = await server.called(BOOK, 2);
    repeats[0]!();
    const third = (await server.called(BOOK, 3))[2];
    expect([third!.link, third!.params]).toEqual([second!.link, second!.params]);
    await client.stop();
    expect([repeats.length > 1, waiting.size]).toEqual([true, 0]);
  });

  it('stays on a connection that works when an earlier one is back', async () => {
    const client = await started({ connections: 2 });
    client.setBook(book(units(1)));
    const [first] = await server.called(BOOK);
    first!.link.terminate();
    const second = (await server.called(BOOK, 2))[1]!.link;
    await server.called(START_ORDERS, 3);
    client.setBook(book(units(3)));
    await until(() =>
      expect(server.calls(BOOK).at(-1)).toMatchObject({ link: second, params: { bids: [['3', '1']] } }),
    );
  });

  describe('a fill', () => {
    const fill = (client: FlashClient, ms = 5000) => {
      return client.fill({ orderId: 'x', transaction: 'aa', fillBefore: Date.now() + ms });
    };

    it('goes over another connection where the first does not answer', async () => {
      const client = await started({ connections: 2 });
      let [count, firstLink]: [number, unknown] = [0, undefined];
      server.react.set(FILL, ({ link }) => {
        firstLink ??= link;
        return count++ === 0 ? 'silence' : { result: { accepted: true } };
      });
      await fill(client);
      expect(server.calls(FILL)).toHaveLength(2);
      expect(server.calls(FILL)[1]!.link).not.toBe(firstLink);
    });

    it('is sent once however often it is asked for', async () => {
      const client = await started();
      await Promise.all([fill(client), fill(client), fill(client)]);
      expect(server.calls(FILL)).toHaveLength(1);
    });

    it('takes "already filled" for the answer that was lost', async () => {
      const client = await started();
      let count = 0;
      server.react.set(FILL, () => (count++ === 0 ? 'drop' : { error: { code: -32013, message: 'already filled' } }));
      await fill(client);
      expect(server.calls(FILL)).toHaveLength(2);
    });

    it.each([-32010, -32011, -32012, -32013, -32602])('is over when it is refused (%i)', async (code) => {
      const client = await started();
      server.react.set(FILL, () => ({ error: { code, message: 'no' } }));
      await expect(fill(client)).rejects.toMatchObject({ code: 'call-refused', rpcCode: code, message: 'no' });
      expect(server.calls(FILL)).toHaveLength(1);
    });

    it.each([-32603, -32029, -32050])('is sent again after a failure that is not its own (%i)', async (code) => {
      const client = await started();
      let count = 0;
      server.react.set(FILL, () => {
        return count++ === 0 ? { error: { code, message: 'oops' } } : { result: { accepted: true } };
      });
      await fill(client);
      expect(server.calls(FILL)).toHaveLength(2);
    });

    it('is not sent when its time is over, and says so', async () => {
      const client = await started();
      await expect(fill(client, -1)).rejects.toMatchObject({ code: 'fill-too-late' });
      expect(server.calls(FILL)).toEqual([]);
    });

    it('that nobody answers in time is one of which nothing is known', async () => {
      const client = await started();
      server.react.set(FILL, () => 'silence');
      await expect(fill(client, 400)).rejects.toMatchObject({ code: 'call-unanswered', retry: true });
    });

    it('without any connection waits for one until its time is over', async () => {
      const client = make();
      await expect(fill(client, 120)).rejects.toMatchObject({ code: 'fill-too-late' });
      client.start();
      await fill(client);
    });
  });

  it('uses the names that configuration gives', async () => {
    const shapes = {
      ...ASSUMED_SHAPES,
      ...{
        fillOrderId: 'id',
        fillTransaction: 'tx',
        pingMethod: 'platform.ping',
        rejectMethod: 'platform.fills.reject',
      },
    };
    const client = await started({ shapes });
    await server.called('platform.ping');
    await client.fill({ orderId: 'x', transaction: 'aa', fillBefore: Date.now() + 5000 });
    expect(server.calls(FILL)[0]!.params).toEqual({ id: 'x', tx: 'aa' });
    client.decline('y');
    expect((await server.called('platform.fills.reject'))[0]!.params).toEqual({ id: 'y' });
  });

  it('declines by silence where there is no method for it', async () => {
    const client = await started();
    client.decline('y');
    client.setBook(book(units(1)));
    await server.called(BOOK);
    expect(server.heard.map(({ method }) => method).at(-2)).toBe(START_ORDERS);
  });

  it('answers what wants an answer, and nothing else', async () => {
    await started();
    const message = (id: unknown, method: string, params: unknown = {}) => JSON.stringify({ id, method, params });
    server.push(message(1, 'ping'));
    server.push(message('two', 'platform.new_orders.new', newOrder('x')));
    server.push(message(3, 'platform.unheard_of'));
    server.push(message(4, 'platform.new_orders.new', { ...newOrder('y'), fill_before: 'soon' }));
    server.push(message(null, 'ping'));
    server.push(message(undefined, 'platform.unheard_of'));
    await until(() => expect(server.answers).toHaveLength(4));
    expect(server.answers).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 'two', result: {} },
      { jsonrpc: '2.0', id: 3, error: { code: -32601, message: 'there is no method platform.unheard_of' } },
      { jsonrpc: '2.0', id: 4, error: { code: -32602, message: expect.stringContaining('params.fill_before') } },
    ]);
    expect(types()).toContain('flash-unknown-method');
  });

  it('tells the peer that it failed, without saying how', async () => {
    await started({
      onOrder() {
        throw new Error('secret');
      },
    });
    server.push(JSON.stringify({ id: 9, method: 'platform.new_orders.new', params: newOrder('x') }));
    await until(() =>
      expect(server.answers).toEqual([expect.objectContaining({ error: { code: -32603, message: 'internal error' } })]),
    );
    expect(events).toContainEqual(expect.objectContaining({ type: 'flash-consumer-failed', detail: 'secret' }));
  });

  it('is not harmed by bad messages', async () => {
    const client = await started();
    const bad = [
      ...['', 'no json', '[]', 'null', '{}', '{"method":1}', '{"method":""}', '{"id":{},"method":"x"}'],
      ...['{"id":99,"result":{}}', '{"id":null,"result":1}', '{"id":1,"error":"no"}', '{"id":1,"error":{"code":"x"}}'],
      ...['{"id":null,"error":{"code":-32700,"message":"parse"}}', '{"method":"maker.fill_execution.next"}'],
      JSON.stringify({ method: 'platform.new_orders.new', params: { ...newOrder('z'), limit_order: { sell: 1 } } }),
      JSON.stringify({ method: 'maker.fill_execution.next', params: { sequence_number: '1' } }),
      JSON.stringify({ method: 'maker.fill_execution.next', params: { sequence_number: 1.5 } }),
      JSON.stringify({ method: 'maker.fill_execution.next', params: { sequence_number: -1 } }),
    ];
    for (const text of bad) server.push(text);
    server.notify('platform.new_orders.new', newOrder('fine'));
    await until(() => expect(orders.map(({ id }) => id)).toEqual(['fine']));
    expect(executions).toEqual([]);
    expect(client.health()[0]!.ready).toBe(true);
    const told = events.filter((event) => event.type === 'flash-bad-message');
    // The first, second, fourth, eighth, …: a flood of them floods no log.
    expect(told.map(({ count }) => count)).toEqual([1, 2, 4, 8, 16]);
    expect(told.map(({ detail }) => detail)).toContain('expected JSON');
  });

  it('repeats its key to nobody, whatever its peer repeats', async () => {
    const client = await started();
    server.push('{"method":"secret-key"}');
    server.push('{"method":"maker.fill_execution.next","params":{"sequence_number":"secret-key"}}');
    server.notify('platform.new_orders.new', newOrder('of secret-key'));
    server.react.set(FILL, () => ({ error: { code: -32001, message: 'no such key: secret-key' } }));
    const fill = client.fill({ orderId: 'x', transaction: '4d', fillBefore: Date.now() + 5000 });
    await expect(fill).rejects.toMatchObject({ message: 'no such key: …' });
    await until(() => expect(orders.map(({ id }) => id)).toEqual(['of …']));
    server.hangUp('bye, secret-key');
    await until(() => {
      expect(events).toContainEqual(expect.objectContaining({ type: 'stream-closed', detail: 'bye, …' }));
    });
  });

  it('gives up a connection that sends more than is allowed, and comes back', async () => {
    await started();
    server.push(JSON.stringify({ method: 'x', params: 'y'.repeat(1024 * 1024) }));
    await server.called(START_ORDERS, 2);
    expect(events).toContainEqual(expect.objectContaining({ type: 'stream-closed', reason: 'protocol-error' }));
  });

  it('comes back after having been refused', async () => {
    const port = server.port;
    await server.close();
    server = await FlashServer.start({ port, key: 'other' });
    make().start();
    await until(() => expect(events).toContainEqual(expect.objectContaining({ type: 'stream-refused', status: 401 })));
    await server.close();
    server = await FlashServer.start({ port, key: 'secret-key' });
    await server.called(START_ORDERS);
  });

  it('follows no redirect: its key is for one host', async () => {
    const elsewhere = await startStreamServer();
    elsewhere.behave({ type: 'redirect', location: server.url });
    const client = make({ urls: [elsewhere.url] });
    client.start();
    await until(() => expect(events).toContainEqual(expect.objectContaining({ type: 'stream-refused', status: 302 })));
    expect(server.requests).toEqual([]);
    await client.stop();
    await elsewhere.close();
  });

  it('stops for good, and takes its prices back before', async () => {
    const client = await started();
    client.setBook(book(units(1)));
    await server.called(BOOK);
    client.clearBooks();
    await client.stop();
    await until(() => expect(server.connections).toBe(0));
    expect(server.calls(BOOK).at(-1)!.params).toMatchObject({ bids: [], asks: [] });
    expect(() => client.start()).toThrow(expect.objectContaining({ code: 'flash-stopped' }));
    await client.stop();
  });

  it('refuses what cannot work', () => {
    expect(() => make({ urls: [] })).toThrow(expect.objectContaining({ code: 'no-flash-url' }));
    expect(() => make({ urls: ['ws://example.com'] })).toThrow(
      expect.objectContaining({ code: 'insecure-stream-url' }),
    );
    expect(() => make({ connections: 0 })).toThrow(
      expect.objectContaining({ code: 'bad-flash-option', path: 'connections' }),
    );
    expect(() => make({ pingIntervalMs: 0 })).toThrow(expect.objectContaining({ code: 'bad-stream-option' }));
    clients = [];
  });
});
