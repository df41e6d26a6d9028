/**
 * What Anthic's documentation does not show, and what is taken to be so instead: every such thing stands here, and nowhere
 * else. `docs/anthic-assumptions.md` is made from this table.
 */

/** Names and shapes that configuration can change where the real Anthic turns out to use others. */
export interface AssumedShapes {
  /** Parameters of `platform.fills.fill`: whose order it fills, and the signed partial transaction as hex. */
  readonly fillOrderId: string;
  readonly fillTransaction: string;
  /** `platform.fill_execution.start_stream`: the prose shows an object, the example a bare number. */
  readonly startingPoint: 'object' | 'number';
  /** The call that a peer answers to show that it is alive. */
  readonly pingMethod: string;
  /** What declines an order; the documentation says that one may, not how. Empty: silence declines it. */
  readonly rejectMethod: string;
}

export const ASSUMED_SHAPES: AssumedShapes = {
  fillOrderId: 'order_id',
  fillTransaction: 'signed_partial_transaction',
  startingPoint: 'object',
  pingMethod: 'ping',
  rejectMethod: '',
};
