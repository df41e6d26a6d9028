import { SolverError } from '../../base/error.js';
import { askedOf } from '../../settlement/fee/learn.js';
import type { Proposal } from '../../settlement/settle.js';
import { OVERLAP } from '../spent.js';
import { consideredOf } from '../story.js';
import { type Again, partsOf, tellDropped } from './aftermath.js';
import { type Cohort, OPEN, suspects } from './cohort.js';
import type { LiveContext } from './context.js';
import { isFileFault } from './desk.js';
import { type Doubt, declineBlind, doubtOf, type Judgement, judge } from './doubt.js';
import { type Given, unwritten } from './ending.js';
import type { Tower } from './flight.js';
import { deadlineOf, giveUp, type Planned, unitsOf } from './planned.js';
import { obstacleOf, plan } from './planning.js';
import { type Preview, previewOf } from './preview.js';
import type { Pursuit } from './pursuit.js';
import { winnerOf } from './sift.js';
import { outcomeOf } from './story.js';
import { Takeoff } from './takeoff.js';

const OVERLAP_RETRY_MS = 500;
/** At once: a Gateway has a limit of requests, and following transactions matters more. */
const MAX_PREVIEWS = 8;
/** What a preview has to decide waits so long for one of the others to be over. */
const PREVIEW_RETRY_MS = 100;

interface Mode {
  /** Nothing is merged. */
  readonly alone: boolean;
  /** No preview is to be had: what is in doubt is declined. */
  readonly blind: boolean;
}
const TOGETHER: Mode = { alone: false, blind: false };

/** From bundles that waited together to settlements that are wanted: plans, and asks for a preview of what is in doubt. */
export class Departures {
  /** In a plan whose turn is yet to come, or that a preview has yet to decide. */
  private readonly held = new Set<Pursuit>();
  private readonly takeoff: Takeoff;
  private previews = 0;

  constructor(
    private readonly context: LiveContext,
    tower: Tower,
    private readonly again: Again,
  ) {
    this.takeoff = new Takeoff(context, tower, {
      isClear: (pursuit) => this.isClear(pursuit),
      areClear: (planned) => this.areClear(planned),
      goAgain: (pursuits, cohort) => this.goAgain(pursuits, cohort),
      planApart: (planned) => this.planApart(planned, false),
    });
  }

