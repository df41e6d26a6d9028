import { FrameError } from '../../anthic/frame.js';
import type { Attos } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { Journal } from '../../journal/journal.js';
import type { Limits } from '../../journal/limits.js';
import { bundleIdOf, frameIdOf, isFinal, type NewBundle, type Reason } from '../../journal/model.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import { formatAddress, formatId, XRD } from '../../transaction/address.js';
import { subintentHash } from '../../transaction/hash.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import { type OpenedBundle, openFrame, type ReadOrder, refuseEarly } from '../openFrame.js';
import { reasonOf } from '../processFrame.js';
import type { LiveContext, LiveOptions } from './context.js';
import { Desk } from './desk.js';
import type { Ended } from './ending.js';
import { VaultFacts } from './facts.js';
import { type LiveBundle, Pursuit } from './pursuit.js';
import { DeadlineQueue } from './queue.js';
import { closesAt, wrapperIds } from './transaction.js';

export interface LiveParts {
  readonly key: SolverKey;
  readonly journal: Journal;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly emit: Observer;
  readonly now?: () => number;
  readonly wallNow?: () => number;
}

const HOUSEKEEPING_MS = 1_000;
const BALANCE_MS = 30_000;

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
  private scheduled = false;
  private stopping = false;
  private balance: Attos | undefined;
  private balanceAt = Number.NEGATIVE_INFINITY;
  private stopped: string | undefined;
  private wasStale = false;

  constructor(
    private readonly options: LiveOptions,
    private readonly parts: LiveParts,
  ) {
    const { journal, ledger, key, emit } = parts;
    this.queue = new DeadlineQueue(options.queueLimit);
    this.desk = new Desk(journal, emit);
    this.context = {
      ...options,
      key,
      desk: this.desk,
      ledger,
      facts: new VaultFacts(ledger, options.network, options.account),
      emit,
      now: parts.now ?? (() => performance.now()),
      wallNow: parts.wallNow ?? (() => Date.now()),
      signal: this.end.signal,
      stopping: () => this.stopping,
      after: (ms, run) => this.after(ms, run),
      checkLimits: (cost) => this.checkLimits(cost),
      spent: () => {
        this.balanceAt = Number.NEGATIVE_INFINITY;
      },
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
    return this.options.submit ? this.stopped : undefined;
  }

  // ------------------------------------------------------------------------------------------------- start and stop

  /** Takes up what the last run left behind, and begins its housekeeping. */
  start(): void {
    this.recover();
    this.housekeep();
  }

  private recover(): void {
    const { journal } = this.parts;
    const open = journal.openAttempts();
    const unfinished = journal.unfinished();
    const attempts = open.map(({ transactionId, state }) => ({ txid: transactionId, state: state as 'planned' }));
    this.parts.emit({ type: 'recovery', attempts, bundles: unfinished.length });
    for (const bundle of unfinished) {
      const mine = open.filter((attempt) => attempt.bundles.some(({ bundleId }) => bundleId === bundle.id));
      const opened = this.reopen(bundle.frame);
      const live: LiveBundle = {
        bundleId: bundle.id,
        wrapperIds: bundle.items.map(({ wrapperId }) => wrapperId),
        // After a restart only the same bytes are sent again while one of them may commit.
        opened: mine.length > 0 ? undefined : opened,
        deadline:
          mine[0]?.expiresAt ?? Math.min(...bundle.items.map((item) => item.expiresAt ?? Number.MAX_SAFE_INTEGER)),
        startedAt: undefined,
        verifiedMicros: 0,
      };
      if (mine.length > 0) {
        const pursuit = this.pursue(live);
        for (const { transactionId, payload, state } of mine) pursuit.resume(transactionId, payload, state);
        continue;
      }
      const ends = journal
        .attempts(bundle)
        .flatMap(({ state, winner, message }): Ended[] =>
          isFinal(state) ? [{ state, winner: winner ?? undefined, reason: message ?? undefined }] : [],
        );
      if (ends.length > 0) this.pursue(live).conclude(ends);
      else this.enqueue(live);
    }
  }

  private reopen(frame: string | undefined): OpenedBundle | undefined {
    if (frame === undefined) return undefined;
    try {
      return openFrame(frame, this.options, []);
    } catch (error) {
      if (error instanceof SolverError) return undefined;
      throw error;
    }
  }

  /** Takes no more bundles, waits for what is in flight as long as it may, and ends. What is left is in the journal. */
  async stop(): Promise<{ readonly inFlight: number }> {
    this.stopping = true;
    for (const { bundleId } of this.queue.clear()) {
      this.finish(bundleId, { code: 'shutdown', message: 'the solver is stopping' });
    }
    const until = this.context.now() + this.options.shutdownTimeoutMs;
    while (this.inFlight > 0 && this.context.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    const { inFlight } = this;
    this.end.abort();
    for (const timer of this.timers) clearTimeout(timer);
    return { inFlight };
  }

  // ---------------------------------------------------------------------------------------------------- what comes

  /** A frame of the stream. Never throws. */
  receive(frame: string, origin: { readonly url: string; readonly receivedAt: number }): void {
    if (this.stopping) return;
    try {
      this.take(frame, origin);
    } catch (error) {
      this.fail(error, 'receive');
    }
  }

  private take(frame: string, { url, receivedAt }: { readonly url: string; readonly receivedAt: number }): void {
    const { emit } = this.parts;
    const startedAt = this.context.now();
    emit({ type: 'frame', url, bytes: frame.length });
    const read: ReadOrder[] = [];
    try {
      const opened = openFrame(frame, this.options, read);
      const reading = this.parts.ledger.clock.clockAt();
      if (reading !== undefined) refuseEarly(opened, reading);
      const live: LiveBundle = {
        wrapperIds: wrapperIds(opened.orders, this.options.network),
        bundleId: '',
        opened,
        deadline: closesAt(opened.window),
        startedAt,
        verifiedMicros: (this.context.now() - startedAt) * 1000,
      };
      this.admit({ ...live, bundleId: bundleIdOf(live.wrapperIds) }, this.describe(frame, read, url, receivedAt), url);
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      this.refuse(error, this.describe(frame, read, url, receivedAt), url);
    }
  }

  private describe(frame: string, read: readonly ReadOrder[], source: string, receivedAt: number): NewBundle {
    const id = (subintent: ReadOrder['item']['wrapper']) =>
      formatId('subtxid', subintentHash(subintent), this.options.network);
    const items = read.map(({ item }) => ({
      wrapperId: id(item.wrapper),
      orderId: id(item.order),
      expiresAt: closesAt(item.window),
    }));
    const known = items.map(({ wrapperId }) => wrapperId);
    return { id: known.length > 0 ? bundleIdOf(known) : frameIdOf(frame), items, receivedAt, source, frame };
  }

  private admit(live: LiveBundle, bundle: NewBundle, url: string): void {
    const { bundleId, wrapperIds: wrappers, deadline } = live;
    this.desk.write((journal) => {
      if (journal.receive(bundle).known) {
        this.parts.emit({ type: 'bundle-finished', bundleId, outcome: 'duplicate' });
        return;
      }
      this.parts.emit({ type: 'bundle-received', bundleId, url, wrappers: wrappers.length, deadline });
      this.enqueue(live);
    });
  }

  /** What cannot be settled as it is: a bundle that is invalid, or no bundle at all. */
  private refuse(error: SolverError, bundle: NewBundle, url: string): void {
    if (error instanceof FrameError) {
      this.desk.write((journal) => journal.countStray(error.code));
      this.parts.emit({ type: 'no-bundle', url, code: error.code });
      return;
    }
    this.desk.write((journal) => void journal.receiveEnded(bundle, { outcome: 'invalid', reason: reasonOf(error) }));
    this.parts.emit({ type: 'bundle-finished', bundleId: bundle.id, outcome: 'invalid', reason: error.code });
  }

  private enqueue(live: LiveBundle): void {
    this.learn(live);
    const dropped = this.queue.push(live);
    if (dropped !== undefined) this.finish(dropped.bundleId, { code: 'queue-full', message: 'too many bundles wait' });
    this.schedule();
  }

  private finish(bundleId: string, reason: Reason): void {
    this.desk.write((journal) => void journal.finish(bundleId, { outcome: 'declined', reason }));
    this.parts.emit({ type: 'bundle-finished', bundleId, outcome: 'declined', reason: reason.code });
  }

  /** One bundle a turn of the event loop, so that sockets are read in between and tighter deadlines can pass. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const live = this.queue.shift();
      if (live === undefined) return;
      if (this.queue.size > 0) this.schedule();
      try {
        this.pursue(live).begin();
      } catch (error) {
        this.fail(error, 'pursue');
      }
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

  // --------------------------------------------------------------------------------------------------- housekeeping

  private checkLimits(cost: Attos): Reason | undefined {
    const verdict = this.parts.limits.check(this.context.wallNow(), { balance: this.balance, cost });
    this.tellLimit(verdict.ok || verdict.stops === 'this' ? undefined : verdict.limit, verdict);
    return verdict.ok ? undefined : { code: verdict.limit, message: verdict.why };
  }

  private tellLimit(limit: string | undefined, verdict: ReturnType<Limits['check']>): void {
    if (limit === this.stopped) return;
    if (this.stopped !== undefined) this.parts.emit({ type: 'limit-lifted', limit: this.stopped });
    this.stopped = limit;
    if (limit !== undefined && !verdict.ok) {
      this.parts.emit({ type: 'limit-reached', limit, why: verdict.why, until: verdict.until });
    }
  }

  private housekeep(): void {
    try {
      this.desk.retry();
      this.tellClock();
      if (this.options.submit && this.desk.open) this.checkLimits(0n);
    } catch (error) {
      this.fail(error, 'housekeeping');
    }
    if (this.context.now() - this.balanceAt > BALANCE_MS) void this.readBalance();
    if (!this.end.signal.aborted) this.after(HOUSEKEEPING_MS, () => this.housekeep());
  }

  private tellClock(): void {
    const { clock } = this.parts.ledger;
    const why = clock.staleness(this.options.maxClockAgeMs);
    if (why !== undefined && !this.wasStale) this.parts.emit({ type: 'clock-stale', why });
    if (why === undefined && this.wasStale) this.parts.emit({ type: 'clock-fresh' });
    this.wasStale = why !== undefined;
    const reading = clock.clockAt();
    if (reading !== undefined) this.parts.emit({ type: 'ledger-clock', ...reading });
  }

  private async readBalance(): Promise<void> {
    this.balanceAt = this.context.now();
    const { network, account } = this.options;
    const xrd = formatAddress(XRD, network);
    try {
      const { amounts } = await this.parts.ledger.balances(formatAddress(account, network), [xrd]);
      this.balance = amounts.get(xrd) ?? 0n;
      this.parts.emit({ type: 'balance', xrd: this.balance });
    } catch {
      // A Gateway that does not answer: the last known balance stands, and it is asked again.
    }
  }

  private after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (this.end.signal.aborted) return;
      try {
        run();
      } catch (error) {
        this.fail(error, 'timer');
      }
    }, ms);
    this.timers.add(timer);
  }

  private fail(error: unknown, where: string): void {
    const code = error instanceof SolverError ? error.code : 'internal';
    const detail = error instanceof Error ? error.message.slice(0, 300) : undefined;
    this.parts.emit({ type: 'internal-error', code, where, detail });
  }
}
