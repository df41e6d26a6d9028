import type { Attos } from '../../base/amount.js';
import type { Outcome } from '../../journal/model.js';
import { Blocks } from './blocks.js';

/** How a bundle can end in a simulation. */
export type SimulatedEnd = Exclude<Outcome, 'would-settle'>;

/** What a policy made of a recording. */
export class Result {
  bundles = 0;
  readonly ends: Record<SimulatedEnd, number> = {
    settled: 0,
    lost: 0,
    failed: 0,
    rejected: 0,
    expired: 0,
    declined: 0,
    unmatched: 0,
    invalid: 0,
    duplicate: 0,
  };
  /** Settlements sent, and those of several bundles among them. */
  sent = 0;
  merged = 0;
  /** Committed as failures, and what they cost. */
  failures = 0;
  failureCosts: Attos = 0n;
  reward: Attos = 0n;
  surplus: Attos = 0n;
  fee: Attos = 0n;
  tip: Attos = 0n;
  /** Reward and surplus less the fee, of what settled, less what failures cost. */
  profit: Attos = 0n;
  readonly blocks = new Blocks();

  end(end: SimulatedEnd): void {
    this.bundles++;
    this.ends[end]++;
  }

  earn(index: number, profit: Attos): void {
    this.profit += profit;
    this.blocks.add(index, profit);
  }
}
