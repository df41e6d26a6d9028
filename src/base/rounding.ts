import { type Attos, toAttos } from './amount.js';
import { SolverError } from './error.js';

/** Rounding to what a token can be divided into. Amounts here are at least 0; the rounding is always said. */

const ATTO_DIGITS = 18;
/** Attos in one. */
export const ONE = 10n ** BigInt(ATTO_DIGITS);

/** Which way a remainder goes. */
export type Rounding = 'down' | 'up';

/** n ÷ d of whole numbers, n at least 0 and d above 0. */
export function divide(n: bigint, d: bigint, rounding: Rounding): bigint {
  return rounding === 'down' ? n / d : (n + d - 1n) / d;
}

/** The smallest amount there can be of a token of `divisibility`: so many decimals. Error: `bad-divisibility`. */
export function smallestUnit(divisibility: number): Attos {
  if (!Number.isInteger(divisibility) || divisibility < 0 || divisibility > ATTO_DIGITS) {
    throw new SolverError('bad-divisibility', `expected 0 to ${ATTO_DIGITS} decimals, got ${divisibility}`);
  }
  return 10n ** BigInt(ATTO_DIGITS - divisibility);
}

/** The amount n ÷ d attos, rounded once, to a token's divisibility. Errors: `bad-divisibility`, `amount-overflow`. */
export function roundTo(divisibility: number, n: bigint, d: bigint, rounding: Rounding): Attos {
  const unit = smallestUnit(divisibility);
  return toAttos(divide(n, d * unit, rounding) * unit);
}
