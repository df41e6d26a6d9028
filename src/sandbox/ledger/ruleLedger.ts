import { type Attos, formatAmount, parseAmount } from '../../base/amount.js';
import { fromHex, toHex } from '../../base/bytes.js';
import { SolverError } from '../../base/error.js';
import { formatAddress, isAccount, parseAddress, XRD } from '../../transaction/address.js';
import { blake2b } from '../../transaction/crypto.js';
import { preallocatedAccount } from '../../transaction/key.js';
import type { Network } from '../../transaction/network.js';
import type { EngineKey, EntityDetails, Funds, Manifests, NewToken, SubmissionCheck } from '../engine/methods.js';
import type { Fee, PreviewReceipt, Receipt } from '../engine/receipt.js';
import type { Ledger, LedgerClock } from './ledger.js';
import { type PreviewedTransaction, readPreview, type UserTransaction } from './transaction.js';

/** What a rule makes of a transaction that is in time and whose intents are all unused. */
export interface Ruling {
  readonly outcome: 'success' | 'failure' | 'rejected';
  /** Official debug text, for what is no success. */
  readonly error?: string;
  /** Only rejections of this kind are seen at submission already; others show when a round takes the transaction. */
  readonly atSubmission?: boolean;
  /** The tip included. */
  readonly fee?: Attos;
  readonly tip?: Attos;
  /** Who pays the fee. */
  readonly payer?: string;
  /** Account → resource → net change, the fee aside; nothing of it happens unless it is a success. */
  readonly changes?: Readonly<Record<string, Readonly<Record<string, Attos>>>>;
}

export type Rule = (transaction: UserTransaction) => Ruling;

/** What a preview says. */
export type PreviewRule = (preview: PreviewedTransaction) => Pick<Ruling, 'outcome' | 'error' | 'fee'>;

const EPOCH_MS = 300_000;
const KEPT_COMMITS = 1000;

/**
 * A ledger in memory that executes nothing: it keeps the rules of time and of intents used once, as the real one does
 * (docs/protocol.md §5.6), and a rule says what becomes of the rest. For tests and loads; the sandbox's own is real.
 */
export class RuleLedger implements Ledger {
  private clock: LedgerClock;
  private epochStartMs: number;
  private readonly used = new Set<string>();
  private readonly commits = new Map<string, { readonly hex: string; readonly receipt: Receipt }>();
  private readonly accounts = new Map<string, Map<string, Attos>>();
  private readonly tokens = new Map<string, NewToken>();
  private made = 0;

  constructor(
    readonly network: Network,
    private readonly rule: Rule = () => ({ outcome: 'success' }),
    start: { readonly epoch: number; readonly proposerTimestampMs: number } = { epoch: 2, proposerTimestampMs: 0 },
    private readonly previewRule?: PreviewRule,
  ) {
    this.clock = { ...start, round: 0 };
    this.epochStartMs = start.proposerTimestampMs;
    this.tokens.set(formatAddress(XRD, network), { symbol: 'XRD', divisibility: 18 });
  }

  async time() {
    return this.clock;
  }

  async advance(to: Parameters<Ledger['advance']>[0]) {
    const { rounds = to.epoch === undefined ? 1 : 0, proposerTimestampMs = this.clock.proposerTimestampMs } = to;
    if (proposerTimestampMs < this.clock.proposerTimestampMs || (to.epoch ?? this.clock.epoch) < this.clock.epoch) {
      throw new SolverError('BadClock', 'time does not go back');
    }
    this.clock = { ...this.clock, round: this.clock.round + rounds, proposerTimestampMs };
    const over = rounds > 0 && proposerTimestampMs - this.epochStartMs >= EPOCH_MS;
    const epoch = to.epoch ?? this.clock.epoch + (over ? 1 : 0);
    if (epoch !== this.clock.epoch) {
      this.clock = { epoch, round: 0, proposerTimestampMs };
      this.epochStartMs = proposerTimestampMs;
    }
    return this.clock;
  }

