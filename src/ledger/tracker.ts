import { RequestBudget } from './budget.js';
import { onAbort } from './deadline.js';
import type { DecideOptions } from './evidence.js';
import { Inquiry } from './inquiry.js';
import type { Followed } from './observation.js';
import type { Outcome, Phase } from './outcome.js';
import type { EndpointPool } from './pool.js';
import type { Surroundings } from './surroundings.js';

export interface TrackerOptions {
  /** Between two looks at one transaction (T54), as far as the budget allows. */
  readonly intervalMs?: number;
  /** Over all transactions. */
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  /** Transactions that are asked about at the same time: a slow Gateway is not buried. */
  readonly maxConcurrent?: number;
  /** After so long without an answer the next Gateway is asked as well. */
  readonly patienceMs?: number;
  readonly decide?: Partial<DecideOptions>;
}

export interface FollowOptions {
  /** Until the first look. A recovery has none; a fresh submission can wait a moment. */
  readonly firstLookMs?: number;
  /** Ends the following, not the transaction: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrackerEvent) => void;
}

/** Something new is known of a transaction that has not ended. */
export interface TrackerEvent {
  readonly id: string;
  readonly phase: Phase;
  readonly reason: string | undefined;
  /** Of `temporarily-rejected`: every Gateway that is well says so. Not an end, but nothing to wait for (T66). */
  readonly everywhere: boolean;
}

interface Tracked {
  readonly inquiry: Inquiry;
  readonly since: number;
  nextAt: number;
  busy: boolean;
  /** An end is in sight: it goes first. */
  closing: boolean;
  last: string;
  readonly options: FollowOptions;
  readonly settle: (outcome: Outcome) => void;
}

const INTERVAL_MS = 1_000;
const REQUESTS_PER_SECOND = 50;
const MAX_CONCURRENT = 32;
const PATIENCE_MS = 1_000;
/** Transactions open for longer than any bundle lives are looked at less and less often. */
const SLOW_AFTER_MS = 120_000;
const MAX_INTERVAL_MS = 15_000;
const IDLE_MS = 60_000;
/** A poll begins with a status and a subintent. */
const REQUESTS_PER_POLL = 2;
const CLOSING: ReadonlySet<Phase> = new Set(['committing', 'losing', 'rejecting', 'expiring']);

/** Follows transactions to their end, all under one budget of requests (T28). */
export class Tracker {
  private readonly tracked = new Map<string, Tracked>();
  private readonly budget: RequestBudget;
  private readonly intervalMs: number;
  private alarm = new AbortController();
  private running = false;

  constructor(
    private readonly pool: EndpointPool,
    private readonly surroundings: Surroundings,
    private readonly options: TrackerOptions = {},
  ) {
    const perSecond = options.requestsPerSecond ?? REQUESTS_PER_SECOND;
    const burst = Math.max(options.burst ?? perSecond, REQUESTS_PER_POLL);
    this.budget = new RequestBudget(perSecond, burst, surroundings.now);
    this.intervalMs = options.intervalMs ?? INTERVAL_MS;
  }

  /** Those that are followed. */
  get open(): readonly string[] {
    return [...this.tracked.keys()];
  }

  /** Resolves with the end of the transaction, however long that takes; only the caller's signal makes it reject. */
  follow(followed: Followed, options: FollowOptions = {}): Promise<Outcome> {
    const { id } = followed;
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.tracked.has(id)) return Promise.reject(new Error(`${id} is followed already`));
    const now = this.surroundings.now();
    return new Promise((settle, fail) => {
      const { decide = {}, patienceMs = PATIENCE_MS } = this.options;
      const inquiry = new Inquiry(followed, this.surroundings, decide, patienceMs);
      const nextAt = now + (options.firstLookMs ?? this.intervalMs);
      this.tracked.set(id, {
        ...{ inquiry, since: now, nextAt, busy: false, closing: false, last: '', options },
        settle: (outcome) => {
          stopListening();
          settle(outcome);
        },
      });
      const stopListening = onAbort(signal, (reason) => {
        this.tracked.delete(id);
        fail(reason);
        this.alarm.abort(NEWS);
      });
      this.wake();
    });
  }

  private wake(): void {
    this.alarm.abort(NEWS);
    if (this.running) return;
    this.running = true;
    void this.run();
  }

  /** Runs while there is something to follow. */
  private async run(): Promise<void> {
    while (this.tracked.size > 0) {
      this.alarm = new AbortController();
      const pause = this.beginPolls();
      await this.surroundings.sleep(pause, this.alarm.signal).catch(() => {});
    }
    this.running = false;
  }

  /** Begins what is due, the most urgent first, and says how long to wait for more. */
  private beginPolls(): number {
    const { now } = this.surroundings;
    const { ready, verified } = this.pool;
    if (ready.length === 0) {
      const until = Math.min(...verified.map(({ coolDown }) => coolDown.until), now() + this.intervalMs);
      return Math.max(1, until - now());
    }
    const idle = [...this.tracked.values()].filter(({ busy }) => !busy);
    const due = idle.filter(({ nextAt }) => nextAt <= now()).sort(moreUrgent);
    let free = (this.options.maxConcurrent ?? MAX_CONCURRENT) - (this.tracked.size - idle.length);
    for (const each of due) {
      const wait = this.budget.waitMs(REQUESTS_PER_POLL);
      if (wait > 0) return wait;
      // The end of any poll wakes this up.
      if (free-- <= 0) return IDLE_MS;
      void this.poll(each);
    }
    const next = Math.min(...idle.filter(({ busy }) => !busy).map(({ nextAt }) => nextAt), now() + IDLE_MS);
    return Math.max(1, next - now());
  }

  private async poll(each: Tracked): Promise<void> {
    const { inquiry, options } = each;
    const { id } = inquiry.followed;
    each.busy = true;
    const stop = options.signal ?? NEVER;
    try {
      const decision = await inquiry.poll(this.pool.ready, (requests) => this.budget.charge(requests), stop);
      if (this.tracked.get(id) !== each) return;
      if (decision.type === 'final') {
        this.tracked.delete(id);
        each.settle(decision.outcome);
        return;
      }
      each.closing = CLOSING.has(decision.phase);
      const { phase, reason, everywhere } = decision;
      const news = JSON.stringify([phase, reason, everywhere]);
      if (news !== each.last) options.onEvent?.({ id, phase, reason, everywhere });
      each.last = news;
    } catch (error) {
      // A listener that throws, or a mistake of ours: the transaction is followed on, unless the caller has had enough.
      if (!stop.aborted) this.onError(error, id);
    } finally {
      each.busy = false;
      each.nextAt = this.surroundings.now() + this.intervalOf(each);
      this.alarm.abort(NEWS);
    }
  }

  /** Hears of errors that are no answer of a Gateway. */
  onError: (error: unknown, id: string) => void = () => {};

  private intervalOf({ since }: Tracked): number {
    const ageMs = this.surroundings.now() - since;
    return Math.min(MAX_INTERVAL_MS, Math.max(this.intervalMs, this.intervalMs * (ageMs / SLOW_AFTER_MS)));
  }
}

const NEVER = new AbortController().signal;
/** Without a reason an abort makes an error with a stack, and that costs more than all else of a poll. */
const NEWS = 'there is something to do';

/** Near its end before all others, then by how long it has been waiting: nothing waits for ever. */
function moreUrgent(a: Tracked, b: Tracked): number {
  if (a.closing !== b.closing) return a.closing ? -1 : 1;
  return a.nextAt - b.nextAt;
}
