import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWrappedOrder, verifyWrappedOrder } from '../../src/anthic/wrappedOrder.js';
import { units } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { CERTAIN } from '../../src/settlement/chance.js';
import { spareVariants } from '../../src/settlement/compose/keep.js';
import { expectedWorth } from '../../src/settlement/exposure.js';
import { PriceTable } from '../../src/settlement/price.js';
import { propose, type SettleContext, type SettledOrder } from '../../src/settlement/settle.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { encodeTransaction } from '../../src/transaction/payload.js';
import { NOTARY, SIMULATOR, XRD } from '../support/build.js';
import { itemHex, makeItem, makePair, token, type WrapperOptions } from '../support/bundles.js';
import { Chance, type RandomItem, randomBundle } from '../support/randomBundles.js';

/** What a settlement is composed for beside the fewest takes: risk, prices, and what the solver adds of its own. */

const ACCOUNT = preallocatedAccount(NOTARY.publicKey);
const [A, B] = [token(1), token(2)];
const ALL_TOKENS = [1, 2, 3, 4].map(token);

function settled(items: readonly RandomItem[]): SettledOrder[] {
  return items.map(({ order, wrapper }) => {
    const item = readWrappedOrder(fromHex(itemHex(makeItem(order, wrapper))));
    return { ...item, ...verifyWrappedOrder(item, SIMULATOR, undefined) };
  });
}

const context: SettleContext = {
  network: SIMULATOR,
  epoch: 1n,
  solver: { account: ACCOUNT, publicKey: NOTARY.publicKey },
  facts: { holdsVault: () => true },
  composition: 'cheapest',
  tipBasisPoints: 0,
  discriminator: 1n,
};

/** So many pairs that trade the same tokens. */
function pairs(count: number, wrapper: WrapperOptions = {}): RandomItem[] {
  return Array.from({ length: count }, (_, seed) => makePair(A, B, units(10), units(7), seed))
    .flat()
    .map((order, index) => ({ order, wrapper: { ...wrapper, header: { discriminator: BigInt(index) } } }));
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const bytesOf = (orders: readonly SettledOrder[], aims: Partial<SettleContext>) => {
  const { signed } = propose(orders, { ...context, ...aims });
  return Buffer.from(encodeTransaction('SignedTransactionIntentV2', signed)).toString('hex');
};

describe('risk', () => {
  it('changes not a byte where all orders are alike', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: CERTAIN }), (seed, risk) => {
        const orders = settled(randomBundle(new Chance(seed), { maxItems: 6 }).items);
        expect(bytesOf(orders, { risk: () => risk })).toBe(bytesOf(orders, {}));
      }),
      { numRuns: 30 },
    );
  });

  it('is never worth less than without it, often more, and what is composed holds', () => {
    let gained = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const chance = new Chance(seed);
        const orders = settled(randomBundle(chance, { maxItems: 8 }).items);
        const risks = orders.map(() => (chance.often(0.3) ? chance.below(CERTAIN / 5) : 0));
        const aware = propose(orders, { ...context, risk: (order) => risks[orders.indexOf(order)]! });
        const blind = propose(orders, context);
        const worth = (each: typeof blind) => expectedWorth(each.quote.profit, each, risks);
        const gain = worth(aware) - worth(blind);
        expect(gain).toBeGreaterThanOrEqual(0n);
        if (gain > (BigInt(CERTAIN) * units(1)) / 100n) gained++;
      }),
      { numRuns: 100 },
    );
    expect(gained).toBeGreaterThan(15);
  });

  it('brings the order that may fail before the lock', () => {
    const orders = settled(pairs(4));
    const blind = propose(orders, context);
    expect(blind.behindLock).toHaveLength(6);
    for (const risky of orders.keys()) {
      const aware = propose(orders, { ...context, risk: (order) => (order === orders[risky] ? 100_000 : 0) });
      expect(aware.behindLock).not.toContain(risky);
      expect(aware.behindLock).toHaveLength(6);
    }
  });

  it('says what a failure costs: the later the dearer, with the tip, and nothing before the lock', () => {
    const orders = settled(pairs(4));
    const { behindLock, failureCosts, fee } = propose(orders, context);
    const costs = behindLock.map((order) => failureCosts[order]!);
    expect(costs).toEqual([...costs].sort((a, b) => (a < b ? -1 : 1)));
    for (const cost of costs) {
      expect(cost).toBeGreaterThan(units(1));
      expect(cost).toBeLessThan(fee.total);
    }
    for (const order of orders.keys()) {
      if (!behindLock.includes(order)) expect(failureCosts[order]).toBe(0n);
    }
    const tipped = propose(orders, { ...context, tipBasisPoints: 1000 });
    expect(tipped.failureCosts[behindLock[0]!]).toBeGreaterThan(costs[0]!);
  });

  it.each([-1, 0.5, CERTAIN + 1, Number.NaN])('refuses %s as a chance', (risk) => {
    const orders = settled(pairs(1));
    const failure = expect.objectContaining({ code: 'bad-chance', path: 'risk(orders[0])' });
    expect(() => propose(orders, { ...context, risk: () => risk })).toThrow(failure);
  });

  it('counts a failure by the orders that pay before it', () => {
    const exposure = { behindLock: [1, 2], failureCosts: [0n, 100n, 200n] };
    // Half survive the first, half of those the second: a quarter of the profit, less half of 100.
    expect(expectedWorth(1000n, exposure, [500_000, 500_000, 0])).toBe(250_000n * 1000n - 250_000n * 100n);
    expect(expectedWorth(1000n, exposure, [CERTAIN, 1, 1])).toBe(0n);
  });
});

