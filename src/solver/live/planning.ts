import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Ppm } from '../../settlement/chance.js';
import { randomDiscriminator } from '../../settlement/compose/transaction.js';
import type { Odds, PlanContext, PlanDecision, WaitingBundle } from '../../settlement/planner/model.js';
import { planSettlements } from '../../settlement/planner/plan.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { findExpired } from '../openFrame.js';
import type { LiveContext } from './context.js';
import { type Given, unwritten } from './ending.js';
import type { LiveBundle } from './pursuit.js';

/** What stands in the way of any attempt of a bundle now. */
export function obstacleOf(bundle: LiveBundle, context: LiveContext): Given | undefined {
  const stale = context.ledger.clock.staleness(context.maxClockAgeMs);
  if (stale !== undefined) return { outcome: 'declined', reason: { code: 'stale-clock', message: stale } };
  if (bundle.opened === undefined || tooLate(bundle, context)) {
    return { outcome: 'expired', reason: { code: 'expired', message: 'too late to submit' } };
  }
  if (context.submit && !context.desk.open) return unwritten('what cannot be written down is not submitted');
  return undefined;
}

/** Whether an intent can no longer commit, or only just. */
function tooLate({ opened, deadline }: LiveBundle, context: LiveContext): boolean {
  const { epoch, timestamp } = context.ledger.clock.clockAt()!;
  return findExpired(opened!, { epoch, timestamp }) >= 0 || context.ledgerNow() + context.expiryMarginMs >= deadline;
}

/** Finds what to settle, together or alone, or why not. The clock was found fresh. `alone`: nothing is merged. */
export function plan(
  waiting: readonly WaitingBundle[],
  context: LiveContext,
  { extraMargin, alone }: { readonly extraMargin: number; readonly alone: boolean },
): readonly PlanDecision[] {
  const { epoch } = context.ledger.clock.clockAt()!;
  const { experience, policy, facts } = context;
  const odds = withBalances(waiting, experience.odds, (account, resource) => facts.amount(account, resource));
  const planContext: PlanContext = {
    network: context.network,
    epoch,
    solver: { account: context.account, publicKey: context.key.publicKey },
    facts,
    composition: policy.composition,
    policy: {
      ...policy,
      maxBundles: alone ? 1 : policy.maxBundles,
      prices: { ...policy.prices, table: experience.prices() },
    },
    odds,
    tipBasisPoints: experience.tip(),
    extraMargin,
    newDiscriminator: randomDiscriminator,
  };
  return planSettlements(waiting, planContext);
}

/** Of an order whose account held less than it withdraws, moments ago: something may have come in since. */
const SHORT: Ppm = 900_000;

/** No order fails for want of funds whose account held enough, moments ago, for all of its orders that wait. */
function withBalances(
  waiting: readonly WaitingBundle[],
  odds: Odds,
  amount: (account: NodeId, resource: NodeId) => Attos | undefined,
): Odds {
  const wanted = new Map<string, Attos>();
  const keyOf = ({ limitOrder: { account, sell } }: SettledOrder): string => account + sell.resource;
  for (const { orders } of waiting) {
    for (const order of orders) {
      const key = keyOf(order);
      wanted.set(key, (wanted.get(key) ?? 0n) + order.limitOrder.withdrawn);
    }
  }
  return {
    winsRace: (tip) => odds.winsRace(tip),
    cannotPay: (order) => {
      const { account, sell, foreignCall } = order.limitOrder;
      // One with flash liquidity makes what it sells.
      const held = foreignCall === undefined ? amount(account, sell.resource) : undefined;
      if (held === undefined) return odds.cannotPay(order);
      if (held >= (wanted.get(keyOf(order)) ?? order.limitOrder.withdrawn)) return 0;
      return Math.max(odds.cannotPay(order), held < order.limitOrder.withdrawn ? SHORT : 0);
    },
  };
}
