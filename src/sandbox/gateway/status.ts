import type { Commit } from '../world/history.js';
import type { Endpoint } from './call.js';
import { idField } from './id.js';
import type { PendingPayload } from './pending.js';
import { ledgerState, visible } from './view.js';

/** `/transaction/status` and `/transaction/subintent-status` (docs/interfaces.md §1.1, §3). */

type IntentStatus =
  | 'Unknown'
  | 'Pending'
  | 'LikelyButNotCertainRejection'
  | 'CommitPendingOutcomeUnknown'
  | 'CommittedSuccess'
  | 'CommittedFailure'
  | 'PermanentlyRejected';
type PayloadStatus = Exclude<IntentStatus, 'LikelyButNotCertainRejection'> | 'TemporarilyRejected';

// biome-ignore format: a table reads better aligned
const DESCRIPTION: Readonly<Record<IntentStatus | PayloadStatus, string>> = {
  Unknown:                      'No information is known about it.',
  Pending:                      'It was accepted by a mempool when it was last submitted.',
  LikelyButNotCertainRejection: 'All known payloads were rejected when they were last tried; it may still be committed.',
  TemporarilyRejected:          'It was rejected when it was last tried; it may still be committed.',
  CommitPendingOutcomeUnknown:  'It has been committed, its outcome is not known here yet.',
  CommittedSuccess:             'It has been committed as a success.',
  CommittedFailure:             'It has been committed as a failure: its fee was paid, nothing else happened.',
  PermanentlyRejected:          'It can never be committed.',
};

export const transactionStatus: Endpoint = ({ body, view, world, pending }) => {
  const id = idField(body, 'intent_hash', 'txid', world.network);
  const commit = world.history.commitOf(id);
  const rows = pending.ofIntent(id);
  const answer = visible(commit, view) ? committedStatus(commit, rows) : pendingStatus(rows, view.state.epoch);
  return { ledger_state: ledgerState(view, world.network), ...answer };
};

export const subintentStatus: Endpoint = ({ body, view, world }) => {
  const id = idField(body, 'subintent_hash', 'subtxid', world.network);
  const commit = world.history.finalizerOf(id);
  const ledger_state = ledgerState(view, world.network);
  if (!visible(commit, view)) {
    return { ledger_state, subintent_status: 'Unknown', subintent_status_description: DESCRIPTION.Unknown };
  }
  return {
    ledger_state,
    subintent_status: 'CommittedSuccess',
    subintent_status_description: 'It has been finalized by a transaction.',
    finalized_at_state_version: commit.state.stateVersion,
    finalized_at_transaction_intent_hash: commit.intentId,
  };
};

function committedStatus(commit: Commit, rows: readonly PendingPayload[]) {
  const status = commit.success ? 'CommittedSuccess' : 'CommittedFailure';
  const others = rows.filter((row) => row.transaction.payloadId !== commit.payloadId);
  return {
    ...intentFields(status),
    known_payloads: [
      {
        payload_hash: commit.payloadId,
        ...payloadFields(status),
        error_message: commit.error,
        handling_status: 'Concluded',
        handling_status_reason: 'The transaction is committed',
      },
      ...others.map((row) => ({ ...payloadOf(row, 'PermanentlyRejected'), handling_status: 'Concluded' })),
    ],
    committed_state_version: commit.state.stateVersion,
    error_message: commit.error,
  };
}

function pendingStatus(rows: readonly PendingPayload[], epoch: number) {
  const last = rows.at(-1);
  if (last === undefined) return { ...intentFields('Unknown'), known_payloads: [] };
  const expired = epoch >= last.transaction.rootEndEpoch;
  const status = expired ? 'PermanentlyRejected' : statusOfIntent(rows);
  const open = status === 'Unknown' || status === 'LikelyButNotCertainRejection' || status === 'Pending';
  return {
    ...intentFields(status),
    known_payloads: rows.map((row) => payloadOf(row, expired ? 'PermanentlyRejected' : statusOfPayload(row))),
    permanently_rejects_at_epoch: open ? last.transaction.rootEndEpoch : undefined,
    error_message: expired ? `expired: valid until epoch ${last.transaction.rootEndEpoch}` : last.latestError,
  };
}

/** Of several payloads the best counts, but one that is known never to commit settles it. */
function statusOfIntent(rows: readonly PendingPayload[]): IntentStatus {
  const has = (state: PendingPayload['intent']) => rows.some(({ intent }) => intent === state);
  if (has('CommitPending')) return 'CommitPendingOutcomeUnknown';
  if (has('PermanentRejection')) return 'PermanentlyRejected';
  if (has('PossibleToCommit')) return 'Pending';
  if (has('LikelyButNotCertainRejection')) return 'LikelyButNotCertainRejection';
  return 'Unknown';
}

const PAYLOAD_STATUS: Readonly<Record<PendingPayload['payload'], PayloadStatus>> = {
  Unknown: 'Unknown',
  TransientlyAccepted: 'Pending',
  TransientlyRejected: 'TemporarilyRejected',
  PermanentlyRejected: 'PermanentlyRejected',
  CommitPending: 'CommitPendingOutcomeUnknown',
  ClashingCommit: 'PermanentlyRejected',
};

function statusOfPayload({ payload }: PendingPayload): PayloadStatus {
  return PAYLOAD_STATUS[payload];
}

function payloadOf(row: PendingPayload, status: PayloadStatus) {
  const handled = row.nextSubmissionMs !== undefined;
  return {
    payload_hash: row.transaction.payloadId,
    ...payloadFields(status),
    error_message: row.firstError,
    latest_error_message: row.latestError === row.firstError ? undefined : row.latestError,
    handling_status: handled ? 'HandlingSubmission' : 'Concluded',
    handling_status_reason: handled ? 'It may be submitted again' : 'Nothing more is to be done',
    submission_error: row.submissionError,
  };
}

function intentFields(status: IntentStatus) {
  return { status: legacy(status), intent_status: status, intent_status_description: DESCRIPTION[status] };
}

function payloadFields(status: PayloadStatus) {
  return { status: legacy(status), payload_status: status, payload_status_description: DESCRIPTION[status] };
}

/** The older vocabulary knows no doubts. */
function legacy(status: IntentStatus | PayloadStatus): string {
  switch (status) {
    case 'Unknown':
    case 'CommittedSuccess':
    case 'CommittedFailure':
      return status;
    case 'PermanentlyRejected':
      return 'Rejected';
    default:
      return 'Pending';
  }
}
