import type { Reason } from '../settlement/decline.js';
import type { PlanDecision, Planner, WaitingBundle } from '../settlement/planner/model.js';
import type { SettledOrder } from '../settlement/settle.js';
import { hashKey, subintentHash } from '../transaction/hash.js';

/** Subintents remembered. Those that were used up longest ago have expired since, and come no more. */
const MOST = 100_000;

/** Orders that a settlement has used up: another bundle that holds one can no longer settle. */
export class Spent {
  private readonly hashes = new Set<string>();

  add(orders: readonly SettledOrder[]): void {
    for (const { order } of orders) this.hashes.add(hashKey(subintentHash(order)));
    for (const oldest of this.hashes) {
      if (this.hashes.size <= MOST) break;
      this.hashes.delete(oldest);
    }
  }

  holdsAny(orders: readonly SettledOrder[]): boolean {
    return orders.some(({ order }) => this.hashes.has(hashKey(subintentHash(order))));
  }
}

/** Why a bundle is declined where nothing is submitted, and so nothing used up. */
export const OVERLAP: Reason = {
  code: 'overlap',
  message: 'another bundle would have settled one of its orders before',
};

/** Plans as a dry run does, from plan to plan: an order is earned by only once. */
export function eachOnce(plan: Planner): Planner {
  const spent = new Spent();
  return (waiting, context) => {
    const decisions: PlanDecision[] = [];
    let left = waiting;
    while (left.length > 0) {
      const clear = left.filter((bundle) => !spent.holdsAny(bundle.orders));
      for (const bundle of left) if (!clear.includes(bundle)) decisions.push(overlap(bundle));
      if (clear.length === 0) break;
      const again: WaitingBundle[] = [];
      for (const decision of plan(clear, context)) {
        if (decision.type === 'settle') {
          const { bundles, proposal } = decision;
          if (spent.holdsAny(proposal.orders)) {
            // Whoever stood in this root beside the one that overlaps goes on without it.
            again.push(...bundles);
            continue;
          }
          spent.add(proposal.orders);
        }
        decisions.push(decision);
      }
      left = again;
    }
    return decisions;
  };
}

function overlap(bundle: WaitingBundle): PlanDecision {
  return { type: 'end', outcome: 'declined', bundle, reason: OVERLAP, considered: [] };
}
