import { SolverError } from '../base/error.js';

/** Why no settlement exists. */
export class UnmatchedError extends SolverError {
  declare readonly code: 'check-failed' | 'deficit' | 'no-order-of-calls' | 'too-large' | 'too-many-orders';
}
