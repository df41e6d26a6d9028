import type { Attos } from '../../base/amount.js';
import type { Proposal } from '../settle.js';
import { affordableTip, tipCost } from '../tip.js';
import type { PlanContext } from './model.js';

/** Tips that are weighed where the present one is too dear, from none on, evenly. */
const STEPS = 4;

/**
 * The tip that suits a settlement, in basis points. An adaptive tip was learned from settlements that could bear it: one that
 * earns less takes, of what leaves it `minProfit`, the tip that is expected to bring most. Else a tip raised by large
 * roots would have small ones lose money, or declined until another large one wins. A fixed tip is what was asked for.
 */
export function tipFor({ fee, quote }: Proposal, { policy, odds, tipBasisPoints }: PlanContext): number {
  if (policy.tip.kind !== 'adaptive') return tipBasisPoints;
  const untipped = quote.profit + tipCost(fee, tipBasisPoints);
  const most = affordableTip(fee, untipped - (policy.minProfit ?? 0n));
  if (most >= tipBasisPoints) return tipBasisPoints;
  const worth = (tip: number): Attos => BigInt(odds.winsRace(tip)) * (untipped - tipCost(fee, tip));
  let best = 0;
  for (let step = 1; step <= STEPS; step++) {
    const tip = Math.floor((most * step) / STEPS);
    if (worth(tip) > worth(best)) best = tip;
  }
  return best;
}
