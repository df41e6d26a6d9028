import { type Attos, formatAmount } from '../../base/amount.js';
import type { Assumed } from './assumptions.js';
import type { Backtest } from './backtest.js';
import { type Interval, sumInterval } from './interval.js';
import type { Result } from './result.js';

/** A policy's result, and how it compares with that of the first policy. */
export interface Compared {
  readonly name: string;
  readonly result: Result;
  readonly interval: Interval | undefined;
  /** Profit more than the first policy's; undefined for the first itself. */
  readonly more: { readonly profit: Attos; readonly interval: Interval | undefined } | undefined;
}

/** Every interval is of the same draws: the seed of a backtest gives it to the digit. */
export function compare({ simulations }: Backtest, seed: number): Compared[] {
  const [first] = simulations;
  return simulations.map(({ policy, result }, at) => {
    const { sums } = result.blocks;
    const base = first!.result;
    const differences = sums.map((sum, block) => sum - base.blocks.sums[block]!);
    const more =
      at === 0 ? undefined : { profit: result.profit - base.profit, interval: sumInterval(differences, seed) };
    return { name: policy.name, result, interval: sumInterval(sums, seed), more };
  });
}

/** How the intervals were made, in words. */
export function methodOf(backtest: Backtest): string {
  const { sums, size } = backtest.simulations[0]!.result.blocks;
  return `95 %, paired bootstrap over ${sums.length} blocks of ${size} consecutive bundles`;
}

/** The shape of `backtest --json`; it changes with this number only, except for what is added. */
const VERSION = 1;

/** The comparison as JSON: amounts are decimal text in XRD; null where there are too few bundles for an interval. */
export function comparisonObject(backtest: Backtest, seed: number, { values, origins }: Assumed): object {
  return {
    version: VERSION,
    seed,
    network: backtest.network ?? null,
    bundles: backtest.bundles,
    strayFrames: backtest.strayFrames,
    unreadLines: backtest.unread,
    assumptions: values,
    origins,
    method: methodOf(backtest),
    policies: compare(backtest, seed).map(({ name, result, interval, more }) => ({
      policy: name,
      ends: result.ends,
      sent: result.sent,
      merged: result.merged,
      failures: result.failures,
      failureCosts: formatAmount(result.failureCosts),
      reward: formatAmount(result.reward),
      surplus: formatAmount(result.surplus),
      fee: formatAmount(result.fee),
      tip: formatAmount(result.tip),
      profit: formatAmount(result.profit),
      profitPerBundle: formatAmount(result.bundles === 0 ? 0n : result.profit / BigInt(result.bundles)),
      interval: intervalObject(interval),
      moreThanFirst: more === undefined ? null : formatAmount(more.profit),
      moreInterval: intervalObject(more?.interval),
    })),
  };
}

function intervalObject(interval: Interval | undefined) {
  if (interval === undefined) return null;
  return { low: formatAmount(interval.low), high: formatAmount(interval.high) };
}
