import type { Fee, FeeDestination, NewEntities, Receipt } from '../engine/receipt.js';
import type { UserTransaction } from '../ledger/transaction.js';

/** A state of the ledger that the Gateways may show: the one after a round. */
export interface LedgerState {
  readonly stateVersion: number;
  readonly epoch: number;
  readonly round: number;
  readonly proposerTimestampMs: number;
}

/** A committed transaction. Its bytes and events stay with the ledger: a load commits very many. */
export interface Commit {
  readonly intentHash: string;
  readonly intentId: string;
  readonly payloadId: string;
  readonly children: readonly string[];
  readonly subintents: UserTransaction['subintents'];
  readonly tipBasisPoints: number;
  readonly state: LedgerState;
  readonly success: boolean;
  readonly error: string | undefined;
  readonly fee: Fee;
  readonly balanceChanges: NonNullable<Receipt['balanceChanges']>;
  readonly feePayments: Readonly<Record<string, string>>;
  readonly feeDestination: FeeDestination;
  readonly newEntities: NewEntities;
}

const KEPT_STATES = 100_000;

/** What every Gateway's database holds: states, and what committed in them. */
export class History {
  private states: LedgerState[];
  private readonly byIntent = new Map<string, Commit>();
  private readonly bySubintent = new Map<string, Commit>();

  constructor(first: LedgerState) {
    this.states = [first];
  }

  get newest(): LedgerState {
    return this.states.at(-1)!;
  }

  /** The state before the last `rounds` rounds. */
  before(rounds: number): LedgerState {
    return this.states[Math.max(0, this.states.length - 1 - rounds)]!;
  }

  /** The newest state for which `holds`, undefined where none is old enough. */
  newestWhere(holds: (state: LedgerState) => boolean): LedgerState | undefined {
    return this.states.findLast(holds);
  }

  oldestWhere(holds: (state: LedgerState) => boolean): LedgerState | undefined {
    return this.states.find(holds);
  }

  publish(state: LedgerState, commits: readonly Commit[] = []): void {
    for (const commit of commits) {
      this.byIntent.set(commit.intentId, commit);
      if (commit.success) for (const { id } of commit.subintents) this.bySubintent.set(id, commit);
    }
    this.states.push(state);
    if (this.states.length > KEPT_STATES) this.states = this.states.slice(KEPT_STATES / 2);
  }

  commitOf(intentId: string): Commit | undefined {
    return this.byIntent.get(intentId);
  }

  /** The transaction that finalized a subintent. A failure finalizes none. */
  finalizerOf(subintentId: string): Commit | undefined {
    return this.bySubintent.get(subintentId);
  }
}

export function commitOf({ transaction, receipt }: Pair, state: LedgerState): Commit {
  const { intentHash, intentId, payloadId, children, subintents, tipBasisPoints } = transaction;
  const of = { intentHash, intentId, payloadId, children, subintents, tipBasisPoints };
  return {
    ...of,
    state,
    success: receipt.status === 'CommittedSuccess',
    error: receipt.error ?? undefined,
    fee: receipt.fee!,
    balanceChanges: receipt.balanceChanges!,
    feePayments: receipt.feePayments!,
    feeDestination: receipt.feeDestination!,
    newEntities: receipt.newEntities!,
  };
}

interface Pair {
  readonly transaction: UserTransaction;
  readonly receipt: Receipt;
}
