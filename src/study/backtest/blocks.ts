import type { Attos } from '../../base/amount.js';
import { MOST_BUNDLES } from '../../settlement/policy.js';

/** Blocks at most; when there are twice as many, two become one. */
const MOST = 1024;

/** Consecutive bundles in the smallest block: those that share a root share its luck, and are no independent evidence. */
const SMALLEST = MOST_BUNDLES;

/** Profit by blocks of consecutive bundles, in bounded memory: what varies is learned from how much they differ. */
export class Blocks {
  size = SMALLEST;
  sums: Attos[] = [];

  add(index: number, profit: Attos): void {
    this.reach(index);
    this.sums[Math.floor(index / this.size)]! += profit;
  }

  /** Makes room for a bundle, also one that brought nothing. */
  reach(index: number): void {
    while (index >= MOST * this.size) this.halve();
    while (this.sums.length <= Math.floor(index / this.size)) this.sums.push(0n);
  }

  private halve(): void {
    const halved: Attos[] = [];
    for (let at = 0; at < this.sums.length; at += 2) halved.push(this.sums[at]! + (this.sums[at + 1] ?? 0n));
    this.sums = halved;
    this.size *= 2;
  }
}