  async check(transaction: UserTransaction): Promise<SubmissionCheck> {
    const refused = this.refusal(transaction);
    if (refused !== undefined) return rejected(refused.error, refused.permanent);
    const { outcome, error = 'BootloadingError(ByRule)', atSubmission = false } = this.rule(transaction);
    if (outcome === 'rejected' && atSubmission) return rejected(error, false);
    return { accepted: true, permanent: null, stage: 'execution', error: null, errorVariant: null };
  }

  async execute(transaction: UserTransaction): Promise<Receipt> {
    const refused = this.refusal(transaction);
    if (refused !== undefined) return { status: 'Rejected', ...failed(refused.error), fee: feeOf(0n) };
    const ruling = this.rule(transaction);
    const { outcome, error = `${outcome === 'failure' ? 'ApplicationError' : 'BootloadingError'}(ByRule)` } = ruling;
    if (outcome === 'rejected') return { status: 'Rejected', ...failed(error), fee: feeOf(0n) };
    return this.commit(transaction, ruling, outcome === 'success' ? undefined : error);
  }

  async preview(hex: string): Promise<PreviewReceipt> {
    if (this.previewRule === undefined) {
      return { status: 'Invalid', ...failed('a ledger by rule executes no preview'), fee: null };
    }
    let preview: PreviewedTransaction;
    try {
      preview = readPreview(hex, this.network);
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      return { status: 'Invalid', ...failed(error.message), fee: null };
    }
    const ruling = this.previewRule(preview);
    const { outcome, error = 'ApplicationError(ByRule)', fee = 0n } = ruling;
    const said = { fee: feeOf(fee), events: [], outputs: [] };
    if (outcome === 'success') return { status: 'CommittedSuccess', error: null, errorVariant: null, ...said };
    return { status: outcome === 'failure' ? 'CommittedFailure' : 'Rejected', ...failed(error), ...said };
  }

  async committed(intentHash: string) {
    return this.commits.get(intentHash);
  }

  async decompile(): Promise<Manifests> {
    return { root: '', subintents: [] };
  }

  async balances(account: string) {
    const entries = [...(this.accounts.get(account) ?? [])];
    return Object.fromEntries(entries.map(([resource, amount]) => [resource, formatAmount(amount)]));
  }

  async entity(address: string): Promise<EntityDetails> {
    const token = this.tokens.get(address);
    if (token !== undefined) {
      const { symbol, divisibility } = token;
      return { address, exists: true, blueprint: 'FungibleResourceManager', symbol, divisibility, fungible: true };
    }
    const account = this.accounts.get(address);
    if (account === undefined) return { address, exists: false };
    const vaults = [...account.keys()].map((resource) => [resource, this.vault(address, resource)]);
    return { address, exists: true, blueprint: 'Account', vaults: Object.fromEntries(vaults) };
  }

  async createAccount({ curve, hex }: EngineKey, fund: readonly Funds[]) {
    const account = formatAddress(preallocatedAccount({ type: curve, key: fromHex(hex) }), this.network);
    for (const funds of fund) await this.fund(account, funds);
    return account;
  }

  async createGlobalAccount(_owner: EngineKey, fund: readonly Funds[], address = this.newAddress('c1')) {
    this.accounts.set(address, new Map());
    for (const funds of fund) await this.fund(address, funds);
    return address;
  }

  async createToken(token: NewToken) {
    const { address = this.newAddress('5d') } = token;
    this.tokens.set(address, token);
    return address;
  }

  async fund(account: string, { resource, amount }: Funds) {
    if (!this.tokens.has(resource)) throw new SolverError('SetupFailed', `there is no token ${resource}`);
    if (!isAccount(parseAddress(account, this.network)))
      throw new SolverError('BadAddress', `${account} is no account`);
    this.change(account, resource, parseAmount(amount));
  }

  async close() {}

