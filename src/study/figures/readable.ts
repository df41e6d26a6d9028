import { Decimal } from 'decimal.js';
import { type Attos, formatAmount } from '../../base/amount.js';

/** Digits for any amount of 192 bits: nothing is rounded but what is printed. */
const Exact = Decimal.clone({ precision: 80, toExpNeg: -100, toExpPos: 100 });

/** An amount for people: six decimals at most, with its sign even where it rounds to nothing. */
export function readableAmount(amount: Attos): string {
  const rounded = new Exact(formatAmount(amount)).toDecimalPlaces(6);
  if (rounded.isZero() && amount !== 0n) return amount > 0n ? '<0.000001' : '>-0.000001';
  return rounded.toString();
}

/** Part of a whole in percent with one decimal; empty where there is no whole. */
export function readablePercent(part: number | bigint, whole: number | bigint): string {
  if (BigInt(whole) === 0n) return '';
  return `${new Exact(part.toString()).mul(100).div(whole.toString()).toFixed(1)} %`;
}

/** Parts of a million in percent. */
export function readablePpm(ppm: number): string {
  return `${new Exact(ppm).div(10_000).toSignificantDigits(3).toString()} %`;
}

/** Milliseconds, or seconds where there are many. */
export function readableMs(ms: number): string {
  const [value, unit] = ms < 1000 ? [ms, 'ms'] : [ms / 1000, 's'];
  return `${new Exact(value).toSignificantDigits(3).toString()} ${unit}`;
}

/** How far from each other two amounts are, in parts of a million of the second, to the thousandth part. */
export function distancePpm(one: Attos, other: Attos): number {
  if (other === 0n) return 0;
  const apart = one > other ? one - other : other - one;
  return Number((apart * 1_000_000_000n) / (other < 0n ? -other : other)) / 1000;
}
