import type { Window } from '../transaction/window.js';
import type { CommittedDetails, SubintentStatus, TransactionStatus } from './answer.js';
import type { LedgerState } from './wire.js';

/** A transaction that is followed. */
export interface Followed {
  readonly id: string;
  readonly subintents: readonly string[];
  /** When all of its intents may commit: only its end matters here. */
  readonly window: Pick<Window, 'endEpoch' | 'maxTimestamp'>;
}

/** A question to one endpoint. */
export type Question = { readonly endpoint: string } & (
  | { readonly type: 'status' }
  | { readonly type: 'subintent'; readonly id: string }
  /** With `at`: whether it is committed as of that state, which can prove that it is not. */
  | { readonly type: 'details'; readonly at?: LedgerState }
  /** Whether the transaction that is said to have won is committed. */
  | { readonly type: 'winner'; readonly id: string }
);

export type Reply =
  | { readonly type: 'status'; readonly answer: TransactionStatus }
  | { readonly type: 'subintent'; readonly answer: SubintentStatus }
  | { readonly type: 'details' | 'winner'; readonly answer: CommittedDetails | 'not-found' }
  | { readonly type: 'no-answer' };

/** What one endpoint has said of a transaction: the newest of each kind, by local time where the order matters. */
export interface View {
  readonly status?: TransactionStatus;
  /** Kept once found: a ledger forgets nothing. */
  readonly details?: CommittedDetails;
  /** The newest state as of which it was asked for and is not committed. */
  readonly missingAt?: LedgerState;
  readonly subintents: ReadonlyMap<string, { readonly answer: SubintentStatus; readonly at: number }>;
  readonly winners: ReadonlyMap<string, CommittedDetails>;
  /** Since when it says that it is committed, and when it last could not show it. */
  readonly claimedAt?: number;
  readonly unshownAt?: number;
  readonly rejectedAt?: number;
  /** The earliest ledger time that it has shown with the end epoch reached. */
  readonly epochOverMs?: number;
  /** When a question was last asked, answered or not. */
  readonly asked: ReadonlyMap<string, number>;
}

export const NOTHING_SEEN: View = { subintents: new Map(), winners: new Map(), asked: new Map() };

export function questionKey(question: Question): string {
  switch (question.type) {
    case 'status':
      return 'status';
    case 'details':
      return question.at === undefined ? 'details' : 'absence';
    default:
      return `${question.type} ${question.id}`;
  }
}

/** The view after an answer, or the lack of one. */
export function record(view: View, followed: Followed, question: Question, reply: Reply, now: number): View {
  const seen: View = { ...view, asked: new Map(view.asked).set(questionKey(question), now) };
  switch (reply.type) {
    case 'status':
      return withStatus(seen, followed, reply.answer, now);
    case 'subintent': {
      const { id } = question as { id: string };
      const subintents = new Map(view.subintents).set(id, { answer: reply.answer, at: now });
      const isOurs = reply.answer.finalized?.by === followed.id;
      return { ...seen, subintents, ...(isOurs ? { claimedAt: view.claimedAt ?? now } : {}) };
    }
    case 'winner': {
      if (reply.answer === 'not-found') return seen;
      return { ...seen, winners: new Map(view.winners).set(reply.answer.id, reply.answer) };
    }
    case 'details': {
      const at = question.type === 'details' ? question.at : undefined;
      if (reply.answer !== 'not-found') {
        return { ...seen, details: reply.answer, claimedAt: view.claimedAt ?? now };
      }
      return { ...seen, unshownAt: now, ...(at === undefined ? {} : { missingAt: at }) };
    }
    case 'no-answer':
      return seen;
  }
}

function withStatus(view: View, followed: Followed, status: TransactionStatus, now: number): View {
  const { ledger } = status;
  const isOver = BigInt(ledger.epoch) >= followed.window.endEpoch;
  return {
    ...view,
    status,
    ...(isOver ? { epochOverMs: Math.min(view.epochOverMs ?? Infinity, ledger.proposerTimestampMs) } : {}),
    ...(statusClaim(status) === undefined ? {} : { claimedAt: view.claimedAt ?? now }),
    ...(status.status === 'PermanentlyRejected' ? { rejectedAt: view.rejectedAt ?? now } : {}),
  };
}

/**
 * What a status says of a commit, if it says that there is one. Of the intent, not of a payload (T71): rejected because
 * this very intent is committed already means committed.
 */
export function statusClaim({ status, error }: TransactionStatus): 'success' | 'failure' | 'some' | undefined {
  if (status === 'CommittedSuccess') return 'success';
  if (status === 'CommittedFailure') return 'failure';
  if (status === 'CommitPendingOutcomeUnknown') return 'some';
  return status === 'PermanentlyRejected' && OWN_COMMIT.test(error ?? '') ? 'some' : undefined;
}

const OWN_COMMIT = /IntentHashPreviouslyCommitted\W+Transaction/;
