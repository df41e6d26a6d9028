import type { Attos } from '../base/amount.js';
import type { ChargedShare } from './model.js';

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

/**
 * What each bundle of a transaction really paid and got, by what was expected of it: each pays its part of the fee, and
 * what came beside the fee goes by the rewards. The parts add up to the atto.
 */
export function chargedShares(
  parts: readonly { readonly bundleId: string; readonly fee: Attos; readonly reward: Attos }[],
  { fee, xrdChange }: { readonly fee: Attos; readonly xrdChange: Attos },
): ChargedShare[] {
  const fees = splitExactly(
    fee,
    parts.map((part) => part.fee),
  );
  const income = splitExactly(
    xrdChange + fee,
    parts.map(({ reward }) => reward),
  );
  return parts.map(({ bundleId }, index) => ({
    bundleId,
    fee: fees[index]!,
    xrdChange: income[index]! - fees[index]!,
  }));
}
