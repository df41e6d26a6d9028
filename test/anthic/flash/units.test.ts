import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriceBooks } from '../../../src/anthic/flash/books.js';
import { PendingCalls } from '../../../src/anthic/flash/calls.js';
import { CallRefused, FlashError } from '../../../src/anthic/flash/error.js';
import { Executions } from '../../../src/anthic/flash/executions.js';
import { Fills } from '../../../src/anthic/flash/fills.js';
import {
  encodeCall,
  encodeFault,
  encodeNotification,
  encodeResult,
  parseMessage,
} from '../../../src/anthic/flash/jsonrpc.js';
import type { FlashSession } from '../../../src/anthic/flash/session.js';
import { flashSettings } from '../../../src/anthic/flash/settings.js';
import { StartingPoint } from '../../../src/anthic/flash/startingPoint.js';
import { readExecution, readNewOrder } from '../../../src/anthic/flash/wire.js';
import type { OrderBook } from '../../../src/anthic/order/book.js';
import { newOrder } from '../../support/flashServer.js';
import { FakeClock } from '../stream/fakes.js';

describe('JSON-RPC messages', () => {
  it('read back as they were written', () => {
    expect(parseMessage(encodeCall(7, 'a.b', { c: 1 }))).toEqual({
      type: 'request',
      id: 7,
      method: 'a.b',
      params: { c: 1 },
    });
    expect(parseMessage(encodeNotification('a.b', []))).toEqual({
      type: 'request',
      id: undefined,
      method: 'a.b',
      params: [],
    });
    expect(parseMessage(encodeResult('x', null))).toEqual({ type: 'result', id: 'x', result: null });
    expect(parseMessage(encodeFault(1, { code: -1, message: 'm' }))).toEqual({
      ...{ type: 'fault', id: 1 },
      fault: { code: -1, message: 'm' },
    });
  });

  it('need neither jsonrpc nor an id, and an id of null is none', () => {
    expect(parseMessage('{"method":"m"}')).toEqual({ type: 'request', id: undefined, method: 'm', params: undefined });
    expect(parseMessage('{"method":"m","id":null,"jsonrpc":"1.0"}')).toMatchObject({ type: 'request', id: undefined });
    expect(parseMessage('{"id":3,"error":{"code":-5}}')).toMatchObject({ fault: { code: -5, message: '' } });
    expect(parseMessage('{"id":3,"result":1,"error":null}')).toMatchObject({ type: 'result', result: 1 });
  });

  it('are refused by the member that is wrong', () => {
    const path = (text: string) => {
      try {
        return parseMessage(text);
      } catch (error) {
        expect(error).toBeInstanceOf(FlashError);
        return (error as FlashError).path;
      }
    };
    expect(path('{')).toBe('');
    expect(path('[{}]')).toBe('');
    expect(path('{"method":"x","id":[]}')).toBe('id');
    expect(path('{"method":{}}')).toBe('method');
    expect(path(`{"method":"${'x'.repeat(201)}"}`)).toBe('method');
    expect(path('{"result":1}')).toBe('id');
    expect(path('{"id":1,"error":1}')).toBe('error');
    expect(path('{"id":1,"error":{"code":"1"}}')).toBe('error.code');
  });

  it('of any text are read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(['request', 'result', 'fault']).toContain(parseMessage(text).type);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-message' });
        }
      }),
    );
  });
});

describe('bodies', () => {
  const refused = (change: object) => {
    try {
      return readNewOrder(newOrder('x', change));
    } catch (error) {
      return (error as FlashError).path;
    }
  };

  it('of orders are refused by the field that is wrong', () => {
    const side = (sell: object) => ({ limit_order: { sell, buy: { symbol: 'b', amount: '1' } } });
    expect(refused({ id: 7 })).toBe('params.id');
    expect(refused({ id: '' })).toBe('params.id');
    expect(refused({ fill_before: '1' })).toBe('params.fill_before');
    expect(refused({ fill_before: 1733248278000 * 1000 })).toBe('params.fill_before');
    expect(refused({ created_at: -1 })).toBe('params.created_at');
    expect(refused({ limit_order: undefined })).toBe('params.limit_order');
    for (const amount of ['0', '-1', 'x', '1e3', 1, '0.0000000000000000001', '9'.repeat(79)]) {
      expect(refused(side({ symbol: 'a', amount }))).toBe('params.limit_order.sell.amount');
    }
    expect(() => readNewOrder(undefined)).toThrow(FlashError);
    expect(() => readExecution(null)).toThrow(expect.objectContaining({ code: 'bad-message' }));
  });

  it('of executions that are not known count, and say what they are', () => {
    const of = (change: unknown) => readExecution({ sequence_number: 1, occurred_at: 1, order_id: 'x', change }).change;
    expect(of({ started: null })).toEqual({ type: 'started', subintentId: undefined });
    expect(of({})).toEqual({ type: 'unknown', detail: 'change: empty' });
    expect(of({ completed: {} })).toMatchObject({ type: 'unknown', detail: expect.stringContaining('outcome') });
    expect(of('x')).toMatchObject({ type: 'unknown', detail: expect.stringContaining('change') });
  });
});

