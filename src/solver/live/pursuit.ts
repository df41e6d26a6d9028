import type { Attos } from '../../base/amount.js';
import { toHex } from '../../base/bytes.js';
import { SolverError } from '../../base/error.js';
import { JournalError } from '../../journal/error.js';
import type { Expected, Reason } from '../../journal/model.js';
import { isFinal } from '../../journal/model.js';
import type { Outcome } from '../../ledger/outcome.js';
import type { EndpointResult } from '../../ledger/submit.js';
import { randomDiscriminator } from '../../settlement/compose/transaction.js';
import { LOAN_UNITS } from '../../settlement/fee/predict.js';
import { type Proposal, propose, sign } from '../../settlement/settle.js';
import { formatAddress, formatId, XRD } from '../../transaction/address.js';
import { findExpired, type OpenedBundle } from '../openFrame.js';
import { decline, reasonOf } from '../processFrame.js';
import type { LiveContext } from './context.js';
import { isFileFault } from './desk.js';
import { chargedBy, type Ended, endOfBundle, newsOf } from './ending.js';
import { followedOf } from './transaction.js';

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
/** The node ran the transaction to the end of its loan and found no fee locked by then. */
const WANT_OF_FEE = /FeeLoanNotRepaid|InsufficientBalance|LoanAndDeferredCosts/i;
/** Nothing that another root of ours could change. */
const HOPELESS = /Committed|Cancelled|NoLongerValid/i;

/**
 * Brings one bundle to its end: attempt after attempt, each written down before its first byte leaves, at most one of
 * them live, all of them followed until nothing can change any more.
 */
export class Pursuit {
  /** Attempts whose end is not known. */
  private readonly open = new Set<string>();
  private live: string | undefined;
  private readonly ends: Ended[] = [];
  private attempts = 0;
  private finished = false;

  constructor(
    private readonly bundle: LiveBundle,
    private readonly context: LiveContext,
    private readonly onEnd: () => void,
  ) {}

  get inFlight(): number {
    return this.open.size;
  }

  get bundleId(): string {
    return this.bundle.bundleId;
  }

  /** The first attempt, or the reason why there is none. */
  begin(): void {
    this.attempt(0);
  }

  /** Takes up an attempt of an earlier run: the same bytes are sent again while they may still commit. */
  resume(transactionId: string, payload: Uint8Array, state: string): void {
    this.attempts++;
    this.open.add(transactionId);
    if (state !== 'refused' && state !== 'temporarily-rejected') this.live = transactionId;
    const mayCommit = this.context.wallNow() < this.bundle.deadline;
    this.follow(transactionId, payload, 0);
    if (mayCommit) this.send(transactionId, payload);
  }

  /** Ends a bundle whose attempts all ended in an earlier run. */
  conclude(ends: readonly Ended[]): void {
    this.ends.push(...ends);
    this.concludeIfDone();
  }

  // --------------------------------------------------------------------------------------------------- one attempt

