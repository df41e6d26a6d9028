import { formatAmount } from '../../src/base/amount.js';
import { MARGIN } from './consumption.js';
import { type GroundOptions, type Part, warmUpOf } from './protocol.js';
import type { SoakResult } from './soak.js';

export interface Row {
  readonly what: string;
  readonly value: string;
  readonly target: string;
  readonly met: boolean;
}

/** A first byte that leaves later than that comes too late for the race. */
const SUBMISSION_MS = 10;
/** How these bundles may end; no other end is made up for them. */
const ENDS: Readonly<Record<Part, readonly string[]>> = {
  rule: ['settled', 'failed', 'duplicate'],
  engine: ['settled'],
};

export function rowsOf(options: GroundOptions, result: SoakResult): Row[] {
  const { part } = options;
  const warmUp = warmUpOf(options);
  const { frames, pushSeconds, tailSeconds, log, journal, consumption, audit, problems } = result;
  const ended = Object.entries(journal.outcomes).filter(([, count]) => count > 0);
  const odd = ended.filter(([outcome]) => !ENDS[part].includes(outcome));
  const cold = spread(log.frameToSubmission.slice(0, warmUp));
  const [first, disk, arrival] = [log.frameToSubmission, log.fsync, audit.pushToNodeMs].map((all) => all.slice(warmUp));
  const [sent, fsync, node] = [first!, disk!, arrival!].map(spread);
  const share = sum(disk!) / sum(first!);
  const balances = audit.accounts === 1 ? "the solver's balance" : `every balance of ${audit.accounts} accounts`;
  return [
    reported('bundles pushed, copies included', `${frames} in ${pushSeconds.toFixed(0)} s`),
    {
      what: 'outcomes',
      value: ended.map(([outcome, count]) => `${outcome} ${count}`).join(', '),
      target: `only ${ENDS[part].join(', ')}`,
      met: odd.length === 0 && ended.length > 0,
    },
    reported('last end after the last frame', `${tailSeconds.toFixed(1)} s`),
    reported('transactions on the ledger', `${audit.commits}, of these failed ${audit.failures}`),
    reported('transactions by bundles in them', companyOf(log.company)),
    reported('of these sent again after a failure', `${log.again}`),
    {
      what: `journal against itself, frames and ${balances}`,
      value:
        problems.length === 0 ? `agree; gained ${formatAmount(journal.xrdChange)} XRD` : `${problems.length} differ`,
      target: 'to the atto',
      met: problems.length === 0,
    },
    reported(`of the first ${warmUp}, slower bundles: frame → first byte, p99`, millis(cold.p99)),
    reported('frame → first byte of the submission, p50', millis(sent!.p50)),
    {
      what: 'frame → first byte of the submission, p99',
      value: millis(sent!.p99),
      target: part === 'rule' ? `≤ ${SUBMISSION_MS} ms` : 'reported',
      met: part !== 'rule' || sent!.p99 <= SUBMISSION_MS,
    },
    reported("the journal's fsync, p50; p99", `${millis(fsync!.p50)}; ${millis(fsync!.p99)}`),
    reported("the fsync's share of frame → first byte", `${(share * 100).toFixed(0)} %`),
    reported('push → checked by the node, p50; p99', `${millis(node!.p50)}; ${millis(node!.p99)}`),
    reported("the solver's processor time, a bundle", millis(consumption.processorMs / frames)),
    {
      what: 'memory, first third → last third; peak',
      value: `${consumption.first.toFixed(0)} MB → ${consumption.last.toFixed(0)} MB; ${consumption.peak.toFixed(0)} MB`,
      // At its pace a heap takes long to find its size: what is judged is the run that is five times as fast.
      target:
        part === 'engine' ? 'reported' : consumption.judged ? `≤ ${100 * MARGIN} % more` : 'too short a run to judge',
      met: part === 'engine' || consumption.flat,
    },
  ];
}

function companyOf(company: Readonly<Record<number, number>>): string {
  return Object.entries(company)
    .map(([bundles, count]) => `${bundles}: ${count}`)
    .join(', ');
}

function reported(what: string, value: string): Row {
  return { what, value, target: 'reported', met: true };
}

function spread(values: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function millis(value: number): string {
  return `${value.toFixed(2)} ms`;
}
