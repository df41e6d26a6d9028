import type { Attos } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { JournalError } from '../../journal/error.js';
import { type AttemptNews, isFinal } from '../../journal/model.js';
import type { Outcome } from '../../ledger/outcome.js';
import { reasonOf } from '../../settlement/decline.js';
import { LOAN_UNITS } from '../../settlement/fee/predict.js';
import { formatAddress, formatId, XRD } from '../../transaction/address.js';
import type { OpenedBundle } from '../openFrame.js';
import type { LiveContext } from './context.js';
import { Delivery } from './delivery.js';
import { isFileFault } from './desk.js';
import { type Charged, chargedBy, type Ended, endOfBundle, type Given, newsOf } from './ending.js';
import { type Planned, planAttempt, tooLate } from './planning.js';

/** A bundle on its way. `opened` is missing where only its attempts are known, after a restart. */
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

/** Another root may do where a node had no objection to the orders: at the next look, earlier locked each time. */
const RETRY_MS = 1_000;
const OVERLAP_RETRY_MS = 500;
/** How long a success waits for the ends of other attempts of its bundle: one of them may have cost a fee. */
const RIVALS_MS = 20_000;
/** The node ran the transaction to the end of its loan and found no fee locked by then. */
const WANT_OF_FEE = /SuccessButFeeLoanNotRepaid|CostingError\(FeeReserveError/;
/** Nothing that another root of ours could change. */
const HOPELESS = /Committed|Cancelled|No ?Longer ?Valid/i;

interface Success {
  readonly id: string;
  readonly news: AttemptNews;
  readonly charged: Charged;
}

/**
 * Brings one bundle to its end: attempt after attempt, each written down before its first byte leaves, at most one of
 * them live, all of them followed until nothing can change any more.
 */
export class Pursuit {
  /** Attempts whose end is not known. */
  private readonly open = new Set<string>();
  /** When each attempt was written down or taken up again, by the monotonic clock. */
  private readonly begunAt = new Map<string, number>();
  private live: string | undefined;
  private readonly ends: Ended[] = [];
  /** Why nodes did not take the last attempt that they did not take. */
  private refusal: string | undefined;
  private attempts = 0;
  private success: Success | undefined;
  private finished = false;

  constructor(
    private readonly bundle: LiveBundle,
    private readonly context: LiveContext,
    private readonly onEnd: () => void,
  ) {}

  get inFlight(): number {
    return this.open.size;
  }

  /** The first attempt, or the reason why there is none. */
  begin(): void {
    this.attempt(0);
  }

  /** Takes up an attempt of an earlier run: the same bytes are sent again while they may still commit. */
  resume(transactionId: string, payload: Uint8Array, state: string): void {
    this.attempts++;
    this.open.add(transactionId);
    this.begunAt.set(transactionId, this.context.now());
    if (state !== 'refused' && state !== 'temporarily-rejected') this.live = transactionId;
    const delivery = this.deliver(transactionId, payload);
    delivery.follow(0);
    if (this.context.submit && this.context.ledgerNow() < this.bundle.deadline) this.send(delivery, false);
  }

  /** Ends a bundle whose attempts all ended in an earlier run. */
  conclude(ends: readonly Ended[]): void {
    this.ends.push(...ends);
    this.concludeIfDone();
  }

  // --------------------------------------------------------------------------------------------------- one attempt

  /** Whatever goes wrong here, the bundle comes to an end of which the journal knows why. */
  private attempt(extraMargin: number): void {
    try {
      this.tryAttempt(extraMargin);
    } catch (error) {
      if (isFileFault(error)) return this.giveUp(unwritten(error.message));
      this.context.fail(error, 'attempt');
      const code = error instanceof SolverError ? error.code : 'internal';
      this.giveUp({ outcome: 'declined', reason: { code, message: 'a mistake of the solver: see its log' } });
    }
  }

  private tryAttempt(extraMargin: number): void {
    const { context, bundle } = this;
    const refused = this.mayNotSubmit();
    if (refused !== undefined) return this.giveUp(refused);
    if (context.submit && this.isOverlapped()) return this.waitForOther();
    const planned = planAttempt(bundle.opened!, context, extraMargin);
    if ('outcome' in planned) return this.giveUp(planned);
    const { expected, lock } = planned;
    if (!context.submit) return this.giveUp({ outcome: 'would-settle', expected });
    const limit = context.checkLimits(lock);
    if (limit !== undefined) return this.giveUp({ outcome: 'declined', reason: limit, expected });
    const settlement = planned.sign();
    const signedAt = context.now();
    const id = formatId('txid', settlement.transactionIntentHash, context.network);
    if (!this.writeAhead(id, settlement.payload, planned)) return;
    const journaledAt = context.now();
    this.tellPlanned(id, planned, signedAt, journaledAt);
    const delivery = this.deliver(id, settlement.payload);
    this.send(delivery, true);
    delivery.follow();
  }

  /** What stands in the way of any attempt now. */
  private mayNotSubmit(): Given | undefined {
    const { context, bundle } = this;
    const stale = context.ledger.clock.staleness(context.maxClockAgeMs);
    if (stale !== undefined) return { outcome: 'declined', reason: { code: 'stale-clock', message: stale } };
    if (bundle.opened === undefined || tooLate(bundle.opened, bundle.deadline, context)) {
      return { outcome: 'expired', reason: { code: 'expired', message: 'too late to submit' } };
    }
    if (context.submit && !context.desk.open) return unwritten('what cannot be written down is not submitted');
    return undefined;
  }

  /** Writes id and bytes before anything leaves. False where that cannot be, and the bundle was dealt with. */
  private writeAhead(id: string, payload: Uint8Array, { expected, lock, endEpoch }: Planned): boolean {
    const { bundle, context } = this;
    try {
      const [n] = context.desk.journal.planAttempt({
        transactionId: id,
        payload,
        expiresAt: bundle.deadline,
        endEpoch: Number(endEpoch),
        bundles: [{ bundleId: bundle.bundleId, ...expected, lock, cap: context.maxCostPerBundle }],
      });
      this.attempts = n ?? this.attempts + 1;
      this.open.add(id);
      this.begunAt.set(id, this.context.now());
      this.live = id;
      return true;
    } catch (error) {
      if (isFileFault(error)) {
        context.desk.refuse(error);
        this.giveUp({ ...unwritten(error.message), expected });
      } else if (error instanceof JournalError && error.code === 'attempt-over-cap') {
        this.giveUp({ outcome: 'declined', reason: reasonOf(error), expected });
      } else throw error;
      return false;
    }
  }

  private isOverlapped(): boolean {
    return this.context.desk.journal.liveConflicts(this.bundle.wrapperIds).length > 0;
  }

  /** Another bundle with one of these wrappers is live: this one waits for its end. */
  private waitForOther(): void {
    const { context, bundle } = this;
    if (context.ledgerNow() + context.expiryMarginMs + OVERLAP_RETRY_MS < bundle.deadline && !context.stopping()) {
      context.after(OVERLAP_RETRY_MS, () => this.attempt(0));
      return;
    }
    const message = 'another bundle with one of its wrappers is in flight';
    this.giveUp({ outcome: 'declined', reason: { code: 'overlap', message } });
  }

  private tellPlanned(txid: string, planned: Planned, signedAt: number, journaledAt: number): void {
    const { context, bundle } = this;
    const { plannedAt, startedAt: planStart, expected, lock, quote } = planned;
    const since = (at: number) => (bundle.startedAt === undefined ? undefined : (at - bundle.startedAt) * 1000);
    context.emit({
      type: 'settlement-planned',
      bundleIds: [bundle.bundleId],
      txid,
      attempt: this.attempts,
      ...expected,
      lock,
      feeKnown: quote.feeKnown,
      assumed: quote.assumed,
      stages: {
        verified: { sinceFrameMicros: bundle.verifiedMicros, tookMicros: bundle.verifiedMicros },
        planned: { sinceFrameMicros: since(plannedAt), tookMicros: (plannedAt - planStart) * 1000 },
        signed: { sinceFrameMicros: since(signedAt), tookMicros: (signedAt - plannedAt) * 1000 },
      },
    });
    const tookMicros = (journaledAt - signedAt) * 1000;
    context.emit({ type: 'journal-write', durable: true, tookMicros, ok: true });
    context.emit({ type: 'attempt-journaled', txid, sinceFrameMicros: since(journaledAt), tookMicros });
  }

  // ------------------------------------------------------------------------------------------- what becomes of it

  private deliver(id: string, payload: Uint8Array): Delivery {
    const { context } = this;
    const delivery: Delivery = new Delivery(id, payload, context, {
      deadline: this.bundle.deadline,
      sinceFrame: () => this.sinceFrame(),
      onAccepted: () => {
        if (!this.open.has(id)) return;
        context.desk.write((journal) => void journal.recordAttemptState(id, { state: 'accepted' }));
        context.emit({ type: 'attempt-state', txid: id, state: 'accepted' });
      },
      onNotTaken: (state, reason) => this.notTaken(id, state, reason),
      onEnd: (outcome) => this.ended(delivery, outcome),
    });
    return delivery;
  }

  private send(delivery: Delivery, isFresh: boolean): void {
    this.context.desk.write((journal) => void journal.recordSubmission(delivery.id));
    delivery.send(isFresh);
  }

  private sinceFrame(): number | undefined {
    const { startedAt } = this.bundle;
    return startedAt === undefined ? undefined : (this.context.now() - startedAt) * 1000;
  }

  /** A node will not take these bytes for minutes. They are followed on, but another root may be tried. */
  private notTaken(id: string, state: 'refused' | 'temporarily-rejected', reason: string): void {
    if (this.live !== id) return;
    const { context } = this;
    this.live = undefined;
    this.refusal = reason;
    context.desk.write((journal) => void journal.recordAttemptState(id, { state, message: reason }));
    context.emit({ type: 'attempt-state', txid: id, state, reason: reason.slice(0, 200) });
    if (HOPELESS.test(reason) || this.attempts >= context.maxAttempts || this.bundle.opened === undefined) return;
    const wantOfFee = WANT_OF_FEE.test(reason);
    // The fee was locked too late: earlier by a quarter of the loan each time, and at last first of all.
    const extraMargin = wantOfFee ? (LOAN_UNITS / 4) * this.attempts * this.attempts : 0;
    context.after(wantOfFee ? 0 : RETRY_MS, () => {
      if (this.mayTryAgain()) this.attempt(extraMargin);
    });
  }

  private mayTryAgain(): boolean {
    return this.live === undefined && this.success === undefined && !this.finished && !this.context.stopping();
  }

  private ended(delivery: Delivery, outcome: Outcome): void {
    const { context } = this;
    const { id } = delivery;
    if (this.finished) return;
    const account = formatAddress(context.account, context.network);
    const details = 'details' in outcome ? outcome.details : undefined;
    const charged = chargedBy(details, account, formatAddress(XRD, context.network));
    const news = newsOf(outcome, charged);
    if (news === undefined) {
      // Committed, but no Gateway shows what it cost: asked again until one does.
      context.after(RETRY_MS, () => delivery.follow(0));
      return;
    }
    if (this.live === id) this.live = undefined;
    if (news.state === 'committed-success') {
      this.success = { id, news, charged: charged! };
      // A success ends the other attempts in the journal, as lost. One of them may have failed before, for a fee.
      if (this.open.size === 1) return this.settle();
      context.after(RIVALS_MS, () => this.settle());
      return;
    }
    this.open.delete(id);
    context.desk.write((journal) => void journal.recordAttemptState(id, news));
    this.tellEnd(id, news, charged);
    if (isFinal(news.state)) {
      const winner = news.state === 'lost' ? news.winner : undefined;
      this.ends.push({ state: news.state, winner, reason: 'message' in news ? news.message : undefined });
    }
    if (this.success === undefined) this.concludeIfDone();
    else if (this.open.size === 1) this.settle();
  }

  private tellEnd(txid: string, news: AttemptNews, charged: Charged | undefined): void {
    const { context } = this;
    if (charged === undefined || !('stateVersion' in news)) {
      const winner = news.state === 'lost' ? news.winner : undefined;
      context.emit({ type: 'attempt-state', txid, state: news.state, winner });
      return;
    }
    const sinceFrameMicros = this.sinceFrame();
    context.emit({
      type: 'attempt-committed',
      txid,
      success: news.state === 'committed-success',
      feePaid: charged.fee,
      xrdChange: charged.xrdChange,
      stateVersion: news.stateVersion,
      sinceFrameMicros,
      tookMicros: (context.now() - (this.begunAt.get(txid) ?? context.now())) * 1000,
    });
    context.spent();
  }

  // ------------------------------------------------------------------------------------------------------- the end

  private settle(): void {
    if (this.finished) return;
    const { id, news, charged } = this.success!;
    for (const rival of this.open) {
      if (rival !== id) this.context.emit({ type: 'attempt-state', txid: rival, state: 'lost', winner: id });
    }
    this.open.clear();
    this.context.desk.write((journal) => void journal.recordAttemptState(id, news));
    this.tellEnd(id, news, charged);
    this.close({ outcome: 'settled' }, charged.xrdChange);
  }

  private concludeIfDone(): void {
    if (this.finished || this.open.size > 0) return;
    const end = endOfBundle(this.ends);
    // Its time is over, but that is not why nothing became of it.
    if (end.outcome !== 'expired' || this.refusal === undefined) return this.finish(end);
    this.finish({ outcome: 'rejected', reason: { code: 'refused', message: this.refusal } });
  }

  /** No attempt is made now. The bundle ends so, unless earlier attempts have yet to end. */
  private giveUp(given: Given): void {
    if (this.finished) return;
    if (this.attempts > 0) return this.concludeIfDone();
    this.finish(given);
  }

  private finish(given: Given): void {
    const { bundleId } = this.bundle;
    this.context.desk.write((journal) => void journal.finish(bundleId, given));
    this.close(given, given.expected?.profit);
  }

  private close({ outcome, reason }: Given, profit: Attos | undefined): void {
    this.finished = true;
    const { bundleId } = this.bundle;
    this.context.emit({ type: 'bundle-finished', bundleId, outcome, reason: reason?.code, profit });
    this.onEnd();
  }
}

function unwritten(message: string): Given {
  return { outcome: 'declined', reason: { code: 'journal-unwritable', message } };
}
