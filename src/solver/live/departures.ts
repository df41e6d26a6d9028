import type { Attos } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { JournalError } from '../../journal/error.js';
import type { Expected, NewShare } from '../../journal/model.js';
import { reasonOf } from '../../settlement/decline.js';
import type { SettleDecision } from '../../settlement/planner/model.js';
import { sign } from '../../settlement/settle.js';
import { formatId } from '../../transaction/address.js';
import { partsOf, tellDropped } from './aftermath.js';
import { type Cohort, OPEN, suspects } from './cohort.js';
import type { LiveContext } from './context.js';
import { isFileFault } from './desk.js';
import { type Doubt, declineBlind, doubtOf, type Judgement, judge } from './doubt.js';
import { type Given, unwritten } from './ending.js';
import { Flight, type Tower } from './flight.js';
import { obstacleOf, plan } from './planning.js';
import { type Preview, previewOf } from './preview.js';
import type { Pursuit } from './pursuit.js';
import { winnerOf } from './sift.js';
import { attemptStory, consideredOf, outcomeOf } from './story.js';

/** Sends bundles to the board again. */
export type Readmit = (pursuits: readonly Pursuit[], cohort: Cohort, delayMs: number) => void;

const OVERLAP_RETRY_MS = 500;

interface Mode {
  /** Nothing is merged. */
  readonly alone: boolean;
  /** No preview is to be had: what is in doubt is declined. */
  readonly blind: boolean;
}
const TOGETHER: Mode = { alone: false, blind: false };

/** A plan with what it took, by the monotonic clock. */
interface Planned {
  readonly decision: SettleDecision;
  readonly pursuits: readonly Pursuit[];
  readonly cohort: Cohort;
  readonly startedAt: number;
  readonly plannedAt: number;
}

interface Times extends Planned {
  readonly signedAt: number;
}

/**
 * From bundles that waited together to transactions on their way: plans, asks for a preview where something is in doubt,
 * and writes each transaction down before its first byte leaves.
 */
export class Departures {
  /** In a plan that a preview has yet to decide. */
  private readonly held = new Set<Pursuit>();

  constructor(
    private readonly context: LiveContext,
    private readonly tower: Tower,
    private readonly readmit: Readmit,
  ) {}

  /** Takes everybody who waits for a preview. */
  clear(): Pursuit[] {
    const held = [...this.held];
    this.held.clear();
    return held;
  }

  /** Whatever goes wrong here, each bundle comes to an end of which the journal knows why. */
  plan(pursuits: readonly Pursuit[], cohort: Cohort, mode: Mode = TOGETHER): void {
    this.caring(pursuits, () => {
      const ready = pursuits.filter((pursuit) => this.isClear(pursuit));
      if (ready.length === 0) return;
      const startedAt = this.context.now();
      const { extraMargin } = cohort;
      const candidates = ready.map(({ candidate }) => candidate);
      const decisions = plan(candidates, this.context, { extraMargin, alone: mode.alone });
      const plannedAt = this.context.now();
      const byId = new Map(ready.map((pursuit) => [pursuit.id, pursuit]));
      for (const decision of decisions) {
        if (decision.type === 'settle') {
          const members = decision.bundles.map(({ id }) => byId.get(id)!);
          const planned = { decision, pursuits: members, cohort, startedAt, plannedAt };
          this.caring(members, () => this.weigh(planned, mode));
        } else {
          const { bundle, outcome, reason, quote, considered } = decision;
          const expected = quote && { reward: quote.reward, fee: quote.networkFee, profit: quote.profit };
          const details = { considered: consideredOf(considered) };
          byId.get(bundle.id)!.giveUp({ outcome, reason, expected, details });
        }
      }
    });
  }

