import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount, units } from '../../src/base/amount.js';
import { CERTAIN } from '../../src/settlement/chance.js';
import type { PlanContext, PlanDecision, SettleDecision, WaitingBundle } from '../../src/settlement/planner/model.js';
import { planSettlements } from '../../src/settlement/planner/plan.js';
import { SINGLE } from '../../src/settlement/policy.js';
import { PriceTable } from '../../src/settlement/price.js';
import type { SettledOrder } from '../../src/settlement/settle.js';
import { factsOf } from '../../src/solver/recording.js';
import { XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { ed25519Key } from '../support/build.js';
import { makePair, type OrderOptions, token } from '../support/bundles.js';
import { planContext, readOrder, recorded, waitingOf, waitingOfRecording } from '../support/waiting.js';

const [A, B, C, D] = [token(1), token(2), token(3), token(4)];
const reward = parseAmount('0.52');
const SURE = { cannotPay: 0, weight: 20, winsRace: CERTAIN };

function pair(seed: number, a = A, b = B): SettledOrder[] {
  return makePair(a, b, units(1), units(2), seed).map((order) => readOrder(order));
}

/** One order: sells so much of one token for so much of another. */
function lone(
  id: string,
  sell: readonly [string, bigint],
  buy: readonly [string, bigint],
  seed: number,
  options: Partial<OrderOptions> = {},
): WaitingBundle {
  const order = readOrder({
    user: ed25519Key(400 + seed),
    sell: { resource: sell[0], amount: sell[1] },
    buy: { resource: buy[0], amount: buy[1] },
    header: { discriminator: BigInt(seed) },
    ...options,
  });
  return waitingOf(id, [order]);
}

function pairs(count: number, a = A, b = B): WaitingBundle[] {
  return Array.from({ length: count }, (_, seed) => waitingOf(`${seed}`, pair(seed, a, b)));
}

function settled(decisions: readonly PlanDecision[]): SettleDecision[] {
  return decisions.filter((each) => each.type === 'settle');
}

function groups(decisions: readonly PlanDecision[]): string[] {
  return settled(decisions).map(({ bundles }) =>
    bundles
      .map(({ id }) => id)
      .sort()
      .join(),
  );
}

function risky(context: PlanContext, chances: ReadonlyMap<SettledOrder, number>): PlanContext {
  return { ...context, odds: { ...context.odds, cannotPay: (order) => chances.get(order) ?? 0 } };
}

/** The recorded bundles as the engine executed them (fixtures/vectors/settlement/README.md). */
function recordedPlan(scenario: string, policy: Parameters<typeof planContext>[0]) {
  const { recordings } = recorded(scenario);
  const waiting = recordings.map((recording, at) => waitingOfRecording(recording, `${at}`));
  const account = preallocatedAccount(ed25519Key(801).publicKey);
  const known = recordings.map((recording) => factsOf(recording, account));
  const holdsVault = (owner: string, resource: string) =>
    known.map((facts) => facts.holdsVault(owner, resource)).find((holds) => holds !== undefined);
  return planSettlements(waiting, planContext(policy, { epoch: 3n, facts: { holdsVault } }));
}

describe('merging', () => {
  it.each([
    [2, '0.1256'],
    [3, '0.1665'],
    [4, '0.1862'],
    [8, '0.2165'],
  ])('settles %i pairs that wait in one root, for at least %s XRD a pair', (count, least) => {
    const decisions = recordedPlan(`${count}xpair`, { chances: SURE });
    expect(decisions).toHaveLength(1);
    const [decision] = settled(decisions);
    const { quote } = decision!.proposal;
    expect(quote.feeKnown).toBe(true);
    expect(quote.profit / BigInt(count)).toBeGreaterThan(parseAmount(least));
    expect(decision!.chosen.expected).toBe(quote.profit);
    expect(decision!.unsure).toEqual([]);
  });

  it('lists what it considered, and marks what it chose', () => {
    const [decision] = settled(planSettlements(pairs(2), planContext()));
    expect(decision!.considered.map(({ bundleIds, chosen }) => [bundleIds.join(), chosen])).toEqual([
      ['0', false],
      ['1', false],
      ['0,1', true],
    ]);
    expect(decision!.chosen).toBe(decision!.considered[2]);
  });

  it('leaves each alone by the policy single', () => {
    const decisions = planSettlements(pairs(3), planContext(SINGLE));
    expect(groups(decisions)).toEqual(['0', '1', '2']);
    const [first] = settled(decisions);
    expect(first!.shares).toEqual([
      expect.objectContaining({
        bundleId: '0',
        fee: first!.proposal.quote.networkFee,
        profit: first!.proposal.quote.profit,
        lock: first!.proposal.lock,
      }),
    ]);
  });

  it('puts no more bundles into a root than the policy says, and no more wrappers than it holds', () => {
    const decisions = planSettlements(pairs(5), planContext({ chances: SURE, maxBundles: 2 }));
    expect(settled(decisions).map(({ bundles }) => bundles.length)).toEqual([2, 2, 1]);
    const large = planSettlements(pairs(10), planContext({ chances: SURE }));
    expect(settled(large).map(({ bundles }) => bundles.length)).toEqual([8, 2]);
  });

  it('never lets bundles with a subintent in common share a root', () => {
    const [one, other] = pairs(2) as [WaitingBundle, WaitingBundle];
    const again = waitingOf('again', [...one.orders].reverse());
    const decisions = planSettlements([one, again, other], planContext({ chances: SURE }));
    expect(groups(decisions).sort()).toEqual(['0,1', 'again']);
  });

  it('wants one moment at which all can commit', () => {
    const [one, other] = pairs(2) as [WaitingBundle, WaitingBundle];
    const apart = (window: Partial<WaitingBundle['window']>) => {
      const late = { ...other, window: { ...other.window, ...window } };
      return groups(planSettlements([one, late], planContext({ chances: SURE })));
    };
    expect(apart({})).toEqual(['0,1']);
    expect(apart({ startEpoch: 100n, endEpoch: 101n })).toEqual(['0', '1']);
    expect(apart({ minTimestamp: 1000n })).toEqual(['0', '1']);
  });

  it('reads the most that a fee may be for the whole root', () => {
    const decisions = planSettlements(pairs(4), planContext({ chances: SURE, maxFee: units(2) }));
    expect(settled(decisions).map(({ bundles }) => bundles.length)).toEqual([2, 2]);
  });

  it('makes no transaction that is longer than the ledger takes', () => {
    const large = [0, 1].map((seed) => {
      const [first, second] = makePair(A, B, units(1), units(2), seed) as [OrderOptions, OrderOptions];
      const header = { ...first.header, blobs: [new Uint8Array(600_000)] };
      return waitingOf(`${seed}`, [readOrder({ ...first, header }), readOrder(second)]);
    });
    expect(groups(planSettlements(large, planContext({ chances: SURE })))).toEqual(['0', '1']);
  });

  it('keeps to what is worth more alone when the estimate promised too much', () => {
    const waiting = pairs(2);
    // A tie between merging and not: every chance of failing lies behind the lock.
    const last = waiting[1]!.orders[1]!;
    for (let ppm = 200_000; ppm < 300_000; ppm += 10_000) {
      const context = risky(
        planContext(),
        new Map([
          [last, ppm],
          [waiting[1]!.orders[0]!, ppm],
          [waiting[0]!.orders[0]!, ppm],
        ]),
      );
      const decisions = settled(planSettlements(waiting, context));
      const apart = settled(planSettlements(waiting, { ...context, policy: { ...context.policy, maxBundles: 1 } }));
      const sum = (list: readonly SettleDecision[]) => list.reduce((all, { chosen }) => all + chosen.expected, 0n);
      expect(sum(decisions)).toBeGreaterThanOrEqual(sum(apart));
    }
  });
});

describe('who may fail', () => {
  it('keeps a bundle out that would spoil a root', () => {
    const waiting = pairs(4);
    const chances = new Map(waiting[2]!.orders.map((order) => [order, 400_000]));
    const decisions = planSettlements(waiting, risky(planContext(), chances));
    expect(groups(decisions).sort()).toEqual(['0,1,3', '2']);
  });

  it('puts those most likely to fail before the lock', () => {
    const waiting = pairs(2);
    const chances = new Map(waiting[1]!.orders.map((order) => [order, 50_000]));
    const [decision] = settled(planSettlements(waiting, risky(planContext(), chances)));
    expect(decision!.bundles).toHaveLength(2);
    expect(decision!.unsure).toEqual([]);
    expect(decision!.chosen).toMatchObject({ fails: 0, failureCost: 0n, succeeds: 902_500 });
  });

  it('weighs success, failure and what failing costs', () => {
    const waiting = pairs(2);
    const chances = new Map(waiting.flatMap(({ orders }) => orders).map((order) => [order, 20_000]));
    const context = risky(planContext(), chances);
    const odds = { ...context.odds, winsRace: () => 500_000 };
    const [decision] = settled(planSettlements(waiting, { ...context, odds }));
    const { succeeds, fails, failureCost, expected, reward, surplus, fee, tip } = decision!.chosen;
    expect(succeeds).toBe(461_184);
    expect(fails).toBe(19_016);
    expect(decision!.unsure).toHaveLength(2);
    expect(failureCost).toBeGreaterThan(parseAmount('0.7'));
    expect(failureCost).toBeLessThan(parseAmount('1.1'));
    const profit = reward + surplus - fee - tip;
    expect(expected).toBe((BigInt(succeeds) * profit - BigInt(fails) * failureCost) / 1_000_000n);
  });

  it('counts a tip apart from the fee', () => {
    const context = planContext({ chances: SURE, tip: { kind: 'fixed', basisPoints: 1000 } });
    const [decision] = settled(planSettlements(pairs(1), context));
    const [plain] = settled(planSettlements(pairs(1), planContext({ chances: SURE })));
    expect(decision!.chosen.fee).toBe(plain!.chosen.fee);
    expect(decision!.chosen.tip).toBeGreaterThan(0n);
    expect(plain!.chosen.tip).toBe(0n);
    expect(decision!.chosen.fee + decision!.chosen.tip).toBe(decision!.proposal.quote.networkFee);
  });

  it('signs nothing that is known to fail', () => {
    const [one, other] = pairs(2) as [WaitingBundle, WaitingBundle];
    const lacking = lone('lacking', [C, 5n], [D, 5n], 1);
    const chances = new Map([one.orders[0]!, lacking.orders[0]!].map((order) => [order, CERTAIN]));
    const decisions = planSettlements([one, other, lacking], risky(planContext(), chances));
    expect(groups(decisions)).toEqual(['1']);
    expect(decisions).toContainEqual(
      expect.objectContaining({
        type: 'end',
        bundle: one,
        outcome: 'declined',
        reason: { code: 'cannot-pay', message: expect.any(String) },
      }),
    );
    expect(decisions).toContainEqual(
      expect.objectContaining({
        bundle: lacking,
        outcome: 'unmatched',
        reason: expect.objectContaining({ code: 'deficit' }),
      }),
    );
  });
});

describe('a tip that was learned from richer settlements', () => {
  const ADAPTIVE = { kind: 'adaptive', maxBasisPoints: 4000, stepBasisPoints: 200 } as const;
  /** One pair earns 0.04 or so before any tip. */
  const waiting = [
    waitingOf(
      '0',
      makePair(A, B, units(1), units(2)).map((order) => readOrder(order, { reward })),
    ),
  ];
  const at = (tipBasisPoints: number, policy: Parameters<typeof planContext>[0], wins = (_: number) => CERTAIN) => {
    const context = planContext({ chances: SURE, tip: ADAPTIVE, ...policy });
    return { ...context, tipBasisPoints, odds: { ...context.odds, winsRace: wins } };
  };
  const tipOf = ({ proposal }: SettleDecision) =>
    proposal.signed.transactionIntent.transactionHeader.value.tipBasisPoints;

  it.each([undefined, 0n, parseAmount('0.02')])('never takes what is to be left of the profit: %s', (minProfit) => {
    const [decision] = settled(planSettlements(waiting, at(4000, { minProfit })));
    expect(decision!.proposal.quote.profit).toBeGreaterThan(minProfit ?? 0n);
    // Nothing is known to win more races than none at all.
    expect(tipOf(decision!)).toBe(0);
    expect(decision!.considered).toHaveLength(1);
  });

  it('is then the one that is expected to earn most, and its own chance counts', () => {
    const wins = (tip: number) => (tip >= 300 ? 900_000 : 100_000);
    const [decision] = settled(planSettlements(waiting, at(4000, { minProfit: 0n }, wins)));
    expect(tipOf(decision!)).toBeGreaterThanOrEqual(300);
    expect(tipOf(decision!)).toBeLessThan(600);
    expect(decision!.chosen.succeeds).toBe(900_000);
    expect(decision!.chosen.tip).toBeGreaterThan(0n);
  });

  it('stays as it is where it can be borne, and where it is fixed', () => {
    expect(tipOf(settled(planSettlements(waiting, at(100, { minProfit: 0n })))[0]!)).toBe(100);
    const fixed = planContext({ chances: SURE, tip: { kind: 'fixed', basisPoints: 4000 } });
    expect(tipOf(settled(planSettlements(waiting, fixed))[0]!)).toBe(4000);
  });

  it('is no reason to decline: not for a fee above the most, nor for failures that it leaves nothing to pay', () => {
    const [plain] = settled(planSettlements(waiting, at(0, {})));
    const maxFee = plain!.proposal.quote.networkFee;
    const [decision] = settled(planSettlements(waiting, at(100, { maxFee })));
    expect(tipOf(decision!)).toBe(0);
    expect(planSettlements(waiting, at(100, { maxFee: maxFee - 1n }))).toMatchObject([{ outcome: 'declined' }]);

    const four = [waitingOf('four', [...pair(0), ...pair(1)])];
    const context = at(1000, { minProfit: 0n });
    const some = risky(context, new Map(four[0]!.orders.map((order) => [order, 100_000])));
    const [risked] = settled(planSettlements(four, some));
    expect(tipOf(risked!)).toBe(0);
    expect(risked!.chosen.expected).toBeGreaterThan(0n);
  });

  it('is dropped by a settlement that earns nothing without', () => {
    const [decision] = settled(planSettlements(pairs(1), at(4000, {})));
    expect(tipOf(decision!)).toBe(0);
  });
});

describe('what is not wanted', () => {
  it('is declined for its profit or its fee', () => {
    const end = (policy: Parameters<typeof planContext>[0]) => planSettlements(pairs(1), planContext(policy))[0]!;
    expect(end({ minProfit: units(1) })).toMatchObject({ outcome: 'declined', reason: { code: 'min-profit' } });
    expect(end({ maxFee: units(1) / 2n })).toMatchObject({ outcome: 'declined', reason: { code: 'max-fee' } });
    expect(end({})).toMatchObject({ type: 'settle' });
  });

  it('is declined where its failures eat up what it earns', () => {
    const bundle = waitingOf('four', [...pair(0), ...pair(1)]);
    const chances = new Map(bundle.orders.map((order) => [order, 300_000]));
    const context = (minProfit: bigint | undefined) => risky(planContext({ minProfit }), chances);
    const [declined] = planSettlements([bundle], context(0n));
    expect(declined).toMatchObject({ outcome: 'declined', reason: { code: 'min-profit' } });
    expect(declined).toMatchObject({
      reason: { message: expect.stringMatching(/^expected profit -0\.\d+ is below 0$/) },
    });
    expect(declined!.considered[0]!.reason).toContain('expected profit');
    // Nothing is declined unasked, and who accepts a loss accepts that one.
    expect(planSettlements([bundle], context(undefined))[0]).toMatchObject({ type: 'settle' });
    expect(planSettlements([bundle], context(units(-1)))[0]).toMatchObject({ type: 'settle' });
  });

  it('may be wanted in company', () => {
    const waiting = pairs(4);
    const [alone] = planSettlements(waiting.slice(0, 1), planContext({ chances: SURE, minProfit: parseAmount('0.1') }));
    expect(alone).toMatchObject({ outcome: 'declined' });
    const decisions = planSettlements(waiting, planContext({ chances: SURE, minProfit: parseAmount('0.1') }));
    expect(groups(decisions)).toEqual(['0,1,2,3']);
  });

  it('may be wanted only in the company of many', () => {
    // Each alone earns nothing, nor do two: only a full root reaches what is asked.
    const least = parseAmount('1.2');
    const decisions = planSettlements(pairs(8), planContext({ chances: SURE, minProfit: least }));
    expect(settled(decisions)).toHaveLength(1);
    expect(decisions).toHaveLength(1);
  });
});

describe('partners', () => {
  it('are found across frames: one sells what the other buys', () => {
    const [a, b] = [lone('a', [A, 10n], [B, 20n], 1), lone('b', [B, 20n], [A, 10n], 2)];
    const decisions = planSettlements([a, b], planContext());
    expect(groups(decisions)).toEqual(['a,b']);
    const [{ shares, proposal }] = settled(decisions) as [SettleDecision];
    expect(shares.map(({ reward }) => reward)).toEqual([units(1) / 2n, units(1) / 2n]);
    expect(shares[0]!.fee - shares[1]!.fee).toBeLessThan(2n);
    expect(shares[0]!.fee + shares[1]!.fee).toBe(proposal.quote.networkFee);
  });

  it('are found in a ring of three, and join what else waits', () => {
    const ring = [lone('a', [A, 10n], [B, 20n], 1), lone('b', [B, 20n], [C, 30n], 2), lone('c', [C, 30n], [A, 10n], 3)];
    const decisions = planSettlements([...ring, ...pairs(1)], planContext());
    expect(groups(decisions)).toEqual(['0,a,b,c']);
  });

  it('are found among bundles that settle without', () => {
    const spare = waitingOf('spare', [
      readOrder({ user: ed25519Key(500), sell: { resource: A, amount: 30n }, buy: { resource: B, amount: 20n } }),
      readOrder({ user: ed25519Key(501), sell: { resource: B, amount: 25n }, buy: { resource: A, amount: 20n } }),
    ]);
    const lacking = lone('lacking', [B, 5n], [A, 10n], 9);
    const decisions = planSettlements([lacking, spare], planContext());
    expect(groups(decisions)).toEqual(['lacking,spare']);
  });

  it('are not made up: what nobody sells stays unmatched', () => {
    const [a, b] = [lone('a', [A, 10n], [B, 20n], 1), lone('b', [B, 20n], [C, 10n], 2)];
    const twin = waitingOf('twin', a.orders);
    const decisions = planSettlements([a, b, twin], planContext());
    expect(decisions.map((each) => each.type === 'end' && [each.bundle.id, each.outcome, each.reason.code])).toEqual([
      ['a', 'unmatched', 'deficit'],
      ['b', 'unmatched', 'deficit'],
      ['twin', 'unmatched', 'deficit'],
    ]);
  });

  it('are looked for only so long, however many lack them', () => {
    const halves = (count: number) =>
      Array.from({ length: count }, (_, seed) =>
        seed % 2 ? lone(`${seed}`, [A, 10n], [B, 20n], seed) : lone(`${seed}`, [B, 20n], [A, 10n], seed),
      );
    let proposed = 0;
    const context = planContext({ minProfit: units(1) });
    const counting = { ...context, newDiscriminator: () => BigInt(++proposed) };
    expect(groups(planSettlements(halves(60), counting))).toEqual([]);
    expect(proposed - 60).toBeLessThanOrEqual(64);
    // Those that find one do not count.
    const found = settled(planSettlements(halves(60), planContext()));
    expect(found.reduce((sum, { bundles }) => sum + bundles.length, 0)).toBe(60);
  });

  it('settle only where that earns something', () => {
    const [a, b] = [lone('a', [A, 10n], [B, 20n], 1), lone('b', [B, 20n], [A, 10n], 2)];
    const context = planContext({}, { facts: { holdsVault: () => false } });
    const decisions = planSettlements([a, b], context);
    expect(decisions.map((each) => each.type === 'end' && each.reason.code)).toEqual(['deficit', 'deficit']);
    expect(decisions[0]!.considered).toMatchObject([
      { bundleIds: ['a', 'b'], chosen: false, reason: 'earns less than its parts' },
    ]);
  });
});

describe('what a bundle lacks', () => {
  const lacking = (lack: bigint) => {
    const [first, second] = makePair(A, B, units(1), units(2), 50) as [OrderOptions, OrderOptions];
    const more = { ...second, buy: { ...second.buy, amount: units(1) + lack } };
    return waitingOf(
      'lacking',
      [first, more].map((order) => readOrder(order)),
    );
  };
  const context = () => {
    const prices = PriceTable.of(new Map([[A, units(1)]])).at(0);
    return { ...planContext({ chances: SURE }), prices, inventory: new Map([[A, units(1)]]) };
  };

  it('is not added at a loss', () => {
    const [decision] = planSettlements([lacking(7n)], context());
    expect(decision).toMatchObject({ type: 'end', outcome: 'unmatched', reason: { code: 'deficit' } });
    expect(decision!.considered).toMatchObject([{ reason: expect.stringContaining('adding it would leave a profit') }]);
    // Nor in company that does not make up for it.
    const decisions = planSettlements([...pairs(2), lacking((units(1) * 9n) / 10n)], context());
    expect(groups(decisions)).toEqual(['0,1']);
    expect(decisions.find(({ type }) => type === 'end')).toMatchObject({ outcome: 'unmatched' });
  });

  it('is added in company in which that pays', () => {
    const [decision, ...rest] = settled(planSettlements([...pairs(2), lacking(7n)], context()));
    expect(rest).toEqual([]);
    const { proposal, shares, bundles } = decision!;
    expect(bundles).toHaveLength(3);
    expect(proposal.quote.inventory).toEqual([{ resource: A, amount: 7n }]);
    expect(shares.find(({ bundleId }) => bundleId === 'lacking')!.profit).toBeGreaterThan(0n);
    const [without] = settled(planSettlements(pairs(2), context()));
    expect(proposal.quote.profit).toBeGreaterThan(without!.proposal.quote.profit);
  });
});

describe('shares', () => {
  it('leave each bundle its own reward and surplus', () => {
    const plain = waitingOf('plain', pair(0));
    const rich = waitingOf('rich', [
      readOrder(
        { user: ed25519Key(600), sell: { resource: XRD, amount: units(3) }, buy: { resource: A, amount: 5n } },
        { reward: units(2) },
      ),
      readOrder(
        { user: ed25519Key(601), sell: { resource: A, amount: 5n }, buy: { resource: XRD, amount: units(2) } },
        { reward: 0n },
      ),
    ]);
    const [{ shares, proposal, bundles }] = settled(planSettlements([plain, rich], planContext())) as [SettleDecision];
    expect(bundles).toHaveLength(2);
    const byId = new Map(shares.map((share) => [share.bundleId, share]));
    expect(byId.get('plain')).toMatchObject({ reward: units(1), surplus: 0n, kept: [] });
    expect(byId.get('rich')).toMatchObject({
      reward: units(2),
      surplus: units(1),
      kept: [{ resource: XRD, amount: units(1) }],
      xrd: units(3),
    });
    expect(formatAmount(shares.reduce((sum, { profit }) => sum + profit, 0n))).toBe(
      formatAmount(proposal.quote.profit),
    );
  });

  it('leave each bundle what it leaves over by price, and what is added to it', () => {
    /** Sells so much more of a token than is asked for, or less, for a reward that pays for either. */
    const over = (id: string, sold: string, more: bigint, seed: number) => {
      const orderOf = (number: number, sell: [string, bigint], buy: [string, bigint]) =>
        readOrder(
          {
            user: ed25519Key(400 + number),
            sell: { resource: sell[0], amount: sell[1] },
            buy: { resource: buy[0], amount: buy[1], exact: true },
            header: { discriminator: BigInt(number) },
          },
          { reward: units(1) },
        );
      const amount = units(4);
      return waitingOf(id, [
        orderOf(seed, [sold, amount + more], [B, units(2)]),
        orderOf(seed + 1, [B, units(2)], [sold, amount]),
      ]);
    };
    const waiting = [over('much', A, units(1), 0), over('little', C, units(1) / 50n, 2), over('lacks', D, -7n, 4)];
    const prices = PriceTable.of(
      new Map([
        [A, units(3)],
        [C, units(5)],
        [D, units(2)],
      ]),
    ).at(0);
    const context = { ...planContext({ chances: SURE }), prices, inventory: new Map([[D, units(1)]]) };
    const [{ shares, bundles, proposal }] = settled(planSettlements(waiting, context)) as [SettleDecision];
    expect(bundles).toHaveLength(3);
    const byId = new Map(shares.map((share) => [share.bundleId, share]));
    expect(byId.get('much')).toMatchObject({ surplus: units(3), xrd: units(2) });
    expect(byId.get('little')).toMatchObject({ surplus: units(1) / 10n });
    expect(byId.get('lacks')).toMatchObject({ surplus: -14n, kept: [] });
    expect(shares.reduce((sum, { surplus }) => sum + surplus, 0n)).toBe(proposal.quote.surplusValue);
  });

  it('are by marginal cost: what costs more to add pays more', () => {
    const [small, other] = pairs(2) as [WaitingBundle, WaitingBundle];
    const large = waitingOf('large', [...pair(5), ...pair(6)]);
    const [{ shares }] = settled(planSettlements([small, large, other], planContext({ chances: SURE }))) as [
      SettleDecision,
    ];
    const fee = (id: string) => shares.find(({ bundleId }) => bundleId === id)!.fee;
    expect(fee('large')).toBeGreaterThan((fee('0') * 19n) / 10n);
    expect(fee('large')).toBeLessThan((fee('0') * 22n) / 10n);
  });
});
