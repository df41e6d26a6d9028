import type { Attos } from '../../base/amount.js';
import type { Expected, NewShare } from '../../journal/model.js';
import type { SettleDecision } from '../../settlement/planner/model.js';
import { consideredOf } from '../story.js';
import type { Cohort } from './cohort.js';
import type { Given } from './ending.js';
import type { Pursuit } from './pursuit.js';

/** A settlement that was decided for, with what it took, by the monotonic clock. */
export interface Planned {
  readonly decision: SettleDecision;
  readonly pursuits: readonly Pursuit[];
  readonly cohort: Cohort;
  readonly startedAt: number;
  readonly plannedAt: number;
}

/** Its bundles, those together that were not found to settle apart. */
export function unitsOf({ decision, pursuits }: Planned): readonly (readonly Pursuit[])[] {
  return decision.parts.map((part) => part.map(({ id }) => pursuits.find((pursuit) => pursuit.id === id)!));
}

/** It comes to nothing: each of its bundles ends so, unless earlier attempts say more. */
export function giveUp({ pursuits, decision }: Planned, given: Given): void {
  const details = { considered: consideredOf(decision.considered), ...given.details };
  for (const pursuit of pursuits) pursuit.giveUp({ ...given, expected: expectedOf(decision, pursuit), details });
}

/** When the tightest of its intents expires, Unix milliseconds. */
export function deadlineOf({ pursuits }: Planned): number {
  return Math.min(...pursuits.map(({ bundle }) => bundle.deadline));
}

export function newShare({ id }: Pursuit, shares: SettleDecision['shares'], cap: Attos | undefined): NewShare {
  const { bundleId, reward, fee, profit, lock } = shares.find((share) => share.bundleId === id)!;
  return { bundleId, reward, fee, profit, lock, cap };
}

function expectedOf({ shares }: SettleDecision, { id }: Pursuit): Expected {
  const { reward, fee, profit } = shares.find(({ bundleId }) => bundleId === id)!;
  return { reward, fee, profit };
}
