import { SolverError } from './error.js';

/** An on-ledger amount: an integer number of attos (10^-18), 192-bit two's complement on the wire. */
export type Attos = bigint;

const DECIMALS = 18;
const ONE = 10n ** BigInt(DECIMALS);
const MAX = 2n ** 191n - 1n;
const MIN = -(2n ** 191n);
const TEXT = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Whole units as attos. */
export function units(whole: number | bigint): Attos {
  return BigInt(whole) * ONE;
}

/** Checks that a number of attos fits the ledger's 192 bits. Error: `amount-overflow`. */
export function toAttos(value: bigint): Attos {
  if (value > MAX || value < MIN) throw new SolverError('amount-overflow', 'expected an amount of 192 bits');
  return value;
}

/**
 * Decimal text to attos, as the ledger reads it (protocol.md §1.6): digits, optionally a sign in front and a point with
 * at least one digit on each side, at most 18 decimals. Unlike the official parser a sign behind the point is refused.
 * Errors: `bad-amount`, `amount-overflow`.
 */
export function parseAmount(text: string): Attos {
  const match = TEXT.exec(text);
  if (match === null)
    throw new SolverError('bad-amount', `expected a decimal such as 0.5, got ${JSON.stringify(text)}`);
  const [, sign, whole, fraction = ''] = match;
  if (fraction.length > DECIMALS) {
    throw new SolverError('bad-amount', `expected at most ${DECIMALS} decimals, got ${fraction.length}`);
  }
  const magnitude = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  return toAttos(sign === '-' ? -magnitude : magnitude);
}

/** Shortest decimal text: `0.5`, `-12`, `0`. */
export function formatAmount(amount: bigint): string {
  const magnitude = amount < 0n ? -amount : amount;
  const whole = magnitude / ONE;
  const fraction = magnitude % ONE;
  const sign = amount < 0n ? '-' : '';
  if (fraction === 0n) return `${sign}${whole}`;
  return `${sign}${whole}.${fraction.toString().padStart(DECIMALS, '0').replace(/0+$/, '')}`;
}