describe('prices', () => {
  /** The first sells more than the second wants. */
  const surplus = (exact: boolean) => {
    const [seller, buyer] = makePair(A, B, units(91), units(1));
    const buy = { resource: A, amount: units(90), exact };
    return settled([
      { order: seller!, wrapper: {} },
      { order: { ...buyer!, buy }, wrapper: {} },
    ]);
  };
  const at = (price: bigint) => PriceTable.of(new Map([[A, price]])).at(0);

  it('keep a surplus that is worth it and pass on another', () => {
    const orders = surplus(false);
    const passed = propose(orders, { ...context, prices: at(units(1) / 1000n) });
    const kept = propose(orders, { ...context, prices: at(units(1)) });
    expect(passed.quote).toMatchObject({ surplus: [], surplusValue: 0n });
    expect(kept.quote).toMatchObject({ surplus: [{ resource: A, amount: units(1) }], surplusValue: units(1) });
    expect(kept.quote.profit).toBe(kept.quote.reward + units(1) - kept.quote.networkFee);
    expect(kept.execution.changes.get(ACCOUNT)!.get(A)).toBe(units(1));
  });

  it('count for what has to be kept anyway', () => {
    const [none, priced] = [undefined, at(units(2))].map((prices) => propose(surplus(true), { ...context, prices }));
    expect(none!.quote).toMatchObject({ surplus: [{ resource: A, amount: units(1) }], surplusValue: 0n });
    expect(priced!.quote.profit).toBe(none!.quote.profit + units(2));
  });

  it('are never worse than none', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const chance = new Chance(seed);
        const items = randomBundle(chance, { maxItems: 8 }).items.map(({ order, wrapper }) => {
          const amount = order.buy.amount - order.buy.amount / 50n;
          return { order: { ...order, buy: { ...order.buy, amount } }, wrapper };
        });
        const orders = settled(items);
        const table = new Map(ALL_TOKENS.map((each) => [each, units(1) * 10n ** BigInt(10 + chance.below(6))]));
        table.delete(XRD);
        const prices = PriceTable.of(new Map([...table].map(([id, price]) => [id, price / units(1) + 1n]))).at(0);
        const [blind, priced] = [propose(orders, context), propose(orders, { ...context, prices })];
        const worth = blind.quote.surplus.reduce((sum, each) => sum + prices.valueOf(each.resource, each.amount)!, 0n);
        expect(priced.quote.profit).toBeGreaterThanOrEqual(blind.quote.reward + worth - blind.quote.networkFee);
      }),
      { numRuns: 60 },
    );
  });

  it('leave ways to treat surpluses few', () => {
    const spare = new Map(Array.from({ length: 12 }, (_, i) => [token(i + 1), units(1)]));
    const priced = (price: bigint) => PriceTable.of(new Map([...spare.keys()].map((id) => [id, price]))).at(0);
    expect(spareVariants(spare, undefined)).toEqual([spare]);
    expect(spareVariants(spare, priced(1n))).toEqual([spare]);
    expect(spareVariants(spare, priced(units(1) / 20n)).map(({ size }) => size)).toEqual([12, 11, 10, 9]);
    expect(spareVariants(spare, priced(units(1))).map(({ size }) => size)).toEqual([12, 0]);
  });
});

