import type { Planner } from '../../settlement/planner/model.js';
import type { Policy } from '../../settlement/policy.js';
import type { Recording } from '../../solver/recording.js';
import { SeenBundles } from '../../solver/seenBundles.js';
import { isDead, readArrival } from '../stream/arrival.js';
import { CommonNetwork } from '../stream/commonNetwork.js';
import type { Solver } from '../stream/waiting.js';
import type { Assumptions } from './assumptions.js';
import { Fates } from './fates.js';
import { Simulation } from './simulation.js';

export interface BacktestOptions {
  readonly policies: readonly Policy[];
  readonly assumptions: Assumptions;
  readonly seed: number;
  readonly solver: Solver;
  readonly plan: Planner;
}

/** Replays recordings under several policies at once: each line is read and verified once for all of them. */
export class Backtest {
  readonly simulations: readonly Simulation[];
  bundles = 0;
  /** Lines that were no recording, and frames that were no bundle. */
  unread = 0;
  strayFrames = 0;
  private readonly common: CommonNetwork;
  private readonly fates: Fates;
  private readonly seen = new SeenBundles();
  private clock = 0;

  constructor({ policies, assumptions, seed, solver, plan }: BacktestOptions) {
    this.common = new CommonNetwork(policies);
    this.fates = new Fates(assumptions, seed);
    this.simulations = policies.map((policy) => new Simulation(policy, assumptions, this.fates, solver, plan));
  }

  /** Undefined before the first recording. */
  get network(): number | undefined {
    return this.common.id;
  }

  /** Error: `wrong-network` where the recording is of another network than a policy, or than the first recording. */
  add(recording: Recording): void {
    this.common.check(recording.network);
    // Files may come in any order, and a clock may have been set back: time goes on all the same.
    this.clock = Math.max(this.clock, recording.receivedAt);
    const arrival = readArrival({ ...recording, receivedAt: this.clock }, this.bundles, this.seen);
    if (isDead(arrival)) {
      if (!arrival.isBundle) {
        this.strayFrames++;
        return;
      }
      for (const simulation of this.simulations) simulation.arriveDead(arrival);
    } else {
      const fated = this.fates.of(arrival);
      for (const simulation of this.simulations) simulation.arrive(fated);
    }
    this.bundles++;
  }

  finish(): void {
    for (const simulation of this.simulations) {
      simulation.finish();
      // Blocks are compared pair by pair: all end at the same bundle.
      if (this.bundles > 0) simulation.result.blocks.reach(this.bundles - 1);
    }
  }
}
