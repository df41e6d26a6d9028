import { SolverError } from '../../base/error.js';

/** What the local Anthic does not do, and why: each API tells it in its own form (docs/anthic-assumptions.md). */
export class RefusedError extends SolverError {
  declare readonly code: Refusal;
}

export type Refusal =
  | 'already-filled'
  | 'bad-request'
  | 'fill-invalid'
  | 'fill-too-late'
  | 'forbidden'
  | 'no-liquidity'
  | 'not-found'
  | 'order-expired'
  | 'order-invalid'
  | 'too-large'
  | 'too-many-requests'
  | 'unauthorized'
  | 'unavailable'
  | 'unknown-order';

/** Where in the input and what was expected, in one sentence. */
export function explain(error: SolverError): string {
  return error.path === '' ? error.message : `${error.path}: ${error.message}`;
}
