import type { Attos } from '../base/amount.js';
import { splitExactly } from '../base/split.js';
import type { ChargedShare } from './model.js';

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
