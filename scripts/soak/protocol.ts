/** What the soak and the process with ledger, Gateway and stream say to each other. */

export type Part = 'rule' | 'engine';

export interface GroundOptions {
  readonly part: Part;
  readonly bundles: number;
  /** Pushes a second. */
  readonly rate: number;
}

/**
 * How many bundles come at a fifth of the pace, at first: a process compiles what it runs for the first time. They count
 * as all others do, but for how quick they are.
 */
export function warmUpOf({ bundles }: GroundOptions): number {
  return Math.min(300, Math.floor(bundles / 4));
}

export type ToGround =
  | { readonly type: 'push' }
  /** The journal's word, to be held against the ledger's. */
  | { readonly type: 'audit'; readonly journal: JournalSums };

export type FromGround =
  | { readonly type: 'built'; readonly bundles: number }
  | { readonly type: 'ready'; readonly stream: string; readonly gateway: string }
  | { readonly type: 'pushed'; readonly frames: number }
  | { readonly type: 'all-pushed'; readonly frames: number }
  | { readonly type: 'audited'; readonly audit: Audit };

export interface JournalSums {
  readonly outcomes: Readonly<Record<string, number>>;
  /** Ids of the bundles that settled. */
  readonly settled: readonly string[];
  /** Ids of all that ended, copies left out. */
  readonly ended: readonly string[];
  readonly feeCharged: bigint;
  readonly xrdChange: bigint;
}

export interface Audit {
  readonly problems: readonly string[];
  readonly commits: number;
  readonly failures: number;
  readonly fees: bigint;
  /** Accounts whose every balance was compared. */
  readonly accounts: number;
  /** From the push to a node's check of the transaction, milliseconds: the solver and both sockets. */
  readonly pushToNodeMs: readonly number[];
}
