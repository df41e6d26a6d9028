import type { Attos } from '../base/amount.js';
import type { FeePrediction } from './fee/predict.js';
import { price } from './fee/price.js';
import type { Policy, TipPolicy } from './policy.js';

/**
 * The tip: basis points on the execution and finalization of a transaction, all of it the proposer's
 * (docs/protocol.md §7.1). What it does for a place in a mempool is each node's own affair, so it is learned from races.
 */

/** What a tip policy remembers. Plain JSON: kept as a fact in the journal, it survives a restart. */
export interface TipState {
  readonly basisPoints: number;
  /** Races won in a row with this tip. */
  readonly streak: number;
}

/** What a settlement ran its race with. */
export interface Race {
  /** Meanwhile another tip may be in force. */
  readonly tipBasisPoints: number;
  /** What was predicted for it, the tip included: how much more tip it could have borne. Unknown after a restart. */
  readonly predicted?: { readonly fee: Tipped; readonly profit: Attos } | undefined;
}

/**
 * A loss raises the tip at once, since the next bundle is lost otherwise; one win says little about how much less would
 * have done, so it takes so many of them to lower it. Where tips decide, one race in six or so is then lost.
 */
const WINS_TO_LOWER = 5;

/** Where a policy starts, or goes on from what it remembered. What is not its own memory counts as none. */
export function openTip(policy: TipPolicy, remembered?: unknown): TipState {
  if (policy.kind === 'none') return at(0);
  if (policy.kind === 'fixed') return at(policy.basisPoints);
  const { basisPoints, streak } = (remembered ?? {}) as Partial<Record<keyof TipState, unknown>>;
  if (!isCount(basisPoints) || !isCount(streak)) return at(0);
  if (basisPoints > policy.maxBasisPoints) return at(policy.maxBasisPoints);
  return { basisPoints, streak: Math.min(streak, WINS_TO_LOWER - 1) };
}

/** What of a policy decides on tips. */
type TipRules = Pick<Policy, 'tip' | 'minProfit'>;

/** The state after a race. Races with a lower tip than now say nothing about now when lost, with a higher when won. */
export function afterRace(policy: TipRules, state: TipState, race: Race, won: boolean): TipState {
  const { tip } = policy;
  if (tip.kind !== 'adaptive') return state;
  const { basisPoints, streak } = state;
  if (!won) {
    if (race.tipBasisPoints < basisPoints) return state;
    const raised = Math.min(basisPoints + tip.stepBasisPoints, tip.maxBasisPoints, worthWinning(policy, race));
    return at(Math.max(raised, basisPoints));
  }
  if (race.tipBasisPoints > basisPoints) return state;
  if (streak + 1 < WINS_TO_LOWER) return { basisPoints, streak: streak + 1 };
  return at(Math.max(0, basisPoints - tip.stepBasisPoints));
}

/** The highest tip with which it would have been worth winning; where that is not known, the one it had. */
function worthWinning({ minProfit = 0n }: TipRules, { tipBasisPoints, predicted }: Race): number {
  if (predicted === undefined) return tipBasisPoints;
  const { fee, profit } = predicted;
  return affordableTip(fee, profit + tipCost(fee, tipBasisPoints) - minProfit);
}

function at(basisPoints: number): TipState {
  return { basisPoints, streak: 0 };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What of a transaction's cost a tip is added to. */
export type Tipped = Pick<FeePrediction, 'executionUnits' | 'finalizationUnits'>;

/** What a tip of so many basis points costs. */
export function tipCost(fee: Tipped, basisPoints: number): Attos {
  const { executionUnits, finalizationUnits } = fee;
  return price(executionUnits, finalizationUnits, 0, basisPoints) - price(executionUnits, finalizationUnits, 0, 0);
}

/** The highest tip that costs no more than `spare`: profit before any tip, less what must be left of it. */
export function affordableTip(fee: Tipped, spare: Attos): number {
  if (spare <= 0n) return 0;
  const whole = tipCost(fee, WHOLE);
  return whole === 0n ? 0 : Math.min(MAX_TIP, Number((spare * BigInt(WHOLE)) / whole));
}
/** A tip of 100 %. */
const WHOLE = 10_000;
/** The ledger takes no more (docs/protocol.md §5.1). */
const MAX_TIP = 1_000_000;