describe('inventory', () => {
  const reward = units(6) / 10n;
  /** Lacks a tenth of a token. */
  const lacking = (resource = A) => {
    const items = pairs(2, { reward }).map(({ order, wrapper }) => {
      const named = (id: string) => (id === A ? resource : id);
      return {
        order: {
          ...order,
          sell: { ...order.sell, resource: named(order.sell.resource) },
          buy: { ...order.buy, resource: named(order.buy.resource) },
        },
        wrapper,
      };
    });
    const [first, ...others] = items;
    const sell = { resource, amount: units(10) - units(1) / 10n };
    return settled([{ order: { ...first!.order, sell }, wrapper: first!.wrapper }, ...others]);
  };
  const LACK = units(1) / 10n;
  const caps = (amount: bigint, resource = A) => new Map([[resource, amount]]);
  const prices = PriceTable.of(new Map([[A, units(1)]])).at(0);
  const deficit = expect.objectContaining({ code: 'deficit' });

  it('is off by default, and needs a cap and a price', () => {
    const orders = lacking();
    expect(() => propose(orders, context)).toThrow(deficit);
    expect(() => propose(orders, { ...context, prices })).toThrow(deficit);
    expect(() => propose(orders, { ...context, inventory: caps(LACK) })).toThrow(deficit);
    expect(() => propose(orders, { ...context, prices, inventory: caps(LACK - 1n) })).toThrow(deficit);
    expect(() => propose(orders, { ...context, prices, inventory: new Map() })).toThrow(deficit);
    const aims = { prices, inventory: caps(LACK), composition: 'template' } as const;
    expect(() => propose(orders, { ...context, ...aims })).toThrow(deficit);
  });

  it('adds what is lacking, and its value is a cost', () => {
    const { quote, execution } = propose(lacking(), { ...context, prices, inventory: caps(LACK) });
    expect(quote.inventory).toEqual([{ resource: A, amount: LACK }]);
    expect(quote.surplusValue).toBe(-LACK);
    expect(quote.profit).toBe(quote.reward - LACK - quote.networkFee);
    expect(execution.changes.get(ACCOUNT)).toEqual(
      new Map([
        [A, -LACK],
        [XRD, quote.reward],
      ]),
    );
  });

  it('counts what is given at what buying it again costs', () => {
    const table = new PriceTable(1);
    table.set(A, { bid: 1n, ask: 2n * units(1) });
    const dear = propose(lacking(), { ...context, prices: table.at(0), inventory: caps(LACK) });
    expect(dear.quote.surplusValue).toBe(-2n * LACK);
    const bidsOnly = { valueOf: (_: string, amount: bigint) => amount };
    const plain = propose(lacking(), { ...context, prices: bidsOnly, inventory: caps(LACK) });
    expect(plain.quote.surplusValue).toBe(-LACK - 1n);
  });

  it('adds XRD only where that has a cap', () => {
    const orders = lacking(XRD);
    expect(() => propose(orders, { ...context, inventory: caps(LACK) })).toThrow(deficit);
    const { quote, execution } = propose(orders, { ...context, inventory: caps(LACK, XRD) });
    expect(quote).toMatchObject({ inventory: [{ resource: XRD, amount: LACK }], surplusValue: -LACK });
    expect(execution.changes.get(ACCOUNT)).toEqual(new Map([[XRD, quote.reward - LACK]]));
  });

  it('stands behind the lock, however late that is', () => {
    const { signed } = propose(lacking(), { ...context, prices, inventory: caps(LACK) });
    const calls = signed.transactionIntent.rootIntentCore.instructions.value.flatMap((each) =>
      each.type === 'CALL_METHOD' ? [each.method] : [],
    );
    expect(calls).toEqual(['lock_fee', 'withdraw', 'deposit_batch']);
  });

  it('is not used at a loss', () => {
    const dear = PriceTable.of(new Map([[A, units(100)]])).at(0);
    const failure = expect.objectContaining({ code: 'deficit', message: expect.stringContaining('a profit of -') });
    expect(() => propose(lacking(), { ...context, prices: dear, inventory: caps(LACK) })).toThrow(failure);
  });

  it('completes whatever lacks something, to the atto', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const bundle = randomBundle(new Chance(seed), { deficit: 1, maxItems: 6 });
        const items = bundle.items.map(({ order, wrapper }) => ({ order, wrapper: { ...wrapper, reward: units(3) } }));
        const tiny = PriceTable.of(new Map(ALL_TOKENS.map((each) => [each, 1n]))).at(0);
        const inventory = new Map([...ALL_TOKENS, XRD].map((each) => [each, units(1)]));
        const { quote } = propose(settled(items), { ...context, prices: tiny, inventory });
        // That the plan's gains are those of the simulation is proven inside `propose`.
        expect(new Map(quote.inventory.map(({ resource, amount }) => [resource, amount]))).toEqual(bundle.deficits);
      }),
      { numRuns: 150 },
    );
  });
});
