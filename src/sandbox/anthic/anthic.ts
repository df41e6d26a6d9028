import type { Signer } from '../../anthic/order/sign.js';
import { SolverError } from '../../base/error.js';
import { GatewayEndpoint } from '../../ledger/endpoint.js';
import { Ledger } from '../../ledger/ledger.js';
import { type Surroundings, systemSurroundings } from '../../ledger/surroundings.js';
import { randomDiscriminator as randomBits } from '../../settlement/compose/transaction.js';
import { formatAddress } from '../../transaction/address.js';
import { preallocatedAccount } from '../../transaction/key.js';
import type { People } from '../page/people.js';
import type { BundleView } from './bundles.js';
import { type DeskStats, OrderDesk } from './desk.js';
import { EventFeed, type TimedEvent } from './events.js';
import { Faults } from './faults.js';
import { startFlash } from './flash/server.js';
import { Makers } from './makers.js';
import type { OrderView } from './order.js';
import type { AnthicSettings, FaultSettings } from './settings.js';
import { SettlementWatch } from './settlement.js';
import type { SocketServer } from './sockets.js';
import { SolverServer } from './solverServer.js';
import { Tokens } from './tokens.js';
import { TradeServer } from './trade/server.js';
import { ruleOf } from './wrapping.js';

export interface LocalAnthicOptions {
  readonly settings: AnthicSettings;
  /** What it follows the ledger by: any Gateway of the settings' network. */
  readonly gatewayUrl: string;
  /** Signs wrappers and owns the account that pays rewards and gets fees. */
  readonly key: Signer;
  readonly surroundings?: Surroundings;
  readonly onEvent?: (event: TimedEvent) => void;
  /** Whose orders a person may place on the page. */
  readonly users?: People['users'];
  /** Whose balances it shows besides those of users and makers. */
  readonly solvers?: People['solvers'];
}

const SHOWN = 1000;

/** Whoever submits waits for it. */
const READ_TIMEOUT_MS = 5_000;

/**
 * A local Anthic: Trade API, Flash Liquidity API and Solver API over a ledger. A test stand: what it takes to be so where
 * nothing is documented stands in docs/anthic-assumptions.md, and nothing of it is kept when it ends.
 */
export class LocalAnthic {
  private constructor(
    /** Of its own key: pays the rewards, gets the fees. As text. */
    readonly account: string,
    readonly settings: AnthicSettings,
    private readonly parts: {
      readonly desk: OrderDesk;
      readonly makers: Makers;
      readonly faults: Faults;
      readonly feed: EventFeed;
      readonly watch: SettlementWatch;
      readonly trade: TradeServer;
      readonly flash: SocketServer;
      readonly solver: SolverServer;
      readonly ending: AbortController;
    },
  ) {}

  /** Errors: `wrong-network`, `unreachable` (of the Gateway), and those of ports that are taken. */
  static async start(options: LocalAnthicOptions): Promise<LocalAnthic> {
    const { settings, key, surroundings = systemSurroundings(), users = [], solvers = [] } = options;
    const ending = new AbortController();
    const { signal } = ending;
    const ledger = await reach(options.gatewayUrl, settings, surroundings, signal);
    const { wallNow: now } = surroundings;
    const tokens = new Tokens(settings);
    const makers = new Makers(settings);
    const faults = new Faults(settings.faults);
    const feed = new EventFeed(now);
    if (options.onEvent !== undefined) feed.listen(options.onEvent);
    const watch = new SettlementWatch(ledger, settings.timing, surroundings, signal);
    const solver = new SolverServer(faults, feed);
    const rule = ruleOf(key);
    const push = (items: readonly string[]) => solver.push(items);
    const shared = { settings, tokens, makers, rule, ledger, feed, faults, signal, surroundings, now, key, randomBits };
    const desk = new OrderDesk({ ...shared, watch, push });
    const account = formatAddress(preallocatedAccount(key.publicKey), settings.network);
    const people = { users, solvers, anthic: account };
    const started: { close(): Promise<void> }[] = [];
    try {
      const trade = await TradeServer.start(
        { ...shared, desk, people },
        { desk, makers, feed, faults, host: settings.ports.host },
      );
      started.push(trade);
      const flash = await startFlash({ ...shared, desk });
      started.push(flash);
      await solver.start(settings);
      return new LocalAnthic(account, settings, { desk, makers, faults, feed, watch, trade, flash, solver, ending });
    } catch (error) {
      ending.abort();
      await Promise.all(started.map((each) => each.close()));
      throw error;
    }
  }

  /** A page to watch it by, and to place orders on. */
  get pageUrl(): string {
    return `${this.parts.trade.url}/`;
  }

  get tradeUrl(): string {
    return this.parts.trade.url;
  }

  get flashUrl(): string {
    return this.parts.flash.url;
  }

  get solverUrl(): string {
    return this.parts.solver.url;
  }

  stats(): DeskStats & { readonly solvers: number; readonly followed: number } {
    const { desk, solver, watch } = this.parts;
    return { ...desk.stats, solvers: solver.count, followed: watch.count };
  }

  /** The newest orders first, and bundles alike. */
  orders(limit = SHOWN): readonly OrderView[] {
    return this.parts.desk.view(limit);
  }

  bundles(limit = SHOWN): readonly BundleView[] {
    return this.parts.desk.bundles(limit);
  }

  onEvent(listener: (event: TimedEvent) => void): () => void {
    return this.parts.feed.listen(listener);
  }

  setFaults(faults: FaultSettings): void {
    this.parts.faults.set(faults);
  }

  async close(): Promise<void> {
    const { trade, flash, solver, ending } = this.parts;
    ending.abort();
    await Promise.all([trade.close(), flash.close(), solver.close()]);
  }
}

async function reach(
  gatewayUrl: string,
  { network, timing }: AnthicSettings,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Ledger> {
  const ledger = new Ledger([new GatewayEndpoint(gatewayUrl, surroundings)], surroundings, {
    clock: { intervalMs: timing.pollMs },
    readTimeoutMs: READ_TIMEOUT_MS,
  });
  const [check] = await ledger.checkNetwork(network.id, { signal });
  await ledger.clock.poll(signal);
  if (ledger.clock.clockAt() === undefined) {
    throw new SolverError('unreachable', `the Gateway at ${gatewayUrl} does not tell the time of the ledger`, {
      cause: check?.error,
      retry: true,
    });
  }
  void ledger.clock.run(signal);
  return ledger;
}
