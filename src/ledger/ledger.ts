import type { CommittedDetails, PreviewOutcome, SubintentStatus, TransactionStatus } from './answer.js';
import { type Balances, readBalances, readVaults } from './balances.js';
import { type ClockOptions, LedgerClock } from './clock.js';
import type { CallOptions, GatewayEndpoint, PreviewFlags } from './endpoint.js';
import { EndpointPool, type NetworkCheck } from './pool.js';
import { type Submission, type SubmitOptions, submitEverywhere } from './submit.js';
import type { Surroundings } from './surroundings.js';
import { Tracker, type TrackerOptions } from './tracker.js';

export interface LedgerOptions {
  readonly clock?: ClockOptions;
  readonly tracker?: TrackerOptions;
  /** Of reads, over all endpoints and retries. */
  readonly readTimeoutMs?: number;
}

export interface ReadOptions {
  /** By the local monotonic clock. */
  readonly deadline?: number;
  readonly signal?: AbortSignal | undefined;
}

const READ_TIMEOUT_MS = 10_000;

/** The ledger through one or several Gateways. Nothing is asked of a Gateway before `checkNetwork` has found it right. */
export class Ledger {
  readonly clock: LedgerClock;
  readonly tracker: Tracker;
  private readonly pool: EndpointPool;

  constructor(
    endpoints: readonly GatewayEndpoint[],
    private readonly surroundings: Surroundings,
    private readonly options: LedgerOptions = {},
  ) {
    this.pool = new EndpointPool(endpoints, surroundings);
    this.clock = new LedgerClock(this.pool, surroundings, options.clock);
    this.tracker = new Tracker(this.pool, surroundings, options.tracker);
    for (const endpoint of endpoints) {
      endpoint.onLedgerState = (state, askedAt, name) => this.clock.observe(state, askedAt, name);
    }
  }

  /** Hears of an endpoint that was found to be of another network: it is asked nothing more. */
  set onWrongNetwork(tell: (endpoint: string) => void) {
    this.pool.onWrong = tell;
  }

  /** Those of our network; without a look at the network there are none. */
  get verified(): readonly GatewayEndpoint[] {
    return this.pool.verified;
  }

  /** Error: `wrong-network`, of any endpoint that answers. Those that do not are checked again by the clock's polls. */
  checkNetwork(expectedId: number, options?: CallOptions): Promise<readonly NetworkCheck[]> {
    return this.pool.checkNetwork(expectedId, options);
  }

  /** To all endpoints at once. What comes back promises nothing: follow the transaction. */
  submit(notarizedHex: string, options: SubmitOptions): Submission {
    return submitEverywhere(this.pool.verified, notarizedHex, options, this.surroundings);
  }

  /** One Gateway's word. `Unknown` is no verdict (T21, T70). */
  transactionStatus(id: string, options?: ReadOptions): Promise<TransactionStatus> {
    return this.read((endpoint, call) => endpoint.transactionStatus(id, call), options);
  }

  subintentStatus(id: string, options?: ReadOptions): Promise<SubintentStatus> {
    return this.read((endpoint, call) => endpoint.subintentStatus(id, call), options);
  }

  /** Error `not-found`: not committed as far as that Gateway knows (T29). */
  committedDetails(id: string, options?: ReadOptions): Promise<CommittedDetails> {
    return this.read((endpoint, call) => endpoint.committedDetails(id, call), options);
  }

  /** Fungible balances of an account at one state: all, or those of a few resources, however many others it holds. */
  balances(account: string, resources?: readonly string[], options?: ReadOptions): Promise<Balances> {
    return this.read(
      (endpoint, call) =>
        resources === undefined
          ? readBalances(endpoint, account, call)
          : readVaults(endpoint, account, resources, call),
      options,
    );
  }

  /** Whether an account has a vault of a resource: true is proven by an entry, false is the lack of one (T34). */
  async holdsVault(account: string, resource: string, options?: ReadOptions): Promise<boolean> {
    return (await this.balances(account, [resource], options)).amounts.has(resource);
  }

  /** How many decimals fungible resources have, at most 20 of them. One that is not known is left out. */
  divisibilities(resources: readonly string[], options?: ReadOptions): Promise<ReadonlyMap<string, number>> {
    return this.read((endpoint, call) => endpoint.divisibilities(resources, call), options);
  }

  /** Success is no promise: it knows nothing of other pending transactions (T64). */
  preview(previewHex: string, flags?: PreviewFlags, options?: ReadOptions): Promise<PreviewOutcome> {
    return this.read((endpoint, call) => endpoint.preview(previewHex, flags, call), options);
  }

  private read<T>(call: (endpoint: GatewayEndpoint, options: CallOptions) => Promise<T>, options: ReadOptions = {}) {
    const deadline = options.deadline ?? this.surroundings.now() + (this.options.readTimeoutMs ?? READ_TIMEOUT_MS);
    return this.pool.ask(call, { deadline, signal: options.signal });
  }
}