  /** Runs a step for some bundles; where it throws, none of them is left without an end. */
  private caring(pursuits: readonly Pursuit[], step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!isFileFault(error)) this.context.fail(error, 'attempt');
      const code = error instanceof SolverError ? error.code : 'internal';
      const given: Given = isFileFault(error)
        ? unwritten(error.message)
        : { outcome: 'declined', reason: { code, message: 'a mistake of the solver: see its log' } };
      for (const pursuit of pursuits) if (pursuit.waiting) pursuit.giveUp(given);
    }
  }

  /** Whether nothing stands in the way of an attempt; else the bundle was dealt with. */
  private isClear(pursuit: Pursuit): boolean {
    const { context } = this;
    if (pursuit.isOver || pursuit.isSettling) {
      pursuit.waiting = false;
      return false;
    }
    const obstacle = obstacleOf(pursuit.bundle, context);
    if (obstacle !== undefined) {
      pursuit.giveUp(obstacle);
      return false;
    }
    if (!context.submit || context.desk.journal.liveConflicts(pursuit.bundle.wrapperIds).length === 0) return true;
    this.waitForOther(pursuit);
    return false;
  }

  /** Another bundle with one of these wrappers is live: this one waits for its end. */
  private waitForOther(pursuit: Pursuit): void {
    const { context } = this;
    if (context.ledgerNow() + context.expiryMarginMs + OVERLAP_RETRY_MS < pursuit.bundle.deadline) {
      return this.goAgain([pursuit], OPEN, OVERLAP_RETRY_MS);
    }
    const message = 'another bundle with one of its wrappers is in flight';
    pursuit.giveUp({ outcome: 'declined', reason: { code: 'overlap', message } });
  }

  // ------------------------------------------------------------------------------------------------- what is in doubt

  private weigh(planned: Planned, { blind }: Mode): void {
    const { context } = this;
    const { decision, cohort } = planned;
    const doubt = doubtOf(decision, cohort, context.policy.minProfit);
    if (blind) {
      const given = declineBlind(decision, doubt);
      return given === undefined ? this.launch(planned, undefined) : this.giveUp(planned, given);
    }
    if (doubt === undefined && context.submit) return this.launch(planned, undefined);
    this.hold(planned, (preview) => this.decide(planned, preview, doubt));
  }

  /** Asks for a preview. The bundles are nobody else's meanwhile. */
  private hold({ pursuits, decision }: Planned, then: (preview: Preview) => void): void {
    const { context } = this;
    for (const pursuit of pursuits) this.held.add(pursuit);
    const startedAt = context.now();
    const deadline = Math.min(...pursuits.map(({ bundle }) => bundle.deadline));
    void previewOf(decision.proposal, deadline, context).then((preview) => {
      const still = pursuits.filter((pursuit) => this.held.delete(pursuit));
      // The solver stops, and has ended them.
      if (still.length === 0) return;
      const tookMicros = (context.now() - startedAt) * 1000;
      const bundleIds = pursuits.map(({ id }) => id);
      context.emit({ type: 'previewed', bundleIds, outcome: outcomeOf(preview), tookMicros });
      this.caring(pursuits, () => then(preview));
    });
  }

  private decide(planned: Planned, preview: Preview, doubt: Doubt | undefined): void {
    const { pursuits, decision, cohort } = planned;
    const { context } = this;
    const bundles = pursuits.map(({ bundle }) => bundle);
    const judgement = judge(decision, preview, doubt, { cohort, bundles, context });
    switch (judgement.type) {
      case 'go':
        return this.launch(planned, preview);
      case 'alone':
        return this.plan(pursuits, cohort, { alone: true, blind: judgement.blind });
      case 'earlier-lock':
        return this.plan(pursuits, { ...cohort, extraMargin: judgement.extraMargin });
      case 'drop':
        return this.drop(planned, judgement);
      case 'search':
        for (const part of partsOf(pursuits, Number.POSITIVE_INFINITY)) this.goAgain(part, suspects());
        return;
      case 'end':
        if (doubt!.payers) context.experience.learn.couldNotPay(decision.proposal.orders);
        return this.giveUp(planned, judgement.given);
    }
  }

  private drop({ pursuits }: Planned, { culprit: id, isUsed }: Extract<Judgement, { type: 'drop' }>): void {
    const culprit = pursuits.find((pursuit) => pursuit.id === id)!;
    tellDropped(this.context.emit, culprit, pursuits, 'preview');
    this.goAgain(
      pursuits.filter((pursuit) => pursuit !== culprit),
      OPEN,
    );
    if (isUsed) this.endUsed(culprit);
    else this.goAgain([culprit], suspects());
  }

  /** A subintent of it was used up: asks by whom. */
  private endUsed(culprit: Pursuit): void {
    winnerOf(culprit, this.context)
      .then((winner) => this.caring([culprit], () => culprit.lose(winner)))
      .catch((error: unknown) => this.context.fail(error, 'preview'));
  }

  private goAgain(pursuits: readonly Pursuit[], cohort: Cohort, delayMs = 0): void {
    for (const pursuit of pursuits) pursuit.waiting = false;
    this.readmit(pursuits, cohort, delayMs);
  }

  private giveUp({ pursuits, decision }: Planned, given: Given): void {
    const details = { considered: consideredOf(decision.considered) };
    for (const pursuit of pursuits) pursuit.giveUp({ ...given, expected: expectedOf(decision, pursuit), details });
  }

  // ---------------------------------------------------------------------------------------------------------- on its way

  private launch(planned: Planned, preview: Preview | undefined): void {
    const { context } = this;
    const { pursuits, decision, cohort } = planned;
    // A preview takes its time.
    if (preview !== undefined) {
      const clear = pursuits.filter((pursuit) => this.isClear(pursuit));
      if (clear.length < pursuits.length) return this.goAgain(clear, cohort);
    }
    if (!context.submit) return this.simulate(planned, preview);
    const { proposal } = decision;
    const limit = context.checkLimits(proposal.lock);
    if (limit !== undefined) {
      // What is too dear together may not be alone.
      if (pursuits.length > 1) return this.plan(pursuits, cohort, { alone: true, blind: false });
      return this.giveUp(planned, { outcome: 'declined', reason: limit });
    }
    const { payload, transactionIntentHash } = sign(proposal, context.key);
    const signedAt = context.now();
    const id = formatId('txid', transactionIntentHash, context.network);
    const times = { ...planned, signedAt };
    const numbers = this.writeAhead(id, payload, times, preview);
    if (numbers === undefined) return;
    tellPlanned(id, times, Math.max(...numbers), context);
    const { tipBasisPoints } = proposal.signed.transactionIntent.transactionHeader.value;
    const parts = decision.shares;
    const passage = { ...{ id, payload, members: pursuits, parts, tipBasisPoints }, isFresh: true };
    const flight = new Flight(passage, context, this.tower);
    pursuits.forEach((pursuit, index) => {
      pursuit.waiting = false;
      pursuit.takeOff(flight, numbers[index]!);
    });
    context.facts.forgetAmounts(proposal.orders.map(({ limitOrder }) => limitOrder.account));
    flight.depart();
  }

  /** Writes id and bytes before anything leaves. Undefined where that cannot be, and the bundles were dealt with. */
  private writeAhead(id: string, payload: Uint8Array, times: Times, preview?: Preview): number[] | undefined {
    const { context } = this;
    const { decision, pursuits, cohort, signedAt } = times;
    const { shares, proposal } = decision;
    const { endEpochExclusive } = proposal.signed.transactionIntent.rootIntentCore.header.value;
    const tell = (ok: boolean): void => {
      const tookMicros = (context.now() - signedAt) * 1000;
      context.emit({ type: 'journal-write', durable: true, tookMicros, ok });
    };
    try {
      const numbers = context.desk.journal.planAttempt({
        transactionId: id,
        payload,
        expiresAt: Math.min(...pursuits.map(({ bundle }) => bundle.deadline)),
        endEpoch: Number(endEpochExclusive),
        // In the order of the bundles, as the numbers come back.
        bundles: pursuits.map((pursuit) => newShare(pursuit, shares, context.maxCostPerBundle)),
        details: attemptStory(decision, context.policy.name, preview, stagesOf(times)),
      });
      tell(true);
      return numbers;
    } catch (error) {
      tell(false);
      if (isFileFault(error)) {
        context.desk.refuse(error);
        this.giveUp(times, unwritten(error.message));
      } else if (error instanceof JournalError && error.code === 'attempt-over-cap') {
        this.giveUpOverCap(times, error);
      } else if (error instanceof JournalError && error.code === 'attempt-conflict') {
        this.goAgain(
          pursuits.filter((pursuit) => this.isClear(pursuit)),
          cohort,
        );
      } else throw error;
      return undefined;
    }
  }

  /** Those whose attempts could cost too much together. The others go without them. */
  private giveUpOverCap(planned: Planned, error: JournalError): void {
    const { pursuits, decision, cohort } = planned;
    const cap = this.context.maxCostPerBundle!;
    const { journal } = this.context.desk;
    const isOver = ({ id }: Pursuit): boolean => {
      const { lock } = decision.shares.find(({ bundleId }) => bundleId === id)!;
      return journal.potentialCost(id) + lock > cap;
    };
    const over = pursuits.filter(isOver);
    for (const pursuit of over) tellDropped(this.context.emit, pursuit, pursuits, 'limit');
    this.giveUp({ ...planned, pursuits: over }, { outcome: 'declined', reason: reasonOf(error) });
    this.goAgain(
      pursuits.filter((pursuit) => !over.includes(pursuit)),
      cohort,
    );
  }

  /** A dry run: what live would submit ends here. */
  private simulate(planned: Planned, preview: Preview | undefined): void {
    const { pursuits, decision } = planned;
    const isShown = preview !== undefined && preview.type !== 'none';
    const simulated = isShown
      ? { by: 'preview' as const, outcome: outcomeOf(preview) }
      : { by: 'model' as const, outcome: 'Succeeded' };
    const details = { considered: consideredOf(decision.considered), simulated };
    for (const pursuit of pursuits) {
      pursuit.giveUp({ outcome: 'would-settle', expected: expectedOf(decision, pursuit), details });
    }
  }
}

