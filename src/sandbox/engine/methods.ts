import type { Features } from '../../settlement/fee/features.js';
import type { PreviewReceipt, Receipt } from './receipt.js';

/** The engine's methods that the sandbox uses (engine/README.md): what goes in, what comes out. */
export interface EngineMethods {
  'world.start': { params: WorldStart; result: EngineClock & { networkName: string; xrd: string; faucet: string } };
  'clock.get': { params: Nothing; result: EngineClock };
  'clock.advance': { params: ClockAdvance; result: EngineClock };
  'account.create': { params: { publicKey: EngineKey; fund?: readonly Funds[] }; result: { address: string } };
  'account.createGlobal': { params: GlobalAccount; result: { address: string } };
  'account.fund': { params: Funds & { account: string }; result: Nothing };
  'account.balances': { params: { accounts: readonly string[] }; result: Record<string, Record<string, string>> };
  'token.create': { params: NewToken; result: { address: string } };
  'entity.details': { params: { address: string }; result: EntityDetails };
  'manifest.decompile': { params: { hex: string }; result: Manifests };
  'transaction.execute': { params: { hex: string; commit: boolean }; result: Receipt };
  'transaction.submissionCheck': { params: { hex: string }; result: SubmissionCheck };
  'transaction.preview': { params: { hex: string; flags: PreviewFlags }; result: PreviewReceipt };
  'transaction.committed': { params: { intentHash: string }; result: CommittedRecord };
}

export type EngineMethod = keyof EngineMethods;
export type Params<M extends EngineMethod> = EngineMethods[M]['params'];
export type Result<M extends EngineMethod> = EngineMethods[M]['result'];

type Nothing = Record<string, never>;

export interface WorldStart {
  readonly network: number;
  readonly epoch: number;
  readonly proposerTimestampMs: number;
}

export interface EngineClock {
  readonly epoch: number;
  readonly round: number;
  readonly proposerTimestampMs: number;
}

export interface ClockAdvance {
  readonly rounds?: number;
  readonly proposerTimestampMs?: number;
  readonly epoch?: number;
}

export interface EngineKey {
  readonly curve: 'Ed25519' | 'Secp256k1';
  readonly hex: string;
}

export interface Funds {
  readonly resource: string;
  readonly amount: string;
}

export interface GlobalAccount {
  readonly owner: { readonly publicKey: EngineKey };
  readonly fund?: readonly Funds[];
  readonly address?: string;
}

export interface EntityDetails {
  readonly address: string;
  readonly exists: boolean;
  readonly package?: string;
  readonly blueprint?: string;
  readonly symbol?: string | null;
  readonly name?: string | null;
  readonly fungible?: boolean;
  readonly totalSupply?: string | null;
  readonly divisibility?: number;
  /** Of an account: resource → vault. */
  readonly vaults?: Readonly<Record<string, string>>;
}

export interface Manifests {
  readonly root: string;
  readonly subintents: readonly string[];
}

/** What a node's check at submission says. */
export interface SubmissionCheck {
  readonly accepted: boolean;
  readonly permanent: boolean | null;
  readonly stage: 'validation' | 'execution';
  readonly error: string | null;
  readonly errorVariant: string | null;
}

export interface NewToken {
  readonly symbol: string;
  readonly divisibility: number;
  readonly address?: string;
  /** Left out: it can be minted and burned, and its supply is tracked. */
  readonly features?: Features;
}

export interface PreviewFlags {
  readonly useFreeCredit: boolean;
  readonly assumeAllSignatureProofs: boolean;
  readonly disableAuthChecks: boolean;
}

export type CommittedRecord =
  | { readonly status: 'Unknown' }
  | { readonly status: 'CommittedSuccess' | 'CommittedFailure'; readonly hex: string; readonly receipt: Receipt };
