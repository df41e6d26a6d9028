import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TradeApi } from '../../anthic/trade/client.js';
import { SolverError } from '../../base/error.js';
import { GatewayEndpoint } from '../../ledger/endpoint.js';
import { Ledger } from '../../ledger/ledger.js';
import { systemSurroundings } from '../../ledger/surroundings.js';
import { areBooksClosed, type Balance, balanceBooks, type Holdings, readHoldings } from './books.js';
import { Dex } from './dex.js';
import { Orders } from './orders.js';
import { Party } from './party.js';
import { PRICING, USERS } from './players.js';
import { Stage, type StageOptions } from './stage.js';

export interface ProductionOptions extends Pick<StageOptions, 'start' | 'network' | 'roundMs' | 'pollMs'> {
  readonly signal: AbortSignal;
}

const WAIT_MS = 30_000;
/** Longer than an order lives. */
const END_MS = 90_000;
const LOOK_MS = 20;
/** Every look reads all the files. */
const BOOKS_MS = 200;

/** Everything that a trade needs, up and running: stage, makers, a solver, a DEX; and what all held before. */
export class Production {
  readonly orders = new Orders();
  /** Who has ended although nobody asked it to. */
  private dead: string | undefined;

  private constructor(
    readonly stage: Stage,
    readonly dex: Dex,
    readonly ledger: Ledger,
    readonly before: Holdings,
    private readonly parties: readonly Party[],
    private readonly options: ProductionOptions,
    private readonly cleanUp: () => Promise<void>,
  ) {
    for (const party of parties) void party.ended.then((error) => this.die(party, error));
    void stage.sandbox.failed.then((error) => this.die({ name: 'the ledger' }, error));
  }

  static async open(options: ProductionOptions): Promise<Production> {
    const { signal } = options;
    const closing: (() => unknown)[] = [];
    const cleanUp = async () => {
      for (const close of closing.reverse()) await close();
    };
    try {
      const folder = mkdtempSync(join(tmpdir(), 'anthic-demo-'));
      closing.push(() => rmSync(folder, { recursive: true, force: true }));
      const stage = await Stage.open({ ...options, folder, users: USERS, makers: PRICING, solvers: 1 });
      closing.push(() => stage.close());
      signal.throwIfAborted();
      const before = await readHoldings(stage);
      const { makers, solvers } = stage.cast;
      const parties = [
        ...makers.map((maker) => Party.maker(maker.name, stage.makerArgs(maker))),
        ...solvers.map((solver) => Party.solver(solver.name, stage.solverArgs(solver))),
      ];
      closing.push(() => Promise.all(parties.map((party) => party.stop())));
      const surroundings = systemSurroundings();
      const ledger = new Ledger([new GatewayEndpoint(stage.sandbox.gateway.url, surroundings)], surroundings);
      await ledger.checkNetwork(options.network.id, { signal });
      await ledger.clock.poll(signal);
      const ending = new AbortController();
      void ledger.clock.run(ending.signal);
      closing.push(() => ending.abort());
      const dex = await Dex.open(new TradeApi(stage.anthic.tradeUrl, surroundings), ledger, options.network);
      const production = new Production(stage, dex, ledger, before, parties, options, cleanUp);
      await production.untilQuoted();
      return production;
    } catch (error) {
      await cleanUp();
      throw error;
    }
  }

  /** Error: `demo-broken`, where the ledger, a maker or the solver has ended. */
  throwIfDead(): void {
    if (this.dead !== undefined) throw new SolverError('demo-broken', this.dead);
  }

  /** Resolves when the condition holds. Errors: `demo-broken`, or the reason of the signal. */
  async until(done: () => boolean, what: string, { waitMs = WAIT_MS, lookMs = LOOK_MS } = {}): Promise<void> {
    const { signal } = this.options;
    const { sleep, now } = systemSurroundings();
    const limit = now() + waitMs;
    while (!done()) {
      this.throwIfDead();
      if (now() > limit) throw new SolverError('demo-broken', `waited in vain for ${what}`);
      await sleep(lookMs, signal);
    }
  }

  /** Resolves when Anthic knows the end of every order. */
  quiet(): Promise<void> {
    const { anthic } = this.stage;
    const isQuiet = () => anthic.stats().open === 0 && anthic.stats().followed === 0;
    return this.until(isQuiet, 'the end of all orders', { waitMs: END_MS });
  }

  /** Waits until nothing is open any more, ends makers and solver, and compares everybody's books with the ledger. */
  async balance(): Promise<Balance> {
    await this.quiet();
    await this.until(() => areBooksClosed(this.stage.cast), 'the books of makers and solver', {
      waitMs: END_MS,
      lookMs: BOOKS_MS,
    });
    for (const party of this.parties) await party.stop();
    return balanceBooks(this.stage, this.before, this.orders.deals);
  }

  /** What makers and solver have warned of. */
  get warnings(): readonly string[] {
    return this.parties.flatMap(({ name, warnings }) =>
      [...warnings].map(([event, count]) => `${name} warned: ${event} (${count} times)`),
    );
  }

  close(): Promise<void> {
    return this.cleanUp();
  }

  /** Every maker has prices, and the solver listens. */
  private untilQuoted(): Promise<void> {
    const { anthic } = this.stage;
    const pairs = PRICING.reduce((sum, of) => sum + (of as { pairs: unknown[] }).pairs.length, 0);
    return this.until(() => anthic.stats().solvers > 0 && this.stage.watch.books.size === pairs, 'prices and a solver');
  }

  private die({ name, lastWords }: Pick<Party, 'name'> & Partial<Party>, error: unknown): void {
    const why = error instanceof Error ? error.message : 'without an error';
    this.dead ??= [`${name} has ended: ${why}`, lastWords].filter((text) => text !== undefined).join('; ');
  }
}
