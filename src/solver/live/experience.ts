import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import type { FeePrediction } from '../../settlement/fee/predict.js';
import type { Odds } from '../../settlement/planner/model.js';
import type { Policy } from '../../settlement/policy.js';
import type { SettledOrder } from '../../settlement/settle.js';

/** What earlier settlements say of the next: chances, tip and prices, each as of now. */
export interface Experience {
  readonly odds: Odds;
  /** What the tip policy asks for, in basis points. */
  readonly tip: () => number;
  /** Attos of XRD for one whole unit of a token, as far as they are known and fresh. */
  readonly prices: () => ReadonlyMap<NodeId, Attos>;
  readonly learn: Lessons;
}

/** What became of orders and races. */
export interface Lessons {
  readonly settled: (orders: readonly SettledOrder[]) => void;
  /** The bundle of these orders was alone when it could not be paid for: which of them it was is not known. */
  readonly couldNotPay: (orders: readonly SettledOrder[]) => void;
  readonly expired: (orders: readonly SettledOrder[]) => void;
  readonly won: (race: Race) => void;
  readonly lost: (race: Race) => void;
}

/** What a settlement ran its race with. */
export interface Race {
  readonly tipBasisPoints: number;
  /** What was predicted for it, the tip included: how much more tip it could have borne. Unknown after a restart. */
  readonly predicted?: { readonly fee: FeePrediction; readonly profit: Attos } | undefined;
}

const NOTHING: Lessons = {
  settled: () => {},
  couldNotPay: () => {},
  expired: () => {},
  won: () => {},
  lost: () => {},
};

/** Nothing but what the policy believes beforehand. */
export function priorExperience({ chances, tip, prices }: Policy): Experience {
  const basisPoints = tip.kind === 'fixed' ? tip.basisPoints : 0;
  return {
    odds: { cannotPay: () => chances.cannotPay, winsRace: () => chances.winsRace },
    tip: () => basisPoints,
    prices: () => prices.table,
    learn: NOTHING,
  };
}