  /** Takes everybody who is in such a plan. */
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
      const settlements: Planned[] = [];
      for (const decision of decisions) {
        if (decision.type === 'settle') {
          const members = decision.bundles.map(({ id }) => byId.get(id)!);
          this.learnGaps(decision.proposal);
          settlements.push({ decision, pursuits: members, cohort, startedAt, plannedAt });
        } else {
          const { bundle, outcome, reason, quote, considered } = decision;
          const expected = quote && { reward: quote.reward, fee: quote.networkFee, profit: quote.profit };
          const details = { considered: consideredOf(considered) };
          byId.get(bundle.id)!.giveUp({ outcome, reason, expected, details });
        }
      }
      this.weighEach(settlements, mode);
    });
  }

  /** One a turn of the event loop: the bytes of one leave between turns, and the next is on the disk before its own do. */
  private weighEach([first, ...others]: readonly Planned[], mode: Mode, isFresh = true): void {
    if (first === undefined) return;
    for (const { pursuits } of others) for (const pursuit of pursuits) this.held.add(pursuit);
    this.caring(first.pursuits, () => {
      if (isFresh || this.areClear(first)) this.weigh(first, mode);
    });
    if (others.length === 0) return;
    setImmediate(() => {
      const left = others.filter((each) => this.release(each));
      this.weighEach(left, mode, false);
    });
  }

  /** Whether nothing has come in the way of a plan meanwhile; else its bundles were dealt with. */
  private areClear({ pursuits, cohort }: Planned): boolean {
    const clear = pursuits.filter((pursuit) => this.isClear(pursuit));
    if (clear.length === pursuits.length) return true;
    this.goAgain(clear, cohort);
    return false;
  }

  /** False: the solver stops, and has ended them. */
  private release({ pursuits }: Planned): boolean {
    return pursuits.filter((pursuit) => this.held.delete(pursuit)).length > 0;
  }

  /** Asks in the background for what a fee depends on and nobody knows: the next of these accounts will be known. */
  private learnGaps(proposal: Proposal): void {
    if (proposal.fee.known) return;
    const { facts } = this.context;
    const needs = [...askedOf(proposal, facts).vaults].map(([account, resources]) => ({
      account,
      resources: [...resources].flatMap(([resource, isThere]) => (isThere === undefined ? [resource] : [])),
    }));
    facts.learn(needs.filter(({ resources }) => resources.length > 0));
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
    if (!context.submit) return this.isNotSimulated(pursuit);
    if (context.desk.journal.liveConflicts(pursuit.bundle.wrapperIds).length === 0) return true;
    this.waitForOther(pursuit);
    return false;
  }

  /** In a dry run nothing is settled, and an order may be pushed again: it is earned by only once. */
  private isNotSimulated(pursuit: Pursuit): boolean {
    if (!this.takeoff.overlapsSimulated(pursuit)) return true;
    pursuit.giveUp({ outcome: 'declined', reason: OVERLAP });
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

  private weigh(planned: Planned, { alone, blind }: Mode): void {
    const { context } = this;
    const { decision, cohort } = planned;
    const doubt = doubtOf(decision, cohort, context);
    if (blind) {
      const given = declineBlind(decision, doubt);
      return given === undefined ? this.takeoff.launch(planned, undefined) : giveUp(planned, given);
    }
    if (doubt === undefined && context.submit) return this.takeoff.launch(planned, undefined);
    // What the others tell may leave no doubt.
    if (doubt?.fee && !alone && this.previews >= MAX_PREVIEWS) {
      return this.goAgain(planned.pursuits, cohort, PREVIEW_RETRY_MS);
    }
    // Only of a fee that is in doubt a preview tells what the decision then rests on.
    if (!doubt?.fee) for (const pursuit of planned.pursuits) pursuit.decide();
    this.hold(planned, (preview) => this.decide(planned, preview, doubt));
  }

  /** Asks for a preview. The bundles are nobody else's meanwhile. */
  private hold(planned: Planned, then: (preview: Preview) => void): void {
    const { context } = this;
    const { pursuits, decision } = planned;
    for (const pursuit of pursuits) this.held.add(pursuit);
    const startedAt = context.now();
    const asked =
      this.previews < MAX_PREVIEWS
        ? previewOf(decision.proposal, deadlineOf(planned), context)
        : Promise.resolve<Preview>({ type: 'none', why: 'too many previews are under way' });
    this.previews++;
    asked
      .catch((error: unknown): Preview => {
        context.fail(error, 'preview');
        return { type: 'none', why: 'a mistake of the solver: see its log' };
      })
      .then((preview) => {
        this.previews--;
        if (!this.release(planned)) return;
        const tookMicros = (context.now() - startedAt) * 1000;
        const bundleIds = pursuits.map(({ id }) => id);
        context.emit({ type: 'previewed', bundleIds, outcome: outcomeOf(preview), tookMicros });
        this.caring(pursuits, () => then(preview));
      })
      .catch((error: unknown) => context.fail(error, 'preview'));
  }

  private decide(planned: Planned, preview: Preview, doubt: Doubt | undefined): void {
    const { pursuits, decision, cohort } = planned;
    const { context } = this;
    const bundles = pursuits.map(({ bundle }) => bundle);
    const judgement = judge(decision, preview, doubt, { cohort, bundles, context });
    switch (judgement.type) {
      case 'go':
        return this.takeoff.launch(planned, preview);
      case 'alone':
        return this.planApart(planned, judgement.blind);
      case 'earlier-lock':
        return this.plan(pursuits, { ...cohort, extraMargin: judgement.extraMargin });
      case 'drop':
        return this.drop(planned, judgement);
      case 'search':
        for (const part of partsOf(unitsOf(planned), Number.POSITIVE_INFINITY)) this.goAgain(part, suspects());
        return;
      case 'end':
        for (const pursuit of pursuits) pursuit.blame(judgement.given.reason?.message ?? '');
        return giveUp(planned, judgement.given);
    }
  }

  /** Not together: each by itself, or with whom alone it settles. */
  private planApart(planned: Planned, blind: boolean): void {
    const units = unitsOf(planned);
    if (units.length === 1) return this.plan(planned.pursuits, planned.cohort, { alone: true, blind });
    for (const unit of units) this.plan(unit, planned.cohort, { alone: unit.length === 1, blind });
  }

  private drop({ pursuits }: Planned, { culprit: id, isUsed, message }: Extract<Judgement, { type: 'drop' }>): void {
    const culprit = pursuits.find((pursuit) => pursuit.id === id)!;
    culprit.blame(message);
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
      .then((winner) => {
        if (!this.context.signal.aborted) this.caring([culprit], () => culprit.lose(winner));
      })
      .catch((error: unknown) => this.context.fail(error, 'preview'));
  }

  private goAgain(pursuits: readonly Pursuit[], cohort: Cohort, delayMs = 0): void {
    for (const pursuit of pursuits) pursuit.waiting = false;
    this.again(pursuits, cohort, delayMs);
  }
}
