import { SolverError } from '../base/error.js';

/**
 * An item that cannot be settled as it is. `path` leads to the instruction, e.g. `params[0].order.instructions[3]`; the
 * message says what the schema expects there.
 */
export class OrderError extends SolverError {
  declare readonly code:
    | 'bad-expiry'
    | 'duplicate-order'
    | 'not-a-limit-order'
    | 'not-a-wrapper'
    | 'not-yet-valid'
    | 'owner-did-not-sign'
    | 'parent-rule-not-met'
    | 'too-deep'
    | 'unknown-wrapper-signer'
    | 'wrong-network';
}
