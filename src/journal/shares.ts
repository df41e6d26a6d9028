import type { Attos } from '../base/amount.js';
import { splitExactly } from '../base/split.js';
import type { ChargedShare } from './model.js';

/** What was expected of a bundle. */
export interface ExpectedShare {
  readonly bundleId: string;
  readonly fee: Attos;
  readonly reward: Attos;
  /** What it brings in XRD beside the fee: its reward, where nothing else is known. */
  readonly xrd?: Attos | undefined;
}

/**
 * What each bundle of a transaction really paid and got, by what was expected of it: each pays its part of the fee, and
 * gets what it brings itself. Where something else came in than was expected, that goes by the rewards. The parts add up
 * to the atto.
 */
export function chargedShares(
  parts: readonly ExpectedShare[],
  { fee, xrdChange }: { readonly fee: Attos; readonly xrdChange: Attos },
): ChargedShare[] {
  const fees = splitExactly(
    fee,
    parts.map((part) => part.fee),
  );
  const income = incomeOf(parts, xrdChange + fee);
  return parts.map(({ bundleId }, index) => ({
    bundleId,
    fee: fees[index]!,
    xrdChange: income[index]! - fees[index]!,
  }));
}

function incomeOf(parts: readonly ExpectedShare[], income: Attos): readonly Attos[] {
  const own = parts.map(({ reward, xrd = reward }) => xrd);
  if (own.reduce((sum, each) => sum + each, 0n) === income) return own;
  return splitExactly(
    income,
    parts.map(({ reward }) => reward),
  );
}