  private attempt(extraMargin: number): void {
    const { context, bundle } = this;
    const refused = this.mayNotSubmit();
    if (refused !== undefined) return this.giveUp(refused);
    const reading = context.ledger.clock.clockAt();
    const planStart = context.now();
    let proposal: Proposal;
    try {
      proposal = propose(bundle.opened!.orders, {
        network: context.network,
        epoch: reading!.epoch,
        solver: { account: context.account, publicKey: context.key.publicKey },
        facts: context.facts,
        composition: context.composition,
        tipBasisPoints: 0,
        discriminator: randomDiscriminator(),
        extraMargin,
      });
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      return this.giveUp({ outcome: 'unmatched', reason: reasonOf(error) });
    }
    const { quote, lock } = proposal;
    const expected = { reward: quote.reward, fee: quote.networkFee, profit: quote.profit };
    const declined = decline(quote, { minProfit: context.minProfit, maxFee: undefined });
    if (declined !== undefined) return this.giveUp({ outcome: 'declined', reason: declined, expected });
    if (!context.submit) return this.giveUp({ outcome: 'would-settle', reason: undefined, expected });
    const limit = context.checkLimits(lock);
    if (limit !== undefined) return this.giveUp({ outcome: 'declined', reason: limit, expected });
    if (context.desk.journal.liveConflicts(bundle.wrapperIds).length > 0) return this.waitForOther(expected);

    const plannedAt = context.now();
    const settlement = sign(proposal, context.key);
    const signedAt = context.now();
    const transactionId = formatId('txid', settlement.transactionIntentHash, context.network);
    if (!this.writeAhead(transactionId, settlement.payload, expected, lock, reading!.epoch + 2n)) return;
    const since = (at: number) => (bundle.startedAt === undefined ? undefined : (at - bundle.startedAt) * 1000);
    context.emit({
      type: 'settlement-planned',
      bundleIds: [bundle.bundleId],
      txid: transactionId,
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
    const journaledAt = context.now();
    context.emit({
      type: 'attempt-journaled',
      txid: transactionId,
      sinceFrameMicros: since(journaledAt),
      tookMicros: (journaledAt - signedAt) * 1000,
    });
    this.send(transactionId, settlement.payload);
    this.follow(transactionId, settlement.payload, undefined);
  }

  /** What stands in the way of any submission now. */
  private mayNotSubmit(): Given | undefined {
    const { context, bundle } = this;
    const stale = context.ledger.clock.staleness(context.maxClockAgeMs);
    if (stale !== undefined) return { outcome: 'declined', reason: { code: 'stale-clock', message: stale } };
    const { epoch, timestamp } = context.ledger.clock.clockAt()!;
    const over = bundle.opened === undefined ? 0 : findExpired(bundle.opened, { epoch, timestamp });
    const late = context.wallNow() + context.expiryMarginMs >= bundle.deadline;
    if (over >= 0 || late) return { outcome: 'expired', reason: { code: 'expired', message: 'too late to submit' } };
    if (context.submit && !context.desk.open) {
      return {
        outcome: 'declined',
        reason: { code: 'journal-unwritable', message: 'what cannot be written down is not submitted' },
      };
    }
    return undefined;
  }

  /** Writes id and bytes before anything leaves. False where that cannot be, and the bundle was dealt with. */
  private writeAhead(id: string, payload: Uint8Array, expected: Expected, lock: Attos, endEpoch: bigint): boolean {
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
      this.live = id;
      return true;
    } catch (error) {
      if (isFileFault(error)) {
        context.desk.retry();
        this.giveUp({ outcome: 'declined', reason: { code: 'journal-unwritable', message: error.message }, expected });
        return false;
      }
      if (error instanceof JournalError && error.code === 'attempt-over-cap') {
        this.giveUp({ outcome: 'declined', reason: reasonOf(error), expected });
        return false;
      }
      if (error instanceof JournalError && error.code === 'attempt-conflict') {
        this.waitForOther(expected);
        return false;
      }
      throw error;
    }
  }

  /** Another bundle with one of these wrappers is live: this one waits for its end. */
  private waitForOther(expected: Expected): void {
    const { context, bundle } = this;
    if (context.wallNow() + context.expiryMarginMs + OVERLAP_RETRY_MS < bundle.deadline && !context.stopping()) {
      context.after(OVERLAP_RETRY_MS, () => this.attempt(0));
      return;
    }
    const message = 'another bundle with one of its wrappers is in flight';
    this.giveUp({ outcome: 'declined', reason: { code: 'overlap', message }, expected });
  }

  // ------------------------------------------------------------------------------------------- submission, following

  private send(id: string, payload: Uint8Array): void {
    const { context, bundle } = this;
    const started = context.now();
    let first = true;
    const since = () => (bundle.startedAt === undefined ? undefined : (context.now() - bundle.startedAt) * 1000);
    context.desk.write((journal) => void journal.recordSubmission(id));
    const submission = context.ledger.submit(toHex(payload), {
      deadline: started + Math.max(1, bundle.deadline - context.wallNow()),
      signal: context.signal,
      onSend: () => {
        if (!first) return;
        first = false;
        const endpoints = context.ledger.verified.length;
        const tookMicros = (context.now() - started) * 1000;
        context.emit({ type: 'submission-started', txid: id, endpoints, sinceFrameMicros: since(), tookMicros });
      },
      onResult: (result) => this.told(id, result, since()),
    });
    void submission.verdict.then((verdict) => {
      if (!this.open.has(id) || context.signal.aborted) return;
      if (verdict.type === 'accepted-somewhere') {
        context.desk.write((journal) => void journal.recordAttemptState(id, { state: 'accepted' }));
        context.emit({ type: 'attempt-state', txid: id, state: 'accepted' });
      } else if (verdict.type === 'refused-everywhere') {
        this.notTaken(id, 'refused', verdict.reason);
      }
    });
  }

  private told(txid: string, result: EndpointResult, sinceFrameMicros: number | undefined): void {
    const reason =
      result.type === 'refused' ? result.reason : result.type === 'unknown' ? result.error?.code : undefined;
    this.context.emit({
      type: 'submission-result',
      txid,
      endpoint: result.endpoint,
      verdict: result.type,
      reason,
      tries: result.attempts,
      sinceFrameMicros,
      tookMicros: result.tookMs * 1000,
    });
  }

  private follow(id: string, payload: Uint8Array, firstLookMs: number | undefined): void {
    const { context } = this;
    const followed = followedOf(payload, context.network);
    context.ledger.tracker
      .follow(followed, {
        ...(firstLookMs === undefined ? {} : { firstLookMs }),
        signal: context.signal,
        onEvent: ({ phase, reason, everywhere }) => {
          if (phase === 'temporarily-rejected' && everywhere) this.notTaken(id, phase, reason ?? phase);
        },
      })
      .then((outcome) => this.ended(id, payload, outcome))
      .catch((error: unknown) => {
        // The signal of a shutdown: the journal knows what is in flight, and the next start looks it up.
        if (!context.signal.aborted) context.fail(error, 'follow');
      });
  }

  /** A node will not take these bytes for minutes. They are followed on, but another root may be tried. */
  private notTaken(id: string, state: 'refused' | 'temporarily-rejected', reason: string): void {
    if (this.live !== id) return;
    const { context } = this;
    this.live = undefined;
    context.desk.write((journal) => void journal.recordAttemptState(id, { state, message: reason }));
    context.emit({ type: 'attempt-state', txid: id, state, reason: reason.slice(0, 200) });
    if (HOPELESS.test(reason) || this.attempts >= context.maxAttempts || this.bundle.opened === undefined) return;
    const wantOfFee = WANT_OF_FEE.test(reason);
    // The fee was locked too late: earlier by a quarter of the loan each time, and at last first of all.
    const extraMargin = wantOfFee ? (LOAN_UNITS / 4) * this.attempts * this.attempts : 0;
    context.after(wantOfFee ? 0 : RETRY_MS, () => {
      if (this.live === undefined && !this.finished && !context.stopping()) this.attempt(extraMargin);
    });
  }

  private ended(id: string, payload: Uint8Array, outcome: Outcome): void {
    const { context } = this;
    const account = formatAddress(context.account, context.network);
    const xrd = formatAddress(XRD, context.network);
    const charged =
      outcome.type === 'committed-success' || outcome.type === 'committed-failure'
        ? chargedBy(outcome.details, account, xrd)
        : undefined;
    const news = newsOf(outcome, charged);
    if (news === undefined) {
      // Committed, but no Gateway shows what it cost: asked again until one does.
      context.after(RETRY_MS, () => this.follow(id, payload, 0));
      return;
    }
    context.desk.write((journal) => void journal.recordAttemptState(id, news));
    this.open.delete(id);
    if (this.live === id) this.live = undefined;
    if (!isFinal(news.state)) return;
    const winner = news.state === 'lost' ? news.winner : undefined;
    this.ends.push({ state: news.state, winner, reason: 'message' in news ? news.message : undefined });
    if (charged !== undefined && 'stateVersion' in news) {
      const { startedAt } = this.bundle;
      const sinceFrameMicros = startedAt === undefined ? undefined : (context.now() - startedAt) * 1000;
      context.emit({
        type: 'attempt-committed',
        txid: id,
        success: news.state === 'committed-success',
        feePaid: charged.fee,
        xrdChange: charged.xrdChange,
        stateVersion: news.stateVersion,
        sinceFrameMicros,
        tookMicros: sinceFrameMicros ?? 0,
      });
      context.spent();
    } else {
      context.emit({ type: 'attempt-state', txid: id, state: news.state, winner });
    }
    if (news.state === 'committed-success') this.settled(charged!.xrdChange);
    else this.concludeIfDone();
  }

  // ------------------------------------------------------------------------------------------------------- the end

  /** A success ends the bundle at once; rival attempts of its own have lost to it. */
  private settled(profit: Attos): void {
    if (this.finished) return;
    this.finished = true;
    this.context.emit({ type: 'bundle-finished', bundleId: this.bundle.bundleId, outcome: 'settled', profit });
    this.onEnd();
  }

  private concludeIfDone(): void {
    if (this.finished || this.open.size > 0 || this.live !== undefined) return;
    this.finish(endOfBundle(this.ends));
  }

  /** No attempt is made now. The bundle ends so, unless earlier attempts have yet to end. */
  private giveUp(given: Given): void {
    if (this.finished) return;
    if (this.attempts > 0) return this.concludeIfDone();
    this.finish(given);
  }

  private finish({ outcome, reason, winner, expected }: Given): void {
    this.finished = true;
    const { bundleId } = this.bundle;
    this.context.desk.write((journal) => void journal.finish(bundleId, { outcome, reason, winner, expected }));
    this.context.emit({ type: 'bundle-finished', bundleId, outcome, reason: reason?.code, profit: expected?.profit });
    this.onEnd();
  }
}

interface Given {
  readonly outcome: Parameters<LiveContext['desk']['journal']['finish']>[1]['outcome'];
  readonly reason?: Reason | undefined;
  readonly winner?: string | undefined;
  readonly expected?: Expected | undefined;
}
