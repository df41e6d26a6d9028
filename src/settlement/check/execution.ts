import type { LocalId, NodeId } from '../../sbor/custom.js';
import type { PublicKey } from '../../transaction/key.js';
import type { Proof } from './asset.js';
import type { PutKind, TakeKind } from './worktop.js';

export interface CheckContext {
  /** Per intent: root first (including the notary when signatory), then the non-root subintents in payload order. */
  readonly signers: readonly (readonly PublicKey[])[];
  /** What is known of the ledger; without it withdrawals count as payable. */
  readonly ledger?: Ledger;
}

/** State that a caller may know; undefined means unknown. */
export interface Ledger {
  balance?(account: NodeId, resource: NodeId): bigint | undefined;
  divisibility?(resource: NodeId): number | undefined;
  /** Whether the account takes this from anyone (`try_deposit_…`). */
  accepts?(account: NodeId, resource: NodeId): boolean | undefined;
}

/** What a transaction does when it succeeds. */
export interface Execution {
  /** Everything that costs, in the engine's order. */
  readonly steps: readonly Step[];
  /** Net gain per account and resource, in attos (non-fungibles count as whole units); zero changes are left out. */
  readonly changes: ReadonlyMap<NodeId, ReadonlyMap<NodeId, bigint>>;
  /** Whether something had to be assumed; `assumptions` says what. */
  readonly assumed: boolean;
  readonly assumptions: readonly string[];
  /** Resources of the badges in each intent's auth zone at the start: root first, then subintents in payload order. */
  readonly badges: readonly (readonly NodeId[])[];
}

/** One operation of the engine. `intent` is 0 for the root, n + 1 for subintent n of the payload. */
export type Step =
  /** The root's next instruction begins: where a fee may be locked. */
  | { readonly op: 'instruction'; readonly index: number }
  | WorktopStep
  | CallStep
  | ZoneStep
  /** An assertion looks at a bucket that a call brought. */
  | { readonly op: 'count'; readonly intent: number; readonly resource: NodeId }
  | { readonly op: 'assert-bucket'; readonly intent: number; readonly resource: NodeId }
  | { readonly op: 'burn'; readonly intent: number; readonly resource: NodeId }
  | VerifyStep
  /** A yield: the message's length as the engine sends it, and what lies in it. */
  | {
      readonly op: 'send';
      readonly intent: number;
      readonly to: number;
      readonly bytes: number;
      readonly resources: readonly NodeId[];
    }
  /** The end of an intent: first its worktop goes, which must be empty, then what it still holds of proofs. */
  | { readonly op: 'drop-worktop'; readonly intent: number }
  | { readonly op: 'end'; readonly intent: number; readonly named: readonly Proof[]; readonly zone: readonly Proof[] };

export type WorktopStep =
  | {
      readonly op: 'take';
      readonly intent: number;
      readonly by: 'amount' | 'ids' | 'all';
      readonly resource: NodeId;
      readonly how: TakeKind;
      /** The ids taken by name. */
      readonly ids: readonly LocalId[] | undefined;
    }
  | {
      readonly op: 'put';
      readonly intent: number;
      readonly resource: NodeId;
      readonly how: PutKind;
      /** Whether a call or yield brought it (or the intent returned a bucket of its own). */
      readonly received: boolean;
    }
  | { readonly op: 'drain'; readonly intent: number }
  | {
      readonly op: 'assert-worktop';
      readonly intent: number;
      readonly by: 'amount' | 'ids' | 'any' | 'only' | 'include';
      /** The resources looked at on the worktop, and those that the assertion names. */
      readonly resources: readonly NodeId[];
      readonly named: readonly NodeId[];
      /** Length of what is asserted, as the engine passes it on. */
      readonly bytes: number;
    };

/** A method of an account that the checker knows, or a call whose inside it does not. */
export type CallStep =
  | {
      readonly op: 'call';
      readonly intent: number;
      readonly account: NodeId;
      readonly method: AccountMethod;
      /** Length of the arguments as the engine passes them on. */
      readonly bytes: number;
      /** Buckets going in, or what is withdrawn, locked or shown. */
      readonly assets: readonly AssetFact[];
      readonly ids: readonly LocalId[] | undefined;
    }
  | { readonly op: 'unknown-call'; readonly intent: number; readonly target: string; readonly bytes: number };

export interface AssetFact {
  readonly resource: NodeId;
  readonly amount: bigint;
}

export const ACCOUNT_METHODS = [
  'withdraw',
  'withdraw_non_fungibles',
  'deposit',
  'deposit_batch',
  'try_deposit_or_abort',
  'try_deposit_or_refund',
  'try_deposit_batch_or_abort',
  'try_deposit_batch_or_refund',
  'lock_fee',
  'lock_contingent_fee',
  'create_proof_of_amount',
  'create_proof_of_non_fungibles',
] as const;
export type AccountMethod = (typeof ACCOUNT_METHODS)[number];

/** What happens to proofs. */
export type ZoneStep =
  | { readonly op: 'pop' | 'clone' | 'drop'; readonly intent: number; readonly proof: Proof }
  /** A proof goes into the auth zone: one that a call brought, or a named one. */
  | { readonly op: 'push'; readonly intent: number; readonly proof: Proof; readonly received: boolean }
  | {
      readonly op: 'compose';
      readonly intent: number;
      readonly by: 'amount' | 'ids' | 'all';
      readonly proof: Proof;
      /** Proofs in the zone, those of the resource among them, and those opened to take from. */
      readonly proofs: number;
      readonly same: number;
      readonly opened: number;
    }
  | {
      readonly op: 'bucket-proof';
      readonly intent: number;
      readonly by: 'amount' | 'ids' | 'all';
      readonly proof: Proof;
    }
  | {
      readonly op: 'drop-zone';
      readonly intent: number;
      readonly signatures: boolean;
      readonly proofs: readonly Proof[] | undefined;
    }
  | { readonly op: 'drain-zone'; readonly intent: number; readonly proofs: readonly Proof[] };

export interface VerifyStep {
  readonly op: 'verify';
  readonly intent: number;
  readonly parent: number;
  /** How often the parent's auth zone was searched for a requirement. */
  readonly lookups: number;
  /** Proofs whose resource was looked at on the way, and whose amount or ids were read. */
  readonly compared: number;
  readonly read: number;
}
