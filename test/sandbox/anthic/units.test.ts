import { describe, expect, it } from 'vitest';
import { errorText } from '../../../src/sandbox/anthic/flash/rpc.js';
import type { Order, Part } from '../../../src/sandbox/anthic/order.js';
import { Orders } from '../../../src/sandbox/anthic/orders.js';
import { RateLimit } from '../../../src/sandbox/anthic/rate.js';
import { SettlementWatch } from '../../../src/sandbox/anthic/settlement.js';

describe('orders', () => {
  /** As much of an order as is looked at here. */
  function ended(id: string): Order {
    const part = { id: `part of ${id}`, fillId: `fill of ${id}` } as Part;
    return { id, parts: [], offered: [part], failed: new Set(), state: 'settled' } as unknown as Order;
  }

  it('forget the oldest that have ended, with all that was known of them', () => {
    const orders = new Orders();
    for (let n = 0; n <= 10_000; n++) {
      const order = ended(`${n}`);
      orders.add(order);
      orders.addPart(order, order.offered[0]!);
      orders.useFill(order.offered[0]!.fillId!);
      orders.end(order);
    }
    expect([orders.has('0'), orders.has('1')]).toEqual([false, true]);
    expect([orders.isUsed('fill of 0'), orders.isUsed('fill of 1')]).toEqual([false, true]);
    expect([orders.partOf('part of 0'), orders.partOf('part of 1')?.order.id]).toEqual([undefined, '1']);
    expect(orders.matched).toEqual([]);
  });
});

describe('a rate limit', () => {
  it('counts each caller by itself, second by second', () => {
    let now = 0;
    const rate = new RateLimit(2, () => now);
    expect([rate.admits('a'), rate.admits('a'), rate.admits('a'), rate.admits('b')]).toEqual([true, true, false, true]);
    now = 1000;
    expect(rate.admits('a')).toBe(true);
  });
});

describe('an error that nobody foresaw', () => {
  it('is told as one, and nothing of it', () => {
    const error = { code: -32603, message: 'an internal error', data: { code: 'internal' } };
    expect(JSON.parse(errorText(7, new Error('secret')))).toEqual({ jsonrpc: '2.0', id: 7, error });
  });
});

describe('the watch on settlements', () => {
  const timing = { pollMs: 1, graceMs: 1000 } as never;
  const sleep = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('takes an order for expired only when one answer says both: not finalized, and past its time', async () => {
    const times = [5000, 5999, 6000];
    const asked: number[] = [];
    const ledger = {
      subintentStatus: async () => {
        const proposerTimestampMs = times.shift()!;
        asked.push(proposerTimestampMs);
        return { ledger: { proposerTimestampMs }, finalized: undefined };
      },
    };
    const watch = new SettlementWatch(ledger as never, timing, { sleep }, new AbortController().signal);
    const end = await new Promise((resolve) => watch.follow({ id: 'x', expiresAtMs: 5000, onEnd: resolve }));
    expect([end, asked, watch.count]).toEqual([{ type: 'expired' }, [5000, 5999, 6000], 0]);
  });

  it('tells nothing once all ends', async () => {
    const ending = new AbortController();
    let ended = false;
    const ledger = {
      subintentStatus: async () => {
        ending.abort();
        return { ledger: {}, finalized: { by: 'txid', stateVersion: 1 } };
      },
    };
    const watch = new SettlementWatch(ledger as never, timing, { sleep }, ending.signal);
    watch.follow({
      id: 'x',
      expiresAtMs: 0,
      onEnd: () => {
        ended = true;
      },
    });
    while (!ending.signal.aborted) await sleep();
    for (let n = 0; n < 5; n++) await sleep();
    expect([ended, watch.count]).toEqual([false, 1]);
  });
});
