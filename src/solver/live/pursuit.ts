import type { Attos } from '../../base/amount.js';
import type { Supply } from '../../settlement/compose/supply.js';
import type { WaitingBundle } from '../../settlement/planner/model.js';
import type { SettledOrder } from '../../settlement/settle.js';
import type { OpenedBundle } from '../openFrame.js';
import { type Cohort, OPEN } from './cohort.js';
import type { LiveContext } from './context.js';
import { type Ended, endOfBundle, type Given, isWeighty } from './ending.js';
import { unpaidOrders } from './unpaid.js';

/** A bundle on its way. `opened` is missing where its frame can no longer be read, after a restart. */
export interface LiveBundle {
  readonly bundleId: string;
  readonly wrapperIds: readonly string[];
  readonly opened: OpenedBundle | undefined;
  /** When the tightest of its intents expires, Unix milliseconds. */
  readonly deadline: number;
  /** When its frame came, by the monotonic clock. */
  readonly startedAt: number | undefined;
  readonly verifiedMicros: number;
}

/** A transaction that holds the bundle, as far as the bundle is concerned. */
export interface Attempt {
  readonly id: string;
  /** It was committed as a success, though the journal does not know it yet. */
  readonly succeeded: boolean;
  /** What it adds from the solver's own account. */
  readonly supplies: readonly Supply[];
}

/**
 * Brings one bundle to its end: its attempts, of which at most one is live, and what follows for it when none of them can
 * change anything any more.
 */
export class Pursuit {
  /** How many attempts were made, earlier runs included. */
  attempts = 0;
  /** Waits for a plan, or is in one that is not decided yet. */
  waiting = false;
  /** With whom it was last looked at: who is suspect stays so, whatever lets it go again. */
  cohort: Cohort = OPEN;
  /** Attempts whose end is not known. */
  private readonly open = new Set<Attempt>();
  private live: Attempt | undefined;
  private readonly ends: Ended[] = [];
  /** Why nodes did not take its last attempt that they did not take, where that may be its own fault. */
  private refusal: string | undefined;
  private isLost = false;
  /** Somebody in it could not pay: known, however often it is tried again. */
  private isBlamed = false;
  private given: Given | undefined;
  private finished = false;
  /** Resolves when it is known what is done with it first, whatever is learned from then on. */
  readonly decided: Promise<void>;
  readonly decide: () => void;

  constructor(
    readonly bundle: LiveBundle,
    private readonly context: LiveContext,
    private readonly onEnd: (pursuit: Pursuit, given: Given) => void,
  ) {
    let decide!: () => void;
    this.decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    this.decide = decide;
  }

  get id(): string {
    return this.bundle.bundleId;
  }

  get isOver(): boolean {
    return this.finished;
  }

  get openAttempts(): Iterable<Attempt> {
    return this.open;
  }

  /** Its orders; none where its frame can no longer be read. */
  get orders(): readonly SettledOrder[] {
    return this.bundle.opened?.orders ?? [];
  }

  /** As the planner sees it; only of what was opened. */
  get candidate(): WaitingBundle {
    const { orders, window } = this.bundle.opened!;
    return { id: this.bundle.bundleId, orders, window };
  }

  /** Whether another attempt may be made: none is live, none has succeeded, and the bundle can be composed. */
  get mayGoAgain(): boolean {
    if (this.finished || this.waiting || this.live !== undefined || this.bundle.opened === undefined) return false;
    if (this.isLost) return false;
    const { maxAttempts, submit, stopping } = this.context;
    // A dry run only follows what an earlier run has sent.
    if (this.attempts >= maxAttempts || (this.attempts > 0 && !submit) || stopping()) return false;
    return !this.isSettling;
  }

  /** An attempt was committed as a success, and waits for the ends of the others. */
  get isSettling(): boolean {
    for (const { succeeded } of this.open) if (succeeded) return true;
    return false;
  }

  /** Whether one of its attempts that are open is this transaction. */
  isIn(transactionId: string): boolean {
    for (const { id } of this.open) if (id === transactionId) return true;
    return false;
  }

  get inFlight(): number {
    return this.open.size;
  }

