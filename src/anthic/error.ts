import { SolverError } from '../base/error.js';

/**
 * An order that cannot be made, or an item that cannot be settled as it is. `path` leads to the instruction, e.g.
 * `params[0].order.instructions[3]`; the message says what the schema expects there.
 */
export class OrderError extends SolverError {
  declare readonly code:
    | 'bad-expiry'
    | 'bad-order-amount'
    | 'bad-slippage'
    | 'duplicate-order'
    | 'no-liquidity'
    | 'no-settlement-fee'
    | 'not-a-limit-order'
    | 'not-a-wrapper'
    | 'not-yet-valid'
    | 'owner-did-not-sign'
    | 'parent-rule-not-met'
    | 'too-deep'
    | 'unknown-level'
    | 'unknown-wrapper-signer'
    | 'wrong-network'
    | 'wrong-pair';
}
