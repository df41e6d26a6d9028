import { randomDiscriminator } from '../../settlement/compose/transaction.js';
import type { PlanContext, PlanDecision, WaitingBundle } from '../../settlement/planner/model.js';
import { planSettlements } from '../../settlement/planner/plan.js';
import { findExpired } from '../openFrame.js';
import { withBalances } from '../payers.js';
import type { LiveContext } from './context.js';
import { type Given, unwritten } from './ending.js';
import type { LiveBundle } from './pursuit.js';
import { stockOf } from './stock.js';

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
  // A bundle may wait again while nodes hold on to a root of it that they refused.
  const pending = new Set([...waiting.flatMap(({ orders }) => orders), ...context.inFlight().orders]);
  const planContext: PlanContext = {
    network: context.network,
    epoch,
    solver: { account: context.account, publicKey: context.key.publicKey },
    facts,
    composition: policy.composition,
    policy: { ...policy, maxBundles: alone ? 1 : policy.maxBundles },
    odds: withBalances(experience.odds, facts, pending),
    prices: experience.prices(),
    inventory: stockOf(context),
    tipBasisPoints: experience.tipBasisPoints,
    extraMargin,
    newDiscriminator: randomDiscriminator,
  };
  return planSettlements(waiting, planContext);
}
