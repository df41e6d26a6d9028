import type { Attos } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { Journal } from '../../journal/journal.js';
import type { Limits } from '../../journal/limits.js';
import { isLive, type Reason } from '../../journal/model.js';
import type { AttemptStory } from '../../journal/story.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import type { Supply } from '../../settlement/compose/supply.js';
import type { Policy } from '../../settlement/policy.js';
import { type PriceLookup, PriceTable } from '../../settlement/price.js';
import type { SettledOrder } from '../../settlement/settle.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import type { Undecided } from '../recorder.js';
import { Aftermath } from './aftermath.js';
import { Board } from './board.js';
import { type Cohort, OPEN } from './cohort.js';
import type { InFlight, LiveContext, LiveOptions } from './context.js';
import { Departures } from './departures.js';
import { Desk } from './desk.js';
import { Experience } from './experience.js';
import { AccountFacts } from './facts.js';
import { Flight } from './flight.js';
import { Intake, type Origin } from './intake.js';
import { knowledgeOf } from './knowledge.js';
import { tellLoss } from './loss.js';
import { type LiveBundle, Pursuit } from './pursuit.js';
import { type OpenAttempt, recover } from './recovery.js';
import { suppliesOf } from './stock.js';
import { expectedOfStory, unitsOfStory } from './unitsStory.js';
import { isTold, Upkeep } from './upkeep.js';

export interface LiveParts {
  readonly key: SolverKey;
  readonly journal: Journal;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly emit: Observer;
  /** Of this moment. Default: those that the policy names. */
  readonly prices?: () => PriceLookup;
  readonly now?: () => number;
  readonly wallNow?: () => number;
}

const UPKEEP_MS = 1_000;
const SHUTDOWN: Reason = { code: 'shutdown', message: 'the solver is stopping' };

/**
 * The pipeline of `run`: frames in, outcomes out, everything in between written down. Frames are read, verified and
 * journaled as they come; settlements are planned one after the other, the tightest deadline first.
 */
export class LiveSolver {
  private readonly board: Board;
  private readonly departures: Departures;
  private readonly aftermath: Aftermath;
  /** By the bundle. */
  private readonly pursuits = new Map<string, Pursuit>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly end = new AbortController();
  private readonly context: LiveContext;
  private readonly desk: Desk;
  private readonly upkeep: Upkeep;
  private readonly intake: Intake;
  private stopping = false;
  /** A Gateway of the right network was. */
  private isReached = false;

  constructor(
    private readonly options: LiveOptions,
    private readonly parts: LiveParts,
  ) {
    const { journal, ledger, limits, key, emit } = parts;
    const now = parts.now ?? (() => performance.now());
    const wallNow = parts.wallNow ?? (() => Date.now());
    const desk = new Desk(journal, emit, options.queueLimit, (ms, run) => this.after(ms, run));
    this.desk = desk;
    this.upkeep = new Upkeep(options, { desk, ledger, limits, emit, now, wallNow });
    this.intake = new Intake(options, { desk, ledger, emit, now, onBundle: (live) => this.take(live) });
    this.context = {
      ...options,
      ...{ key, desk, ledger, emit, now, wallNow },
      facts: new AccountFacts(ledger, desk, options.network, options.account, now, this.end.signal),
      experience: new Experience({ policy: options.policy, desk, prices: parts.prices ?? namedPrices(options.policy) }),
      ledgerNow: () => {
        const reading = ledger.clock.clockAt();
        return reading === undefined ? wallNow() : reading.proposerTimestampMs + reading.ageMs;
      },
      signal: this.end.signal,
      stopping: () => this.stopping,
      after: (ms, run) => this.after(ms, run),
      checkLimits: (cost) => this.upkeep.checkLimits(cost),
      spent: (xrdChange, stateVersion) => this.spent(xrdChange, stateVersion),
      inFlight: () => this.whatIsInFlight(),
      fail: (error, where) => this.fail(error, where),
    };
    const { context } = this;
    const readmit = (pursuits: readonly Pursuit[], cohort: Cohort, delayMs: number): void => {
      for (const pursuit of pursuits) this.readmit(pursuit, cohort, delayMs);
    };
    this.aftermath = new Aftermath(context, readmit, (lost, flight, winner) => tellLoss(lost, flight, winner, context));
    this.departures = new Departures(context, this.aftermath, readmit);
    this.board = new Board(
      context,
      (pursuits, cohort) => this.departures.plan(pursuits, cohort),
      (run) => this.guard('plan', run),
    );
  }

  /** Attempts whose end is not known. */
  get inFlight(): number {
    const open = new Set<unknown>();
    for (const pursuit of this.pursuits.values()) for (const attempt of pursuit.openAttempts) open.add(attempt);
    return open.size;
  }

  /** Why nothing is submitted at present, if anything stands in the way. */
  get obstacle(): string | undefined {
    if (!this.desk.open) return 'the journal is not writable';
    const { limit } = this.upkeep;
    return this.options.submit && limit !== undefined ? `the limit ${limit} is reached` : undefined;
  }

  /**
   * Takes up what the last run left behind, and begins its upkeep. Bundles are taken from now on; nothing is planned
   * before a Gateway is `reached`: until then they wait, or expire.
   */
  start(reached: Promise<void> = Promise.resolve()): void {
    this.context.facts.load(this.parts.journal);
    recover({
      ...{ options: this.options, journal: this.parts.journal, emit: this.parts.emit },
      pursue: (live) => this.pursue(live),
      goOn: (pursuit) => (pursuit.attempts === 0 ? this.admit(pursuit) : this.readmit(pursuit, OPEN, 0)),
      resume: (attempt, members) => this.resume(attempt, members),
      fail: (error) => this.fail(error, 'recovery'),
    });
    // Limits may depend on the balance. Who waits in vain for a Gateway is told by whoever waits.
    reached
      .then(() => {
        this.isReached = true;
        // Not before a Gateway confirmed it: a name that was mistyped must not stay.
        this.desk.write((journal) => journal.claimNetwork(this.options.network));
        this.learnStock();
        return this.upkeep.begin();
      })
      .then(
        () => this.board.open(),
        () => {},
      );
    this.keepUp();
  }

