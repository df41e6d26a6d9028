import type { WholeAttempt } from '../../journal/query/everyAttempt.js';
import { Distribution } from '../figures/distribution.js';
import { Keyed } from '../figures/group.js';
import type { KnownAttemptStory } from '../story.js';

/** Steps of an attempt by the journal's clock. */
const STEPS = [
  ['received → planned', 'receivedAt', 'plannedAt'],
  ['planned → submitted', 'plannedAt', 'submittedAt'],
  ['submitted → answered', 'submittedAt', 'answeredAt'],
  ['answered → concluded', 'answeredAt', 'concludedAt'],
  ['received → concluded', 'receivedAt', 'concludedAt'],
] as const;

export const WHOLE_WAY = 'received → concluded';

/** How long attempts took, step by step: milliseconds of the journal, and the microseconds within the solver. */
export class Latencies {
  readonly steps = new Map<string, Distribution>(STEPS.map(([name]) => [name, new Distribution()]));
  readonly stages = new Keyed(() => new Distribution(), 50);

  /** Of first attempts: a later one waited for the end of another, which is no latency. */
  add(attempt: WholeAttempt, { stages }: KnownAttemptStory): void {
    if (!attempt.first) return;
    for (const [name, from, to] of STEPS) {
      const [start, end] = [attempt[from], attempt[to]];
      if (start !== undefined && end !== undefined) this.steps.get(name)!.add(end - start);
    }
    for (const [stage, micros] of Object.entries(stages ?? {})) {
      this.stages.of(stage).add(micros);
    }
  }
}
