import { describe, expect, it } from 'vitest';
import { chaos } from '../../scripts/chaos/chaos.js';

/** A small one; `npm run chaos` has a thousand orders. */
const ORDERS = 60;

describe('makers and solvers that are killed at any moment', () => {
  it('lose no order, and all books agree with the ledger', { timeout: 300_000 }, async () => {
    const { ends, troubles, problems } = await chaos({ orders: ORDERS, seed: 7 });
    expect(problems).toEqual([]);
    expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(ORDERS);
    expect(ends.settled).toBeGreaterThan(0);
    expect(troubles['maker-killed']! + troubles['solver-killed']!).toBeGreaterThan(0);
  });
});
