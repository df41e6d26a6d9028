import { type ErrorDetails, SolverError } from '../base/error.js';

/**
 * A payload that reads but that the ledger refuses. `code` is the innermost official variant, `path` the official
 * location: `RootTransactionIntent`, `RootSubintent`, `NonRootSubintent(3)`, `AcrossTransaction` or `Unlocatable`.
 */
export class ValidationError extends SolverError {}

/** A payload that does not get through preparation for another reason than its SBOR. */
export class PrepareError extends SolverError {
  declare readonly code: 'TooManyValues' | 'TransactionTooLarge' | 'UnexpectedTransactionDiscriminator';
}

/** Refuses a list that is longer than its limit, as preparation does when it has read the length. */
export function tooMany(what: string, actual: number, max: number, details?: ErrorDetails): void {
  if (actual > max) {
    throw new PrepareError('TooManyValues', `expected at most ${max} of ${what}, got ${actual}`, details);
  }
}
