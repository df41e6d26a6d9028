import { Histogram, type Registry } from 'prom-client';
import type { Stage } from '../event.js';
import type { Handlers } from '../handlers.js';
import { PREFIX } from './names.js';

/** From what planning takes to what a commit takes, in seconds. */
const BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** How long the stages of a settlement take: verified, planned, signed, journaled, sent, accepted, committed. */
export function stageMetrics(registry: Registry): Handlers {
  const options = { labelNames: ['stage'], buckets: BUCKETS, registers: [registry] };
  const took = new Histogram({ name: `${PREFIX}stage_seconds`, help: 'What a stage took by itself.', ...options });
  const since = new Histogram({
    ...{ name: `${PREFIX}since_frame_seconds`, help: 'From the frame to the end of a stage.', ...options },
  });
  const reached = (stage: string) => (event: Stage) => {
    took.observe({ stage }, event.tookMicros / 1e6);
    if (event.sinceFrameMicros !== undefined) since.observe({ stage }, event.sinceFrameMicros / 1e6);
  };
  const accepted = reached('accepted');
  // Only the first acceptance ends the stage; the other Gateways' are no news.
  const waiting = new Set<string>();
  return {
    'settlement-planned'({ stages }) {
      for (const [stage, times] of Object.entries(stages)) reached(stage)(times);
    },
    'attempt-journaled': reached('journaled'),
    'submission-started'(event) {
      waiting.add(event.txid);
      reached('sent')(event);
    },
    'submission-result'(event) {
      if (event.verdict === 'accepted' && waiting.delete(event.txid)) accepted(event);
    },
    'attempt-state'({ txid, state }) {
      if (state !== 'submitted' && state !== 'accepted') waiting.delete(txid);
    },
    'attempt-committed'(event) {
      waiting.delete(event.txid);
      reached('committed')(event);
    },
  };
}
