import type { AttemptNews } from '../../journal/model.js';
import { chargedShares, type ExpectedShare } from '../../journal/shares.js';
import type { Outcome } from '../../ledger/outcome.js';
import type { Supply } from '../../settlement/compose/supply.js';
import type { Race } from '../../settlement/tip.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import type { LiveContext } from './context.js';
import { Delivery } from './delivery.js';
import { type Charged, chargedBy, newsOf } from './ending.js';
import { type Lesson, learnReceipt } from './lesson.js';
import type { Attempt, Pursuit } from './pursuit.js';

/** A transaction that was written down. */
export interface Passage {
  readonly id: string;
  readonly payload: Uint8Array;
  readonly members: readonly Pursuit[];
  /** The same, those together that were not found to settle apart. */
  readonly units: readonly (readonly Pursuit[])[];
  /** What was expected of each bundle in it, by which fee and income are divided. */
  readonly parts: readonly ExpectedShare[];
  readonly race: Race;
  /** What it adds from the solver's own account. */
  readonly supplies: readonly Supply[];
  /** What its charge can teach; undefined where an earlier run planned it. */
  readonly lesson?: Lesson | undefined;
  /** False: an earlier run may have sent its bytes. */
  readonly isFresh: boolean;
}

/** Hears what becomes of a flight, where it is no success. */
export interface Tower {
  /** Nodes will not take its bytes for minutes: it may commit still, but other roots may be tried. */
  readonly grounded: (flight: Flight, reason: string) => void;
  /** It can never commit as a success. The journal knows. */
  readonly landed: (flight: Flight, outcome: Outcome, news: AttemptNews) => void;
  /** It was committed as a success, and all of its bundles are settled. */
  readonly arrived: (flight: Flight) => void;
  /** Another transaction of ours, with one of its subintents, was committed first. */
  readonly overtaken: (flight: Flight) => void;
}

const DETAILS_RETRY_MS = 1_000;
/** How long a success waits for the ends of other attempts of its bundles: one of them may have cost a fee. */
const RIVALS_MS = 20_000;

interface Success {
  readonly news: AttemptNews;
  readonly charged: Charged;
}

/** One transaction, of one bundle or several, from its first byte to its end. */
export class Flight implements Attempt {
  readonly id: string;
  readonly members: readonly Pursuit[];
  readonly units: Passage['units'];
  readonly race: Race;
  readonly supplies: readonly Supply[];
  readonly isFresh: boolean;
  /** By the monotonic clock: written down, or taken up again. */
  private readonly begunAt: number;
  private readonly delivery: Delivery;
  /** When its bytes were first sent by this run, Unix milliseconds. */
  sentAt: number | undefined;
  private success: Success | undefined;
  private live = true;
  private over = false;

  constructor(
    private readonly passage: Passage,
    private readonly context: LiveContext,
    private readonly tower: Tower,
  ) {
    this.id = passage.id;
    this.members = passage.members;
    this.units = passage.units;
    this.race = passage.race;
    this.supplies = passage.supplies;
    this.isFresh = passage.isFresh;
    this.begunAt = context.now();
    this.delivery = new Delivery(passage.id, passage.payload, context, {
      deadline: this.deadline,
      sinceFrame: () => this.sinceFrame(),
      onAccepted: () => this.accepted(),
      onNotTaken: (state, reason) => this.notTaken(state, reason),
      onEnd: (outcome) => this.ended(outcome),
    });
  }

  get succeeded(): boolean {
    return this.success !== undefined;
  }

  /** When the tightest of its intents expires, Unix milliseconds. */
  get deadline(): number {
    return Math.min(...this.members.map(({ bundle }) => bundle.deadline));
  }

  /** Sends what was written down a moment ago. */
  depart(): void {
    this.send();
    this.delivery.follow();
  }

  /** Takes up an attempt of an earlier run: the same bytes are sent again while they may still commit. */
  resume(isLive: boolean): void {
    const { context } = this;
    this.live = isLive;
    this.delivery.follow(0);
    if (context.submit && context.ledgerNow() < this.deadline) this.send();
  }

  /** Micros since the first frame of its bundles came, where that is known. */
  sinceFrame(): number | undefined {
    const started = this.members.map(({ bundle }) => bundle.startedAt);
    if (started.some((at) => at === undefined)) return undefined;
    return (this.context.now() - Math.min(...(started as number[]))) * 1000;
  }

