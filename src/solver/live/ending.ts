import type { Attos } from '../../base/amount.js';
import type {
  AttemptNews,
  Outcome as BundleOutcome,
  ChargedShare,
  Expected,
  FinalState,
  Reason,
} from '../../journal/model.js';
import type { BundleStory } from '../../journal/story.js';
import type { CommittedDetails } from '../../ledger/answer.js';
import type { Outcome } from '../../ledger/outcome.js';

/** How a bundle ends. */
export interface Given {
  readonly outcome: BundleOutcome;
  readonly reason?: Reason | undefined;
  readonly winner?: string | undefined;
  readonly expected?: Expected | undefined;
  /** What is told of it beside that. */
  readonly details?: BundleStory | undefined;
}

/** What the ledger charged and gave the solver, fee included. */
export interface Charged {
  readonly fee: Attos;
  readonly xrdChange: Attos;
  /** What of it falls to each bundle. */
  readonly shares?: readonly ChargedShare[];
}

/** Reads fee and net XRD change of an account out of committed details; undefined while they are not there yet. */
export function chargedBy(details: CommittedDetails | undefined, account: string, xrd: string): Charged | undefined {
  if (details?.balances === undefined || details.feePaid === undefined) return undefined;
  let xrdChange = 0n;
  for (const { entity, resource, change } of details.balances.changes) {
    if (entity === account && resource === xrd) xrdChange += change;
  }
  for (const { entity, resource, change, type } of details.balances.fees) {
    if (type === 'FeePayment' && entity === account && resource === xrd) xrdChange += change;
  }
  return { fee: details.feePaid, xrdChange };
}

/** What the journal writes of an attempt that has come to its end; undefined where its cost is not known yet. */
export function newsOf(outcome: Outcome, charged: Charged | undefined): AttemptNews | undefined {
  switch (outcome.type) {
    case 'committed-success':
    case 'committed-failure':
      if (charged === undefined || outcome.details === undefined) return undefined;
      return {
        state: outcome.type,
        ...charged,
        stateVersion: outcome.details.stateVersion,
        message: outcome.details.error,
      };
    case 'lost':
      return { state: 'lost', winner: outcome.winner };
    case 'rejected-permanently':
      return { state: 'rejected', message: outcome.reason };
    case 'dead':
      return { state: 'dead', message: `not committed when its time was over, by ${outcome.by}` };
  }
}

/** How an attempt ended, as far as its bundle is concerned. */
export interface Ended {
  readonly state: FinalState;
  readonly winner?: string | undefined;
  readonly reason?: string | undefined;
}

/** The end of a bundle none of whose attempts succeeded: the weightiest of theirs. */
export function endOfBundle(ends: readonly Ended[]): Given {
  const failed = ends.find(({ state }) => state === 'committed-failure');
  if (failed !== undefined) return { outcome: 'failed', reason: reason('committed-failure', failed.reason) };
  const lost = ends.find(({ state }) => state === 'lost');
  if (lost !== undefined) {
    const { winner } = lost;
    const message = `finalized by ${winner ?? 'another transaction'}`;
    return { outcome: 'lost', reason: reason('lost', message), winner };
  }
  const rejected = ends.find(({ state }) => state === 'rejected');
  if (rejected !== undefined) return { outcome: 'rejected', reason: reason('rejected', rejected.reason) };
  return { outcome: 'expired', reason: reason('expired', ends.at(-1)?.reason) };
}

/** Whether it says more than that the time is over. */
export function isWeighty({ outcome }: Given): boolean {
  return outcome !== 'expired';
}

/** Of what cannot be written down before it happens. */
export function unwritten(message: string): Given {
  return { outcome: 'declined', reason: { code: 'journal-unwritable', message } };
}

function reason(code: string, message = code): Reason {
  return { code, message };
}
