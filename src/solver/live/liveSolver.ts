import { SolverError } from '../../base/error.js';
import type { Journal } from '../../journal/journal.js';
import type { Limits } from '../../journal/limits.js';
import type { Reason } from '../../journal/model.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import type { LiveContext, LiveOptions } from './context.js';
import { Desk } from './desk.js';
import { VaultFacts } from './facts.js';
import { Intake, type Origin } from './intake.js';
import { type LiveBundle, Pursuit } from './pursuit.js';
import { DeadlineQueue } from './queue.js';
import { recover } from './recovery.js';
import { isTold, Upkeep } from './upkeep.js';

export interface LiveParts {
  readonly key: SolverKey;
  readonly journal: Journal;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly emit: Observer;
  readonly now?: () => number;
  readonly wallNow?: () => number;
}

const UPKEEP_MS = 1_000;

/**
 * The pipeline of `run`: frames in, outcomes out, everything in between written down. Frames are read, verified and
 * journaled as they come; settlements are planned one after the other, the tightest deadline first.
 */
export class LiveSolver {
  private readonly queue: DeadlineQueue<LiveBundle>;
  private readonly pursuits = new Set<Pursuit>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly end = new AbortController();
  private readonly context: LiveContext;
  private readonly desk: Desk;
  private readonly upkeep: Upkeep;
  private readonly intake: Intake;
  /** Planning waits for the first balance: limits may depend on it. */
  private ready = false;
  private scheduled = false;
  private stopping = false;

  constructor(
    private readonly options: LiveOptions,
    private readonly parts: LiveParts,
  ) {
    const { journal, ledger, limits, key, emit } = parts;
    const now = parts.now ?? (() => performance.now());
    const wallNow = parts.wallNow ?? (() => Date.now());
    this.queue = new DeadlineQueue(options.queueLimit);
    const desk = new Desk(journal, emit, options.queueLimit);
    this.desk = desk;
    this.upkeep = new Upkeep(options, { desk, ledger, limits, emit, now, wallNow });
    this.intake = new Intake(options, { desk, ledger, emit, now, onBundle: (live) => this.enqueue(live) });
    this.context = {
      ...options,
      ...{ key, desk, ledger, emit, now, wallNow },
      facts: new VaultFacts(ledger, options.network, options.account),
      ledgerNow: () => {
        const reading = ledger.clock.clockAt();
        return reading === undefined ? wallNow() : reading.proposerTimestampMs + reading.ageMs;
      },
      signal: this.end.signal,
      stopping: () => this.stopping,
      after: (ms, run) => this.after(ms, run),
      checkLimits: (cost) => this.upkeep.checkLimits(cost),
      spent: () => this.upkeep.spent(),
      fail: (error, where) => this.fail(error, where),
    };
  }

  /** Attempts whose end is not known. */
  get inFlight(): number {
    let count = 0;
    for (const pursuit of this.pursuits) count += pursuit.inFlight;
    return count;
  }

  /** Why nothing is submitted at present, if anything stands in the way. */
  get obstacle(): string | undefined {
    if (!this.desk.open) return 'the journal is not writable';
    const { limit } = this.upkeep;
    return this.options.submit && limit !== undefined ? `the limit ${limit} is reached` : undefined;
  }

  /** Takes up what the last run left behind, and begins its upkeep. A Gateway has been reached by now. */
  start(): void {
    recover({
      ...{ options: this.options, journal: this.parts.journal, emit: this.parts.emit },
      pursue: (live) => this.pursue(live),
      enqueue: (live) => this.enqueue(live),
      fail: (error) => this.fail(error, 'recovery'),
    });
    void this.upkeep.readBalance().then(() => {
      this.ready = true;
      this.schedule();
    });
    this.keepUp();
  }

  /** Takes no more bundles, waits for what is in flight as long as it may, and ends. What is left is in the journal. */
  async stop(): Promise<{ readonly inFlight: number }> {
    this.stopping = true;
    for (const { bundleId } of this.queue.clear()) {
      this.decline(bundleId, { code: 'shutdown', message: 'the solver is stopping' });
    }
    const until = this.context.now() + this.options.shutdownTimeoutMs;
    while (this.inFlight > 0 && this.context.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    const { inFlight } = this;
    this.end.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.guard('stop', () => this.desk.retry());
    return { inFlight };
  }

  /** A frame of the stream. Never throws. */
  receive(frame: string, origin: Origin): void {
    if (!this.stopping) this.guard('receive', () => this.intake.take(frame, origin));
  }

  private enqueue(live: LiveBundle): void {
    // What waited for the journal may come when it is too late to begin; the next run takes it up.
    if (this.stopping) return;
    this.learn(live);
    const dropped = this.queue.push(live);
    if (dropped !== undefined) this.decline(dropped.bundleId, { code: 'queue-full', message: 'too many bundles wait' });
    this.schedule();
  }

  private decline(bundleId: string, reason: Reason): void {
    this.desk.write((journal) => void journal.finish(bundleId, { outcome: 'declined', reason }));
    this.parts.emit({ type: 'bundle-finished', bundleId, outcome: 'declined', reason: reason.code });
  }

  /** One bundle a turn of the event loop, so that sockets are read in between and tighter deadlines can pass. */
  private schedule(): void {
    if (this.scheduled || !this.ready || this.queue.size === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const live = this.queue.shift();
      if (live !== undefined) this.guard('pursue', () => this.pursue(live).begin());
      this.schedule();
    });
  }

  private pursue(live: LiveBundle): Pursuit {
    const pursuit: Pursuit = new Pursuit(live, this.context, () => this.pursuits.delete(pursuit));
    this.pursuits.add(pursuit);
    return pursuit;
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
    this.guard('upkeep', () => this.upkeep.run(this.queue.size === 0));
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