  /** An attempt was written down. `isLive`: no node has refused it yet. */
  takeOff(attempt: Attempt, attempts: number, isLive = true): void {
    this.attempts = Math.max(this.attempts, attempts);
    this.open.add(attempt);
    if (isLive) this.live = attempt;
    // Whoever waits for it lets the attempt leave first.
    setImmediate(this.decide);
  }

  /** Nodes will not take the attempt for minutes: it is no longer live. `refusal`: it may be for this bundle. */
  ground(attempt: Attempt, refusal: string | undefined): void {
    if (this.live === attempt) this.live = undefined;
    this.refusal = refusal ?? this.refusal;
  }

  /** The attempt has ended without success; `end` where that says something of this bundle. */
  land(attempt: Attempt, end: Ended | undefined): void {
    this.open.delete(attempt);
    if (this.live === attempt) this.live = undefined;
    if (end !== undefined) this.ends.push(end);
  }

  /** A subintent of it was used up by another transaction. Ends it, as soon as its attempts have. */
  lose(winner: string | undefined): void {
    this.waiting = false;
    this.isLost = true;
    this.ends.push({ state: 'lost', winner });
    this.conclude();
  }

  /**
   * Why it came to nothing, for its own fault: remembers who could not pay. Not in a dry run, where nobody is ever seen to
   * pay either.
   */
  blame(message: string): void {
    if (this.isBlamed || (!this.context.submit && this.attempts === 0)) return;
    const unpaid = unpaidOrders(message, this.orders, this.context.facts);
    this.isBlamed = unpaid.length > 0;
    this.context.experience.sawOrders(unpaid, 'could-not-pay');
  }

  /** Takes up ends of an earlier run. */
  remember(ends: readonly Ended[], attempts: number): void {
    this.ends.push(...ends);
    this.attempts = Math.max(this.attempts, attempts);
  }

  /** No attempt is made now. The bundle ends so, unless earlier attempts say more, or have yet to end. */
  giveUp(given: Given): void {
    this.waiting = false;
    if (this.finished) return;
    this.given = given;
    if (this.attempts === 0) this.finish(given);
    else this.conclude();
  }

  /** Ends the bundle when nothing can change any more. */
  conclude(): void {
    if (this.finished || this.waiting || this.open.size > 0) return;
    const end = endOfBundle(this.ends);
    if (isWeighty(end)) return this.finish(end);
    if (this.refusal !== undefined) {
      // Its time is over, but that is not why nothing became of it.
      return this.finish({ outcome: 'rejected', reason: { code: 'refused', message: this.refusal } });
    }
    this.finish(this.givenAfterAttempts() ?? end);
  }

  /** How it ends whose attempts say nothing of it; undefined: its time is over. */
  private givenAfterAttempts(): Given | undefined {
    const { context, attempts, given } = this;
    // What was submitted cannot end as if it never was.
    if (given !== undefined) return given.outcome === 'unmatched' ? { ...given, outcome: 'declined' } : given;
    if (attempts < context.maxAttempts || context.ledgerNow() >= this.bundle.deadline) return undefined;
    const message = `${attempts} attempts came to nothing, and none of them for its own fault`;
    return { outcome: 'declined', reason: { code: 'max-attempts', message } };
  }

  /** One of its attempts was committed as a success, and the journal knows. */
  settle(profit: Attos | undefined): void {
    this.open.clear();
    this.live = undefined;
    this.close({ outcome: 'settled' }, profit);
  }

  private finish(given: Given): void {
    const { bundleId } = this.bundle;
    this.context.desk.write((journal) =>
      journal.together(() => {
        journal.finish(bundleId, given);
        if (given.details !== undefined) journal.setDetails(bundleId, given.details);
      }),
    );
    this.close(given, given.expected?.profit);
  }

  private close(given: Given, profit: Attos | undefined): void {
    if (this.finished) return;
    this.finished = true;
    this.decide();
    const { outcome, reason } = given;
    if (outcome === 'expired') this.context.experience.sawOrders(this.orders, 'expired');
    this.context.emit({
      ...{ type: 'bundle-finished', bundleId: this.bundle.bundleId },
      ...{ outcome, reason: reason?.code, profit },
    });
    this.onEnd(this, given);
  }
}
