import type { CommittedDetails } from './answer.js';
import type { Question } from './observation.js';
import type { LedgerState } from './wire.js';

/** How a transaction can end (docs/interfaces.md §3). Nothing else is an end: an answer that is missing least of all. */
export type Outcome =
  /** A failure has cost the fee and did nothing else (T69). Without details only if no Gateway could show them for long. */
  | {
      readonly type: 'committed-success' | 'committed-failure';
      readonly details: CommittedDetails | undefined;
      readonly seenBy: readonly string[];
    }
  /** Another transaction finalized one of the subintents: this one can never commit, and cost nothing. */
  | { readonly type: 'lost'; readonly winner: string; readonly subintent: string; readonly stateVersion: number }
  /** `expired`: for being too late. */
  | { readonly type: 'rejected-permanently'; readonly reason: string; readonly expired: boolean }
  /** Not committed as of a state in which its time is over. */
  | { readonly type: 'dead'; readonly by: 'timestamp' | 'epoch'; readonly ledger: LedgerState };

/** What is known of a transaction that has not ended. */
export type Phase =
  | 'unknown'
  | 'pending'
  /** On that node it is as good as over (T66), yet it may commit (T65). */
  | 'temporarily-rejected'
  /** Said to be committed, not shown yet. */
  | 'committing'
  | 'losing'
  | 'rejecting'
  | 'expiring'
  /** Gateways, or the answers of one, exclude each other. */
  | 'contradictory';

export interface Open {
  readonly type: 'open';
  readonly phase: Phase;
  readonly reason: string | undefined;
  /** Whether every Gateway that is well says so. */
  readonly everywhere: boolean;
  /** What would settle it, to be asked at once. */
  readonly wants: readonly Question[];
}

export type Decision = { readonly type: 'final'; readonly outcome: Outcome } | Open;
