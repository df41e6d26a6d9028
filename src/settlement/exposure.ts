import type { Attos } from '../base/amount.js';
import { CERTAIN, type Ppm } from './chance.js';
import type { Plan } from './compose/plan.js';
import type { FeePrediction } from './fee/predict.js';
import { price } from './fee/price.js';

/** What it costs when an order cannot pay, by order. */
export interface Exposure {
  /** Orders whose first call, with which they pay, stands behind the lock: a failure of theirs is charged. */
  readonly behindLock: readonly number[];
  /** What that costs, about; 0 where the transaction is rejected, which is for nothing. */
  readonly failureCosts: readonly Attos[];
}

export interface Executed {
  readonly fee: FeePrediction;
  /** The lock stands before this step of the plan. */
  readonly lockStep: number;
  readonly effectiveLength: number;
  readonly tipBasisPoints: number;
}

/** Of the units of the call in which an order fails, in percent, what is used up by then (test/engine/failures). */
const USED_WHEN_IT_FAILS = 50;

/** A failure pays what was executed and what was due beforehand, and of storage only its payload (docs/protocol.md §7.3). */
export function exposureOf(orders: number, plan: Plan, executed: Executed): Exposure {
  const { fee, lockStep, effectiveLength, tipBasisPoints } = executed;
  const { unitsBefore } = fee;
  const deferred = fee.executionUnits - unitsBefore.at(-1)!;
  const behindLock: number[] = [];
  const failureCosts: Attos[] = [];
  const called: boolean[] = [];
  for (let child = 0; child < orders; child++) failureCosts.push(0n);
  for (let at = 0; at < plan.steps.length; at++) {
    const step = plan.steps[at]!;
    if (step.type !== 'yield' || called[step.child]) continue;
    called[step.child] = true;
    if (at < lockStep) continue;
    behindLock.push(step.child);
    // The lock is one instruction more before the steps behind it.
    const [start, end] = [unitsBefore[at + 1]!, unitsBefore[at + 2]!];
    const used = start + Math.floor(((end - start) * USED_WHEN_IT_FAILS) / 100);
    failureCosts[step.child] = price(deferred + used, 0, effectiveLength, tipBasisPoints);
  }
  return { behindLock, failureCosts };
}

/**
 * What a settlement is worth when its orders fail with these chances: the profit where all pay, less what failures cost.
 * In millionths of attos, good for comparing.
 */
export function expectedWorth(profit: Attos, { behindLock, failureCosts }: Exposure, risks: readonly Ppm[]): bigint {
  // The orders before the lock fail first and for nothing, in whatever order.
  let alive = CERTAIN;
  for (const [child, risk] of risks.entries()) {
    if (!behindLock.includes(child)) alive = survivors(alive, risk);
  }
  let cost = 0n;
  for (const child of behindLock) {
    const left = survivors(alive, risks[child]!);
    cost += BigInt(alive - left) * failureCosts[child]!;
    alive = left;
  }
  return BigInt(alive) * profit - cost;
}

function survivors(alive: Ppm, risk: Ppm): Ppm {
  return Math.floor((alive * (CERTAIN - risk)) / CERTAIN);
}
