import type { Network } from '../../transaction/network.js';
import type { EngineKey, Funds, NewToken } from '../engine/methods.js';
import type { Ledger, LedgerClock } from '../ledger/ledger.js';
import { Node } from '../node/node.js';
import { BalanceBook } from './balances.js';
import type { SandboxClock } from './clock.js';
import { type Commit, commitOf, History, type LedgerState } from './history.js';

export interface WorldOptions {
  readonly mempoolCapacity?: number;
  readonly transactionsPerRound?: number;
}

type RoundListener = (commits: readonly Commit[]) => Promise<void> | void;

/**
 * A ledger with a node, a clock and a history: what the Gateways over it share. Rounds go by a call; `runRounds` calls
 * it at an interval.
 */
export class World {
  readonly network: Network;
  readonly node: Node;
  readonly history: History;
  private readonly book = new BalanceBook();
  private readonly listeners = new Set<RoundListener>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly ledger: Ledger,
    readonly clock: SandboxClock,
    start: LedgerClock,
    options: WorldOptions,
  ) {
    this.network = ledger.network;
    this.node = new Node(ledger, { ...options, now: clock.now });
    this.history = new History({ ...stateOf(start), stateVersion: 1 });
  }

  static async open(ledger: Ledger, clock: SandboxClock, options: WorldOptions = {}): Promise<World> {
    return new World(ledger, clock, await ledger.time(), options);
  }

  get state(): LedgerState {
    return this.history.newest;
  }

  /**
   * One round: the proposer's time, then what waits in the mempool. Nothing of it is to be seen before it is over.
   * `epoch` jumps there first.
   */
  round({ epoch }: { readonly epoch?: number } = {}): Promise<readonly Commit[]> {
    return this.exclusive(async () => {
      const proposerTimestampMs = Math.max(this.clock.now(), this.state.proposerTimestampMs);
      if (epoch !== undefined) await this.ledger.advance({ epoch });
      const now = await this.ledger.advance({ rounds: 1, proposerTimestampMs });
      let { stateVersion } = this.state;
      stateVersion += 1;
      const commits = (await this.node.executeRound()).map((executed) => {
        stateVersion += 1;
        return commitOf(executed, { ...stateOf(now), stateVersion });
      });
      for (const { balanceChanges, state } of commits) this.book.apply(balanceChanges, state.stateVersion);
      this.history.publish({ ...stateOf(now), stateVersion }, commits);
      await Promise.all([...this.listeners].map((listener) => listener(commits)));
      return commits;
    });
  }

  /** Calls back after each round with what it committed; the round waits for it. Returns what ends that. */
  onRound(listener: RoundListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Runs between rounds, when the ledger is just in the state that the Gateways show. */
  exclusive<T>(action: () => Promise<T>): Promise<T> {
    const result = this.last.then(action);
    this.last = result.catch(() => {});
    return result;
  }

  /** What an account holds at a state, by resource. */
  async balances(account: string, stateVersion = this.state.stateVersion) {
    if (!this.book.knows(account)) await this.exclusive(() => this.readBalances(account));
    return this.book.at(account, stateVersion);
  }

  createAccount(publicKey: EngineKey, fund: readonly Funds[] = []): Promise<string> {
    return this.setUp(() => this.ledger.createAccount(publicKey, fund));
  }

  createGlobalAccount(owner: EngineKey, fund: readonly Funds[] = [], address?: string): Promise<string> {
    return this.setUp(() => this.ledger.createGlobalAccount(owner, fund, address));
  }

  async fund(account: string, funds: Funds): Promise<void> {
    await this.setUp(async () => {
      await this.ledger.fund(account, funds);
      return account;
    });
  }

  createToken(token: NewToken): Promise<string> {
    return this.exclusive(async () => {
      const address = await this.ledger.createToken(token);
      this.publishSetUp();
      return address;
    });
  }

  close(): Promise<void> {
    return this.ledger.close();
  }

  private setUp(make: () => Promise<string>): Promise<string> {
    return this.exclusive(async () => {
      const account = await make();
      this.publishSetUp();
      await this.readBalances(account);
      return account;
    });
  }

  private publishSetUp(): void {
    this.history.publish({ ...this.state, stateVersion: this.state.stateVersion + 1 });
  }

  private async readBalances(account: string): Promise<void> {
    this.book.set(account, await this.ledger.balances(account), this.state.stateVersion);
  }
}

function stateOf({ epoch, round, proposerTimestampMs }: LedgerClock): Omit<LedgerState, 'stateVersion'> {
  return { epoch, round, proposerTimestampMs };
}
