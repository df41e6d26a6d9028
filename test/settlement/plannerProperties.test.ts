import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.js';
import { simulate } from '../../src/settlement/check/simulate.js';
import type { PlanContext, PlanDecision, SettleDecision, WaitingBundle } from '../../src/settlement/planner/model.js';
import { planSettlements } from '../../src/settlement/planner/plan.js';
import type { SettledOrder } from '../../src/settlement/settle.js';
import { hashKey, subintentHash, transactionIntentHash } from '../../src/transaction/hash.js';
import { Chance, randomBundle } from '../support/randomBundles.js';
import { planContext, readOrder, waitingOf } from '../support/waiting.js';

interface Drawn {
  readonly waiting: readonly WaitingBundle[];
  readonly context: () => PlanContext;
}

/** Bundles of all shapes: some lack what another sells, some name another's order again, some may fail. */
function draw(seed: number): Drawn {
  const chance = new Chance(seed);
  const waiting: WaitingBundle[] = [];
  const add = (orders: readonly SettledOrder[]) => waiting.push(waitingOf(`${waiting.length}`, orders));
  for (let count = 1 + chance.below(5); count > 0; count--) {
    const header = chance.often(0.2) ? { endEpoch: BigInt(2 + chance.below(3)) } : {};
    const { items } = randomBundle(chance, { maxItems: 4, deficit: 0.1, header });
    const orders = items.map(({ order, wrapper }) => readOrder(order, wrapper));
    const cut = chance.often(0.3) ? 1 + chance.below(orders.length - 1) : orders.length;
    add(orders.slice(0, cut));
    if (cut < orders.length) add(orders.slice(cut));
    if (chance.often(0.15)) add(orders.slice(0, 1));
  }
  const most = chance.pick([0, 20_000, 400_000]);
  const chances = new Map<SettledOrder, number>();
  for (const { orders } of waiting) for (const order of orders) chances.set(order, chance.below(most + 1));
  const maxBundles = chance.pick([1, 2, 16]);
  const minProfit = chance.pick([undefined, 0n]);
  const tip = chance.pick([{ kind: 'none' } as const, { kind: 'fixed', basisPoints: 500 } as const]);
  const context = () => {
    const prior = planContext({ maxBundles, minProfit, tip });
    return { ...prior, odds: { ...prior.odds, cannotPay: (order: SettledOrder) => chances.get(order)! } };
  };
  return { waiting: chance.shuffle(waiting), context };
}

function settled(decisions: readonly PlanDecision[]): SettleDecision[] {
  return decisions.filter((each) => each.type === 'settle');
}

function holds(check: (drawn: Drawn, decisions: readonly PlanDecision[]) => void): void {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const drawn = draw(seed);
      check(drawn, planSettlements(drawn.waiting, drawn.context()));
    }),
    { numRuns: 40 },
  );
}

const bundlesOf = (decision: PlanDecision) => (decision.type === 'settle' ? decision.bundles : [decision.bundle]);
const sum = (values: readonly bigint[]) => values.reduce((all, value) => all + value, 0n);

describe('a plan', () => {
  it('decides every bundle exactly once', () => {
    holds(({ waiting }, decisions) => {
      const decided = decisions.flatMap(bundlesOf);
      expect(decided).toHaveLength(waiting.length);
      expect(new Set(decided)).toEqual(new Set(waiting));
    });
  });

  it('shares out all of a settlement, to the atto', () => {
    holds((_, decisions) => {
      for (const { proposal, shares, bundles, chosen } of settled(decisions)) {
        const { quote, lock } = proposal;
        expect(shares.map(({ bundleId }) => bundleId)).toEqual(bundles.map(({ id }) => id));
        expect(sum(shares.map(({ reward }) => reward))).toBe(quote.reward);
        expect(sum(shares.map(({ fee }) => fee))).toBe(quote.networkFee);
        expect(sum(shares.map((share) => share.lock))).toBe(lock);
        expect(sum(shares.map(({ profit }) => profit))).toBe(quote.profit);
        expect(sum(shares.map(({ surplus }) => surplus))).toBe(chosen.surplus);
        for (const { reward, surplus, fee, profit } of shares) expect(profit).toBe(reward + surplus - fee);
        for (const { resource, amount } of quote.surplus) {
          const parts = shares.flatMap(({ kept }) => kept.filter((each) => each.resource === resource));
          expect(sum(parts.map((each) => each.amount))).toBe(amount);
        }
      }
    });
  });

  it('holds by simulation, at a moment at which all of it can commit', () => {
    holds(({ context }, decisions) => {
      for (const { proposal, bundles } of settled(decisions)) {
        const intent = proposal.signed.transactionIntent;
        const signers = proposal.orders.flatMap(({ signers: by }) => [by.wrapper, by.order]);
        simulate(intent, { signers: [[context().solver.publicKey], ...signers] });
        const { startEpochInclusive: start, endEpochExclusive: end } = intent.rootIntentCore.header.value;
        expect(start).toBeLessThan(end);
        for (const { window } of bundles) {
          expect(window.startEpoch).toBeLessThanOrEqual(start);
          expect(window.endEpoch).toBeGreaterThanOrEqual(end);
        }
      }
    });
  });

  it('never names a subintent twice in a root', () => {
    holds((_, decisions) => {
      for (const { bundles } of settled(decisions)) {
        const hashes = bundles.flatMap(({ orders }) =>
          orders.flatMap(({ wrapper, order }) => [wrapper, order].map((each) => hashKey(subintentHash(each)))),
        );
        expect(new Set(hashes).size).toBe(hashes.length);
        expect(hashes.length).toBeLessThanOrEqual(32);
      }
    });
  });

  it('is never expected to earn less than each bundle alone', () => {
    const expected = (decisions: readonly PlanDecision[]) =>
      sum(settled(decisions).map(({ chosen }) => chosen.expected));
    holds(({ waiting, context }, decisions) => {
      const alone = context();
      const apart = planSettlements(waiting, { ...alone, policy: { ...alone.policy, maxBundles: 1 } });
      expect(expected(decisions)).toBeGreaterThanOrEqual(expected(apart));
    });
  });

  it('is the same each time', () => {
    const essence = (decisions: readonly PlanDecision[]) =>
      decisions.map((decision) => [
        bundlesOf(decision).map(({ id }) => id),
        decision.type === 'settle' && toHex(transactionIntentHash(decision.proposal.signed.transactionIntent)),
        decision.considered,
      ]);
    holds(({ waiting, context }, decisions) => {
      expect(essence(planSettlements(waiting, context()))).toEqual(essence(decisions));
    });
  });
});