  private send(): void {
    const now = this.context.wallNow();
    this.sentAt ??= now;
    this.context.desk.later((journal) => void journal.recordSubmission(this.id, now));
    this.delivery.send(this.isFresh);
  }

  private accepted(): void {
    if (this.over) return;
    const now = this.context.wallNow();
    this.context.desk.later((journal) => void journal.recordAttemptState(this.id, { state: 'accepted' }, now));
    this.context.emit({ type: 'attempt-state', txid: this.id, state: 'accepted' });
  }

  private notTaken(state: 'refused' | 'temporarily-rejected', reason: string): void {
    if (this.over || !this.live) return;
    this.live = false;
    const { context, id } = this;
    context.desk.write((journal) => void journal.recordAttemptState(id, { state, message: reason }));
    context.emit({ type: 'attempt-state', txid: id, state, reason: reason.slice(0, 200) });
    this.tower.grounded(this, reason);
  }

  private ended(outcome: Outcome): void {
    const { context, id } = this;
    if (this.over || this.success !== undefined) return;
    const account = formatAddress(context.account, context.network);
    const details = 'details' in outcome ? outcome.details : undefined;
    const charged = chargedBy(details, account, formatAddress(XRD, context.network));
    const news = newsOf(outcome, charged && { ...charged, shares: chargedShares(this.passage.parts, charged) });
    if (news === undefined) {
      // Committed, but no Gateway shows what it cost: asked again until one does.
      context.after(DETAILS_RETRY_MS, () => this.delivery.follow(0));
      return;
    }
    if (news.state === 'committed-success') {
      this.success = { news, charged: charged! };
      // A success ends the other attempts in the journal, as lost. One of them may have failed before, for a fee.
      if (this.rivals().length === 0) return this.arrive();
      context.after(RIVALS_MS, () => this.arrive());
      return;
    }
    this.over = true;
    // Asked before they forget this one.
    const successes = this.rivals().filter(({ succeeded }) => succeeded);
    context.desk.write((journal) => void journal.recordAttemptState(id, news));
    this.tellEnd(news, charged);
    this.tower.landed(this, outcome, news);
    for (const rival of successes) rival.arriveIfAlone();
  }

  /** Other attempts of its bundles whose end is not known. */
  private rivals(): Flight[] {
    const rivals = new Set<Attempt>();
    for (const member of this.members) for (const attempt of member.openAttempts) rivals.add(attempt);
    rivals.delete(this);
    return [...rivals].filter((each) => each instanceof Flight);
  }

  private arriveIfAlone(): void {
    if (this.rivals().length === 0) this.arrive();
  }

  /** Books the success. What else is open for its bundles has lost to it. */
  private arrive(): void {
    if (this.over) return;
    this.over = true;
    const { context, id } = this;
    const { news, charged } = this.success!;
    const rivals = this.rivals();
    for (const rival of rivals) rival.lose(id);
    context.desk.write((journal) => void journal.recordAttemptState(id, news));
    this.tellEnd(news, charged);
    const { lesson } = this.passage;
    if (lesson !== undefined) learnReceipt(context.facts, charged.fee, lesson);
    for (const { bundleId, xrdChange } of chargedShares(this.passage.parts, charged)) {
      this.members.find(({ id }) => id === bundleId)?.settle(xrdChange);
    }
    this.tower.arrived(this);
    for (const rival of rivals) this.tower.overtaken(rival);
  }

  private lose(winner: string): void {
    this.over = true;
    this.context.emit({ type: 'attempt-state', txid: this.id, state: 'lost', winner });
  }

  private tellEnd(news: AttemptNews, charged: Charged | undefined): void {
    const { context, id: txid } = this;
    if (charged === undefined || !('stateVersion' in news)) {
      const winner = news.state === 'lost' ? news.winner : undefined;
      context.emit({ type: 'attempt-state', txid, state: news.state, winner });
      return;
    }
    context.emit({
      type: 'attempt-committed',
      txid,
      success: news.state === 'committed-success',
      feePaid: charged.fee,
      xrdChange: charged.xrdChange,
      stateVersion: news.stateVersion,
      sinceFrameMicros: this.sinceFrame(),
      tookMicros: (context.now() - this.begunAt) * 1000,
    });
    context.spent(charged.xrdChange, news.stateVersion);
  }
}