function newShare({ id }: Pursuit, shares: SettleDecision['shares'], cap: Attos | undefined): NewShare {
  const { bundleId, reward, fee, profit, lock } = shares.find((share) => share.bundleId === id)!;
  return { bundleId, reward, fee, profit, lock, cap };
}

function expectedOf({ shares }: SettleDecision, { id }: Pursuit): Expected {
  const { reward, fee, profit } = shares.find(({ bundleId }) => bundleId === id)!;
  return { reward, fee, profit };
}

/** Micros since the frame of the youngest bundle, as far as all is known of this run. */
function stagesOf({ pursuits, plannedAt, signedAt }: Times): Readonly<Record<string, number>> | undefined {
  const started = pursuits.flatMap(({ bundle }) => bundle.startedAt ?? []);
  if (started.length < pursuits.length) return undefined;
  const youngest = Math.max(...started);
  const since = (at: number): number => Math.round((at - youngest) * 1000);
  const { verifiedMicros } = pursuits.find(({ bundle }) => bundle.startedAt === youngest)!.bundle;
  return { verified: Math.round(verifiedMicros), planned: since(plannedAt), signed: since(signedAt) };
}

function tellPlanned(txid: string, times: Times, attempt: number, { now, emit }: LiveContext): void {
  const { decision, pursuits, startedAt, plannedAt, signedAt } = times;
  const { quote, lock } = decision.proposal;
  const started = pursuits.flatMap(({ bundle }) => bundle.startedAt ?? []);
  const first = started.length < pursuits.length ? undefined : Math.min(...started);
  const since = (at: number) => (first === undefined ? undefined : (at - first) * 1000);
  const { verifiedMicros } = pursuits.find(({ bundle }) => bundle.startedAt === first)?.bundle ?? pursuits[0]!.bundle;
  emit({
    type: 'settlement-planned',
    bundleIds: pursuits.map(({ id }) => id),
    ...{ txid, attempt, reward: quote.reward, fee: quote.networkFee, profit: quote.profit, lock },
    ...{ feeKnown: quote.feeKnown, assumed: quote.assumed },
    stages: {
      verified: { sinceFrameMicros: verifiedMicros, tookMicros: verifiedMicros },
      planned: { sinceFrameMicros: since(plannedAt), tookMicros: (plannedAt - startedAt) * 1000 },
      signed: { sinceFrameMicros: since(signedAt), tookMicros: (signedAt - plannedAt) * 1000 },
    },
  });
  const journaledAt = now();
  const tookMicros = (journaledAt - signedAt) * 1000;
  emit({ type: 'attempt-journaled', txid, sinceFrameMicros: since(journaledAt), tookMicros });
}
