import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConformanceEngine } from '../../scripts/conformance/engine.js';
import { isLock, rootOf } from '../../scripts/conformance/settlementsAssemble.js';
import { type Case, readCase, settle } from '../../scripts/conformance/settlementsCase.js';
import { broken, changesOf } from '../../scripts/conformance/settlementsJudge.js';
import { randomCase } from '../../scripts/conformance/settlementsRandom.js';
import { shapeCase } from '../../scripts/conformance/settlementsShapes.js';
import { openWorld, type World } from '../../scripts/conformance/world.js';
import { parseAmount, units } from '../../src/base/amount.js';
import { PriceTable } from '../../src/settlement/price.js';
import { XRD } from '../../src/transaction/address.js';
import { Chance } from '../support/randomBundles.js';

/** What the solver adds of its own, and what it keeps, as the engine executes it. */

let engine: ConformanceEngine;
let world: World;

beforeAll(async () => {
  engine = await ConformanceEngine.start(process.env);
  world = await openWorld(engine.raw);
});

afterAll(() => engine.close());

/** A case whose first order sells less than the others want, and that pays well: a withdrawal costs a part of it. */
function lacking(shape: string, seed: number, reward = (units(1) * 6n) / 10n): Lacking {
  const made = shapeCase(world, new Chance(seed), shape);
  const [first, ...others] = made.items.map(({ order, wrapper }) => ({ order, wrapper: { ...wrapper, reward } }));
  const { sell } = first!.order;
  const lack = 7n * world.unit(sell.resource);
  const order = { ...first!.order, sell: { ...sell, amount: sell.amount - lack } };
  return { made: { ...made, items: [{ ...first!, order }, ...others] }, resource: sell.resource, lack };
}

interface Lacking {
  readonly made: Case;
  readonly resource: string;
  readonly lack: bigint;
}

describe('what the orders lack', () => {
  it.each(['pair', 'pair-fees', 'ring', 'makers', 'xrd', 'fresh', 'secp', '2xpair', 'eight', 'prefix'])(
    'is withdrawn behind the lock, and balances to the atto: %s',
    async (shape) => {
      const { made, resource, lack } = lacking(shape, 11);
      const bundle = readCase(made);
      const prices = PriceTable.of(new Map(resource === XRD ? [] : [[resource, 1000n]])).at(0);
      expect(() => settle(world, bundle, 'cheapest')).toThrow(expect.objectContaining({ code: 'deficit' }));
      const inventory = new Map([[resource, lack]]);
      const settled = settle(world, bundle, 'cheapest', world.facts, { inventory, prices });
      const { quote, fee, lock } = settled.proposal;
      expect(quote.inventory).toEqual([{ resource, amount: lack }]);
      const receipt = await world.judge.execute(settled.hex);
      expect(broken(settled, receipt)).toBeUndefined();
      const gain = changesOf(receipt).get(made.solver.account)!;
      const surplus = new Map(quote.surplus.map((each) => [each.resource, each.amount]));
      expect(gain.get(XRD)).toBe(quote.reward + (surplus.get(XRD) ?? 0n) - (resource === XRD ? lack : 0n));
      if (resource !== XRD) expect(gain.get(resource)).toBe((surplus.get(resource) ?? 0n) - lack);
      // The most that can be lost: the locked fee, and what was added.
      expect(parseAmount(receipt.fee!.total)).toBeLessThanOrEqual(lock);
      const off = Math.abs(Number(fee.total - parseAmount(receipt.fee!.total))) / Number(fee.total);
      if (fee.known) expect(off).toBeLessThan(0.005);
      const root = rootOf(settled.proposal.signed);
      const withdrawal = root.findIndex((each) => each.type === 'CALL_METHOD' && each.method === 'withdraw');
      expect(root.findIndex(isLock)).toBeLessThan(withdrawal);
      expect((await world.judge.submissionCheck(settled.hex)).accepted).toBe(true);
    },
  );

  it('is not given away', () => {
    const { made, resource, lack } = lacking('pair', 11, units(1) / 2n);
    const aims = { inventory: new Map([[resource, lack]]), prices: PriceTable.of(new Map([[resource, 1n]])).at(0) };
    const failure = expect.objectContaining({ code: 'deficit', message: expect.stringContaining('a profit of -0.0') });
    expect(() => settle(world, readCase(made), 'cheapest', world.facts, aims)).toThrow(failure);
  });
});