describe('PriceBooks', () => {
  const book = (base: string, price: bigint): OrderBook => {
    return { pair: { base, quote: 'Q' }, bids: price === 0n ? [] : [{ price, amount: 1n }], asks: [] };
  };

  it('whatever is set and whatever gets through, the peer ends with what was set last', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('set' as const), base: fc.constantFrom('A', 'B', 'C'), price: fc.bigInt(0n, 3n) }),
      fc.record({ type: fc.constant('flush' as const), room: fc.nat(3) }),
      fc.record({ type: fc.constant('reconnect' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const books = new PriceBooks();
        const wanted = new Map<string, OrderBook>();
        let peer = new Map<string, OrderBook>();
        const send = (room: number) =>
          books.flush((each) => {
            if (room-- <= 0) return false;
            // Only what changed: never the same twice in a row.
            expect(peer.get(each.pair.base)).not.toEqual(each);
            peer.set(each.pair.base, each);
            return true;
          });
        for (const each of steps) {
          if (each.type === 'set') {
            books.set(book(each.base, each.price));
            wanted.set(each.base, book(each.base, each.price));
          } else if (each.type === 'flush') send(each.room);
          else {
            peer = new Map();
            books.forgetSent();
          }
        }
        expect(send(3)).toBe(true);
        expect(peer).toEqual(wanted);
      }),
    );
  });
});

describe('PendingCalls', () => {
  it('settles by id, once; the rest is ignored', async () => {
    const clock = new FakeClock();
    const calls = new PendingCalls(clock);
    const first = calls.make(100, () => true);
    const second = calls.make(100, () => true);
    expect(calls.settle({ type: 'result', id: 2, result: 'b' })).toBe(true);
    expect(calls.settle({ type: 'result', id: 2, result: 'c' })).toBe(false);
    expect(calls.settle({ type: 'result', id: 'x', result: 'c' })).toBe(false);
    expect(calls.settle({ type: 'fault', id: undefined, fault: { code: 1, message: '' } })).toBe(false);
    expect(calls.settle({ type: 'fault', id: 1, fault: { code: -7, message: 'no\u0007' } })).toBe(true);
    await expect(second).resolves.toBe('b');
    await expect(first).rejects.toMatchObject({ rpcCode: -7, message: 'no?' });
    expect(clock.pending).toBe(0);
  });

  it('ends with the connection, with its time, or at once where nothing can be sent', async () => {
    const clock = new FakeClock();
    const calls = new PendingCalls(clock);
    const [lost, late] = [calls.make(500, () => true), calls.make(50, () => true)];
    await expect(calls.make(100, () => false)).rejects.toMatchObject({ code: 'not-connected' });
    clock.advance(60);
    await expect(late).rejects.toMatchObject({ code: 'call-unanswered' });
    calls.fail(new FlashError('connection-lost', 'gone'));
    await expect(lost).rejects.toMatchObject({ code: 'connection-lost' });
    expect(clock.pending).toBe(0);
  });
});

describe('StartingPoint', () => {
  it('does not try the other form for another error, and tells an error of both', async () => {
    const asked: unknown[] = [];
    const point = new StartingPoint('number', () => {});
    const refuse = (code: number) => async (params: any) => {
      asked.push(params.historical_starting_point);
      throw new CallRefused(code, 'no');
    };
    await expect(point.start(5, refuse(-32603))).rejects.toMatchObject({ rpcCode: -32603 });
    await expect(point.start(5, refuse(-32602))).rejects.toMatchObject({ rpcCode: -32602 });
    expect(asked).toEqual([5, 5, { at_sequence_number: 5 }]);
  });
});

describe('Executions', () => {
  it('of any number of connections, with losses, copies and disorder, come once and in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ session: fc.nat(2), sequence: fc.integer({ min: 1, max: 12 }) }), { maxLength: 60 }),
        (last, arrivals) => {
          const clock = new FakeClock();
          const told: number[] = [];
          const executions = new Executions({
            ...{ position: 0, clock, retryMs: 10 },
            onExecution: ({ sequence }) => told.push(sequence),
            onEvent: () => {},
          });
          let seen = 0;
          const receive = (sequence: number, session: FlashSession) => {
            seen = Math.max(seen, sequence);
            executions.received(
              { sequence, occurredAt: 0, orderId: 'x', change: { type: 'unknown', detail: '' } },
              session,
            );
          };
          const sessions = [0, 1, 2].map((index) => {
            const session: FlashSession = {
              url: `s${index}`,
              // The peer tells everything from there on.
              async startExecutions() {
                for (let next = executions.next; next <= last; next++) receive(next, session);
              },
            } as unknown as FlashSession;
            return session;
          });
          for (const { session, sequence } of arrivals) if (sequence <= last) receive(sequence, sessions[session]!);
          clock.advance(1000);
          expect(told).toEqual(Array.from({ length: told.length }, (_, index) => index + 1));
          expect(told.length).toBeGreaterThanOrEqual(seen);
          for (const session of sessions) executions.forget(session);
          expect(clock.pending).toBe(0);
        },
      ),
    );
  });
});

describe('Fills', () => {
  it('pass on what is no error of the connection', async () => {
    const session = { fill: () => Promise.reject(new TypeError('bug')) } as unknown as FlashSession;
    const fills = new Fills({ clock: new FakeClock(), timeoutMs: 10, sessions: () => [session] });
    const fill = { orderId: 'x', transaction: '', fillBefore: Number.MAX_SAFE_INTEGER };
    await expect(fills.fill(fill)).rejects.toThrow('bug');
  });
});

describe('flashSettings', () => {
  it('keeps the defaults where nothing is given', () => {
    expect(flashSettings({ connections: undefined as never })).toMatchObject({
      connections: 2,
      maxPayload: 1024 * 1024,
    });
    for (const name of ['callTimeoutMs', 'fillTimeoutMs', 'gapRetryMs', 'bookBufferBytes'] as const) {
      expect(() => flashSettings({ [name]: 1.5 })).toThrow(expect.objectContaining({ path: name }));
    }
  });
});
