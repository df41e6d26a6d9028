import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { Inventory } from '../../src/maker/inventory.js';

const gives = (amount: bigint, gets = 0n) => ({ gives: { symbol: 'A', amount }, gets: { symbol: 'B', amount: gets } });

describe('Inventory', () => {
  it('promises nothing before a balance is known', () => {
    const inventory = new Inventory(() => undefined);
    expect(inventory.isEmpty).toBe(true);
    expect(inventory.reserve('x', gives(1n))).toBe(false);
    inventory.observe(1, new Map([['A', 1n]]));
    expect(inventory.reserve('x', gives(1n))).toBe(true);
    expect(inventory.reserve('x', gives(0n))).toBe(false);
    expect([inventory.promises, inventory.held('A'), inventory.reserved('A'), inventory.held('B')]).toEqual([
      1,
      1n,
      1n,
      0n,
    ]);
  });

  it('keeps a minimum and does not take in more than the maximum', () => {
    const inventory = new Inventory((symbol) => (symbol === 'A' ? { min: 4n, max: undefined } : { min: 0n, max: 10n }));
    inventory.observe(
      1,
      new Map([
        ['A', 10n],
        ['B', 3n],
      ]),
    );
    expect([inventory.spendable('A'), inventory.room('A'), inventory.room('B')]).toEqual([6n, undefined, 7n]);
    expect(inventory.reserve('x', gives(7n))).toBe(false);
    expect(inventory.reserve('x', gives(1n, 8n))).toBe(false);
    expect(inventory.reserve('x', gives(4n, 5n))).toBe(true);
    expect([inventory.spendable('A'), inventory.room('B')]).toEqual([2n, 2n]);
    inventory.observe(
      2,
      new Map([
        ['A', 1n],
        ['B', 20n],
      ]),
    );
    expect([inventory.spendable('A'), inventory.room('B')]).toEqual([0n, 0n]);
  });

  it('frees what settled when a balance has it, whichever comes first', () => {
    const inventory = new Inventory(() => undefined);
    inventory.observe(5, new Map([['A', 10n]]));
    inventory.reserve('x', gives(6n));
    inventory.settled('x', 8);
    inventory.observe(7, new Map([['A', 10n]]));
    expect(inventory.spendable('A')).toBe(4n);
    inventory.observe(8, new Map([['A', 4n]]));
    expect(inventory.spendable('A')).toBe(4n);
    inventory.reserve('y', gives(3n));
    inventory.observe(9, new Map([['A', 1n]]));
    expect(inventory.spendable('A')).toBe(0n);
    inventory.settled('y', 9);
    inventory.settled('unknown', 9);
    expect(inventory.spendable('A')).toBe(1n);
  });

  it('passes over balances from before the last fill that it has forgotten', () => {
    const inventory = new Inventory(() => undefined, 7);
    inventory.observe(6, new Map([['A', 10n]]));
    expect(inventory.isEmpty).toBe(true);
    inventory.observe(7, new Map([['A', 4n]]));
    expect(inventory.spendable('A')).toBe(4n);
  });

  /** The ledger, and Gateways that show states of it late and out of order, as they do. */
  class World {
    state = 0;
    readonly balances: bigint[] = [];
    readonly open = new Map<string, bigint>();
    readonly settled = new Map<string, number>();

    constructor(balance: bigint) {
      this.balances.push(balance);
    }

    get balance(): bigint {
      return this.balances.at(-1)!;
    }

    settle(id: string): void {
      this.balances.push(this.balance - this.open.get(id)!);
      this.settled.set(id, this.balances.length - 1);
      this.open.delete(id);
    }

    deposit(amount: bigint): void {
      this.balances.push(this.balance + amount);
    }
  }

  it('never promises more than the account holds, whatever order news comes in', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('order' as const), amount: fc.bigInt(1n, 40n) }),
      fc.record({ type: fc.constantFrom('settle' as const, 'expire' as const, 'news' as const), which: fc.nat(50) }),
      fc.record({ type: fc.constant('look' as const), back: fc.nat(4) }),
      fc.record({ type: fc.constant('deposit' as const), amount: fc.bigInt(1n, 20n) }),
    );
    fc.assert(
      fc.property(fc.bigInt(0n, 100n), fc.bigInt(0n, 10n), fc.array(step, { maxLength: 120 }), (start, min, steps) => {
        const world = new World(start);
        const inventory = new Inventory(() => ({ min, max: undefined }));
        let orders = 0;
        for (const each of steps) {
          const open = [...world.open.keys()];
          if (each.type === 'order') {
            const id = `order ${orders++}`;
            if (inventory.reserve(id, gives(each.amount))) world.open.set(id, each.amount);
          } else if (each.type === 'deposit') world.deposit(each.amount);
          else if (each.type === 'look') {
            const version = Math.max(0, world.balances.length - 1 - each.back);
            inventory.observe(version, new Map([['A', world.balances[version]!]]));
          } else if (each.type === 'news') {
            const known = [...world.settled];
            const [id, version] = known[each.which % Math.max(1, known.length)] ?? ['none', 0];
            inventory.settled(id, version);
          } else if (open.length > 0) {
            const id = open[each.which % open.length]!;
            if (each.type === 'settle') world.settle(id);
            else {
              world.open.delete(id);
              inventory.release(id);
            }
          }
          // All open promises could settle now.
          const promised = [...world.open.values()].reduce((sum, amount) => sum + amount, 0n);
          expect(promised).toBeLessThanOrEqual(world.balance);
          if (promised > 0n) expect(world.balance - promised).toBeGreaterThanOrEqual(min);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('restores a promise whatever the limits are now', () => {
    const inventory = new Inventory(() => ({ min: units(1), max: 0n }));
    inventory.restore('x', gives(5n, 5n));
    inventory.observe(1, new Map([['A', units(2)]]));
    expect(inventory.spendable('A')).toBe(units(1) - 5n);
    inventory.release('x');
    expect(inventory.spendable('A')).toBe(units(1));
  });
});
