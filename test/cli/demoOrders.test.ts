import { describe, expect, it } from 'vitest';
import { TradeApiError } from '../../src/anthic/trade/error.js';
import { SolverError } from '../../src/base/error.js';
import type { Deal, Dex, Wish } from '../../src/cli/demo/dex.js';
import { reportLoad } from '../../src/cli/demo/load.js';
import { Orders } from '../../src/cli/demo/orders.js';
import type { Story } from '../../src/cli/demo/watch.js';
import type { EndState } from '../../src/sandbox/anthic/events.js';

const DEAL = {} as Deal;
const WISH = {} as Wish;

function story(id: string, state: EndState | undefined, { ends = 1, onLedger = state === 'settled' } = {}): Story {
  const none = { symbol: 'XRD', amount: '1' };
  const commit = onLedger ? ({} as Story['commit']) : undefined;
  return { id, account: '', sell: none, buy: none, at: {}, items: [], ends, state, commit };
}

function tally(...stories: Story[]) {
  const orders = new Orders();
  for (const { id } of stories) orders.add(id, DEAL);
  return orders.tally(new Map(stories.map((each) => [each.id, each])));
}

describe('the tally of orders', () => {
  it('counts how they ended', () => {
    const ended = tally(
      story('a', 'settled'),
      story('b', 'settled'),
      story('c', 'expired'),
      story('d', 'no-liquidity'),
    );
    expect(ended).toEqual({ sent: 4, ends: { settled: 2, expired: 1, 'no-liquidity': 1 }, lost: [] });
  });

  it.each<[string, Story, string]>([
    ['never ended', story('a', undefined, { ends: 0 }), 'a: it ended 0 times'],
    ['ended twice', story('a', 'settled', { ends: 2 }), 'a: it ended 2 times'],
    [
      'settled, but not on the ledger',
      story('a', 'settled', { onLedger: false }),
      'a: settled, and the ledger disagrees',
    ],
    [
      'expired, but settled on the ledger',
      story('a', 'expired', { onLedger: true }),
      'a: expired, and the ledger disagrees',
    ],
  ])('tells of one that %s', (_, of, said) => {
    expect(tally(of, story('b', 'settled'))).toEqual({ sent: 2, ends: { settled: 1 }, lost: [said] });
  });

  it('tells of one that nobody knows', () => {
    const orders = new Orders();
    orders.add('a', DEAL);
    expect(orders.tally(new Map()).lost).toEqual(['a: nobody knows it']);
  });

  it('counts those that were refused, before they were composed or after', async () => {
    const orders = new Orders();
    const fails = (error: Error) => ({ quote: () => Promise.reject(error) }) as unknown as Dex;
    await orders.submit(fails(new SolverError('no-liquidity', 'there is none')), WISH);
    const refused = new TradeApiError('refused', 'POST /trade/orders', 'no', { status: 422, reason: 'order-invalid' });
    await orders.submit(fails(refused), WISH);
    await orders.submit(fails(new TradeApiError('timeout', 'GET /trade/info', 'no answer', {})), WISH);
    expect(orders.tally(new Map())).toEqual({
      ...{ sent: 3, lost: [] },
      ends: { 'refused: no-liquidity': 1, 'refused: order-invalid': 1, 'refused: timeout': 1 },
    });
    await expect(orders.submit(fails(new TypeError('a mistake')), WISH)).rejects.toThrow('a mistake');
  });
});

describe('the report of a load', () => {
  it('tells throughput, fill rate and how long each step took', () => {
    const orders = new Orders();
    const stories = Array.from({ length: 100 }, (_, n) => {
      orders.add(`${n}`, DEAL);
      const accepted = 1_000 + 100 * n;
      const settled = { asked: accepted, filled: accepted + n, pushed: accepted + n, submitted: accepted + n + 10 };
      const isSettled = n % 4 !== 3;
      const at = isSettled ? { accepted, ...settled, settled: accepted + n + 500 } : { accepted, asked: accepted };
      return { ...story(`${n}`, isSettled ? 'settled' : 'no-liquidity'), at };
    });
    const report = reportLoad({ stories: new Map(stories.map((each) => [each.id, each])), transactions: 7 }, orders);
    expect(report).toMatchObject({ sent: 100, ends: { settled: 75, 'no-liquidity': 25 }, lost: [], transactions: 7 });
    expect(report.fillRate).toBe(0.75);
    // From the first acceptance at 1 s to the last settlement, of order 98, at 11.398 s.
    expect(report.perSecond).toBeCloseTo(75 / 10.398, 6);
    expect(report.latency['accepted → asked']).toEqual({ p50: 0, p95: 0, p99: 0 });
    expect(report.latency['pushed → submitted']).toEqual({ p50: 10, p95: 10, p99: 10 });
    expect(report.latency['accepted → settled']).toEqual({ p50: 549, p95: 594, p99: 598 });
  });

  it('is one of zeros where nothing was taken', () => {
    const report = reportLoad({ stories: new Map(), transactions: 0 }, new Orders());
    expect(report).toMatchObject({ sent: 0, perSecond: 0, fillRate: 0, lost: [] });
    expect(report.latency['accepted → settled']).toEqual({ p50: 0, p95: 0, p99: 0 });
  });
});
