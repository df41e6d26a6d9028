import type { Attos } from './amount.js';

/**
 * Splits an amount in proportion to weights, to the atto: the parts always add up. What rounding leaves goes, an atto
 * each, to the first parts. Without any weight the parts are equal.
 */
export function splitExactly(total: Attos, weights: readonly Attos[]): Attos[] {
  const positive = weights.map((weight) => (weight > 0n ? weight : 0n));
  const sum = positive.reduce((a, b) => a + b, 0n);
  const [shares, whole] = sum === 0n ? [weights.map(() => 1n), BigInt(weights.length)] : [positive, sum];
  const magnitude = total < 0n ? -total : total;
  const parts = shares.map((weight) => (magnitude * weight) / whole);
  let rest = magnitude - parts.reduce((a, b) => a + b, 0n);
  for (let index = 0; rest > 0n; index = (index + 1) % parts.length) {
    if (shares[index] === 0n) continue;
    parts[index]! += 1n;
    rest -= 1n;
  }
  return total < 0n ? parts.map((part) => -part) : parts;
}
