import type { UserTransaction } from '../ledger/transaction.js';
import type { Node, Submitted } from '../node/node.js';
import type { History } from '../world/history.js';

/** What a Gateway's database says of a payload, and of its intent as far as that payload tells (docs/interfaces.md §3). */
type PayloadState =
  | 'Unknown'
  | 'TransientlyAccepted'
  | 'TransientlyRejected'
  | 'PermanentlyRejected'
  | 'CommitPending'
  | 'ClashingCommit';
type IntentState =
  | 'Unknown'
  | 'PossibleToCommit'
  | 'LikelyButNotCertainRejection'
  | 'PermanentRejection'
  | 'CommitPending';

/** A later answer replaces an earlier one unless it is worth less. */
const PRIORITY: Readonly<Record<PayloadState, number>> = {
  Unknown: 0,
  TransientlyAccepted: 1,
  TransientlyRejected: 1,
  PermanentlyRejected: 2,
  ClashingCommit: 3,
  CommitPending: 3,
};

export interface PendingPayload {
  readonly transaction: UserTransaction;
  readonly firstSubmittedMs: number;
  payload: PayloadState;
  intent: IntentState;
  firstError: string | undefined;
  latestError: string | undefined;
  submissionError: string | undefined;
  /** Undefined once nothing more is done about it. */
  nextSubmissionMs: number | undefined;
  submissions: number;
}

const FIRST_RESUBMISSION_MS = 10_000;
const MAX_SUBMISSIONS = 5;
const MAX_AGE_MS = 300_000;

/** The payloads that one Gateway was given, and what it does about them: submits again until it knows or gives up. */
export class PendingPayloads {
  private readonly byPayload = new Map<string, PendingPayload>();
  private readonly byIntent = new Map<string, PendingPayload[]>();
  /** Those that are submitted again. */
  private readonly handled = new Set<PendingPayload>();

  constructor(
    private readonly node: Node,
    private readonly history: History,
    private readonly now: () => number,
  ) {}

  find(payloadId: string): PendingPayload | undefined {
    return this.byPayload.get(payloadId);
  }

  ofIntent(intentId: string): readonly PendingPayload[] {
    return this.byIntent.get(intentId) ?? [];
  }

  /** Stores a payload that is new here. */
  add(transaction: UserTransaction): PendingPayload {
    const now = this.now();
    const row: PendingPayload = {
      transaction,
      firstSubmittedMs: now,
      payload: 'Unknown',
      intent: 'Unknown',
      firstError: undefined,
      latestError: undefined,
      submissionError: undefined,
      nextSubmissionMs: now + FIRST_RESUBMISSION_MS,
      submissions: 0,
    };
    this.byPayload.set(transaction.payloadId, row);
    const siblings = this.byIntent.get(transaction.intentId);
    if (siblings === undefined) this.byIntent.set(transaction.intentId, [row]);
    else siblings.push(row);
    this.handled.add(row);
    return row;
  }

  async submit(row: PendingPayload): Promise<Submitted> {
    row.submissions += 1;
    const submitted = await this.node.submit(row.transaction);
    this.apply(row, submitted);
    return submitted;
  }

  /** Accepted as far as anyone can see, but handed to nobody. */
  pretend(row: PendingPayload): void {
    this.apply(row, { type: 'accepted' });
    this.conclude(row);
  }

  /** What is due after a round: payloads whose fate is open are submitted again, at ever longer gaps. */
  async tick(): Promise<void> {
    const now = this.now();
    const due: PendingPayload[] = [];
    for (const row of this.handled) {
      const { transaction, firstSubmittedMs, submissions, nextSubmissionMs } = row;
      const over =
        this.history.commitOf(transaction.intentId) !== undefined ||
        this.history.newest.epoch >= transaction.rootEndEpoch ||
        submissions >= MAX_SUBMISSIONS ||
        now - firstSubmittedMs > MAX_AGE_MS;
      if (over) this.conclude(row);
      else if (nextSubmissionMs !== undefined && now >= nextSubmissionMs) due.push(row);
    }
    for (const row of due) {
      row.nextSubmissionMs = now + FIRST_RESUBMISSION_MS * 2 ** row.submissions;
      await this.submit(row);
    }
  }

  private apply(row: PendingPayload, submitted: Submitted): void {
    const [payload, intent] = statesOf(submitted);
    if (submitted.type === 'mempool-full') row.submissionError ??= 'MempoolFull: the tip is too low';
    if (PRIORITY[payload] < PRIORITY[row.payload]) return;
    row.payload = payload;
    row.intent = intent;
    if (submitted.type === 'rejected') {
      row.firstError ??= submitted.error;
      row.latestError = submitted.error;
    }
    if (PRIORITY[payload] > 1) this.conclude(row);
  }

  private conclude(row: PendingPayload): void {
    row.nextSubmissionMs = undefined;
    this.handled.delete(row);
  }
}

function statesOf(submitted: Submitted): readonly [PayloadState, IntentState] {
  switch (submitted.type) {
    case 'accepted':
      return ['TransientlyAccepted', 'PossibleToCommit'];
    case 'rejected':
      if (submitted.intentPermanent) return ['PermanentlyRejected', 'PermanentRejection'];
      return [submitted.permanent ? 'PermanentlyRejected' : 'TransientlyRejected', 'LikelyButNotCertainRejection'];
    case 'committed':
      return [submitted.samePayload ? 'CommitPending' : 'ClashingCommit', 'CommitPending'];
    case 'mempool-full':
      return ['Unknown', 'Unknown'];
  }
}