  /** Why it cannot commit now, as the ledger would put it. */
  private refusal({ validity, intentHash, subintents }: UserTransaction) {
    const { epoch, proposerTimestampMs } = this.clock;
    const second = BigInt(Math.floor(proposerTimestampMs / 1000));
    const { minProposerTimestampInclusive: min, maxProposerTimestampExclusive: max } = validity;
    if (epoch >= validity.endEpochExclusive) return { error: 'TransactionEpochNoLongerValid', permanent: true };
    if (max !== undefined && second >= max) {
      return { error: 'TransactionProposerTimestampNoLongerValid', permanent: true };
    }
    if (epoch < validity.startEpochInclusive) return { error: 'TransactionEpochNotYetValid', permanent: false };
    if (min !== undefined && second < min) {
      return { error: 'TransactionProposerTimestampNotYetValid', permanent: false };
    }
    if (this.used.has(intentHash)) {
      return { error: `IntentHashPreviouslyCommitted(Transaction(${intentHash}))`, permanent: true };
    }
    const taken = subintents.find(({ hash }) => this.used.has(hash));
    if (taken === undefined) return undefined;
    return { error: `IntentHashPreviouslyCommitted(Subintent(${taken.hash}))`, permanent: true };
  }

  private commit(transaction: UserTransaction, ruling: Ruling, error: string | undefined): Receipt {
    const { fee = 0n, tip = 0n, payer, changes = {} } = ruling;
    const net = new Map<string, Map<string, Attos>>();
    const add = (account: string, resource: string, amount: Attos) => {
      const of = net.get(account) ?? net.set(account, new Map()).get(account)!;
      of.set(resource, (of.get(resource) ?? 0n) + amount);
      this.change(account, resource, amount);
    };
    if (error === undefined) {
      for (const [account, of] of Object.entries(changes)) {
        for (const [resource, amount] of Object.entries(of)) add(account, resource, amount);
      }
    }
    if (payer !== undefined) add(payer, formatAddress(XRD, this.network), -fee);
    // A failure uses up its own intent, but none of its subintents.
    this.used.add(transaction.intentHash);
    if (error === undefined) for (const { hash } of transaction.subintents) this.used.add(hash);
    const half = formatAmount(fee / 2n);
    const receipt: Receipt = {
      status: error === undefined ? 'CommittedSuccess' : 'CommittedFailure',
      ...(error === undefined ? { error: null, errorVariant: null } : failed(error)),
      fee: feeOf(fee, tip),
      balanceChanges: Object.fromEntries([...net].map(([account, of]) => [account, decimals(of)])),
      feePayments: payer === undefined ? {} : { [payer]: formatAmount(fee) },
      feeDestination: { proposer: half, validatorSet: '0', burn: formatAmount(fee - fee / 2n), royalties: {} },
      events: [],
      newEntities: { packages: [], components: [], resources: [], vaults: [] },
    };
    this.commits.set(transaction.intentHash, { hex: transaction.hex, receipt });
    if (this.commits.size > KEPT_COMMITS) this.commits.delete(this.commits.keys().next().value!);
    return receipt;
  }

  private change(account: string, resource: string, amount: Attos): void {
    const balances = this.accounts.get(account) ?? this.accounts.set(account, new Map()).get(account)!;
    balances.set(resource, (balances.get(resource) ?? 0n) + amount);
  }

  private newAddress(entity: string): string {
    this.made += 1;
    return formatAddress(entity + this.made.toString(16).padStart(58, '0'), this.network);
  }

  private vault(account: string, resource: string): string {
    return formatAddress(`58${toHex(blake2b(Buffer.from(account + resource))).slice(6)}`, this.network);
  }
}

function rejected(error: string, permanent: boolean): SubmissionCheck {
  return { accepted: false, permanent, stage: 'execution', ...failed(error) };
}

function failed(error: string) {
  return { error, errorVariant: /^\w*/.exec(error)![0] };
}

function feeOf(total: Attos, tip: Attos = 0n): Fee {
  return {
    total: formatAmount(total),
    execution: formatAmount(total - tip),
    finalization: '0',
    storage: '0',
    royalty: '0',
    tip: formatAmount(tip),
    executionCostUnits: 0,
    finalizationCostUnits: 0,
  };
}

function decimals(amounts: ReadonlyMap<string, Attos>): Record<string, string> {
  return Object.fromEntries([...amounts].map(([resource, amount]) => [resource, formatAmount(amount)]));
}
