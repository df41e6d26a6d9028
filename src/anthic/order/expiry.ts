import { OrderError } from '../error.js';

/** Seconds between Anthic's receipt of an order and its expiry. */
export const MIN_EXPIRY = 15;
export const MAX_EXPIRY = 60;

/**
 * When an order expires that is made now (Unix seconds) and shall live for `after` seconds. The lower bound counts from
 * when Anthic receives the order, so that exactly 15 s is too late once it has travelled. Error: `bad-expiry`.
 */
export function expiryAfter(now: bigint, after: number): bigint {
  if (!Number.isInteger(after) || after < MIN_EXPIRY || after > MAX_EXPIRY) {
    throw new OrderError('bad-expiry', `expected ${MIN_EXPIRY} to ${MAX_EXPIRY} whole seconds, got ${after}`);
  }
  return now + BigInt(after);
}
