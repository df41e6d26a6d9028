import { companyOf, MOST_ORDERS } from '../company.js';
import { type Cohort, OPEN } from './cohort.js';
import type { LiveContext } from './context.js';
import type { Pursuit } from './pursuit.js';
import { DeadlineQueue } from './queue.js';

/** A bundle that waits for a plan. */
interface Entry {
  readonly pursuit: Pursuit;
  readonly deadline: number;
  readonly cohort: Cohort;
  /** When it no longer waits for company, by the monotonic clock. */
  readonly ripeAt: number;
}

/** Plans for bundles that waited together. Each of them leaves the plan in flight, ended or on the board again. */
export type PlanTogether = (pursuits: readonly Pursuit[], cohort: Cohort) => void;

/**
 * Who waits, and when to plan: on the next turn of the event loop, so that sockets are read in between and tighter
 * deadlines can pass; or, where the policy waits for company, when the first has waited long enough or no more fit.
 */
export class Board {
  private readonly queue: DeadlineQueue<Entry>;
  private isTurnNext = false;
  /** When the next timer fires, by the monotonic clock. */
  private alarmAt = Number.POSITIVE_INFINITY;
  private ready = false;

  constructor(
    private readonly context: LiveContext,
    private readonly plan: PlanTogether,
    private readonly guard: (run: () => void) => void,
  ) {
    this.queue = new DeadlineQueue(context.queueLimit);
  }

  get size(): number {
    return this.queue.size;
  }

  /** Lets planning begin. */
  open(): void {
    this.ready = true;
    this.schedule();
  }

  /** Takes a bundle that came, to wait as long for company as the policy allows and its time. */
  admit(pursuit: Pursuit): void {
    const { context } = this;
    const { mergeWindow, maxBundles } = context.policy;
    const spare = pursuit.bundle.deadline - context.ledgerNow() - 2 * context.expiryMarginMs;
    const wait = maxBundles > 1 ? Math.max(0, Math.min(mergeWindow, spare)) : 0;
    this.put(pursuit, OPEN, context.now() + wait);
  }

  /** Takes a bundle that was in an attempt, or in a plan, before. It has waited enough. */
  readmit(pursuit: Pursuit, cohort: Cohort): void {
    this.put(pursuit, cohort, this.context.now());
  }

  /** Ends those whose time is over: while nothing is planned, nobody else looks. */
  expire(): void {
    const now = this.context.ledgerNow();
    for (const entry of [...this.queue]) {
      if (entry.deadline > now) return;
      this.queue.remove(entry);
      const reason = { code: 'expired', message: 'its time was over before a settlement could be planned' };
      entry.pursuit.giveUp({ outcome: 'expired', reason });
    }
  }

  /** Takes everybody off. */
  clear(): Pursuit[] {
    return this.queue.clear().map(({ pursuit }) => pursuit);
  }

  private put(pursuit: Pursuit, cohort: Cohort, ripeAt: number): void {
    pursuit.waiting = true;
    const dropped = this.queue.push({ pursuit, deadline: pursuit.bundle.deadline, cohort, ripeAt });
    dropped?.pursuit.giveUp({ outcome: 'declined', reason: { code: 'queue-full', message: 'too many bundles wait' } });
    this.schedule();
  }

  private schedule(): void {
    if (this.isTurnNext || !this.ready || this.queue.size === 0) return;
    if (this.firstRipe() !== undefined) {
      this.isTurnNext = true;
      setImmediate(() => this.turn());
      return;
    }
    const now = this.context.now();
    let ripeAt = Number.POSITIVE_INFINITY;
    for (const entry of this.queue) ripeAt = Math.min(ripeAt, entry.ripeAt);
    if (ripeAt < this.alarmAt) {
      this.alarmAt = ripeAt;
      this.context.after(ripeAt - now, () => {
        this.alarmAt = Number.POSITIVE_INFINITY;
        this.schedule();
      });
    }
  }

  private turn(): void {
    this.isTurnNext = false;
    const company = this.company();
    for (const entry of company) this.queue.remove(entry);
    const [first] = company;
    if (first !== undefined) {
      this.guard(() =>
        this.plan(
          company.map(({ pursuit }) => pursuit),
          first.cohort,
        ),
      );
    }
    this.schedule();
  }

  /** The tightest that need not wait any longer. */
  private firstRipe(): Entry | undefined {
    const now = this.context.now();
    let orders = 0;
    for (const { pursuit } of this.queue) orders += pursuit.bundle.wrapperIds.length;
    const isFull = orders >= MOST_ORDERS;
    for (const entry of this.queue) if (isFull || entry.ripeAt <= now) return entry;
    return undefined;
  }

  /** The tightest that is ripe, and those that are planned with it. */
  private company(): Entry[] {
    const first = this.firstRipe();
    if (first === undefined) return [];
    if (this.context.policy.maxBundles === 1) return [first];
    const others = [...this.queue].filter((entry) => entry !== first && entry.cohort === first.cohort);
    return companyOf([first, ...others], ({ pursuit }) => pursuit.bundle.wrapperIds);
  }
}
