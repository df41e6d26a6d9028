import type { JournalReader } from '../../journal/reader.js';
import { Distribution } from '../figures/distribution.js';
import { bundleStory } from '../story.js';
import type { Assumptions } from './assumptions.js';
import type { Delay } from './random.js';

/** With fewer observations a number would say more about luck than about the market. */
const ENOUGH = 20;

/** What a journal tells of latency, rivals and orders that cannot pay; where it holds too little, nothing. */
export function estimateAssumptions(reader: JournalReader): Partial<Assumptions> {
  const [ours, rivals] = [new Distribution(), new Distribution()];
  for (const { first, plannedAt, answeredAt, concludedAt } of reader.everyAttempt()) {
    const end = answeredAt ?? concludedAt;
    if (first && end !== undefined) ours.add(end - plannedAt);
  }
  let [settled, lost, unpaid] = [0, 0, 0];
  for (const bundle of reader.bundles({ status: ['settled', 'lost', 'failed', 'rejected'] })) {
    if (bundle.status === 'settled') settled++;
    else if (bundle.status !== 'lost') unpaid++;
    else {
      lost++;
      const { committedAt } = bundleStory(bundle.details).loss ?? {};
      if (committedAt !== undefined) rivals.add(committedAt - bundle.receivedAt);
    }
  }
  const [latency, rivalLatency] = [delayOf(ours), delayOf(rivals)];
  return {
    ...(latency && { latency }),
    ...(rivalLatency && { rivalLatency }),
    // Those that a rival wanted and we were quicker look like any other: it is the least there were.
    ...(settled + lost >= ENOUGH && { contested: lost / (settled + lost) }),
    // Of a bundle's two orders either may have been the one.
    ...(settled + unpaid >= ENOUGH && { cannotPay: 1 - Math.sqrt(1 - unpaid / (settled + unpaid)) }),
  };
}

function delayOf(times: Distribution): Delay | undefined {
  const { quantiles } = times;
  if (quantiles === undefined || quantiles.count < ENOUGH) return undefined;
  const p50 = Math.max(1, Math.round(quantiles.p50));
  return { p50, p95: Math.max(p50, Math.round(quantiles.p95)) };
}
