import { callsForeign, type WrappedOrder } from '../anthic/wrappedOrder.js';
import { type Attos, units } from '../base/amount.js';
import type { Plan } from './compose/plan.js';
import { type FeePrediction, LOAN_UNITS } from './fee/predict.js';

/**
 * Where `lock_fee` stands. What fails before the loan is used up and before a fee is locked costs nothing, so it stands as
 * late as the loan surely allows (docs/economics.md).
 */

/**
 * Part of the loan that is left unused, for what the prediction may be wrong by. Where all is known that is nothing on
 * the engine (scripts/conformance/locks.ts). A token that is not what it is supposed to be makes some 1,500 units; if it can
 * be frozen 44,000, and nodes may refuse the first transaction with it, for nothing: the next locks earlier.
 */
const KNOWN_MARGIN_UNITS = LOAN_UNITS / 400;
const UNKNOWN_MARGIN_UNITS = LOAN_UNITS / 100;

/** Locked beyond the predicted fee: what is not used comes back. */
const KNOWN_MARGIN_PERCENT = 5n;
const UNKNOWN_MARGIN_PERCENT = 100n;
const STEP = units(1) / 100n;

export function lockAmount(fee: FeePrediction): Attos {
  const margin = fee.known ? KNOWN_MARGIN_PERCENT : UNKNOWN_MARGIN_PERCENT;
  const wanted = (fee.total * (100n + margin)) / 100n;
  return ((wanted + STEP - 1n) / STEP) * STEP;
}

/** What orders of the usual shape lock, so that most are composed but once (docs/economics.md §2). */
export function usualLock(orders: readonly WrappedOrder[]): Attos {
  const usual = STEP * BigInt(26 + 40 * orders.length);
  return orders.some(callsForeign) ? (usual * FOREIGN_PERCENT) / 100n : usual;
}
const FOREIGN_PERCENT = 240n;

/** Whether an amount locks enough for a fee, and not much more. */
export function fits(lock: Attos, fee: FeePrediction): boolean {
  const wanted = lockAmount(fee);
  return lock >= wanted && lock * 100n <= wanted * (100n + SPARE_PERCENT);
}
const SPARE_PERCENT = 10n;

/**
 * The first step that no lock may follow: the first call of an order whose own calls may use up any amount, and a
 * withdrawal of the solver's own, since no fee can be locked from a vault that was touched.
 */
function lastSafeStep(orders: readonly WrappedOrder[], plan: Plan): number {
  const step = plan.steps.findIndex(
    (each) => each.type === 'withdraw' || (each.type === 'yield' && callsForeign(orders[each.child]!)),
  );
  return step < 0 ? plan.steps.length : step;
}

/** Where to look first: a bundle of the usual shape has used up most of its loan after two yields. */
export function firstLock(orders: readonly WrappedOrder[], plan: Plan): number {
  let yields = 0;
  const third = plan.steps.findIndex((step) => step.type === 'yield' && ++yields === 3);
  return Math.min(third < 0 ? plan.steps.length : third, lastSafeStep(orders, plan));
}

/**
 * The latest step before which the lock may stand, by a prediction made with it before step `at`. What a lock uses up
 * itself counts: the loan must not be gone before it has run.
 */
export function latestLock(
  orders: readonly WrappedOrder[],
  plan: Plan,
  at: number,
  fee: FeePrediction,
  extraMargin = 0,
): number {
  const { unitsBefore } = fee;
  const margin = extraMargin + (fee.known ? KNOWN_MARGIN_UNITS : UNKNOWN_MARGIN_UNITS);
  const own = unitsBefore[at + 1]! - unitsBefore[at]!;
  for (let step = lastSafeStep(orders, plan); step > 0; step--) {
    // Behind the lock's place the units include it already.
    const after = step <= at ? unitsBefore[step]! + own : unitsBefore[step + 1]!;
    if (after <= LOAN_UNITS - margin) return step;
  }
  return 0;
}
