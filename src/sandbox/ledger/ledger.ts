import type { Network } from '../../transaction/network.js';
import type {
  EngineClock,
  EngineKey,
  EntityDetails,
  Funds,
  Manifests,
  NewToken,
  PreviewFlags,
  SubmissionCheck,
} from '../engine/methods.js';
import type { PreviewReceipt, Receipt } from '../engine/receipt.js';
import type { UserTransaction } from './transaction.js';

/**
 * What the sandbox stands on: a ledger that executes. The real engine is one (`EngineLedger`); one that answers by rule
 * (`RuleLedger`) serves tests and loads that no engine could follow.
 */
export interface Ledger {
  readonly network: Network;
  time(): Promise<LedgerClock>;
  /** Goes a number of rounds, the last of them at this proposer time; an epoch is jumped to directly. */
  advance(to: { rounds?: number; proposerTimestampMs?: number; epoch?: number }): Promise<LedgerClock>;

  /** A node's check of a submission: execution until the loan is repaid. */
  check(transaction: UserTransaction): Promise<SubmissionCheck>;
  /** Executes, and commits what can be committed. */
  execute(transaction: UserTransaction): Promise<Receipt>;
  preview(hex: string, flags: PreviewFlags): Promise<PreviewReceipt>;
  /** The bytes and the receipt of a committed transaction (its hash as hex). */
  committed(intentHash: string): Promise<{ readonly hex: string; readonly receipt: Receipt } | undefined>;
  decompile(hex: string): Promise<Manifests>;

  /** Resource → amount, of every vault, the empty ones too. */
  balances(account: string): Promise<Readonly<Record<string, string>>>;
  entity(address: string): Promise<EntityDetails>;

  createAccount(publicKey: EngineKey, fund: readonly Funds[]): Promise<string>;
  /** An account component of its own, owned by the key's badge. */
  createGlobalAccount(owner: EngineKey, fund: readonly Funds[], address?: string): Promise<string>;
  createToken(token: NewToken): Promise<string>;
  fund(account: string, funds: Funds): Promise<void>;

  close(): Promise<void>;
}

export type LedgerClock = EngineClock;