  /** Takes no more bundles, waits for what is in flight as long as it may, and ends. What is left is in the journal. */
  async stop(): Promise<{ readonly inFlight: number }> {
    this.stopping = true;
    for (const pursuit of [...this.board.clear(), ...this.departures.clear()]) {
      this.guard('stop', () => pursuit.giveUp({ outcome: 'declined', reason: SHUTDOWN }));
    }
    const until = this.context.now() + this.options.shutdownTimeoutMs;
    while (this.inFlight > 0 && this.context.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    const { inFlight } = this;
    this.end.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.guard('stop', () => this.desk.retry());
    return { inFlight };
  }

  /** A frame of the stream. Never throws. What comes of it is undecided where it is a bundle that came for the first time. */
  receive(frame: string, origin: Origin): Undecided | undefined {
    if (this.stopping) return undefined;
    let live: LiveBundle | undefined;
    this.guard('receive', () => {
      live = this.intake.take(frame, origin);
    });
    const pursuit = live && this.pursuits.get(live.bundleId);
    if (pursuit === undefined || pursuit.bundle !== live) return undefined;
    const { account } = this.options;
    const { decided, orders } = pursuit;
    return { decided, known: () => knowledgeOf(orders, account, this.context.facts) };
  }

  /** A bundle that came for the first time. */
  private take(live: LiveBundle): void {
    // What waited for the journal may come when it is too late to begin; the next run takes it up.
    if (!this.stopping) this.admit(this.pursue(live));
  }

  private pursue(live: LiveBundle): Pursuit {
    const pursuit = new Pursuit(live, this.context, ({ id }) => void this.pursuits.delete(id));
    this.pursuits.set(pursuit.id, pursuit);
    return pursuit;
  }

  private admit(pursuit: Pursuit): void {
    this.learn(pursuit.bundle);
    this.board.admit(pursuit);
  }

  /** For another plan, if another attempt may be made. */
  private readmit(pursuit: Pursuit, cohort: Cohort, delayMs: number): void {
    if (this.stopping) return pursuit.giveUp({ outcome: 'declined', reason: SHUTDOWN });
    if (!pursuit.mayGoAgain) return pursuit.conclude();
    if (cohort !== OPEN) pursuit.cohort = cohort;
    if (delayMs === 0) return this.board.readmit(pursuit, pursuit.cohort);
    pursuit.waiting = true;
    this.after(delayMs, () => {
      pursuit.waiting = false;
      this.readmit(pursuit, cohort, 0);
    });
  }

  private resume(attempt: OpenAttempt, members: readonly Pursuit[]): void {
    const { transactionId: id, payload, state, details } = attempt;
    const { tipBasisPoints = 0 } = (details ?? {}) as Partial<AttemptStory>;
    const supplies = suppliesOf(details, this.options.network);
    const units = unitsOfStory(details, members);
    const parts = expectedOfStory(attempt);
    const passage = { id, payload, members, units, parts, race: { tipBasisPoints }, supplies, isFresh: false };
    const flight = new Flight(passage, this.context, this.aftermath);
    for (const member of members) member.takeOff(flight, 1, isLive(state));
    flight.resume(isLive(state));
  }

  private whatIsInFlight(): InFlight {
    const orders: SettledOrder[] = [];
    const supplies = new Set<Supply>();
    for (const pursuit of this.pursuits.values()) {
      if (pursuit.inFlight === 0) continue;
      orders.push(...pursuit.orders);
      for (const attempt of pursuit.openAttempts) for (const supply of attempt.supplies) supplies.add(supply);
    }
    return { orders, supplies: [...supplies] };
  }

  private spent(xrdChange: Attos, stateVersion: number): void {
    this.upkeep.spent(xrdChange, stateVersion);
    this.context.facts.forgetAmounts([this.options.account]);
    this.learnStock();
  }

  /** What may be added from the own account depends on what is there. */
  private learnStock(): void {
    const { account, policy } = this.options;
    if (policy.inventory.size > 0) this.context.facts.learn([{ account, resources: [...policy.inventory.keys()] }]);
  }

  private learn({ opened }: LiveBundle): void {
    this.context.facts.learn(
      (opened?.orders ?? []).map(({ limitOrder: { account, sell, buy } }) => ({
        account,
        resources: [sell.resource, buy.resource],
      })),
    );
  }

  private keepUp(): void {
    this.guard('upkeep', () => {
      this.board.expire();
      if (this.isReached) this.learnStock();
      this.upkeep.run(this.board.size === 0);
    });
    this.after(UPKEEP_MS, () => this.keepUp());
  }

  private after(ms: number, run: () => void): void {
    if (this.end.signal.aborted) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.guard('timer', run);
    }, ms);
    this.timers.add(timer);
  }

  private guard(where: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!isTold(error)) this.fail(error, where);
    }
  }

  private fail(error: unknown, where: string): void {
    const code = error instanceof SolverError ? error.code : 'internal';
    const detail = error instanceof Error ? error.message.slice(0, 300) : undefined;
    this.parts.emit({ type: 'internal-error', code, where, detail });
  }
}

function namedPrices({ prices }: Policy): () => PriceLookup {
  const named = PriceTable.of(prices.table).at(0);
  return () => named;
}
