import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { PlanDecision, WaitingBundle } from '../../src/settlement/planner/model.js';
import { planSettlements } from '../../src/settlement/planner/plan.js';
import { eachOnce } from '../../src/solver/spent.js';
import { makePair, token } from '../support/bundles.js';
import { planContext, readOrder, waitingOf } from '../support/waiting.js';

/** A pair; `wrapping` tells wrappers of the same orders apart. */
function pair(id: string, seed: number, wrapping = 1): WaitingBundle {
  const orders = makePair(token(1), token(2), units(5), units(7), seed);
  return waitingOf(
    id,
    orders.map((order) => readOrder(order, { header: { discriminator: BigInt(wrapping) } })),
  );
}

const brief = (decisions: readonly PlanDecision[]) =>
  decisions.map((decision) =>
    decision.type === 'settle'
      ? decision.bundles.map(({ id }) => id).join('')
      : `${decision.bundle.id} ${decision.outcome} ${decision.reason.code}`,
  );

describe('eachOnce', () => {
  it('declines what holds an order that an earlier plan has settled', () => {
    const plan = eachOnce(planSettlements);
    const context = planContext();
    expect(brief(plan([pair('a', 1), pair('b', 2)], context))).toEqual(['ab']);
    expect(brief(plan([pair('c', 1, 2), pair('d', 3)], context))).toEqual(['c declined overlap', 'd']);
    expect(brief(plan([pair('e', 2, 3)], context))).toEqual(['e declined overlap']);
  });

  it('plans anew who shared a root with what overlaps', () => {
    const plan = eachOnce(planSettlements);
    // Six of them, of which those that overlap are never in one root.
    const waiting = [1, 2, 3].flatMap((seed) => [pair(`${seed}`, seed), pair(`${seed}'`, seed, 2)]);
    const decided = brief(plan(waiting, planContext()));
    const declined = decided.filter((each) => each.includes('overlap'));
    expect(declined).toHaveLength(3);
    const settled = decided.filter((each) => !each.includes('overlap')).join('');
    expect(settled.replaceAll("'", '').split('').toSorted().join('')).toBe('123');
  });

  it('lets what is not settled be settled later', () => {
    const plan = eachOnce(planSettlements);
    const greedy = planContext({ minProfit: units(5) });
    expect(brief(plan([pair('a', 1)], greedy))).toEqual(['a declined min-profit']);
    expect(brief(plan([pair('b', 1, 2)], planContext()))).toEqual(['b']);
  });
});
