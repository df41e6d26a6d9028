import type { PlanContext, Planner, SettleDecision } from '../settlement/planner/model.js';
import { sign } from '../settlement/settle.js';
import type { SolverKey } from '../transaction/solverKey.js';
import type { FrameResult, Processed, WaitingFrame } from './processFrame.js';

/**
 * What becomes of bundles that wait together, in their order: settled in one root or in several, each with its share, or
 * the reason why not. A settlement whose orders are not known to be able to pay is assumed.
 */
export function planWaiting(
  frames: readonly WaitingFrame[],
  context: PlanContext,
  { key, plan }: { readonly key: SolverKey; readonly plan: Planner },
): readonly Processed[] {
  const results = new Map<string, FrameResult>();
  const bundles = frames.map(({ bundle }) => bundle);
  for (const decision of plan(bundles, context)) {
    if (decision.type === 'settle') {
      for (const [id, result] of settled(decision, context, key)) results.set(id, result);
      continue;
    }
    const { bundle, reason } = decision;
    results.set(
      bundle.id,
      decision.outcome === 'declined'
        ? { outcome: decision.outcome, reason, quote: decision.quote }
        : { outcome: decision.outcome, reason },
    );
  }
  return frames.map(({ bundle, orders }) => ({ ...results.get(bundle.id)!, orders, isBundle: true }));
}

function* settled(
  { proposal, shares }: SettleDecision,
  { odds }: PlanContext,
  key: SolverKey,
): Generator<readonly [string, FrameResult]> {
  const settlement = sign(proposal, key);
  const assumed = proposal.quote.assumed || proposal.orders.some((order) => odds.cannotPay(order) > 0);
  for (const { bundleId, reward, fee, profit, kept } of shares) {
    const quote = { ...proposal.quote, assumed, reward, networkFee: fee, profit, surplus: kept };
    yield [bundleId, { outcome: 'would-settle', quote, settlement, bundles: shares.length }];
  }
}
