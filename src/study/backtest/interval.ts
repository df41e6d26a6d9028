import { type Attos, parseAmount } from '../../base/amount.js';
import { sequence } from './random.js';

/** Where the true value lies in 95 of 100 such recordings. */
export interface Interval {
  readonly low: Attos;
  readonly high: Attos;
}

/** With fewer blocks the interval would be a guess. */
const FEWEST = 8;
const RESAMPLES = 2000;

/** Blocks are resampled in billionths of an XRD: sums of thousands of them stay whole numbers. */
const GRAIN = parseAmount('0.000000001');

/**
 * A 95 % interval of the sum of blocks by the bootstrap: as many blocks are drawn again and again, with replacement. Of the
 * differences of two policies block by block it is the paired bootstrap. Undefined where there are too few blocks.
 */
export function sumInterval(blocks: readonly Attos[], seed: number): Interval | undefined {
  if (blocks.length < FEWEST) return undefined;
  const values = blocks.map((sum) => Number(sum / GRAIN));
  const random = sequence(seed);
  const sums = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < values.length; drawn++) sum += values[Math.floor(random() * values.length)]!;
    return sum;
  }).sort((a, b) => a - b);
  const at = (share: number): Attos => BigInt(Math.round(sums[Math.floor(share * (RESAMPLES - 1))]!)) * GRAIN;
  return { low: at(0.025), high: at(0.975) };
}
