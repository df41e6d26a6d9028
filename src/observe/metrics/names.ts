import { type Attos, formatAmount } from '../../base/amount.js';

export const PREFIX = 'anthic_solver_';

/** Prometheus knows floating point only. Good for a graph; accounts are kept in the journal. */
export function toFloat(amount: Attos): number {
  return Number(formatAmount(amount));
}
