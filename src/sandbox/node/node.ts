import type { Receipt } from '../engine/receipt.js';
import type { Ledger } from '../ledger/ledger.js';
import type { UserTransaction } from '../ledger/transaction.js';
import { Mempool } from './mempool.js';
import { type Rejection, Rejections } from './rejections.js';

/** A node's answer to a submission (docs/interfaces.md §3). */
export type Submitted =
  | { readonly type: 'accepted' }
  | ({ readonly type: 'rejected' } & Rejection)
  /** The intent is on the ledger already, by this payload or by another one. */
  | { readonly type: 'committed'; readonly samePayload: boolean }
  | { readonly type: 'mempool-full' };

export interface Executed {
  readonly transaction: UserTransaction;
  readonly receipt: Receipt;
}

export interface NodeOptions {
  readonly mempoolCapacity?: number;
  readonly transactionsPerRound?: number;
  readonly now: () => number;
}

const ACCEPTED: Submitted = { type: 'accepted' };

/** Rejections that stay: no later state of the ledger lifts them. */
const PERMANENT: ReadonlySet<string> = new Set([
  'TransactionEpochNoLongerValid',
  'TransactionProposerTimestampNoLongerValid',
  'IntentHashPreviouslyCommitted',
  'IntentHashPreviouslyCancelled',
]);

/** Rejections that time lifts: nothing is gained by remembering them. */
const TOO_EARLY: ReadonlySet<string> = new Set([
  'TransactionEpochNotYetValid',
  'TransactionProposerTimestampNotYetValid',
]);

/** The one node of the sandbox: checks what is submitted, keeps it until a round takes it, and executes rounds. */
export class Node {
  /** Hears of each transaction that enters the mempool. */
  onAccepted: (transaction: UserTransaction) => void = () => {};
  private readonly mempool: Mempool;
  private readonly rejections = new Rejections();
  private readonly now: () => number;
  private readonly transactionsPerRound: number;
  /** Intent → the payload that committed it. */
  private readonly committed = new Map<string, string>();
  /** Taken out of the mempool by the round that runs now. */
  private readonly executing = new Set<string>();
  private readonly checking = new Map<string, Promise<Submitted>>();

  constructor(
    private readonly ledger: Ledger,
    { mempoolCapacity = 10_000, transactionsPerRound = 50, now }: NodeOptions,
  ) {
    this.mempool = new Mempool(mempoolCapacity);
    this.transactionsPerRound = transactionsPerRound;
    this.now = now;
  }

  get mempoolSize(): number {
    return this.mempool.size;
  }

  async submit(transaction: UserTransaction): Promise<Submitted> {
    const { payloadHash, intentHash } = transaction;
    const by = this.committed.get(intentHash);
    if (by !== undefined) return { type: 'committed', samePayload: by === payloadHash };
    const known = this.rejections.known(payloadHash, this.now());
    if (known !== undefined) return { type: 'rejected', ...known };
    if (this.mempool.has(payloadHash) || this.executing.has(payloadHash)) return ACCEPTED;
    // Two Gateways may bring the same payload at once: one check answers both.
    const running = this.checking.get(payloadHash) ?? this.check(transaction);
    this.checking.set(payloadHash, running);
    try {
      return await running;
    } finally {
      this.checking.delete(payloadHash);
    }
  }

  /** Executes what waits, best tip first, and returns what committed, in order. Losers are remembered as rejected. */
  async executeRound(): Promise<Executed[]> {
    const taken = this.mempool.take(this.transactionsPerRound);
    for (const { payloadHash } of taken) this.executing.add(payloadHash);
    try {
      // All are handed over at once and executed in this order: the ledger need not wait for us in between.
      const receipts = await Promise.all(taken.map((transaction) => this.ledger.execute(transaction)));
      return taken.flatMap((transaction, index) => this.settle(transaction, receipts[index]!));
    } finally {
      this.executing.clear();
    }
  }

  private settle(transaction: UserTransaction, receipt: Receipt): Executed[] {
    if (receipt.status === 'CommittedSuccess' || receipt.status === 'CommittedFailure') {
      this.committed.set(transaction.intentHash, transaction.payloadHash);
      return [{ transaction, receipt }];
    }
    this.reject(transaction, receipt.error ?? receipt.status, receipt.errorVariant ?? '');
    return [];
  }

  private async check(transaction: UserTransaction): Promise<Submitted> {
    const { accepted, stage, error, errorVariant } = await this.ledger.check(transaction);
    if (accepted) {
      if (!this.mempool.add(transaction)) return { type: 'mempool-full' };
      this.onAccepted(transaction);
      return ACCEPTED;
    }
    const said = error ?? 'rejected';
    if (stage === 'validation') {
      return { type: 'rejected', error: said, permanent: true, intentPermanent: true };
    }
    return { type: 'rejected', ...this.reject(transaction, said, errorVariant ?? '') };
  }

  private reject({ payloadHash }: UserTransaction, error: string, variant: string): Rejection {
    const permanent = PERMANENT.has(variant);
    const now = this.now();
    const rejection = { error, permanent, intentPermanent: permanent };
    return this.rejections.remember(payloadHash, rejection, now, TOO_EARLY.has(variant) ? now : undefined);
  }
}
