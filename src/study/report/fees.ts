import type { Attos } from '../../base/amount.js';
import type { WholeAttempt } from '../../journal/query/everyAttempt.js';
import { Distribution } from '../figures/distribution.js';
import { distancePpm } from '../figures/readable.js';
import { Sample } from '../figures/sample.js';
import type { KnownAttemptStory } from '../story.js';

/** Fees as predicted against fees as charged, of everything that succeeded: a failure ends before its fee is whole. */
export class FeeErrors {
  predicted: Attos = 0n;
  charged: Attos = 0n;
  /** In parts of a million of what was charged: of all, and of those whose every fact was known. */
  readonly all = new Distribution();
  readonly known = new Distribution();
  readonly points = new Sample<{ readonly predicted: Attos; readonly charged: Attos }>();

  add({ state, fee, feeCharged }: WholeAttempt, { feeKnown, supposed = [] }: KnownAttemptStory): void {
    if (state !== 'committed-success' || feeCharged === undefined) return;
    this.predicted += fee;
    this.charged += feeCharged;
    const error = distancePpm(fee, feeCharged);
    this.all.add(error);
    if (feeKnown && supposed.length === 0) this.known.add(error);
    this.points.add({ predicted: fee, charged: feeCharged });
  }
}