/** That of docs/economics.md §4: 91 given, 90.345529 wanted, of a token with six decimals. */
function knownSurplus(): Case {
  for (let seed = 0; ; seed++) {
    const made = shapeCase(world, new Chance(seed), 'surplus');
    const [seller, buyer] = made.items.map((item) => item.order);
    if (world.divisibility(seller!.sell.resource) !== 6) continue;
    const orders = [
      { ...seller!, sell: { ...seller!.sell, amount: parseAmount('91') } },
      { ...buyer!, buy: { ...buyer!.buy, amount: parseAmount('90.345529') } },
    ];
    return { ...made, items: orders.map((order, i) => ({ ...made.items[i]!, order })) };
  }
}

describe('a surplus', () => {
  it.each([0, 2])('is kept where it is worth more than that costs, by solver %i', async (solver) => {
    const made = { ...knownSurplus(), solver: world.of('solver')[solver]! };
    const bundle = readCase(made);
    const { sell } = made.items[0]!.order;
    const over = parseAmount('0.654471');
    const worth = (xrd: bigint) => PriceTable.of(new Map([[sell.resource, (xrd * units(1)) / over + 1n]])).at(0);

    const passed = settle(world, bundle, 'cheapest');
    const kept = settle(world, bundle, 'cheapest', world.facts, { prices: worth(units(1)) });
    expect(passed.proposal.quote).toMatchObject({ surplus: [], surplusValue: 0n });
    expect(kept.proposal.quote.surplus).toEqual([{ resource: sell.resource, amount: over }]);
    for (const settled of [passed, kept]) {
      expect(broken(settled, await world.judge.execute(settled.hex))).toBeUndefined();
    }
    // Just below and just above what keeping it costs.
    const cost = kept.proposal.quote.networkFee - passed.proposal.quote.networkFee;
    const cent = units(1) / 100n;
    const below = settle(world, bundle, 'cheapest', world.facts, { prices: worth(cost - cent) });
    const above = settle(world, bundle, 'cheapest', world.facts, { prices: worth(cost + cent) });
    expect(below.proposal.quote.surplus).toEqual([]);
    expect(above.proposal.quote.surplus).toHaveLength(1);
    expect(above.proposal.quote.profit).toBeGreaterThan(below.proposal.quote.profit);
  });
});

describe('whatever is composed with risks, prices and an inventory', () => {
  it('executes as predicted', async () => {
    const seen = { added: 0, kept: 0, settled: 0 };
    for (let seed = 0; seed < 100; seed++) {
      const chance = new Chance(seed * 7919);
      const made = randomCase(world, chance, { deficit: 0.6, maxItems: 6 });
      const bundle = readCase({
        ...made,
        items: made.items.map(({ order, wrapper }) => ({ order, wrapper: { ...wrapper, reward: units(1) } })),
      });
      const tokens = world.tokens.map(({ resource }) => resource);
      const prices = PriceTable.of(new Map(tokens.map((each) => [each, 1n + BigInt(chance.below(100_000))]))).at(0);
      const held = (resource: string) => world.balance(made.solver.account, resource) ?? 0n;
      const inventory = new Map([XRD, ...tokens].map((each) => [each, held(each) / 2n]));
      const risk = () => chance.below(100_000);
      let settled: ReturnType<typeof settle>;
      try {
        settled = settle(world, bundle, 'cheapest', world.facts, { risk, prices, inventory });
      } catch (error) {
        expect(error).toMatchObject({ code: 'deficit' });
        continue;
      }
      const [receipt, check] = await Promise.all([
        world.judge.execute(settled.hex),
        world.judge.submissionCheck(settled.hex),
      ]);
      expect(broken(settled, receipt), `seed ${seed}`).toBeUndefined();
      expect(check.accepted, `seed ${seed}`).toBe(true);
      const { quote, fee } = settled.proposal;
      const charged = Number(parseAmount(receipt.fee!.total));
      if (fee.known) expect(Math.abs(Number(fee.total) - charged) / charged, `seed ${seed}`).toBeLessThan(0.02);
      seen.settled++;
      if (quote.inventory.length > 0) seen.added++;
      if (quote.surplus.length > 0) seen.kept++;
    }
    expect(seen.settled).toBeGreaterThan(60);
    expect(seen.added).toBeGreaterThan(10);
    expect(seen.kept).toBeGreaterThan(10);
  });
});
