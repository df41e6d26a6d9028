import { formatAmount } from '../../base/amount.js';
import { JournalError } from '../../journal/error.js';
import type { AttemptStory } from '../../journal/story.js';
import { askedOf } from '../../settlement/fee/learn.js';
import { sign } from '../../settlement/settle.js';
import { formatId } from '../../transaction/address.js';
import { Spent } from '../spent.js';
import { tellDropped } from './aftermath.js';
import type { Cohort } from './cohort.js';
import type { LiveContext } from './context.js';
import { isFileFault } from './desk.js';
import { unwritten } from './ending.js';
import { Flight, type Tower } from './flight.js';
import { deadlineOf, giveUp, newShare, type Planned, unitsOf } from './planned.js';
import type { Preview } from './preview.js';
import type { Pursuit } from './pursuit.js';
import { isInStock } from './stock.js';
import { attemptStory, outcomeOf } from './story.js';
import { unitsStory } from './unitsStory.js';

/** Where those go who cannot take off. */
export interface Ground {
  /** Whether nothing stands in the way of an attempt; else the bundle was dealt with. */
  readonly isClear: (pursuit: Pursuit) => boolean;
  /** The same of all of a plan. */
  readonly areClear: (planned: Planned) => boolean;
  readonly goAgain: (pursuits: readonly Pursuit[], cohort: Cohort) => void;
  readonly planApart: (planned: Planned) => void;
}

interface Times extends Planned {
  /** Signing began: a preview may lie between the plan and this. */
  readonly signingAt: number;
  readonly signedAt: number;
}

/** From a settlement that is wanted to a transaction on its way: written down before its first byte leaves. */
export class Takeoff {
  /** What a dry run would have settled. */
  private readonly simulated = new Spent();

  constructor(
    private readonly context: LiveContext,
    private readonly tower: Tower,
    private readonly ground: Ground,
  ) {}

  launch(planned: Planned, preview: Preview | undefined): void {
    const { context } = this;
    const { pursuits, decision, cohort } = planned;
    // A preview takes its time.
    if (preview !== undefined && !this.ground.areClear(planned)) return;
    const { proposal } = decision;
    if (!isInStock(proposal.quote.inventory, context)) return this.ground.goAgain(pursuits, cohort);
    const limit = context.checkLimits(proposal.lock);
    if (limit !== undefined) {
      // What is too dear together may not be alone.
      if (pursuits.length > 1) return this.ground.planApart(planned);
      return giveUp(planned, { outcome: 'declined', reason: limit });
    }
    if (!context.submit) return this.simulate(planned, preview);
    const signingAt = context.now();
    const { payload, transactionIntentHash } = sign(proposal, context.key);
    const signedAt = context.now();
    const id = formatId('txid', transactionIntentHash, context.network);
    const times = { ...planned, signingAt, signedAt };
    const numbers = this.writeAhead(id, payload, times, preview);
    if (numbers === undefined) return;
    tellPlanned(id, times, Math.max(...numbers), context);
    const { tipBasisPoints } = proposal.signed.transactionIntent.transactionHeader.value;
    const race = { tipBasisPoints, predicted: { fee: proposal.fee, profit: proposal.quote.profit } };
    const parts = decision.shares;
    const supplies = proposal.quote.inventory;
    const { input, execution } = proposal;
    const lesson = { priced: { input, execution }, before: askedOf(proposal, context.facts) };
    const members = { members: pursuits, units: unitsOf(planned) };
    const passage = { ...{ id, payload, ...members, parts, race, supplies, lesson }, isFresh: true };
    const flight = new Flight(passage, context, this.tower);
    pursuits.forEach((pursuit, index) => {
      pursuit.waiting = false;
      pursuit.takeOff(flight, numbers[index]!);
    });
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
        expiresAt: deadlineOf(times),
        endEpoch: Number(endEpochExclusive),
        // In the order of the bundles, as the numbers come back.
        bundles: pursuits.map((pursuit) => newShare(pursuit, shares, context.maxCostPerBundle)),
        details: {
          ...attemptStory(decision, context.policy.name, preview, stagesOf(times)),
          units: unitsStory(decision),
        } satisfies AttemptStory,
      });
      tell(true);
      return numbers;
    } catch (error) {
      tell(false);
      if (isFileFault(error)) {
        context.desk.refuse(error);
        giveUp(times, unwritten(error.message));
      } else if (error instanceof JournalError && error.code === 'attempt-over-cap') {
        this.giveUpOverCap(times);
      } else if (error instanceof JournalError && error.code === 'attempt-conflict') {
        this.ground.goAgain(
          pursuits.filter((pursuit) => this.ground.isClear(pursuit)),
          cohort,
        );
      } else throw error;
      return undefined;
    }
  }

  /** Those whose attempts could cost too much together. The others go without them. */
  private giveUpOverCap(planned: Planned): void {
    const { emit, maxCostPerBundle } = this.context;
    const { pursuits, cohort } = planned;
    const over = pursuits.filter((pursuit) => this.isOverCap(pursuit, planned));
    for (const pursuit of over) tellDropped(emit, pursuit, pursuits, 'limit');
    const message = `all its attempts could cost more than ${formatAmount(maxCostPerBundle!)} XRD together`;
    giveUp({ ...planned, pursuits: over }, { outcome: 'declined', reason: { code: 'attempt-over-cap', message } });
    this.ground.goAgain(
      pursuits.filter((pursuit) => !over.includes(pursuit)),
      cohort,
    );
  }

  private isOverCap({ id }: Pursuit, { decision }: Planned): boolean {
    const { maxCostPerBundle, submit, desk } = this.context;
    const { lock } = decision.shares.find(({ bundleId }) => bundleId === id)!;
    // A dry run has attempted nothing before.
    const cost = submit ? desk.journal.potentialCost(id) + lock : lock;
    return maxCostPerBundle !== undefined && cost > maxCostPerBundle;
  }

  /** Whether a dry run would have settled one of its orders before: live, that would be known. */
  overlapsSimulated({ orders }: Pursuit): boolean {
    return this.simulated.holdsAny(orders);
  }

  /** A dry run: what live would submit ends here. */
  private simulate(planned: Planned, preview: Preview | undefined): void {
    const { pursuits, cohort, decision } = planned;
    if (this.simulated.holdsAny(decision.proposal.orders)) {
      return this.ground.goAgain(
        pursuits.filter((pursuit) => this.ground.isClear(pursuit)),
        cohort,
      );
    }
    if (pursuits.some((pursuit) => this.isOverCap(pursuit, planned))) return this.giveUpOverCap(planned);
    this.simulated.add(decision.proposal.orders);
    const isShown = preview !== undefined && preview.type !== 'none';
    const simulated = isShown
      ? { by: 'preview' as const, outcome: outcomeOf(preview) }
      : { by: 'model' as const, outcome: 'Succeeded' };
    const story = attemptStory(decision, this.context.policy.name, preview, undefined);
    giveUp(planned, { outcome: 'would-settle', details: { simulated, decision: { ...story, considered: [] } } });
  }
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
  const { decision, pursuits, startedAt, plannedAt, signingAt, signedAt } = times;
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
      signed: { sinceFrameMicros: since(signedAt), tookMicros: (signedAt - signingAt) * 1000 },
    },
  });
  const journaledAt = now();
  const tookMicros = (journaledAt - signedAt) * 1000;
  emit({ type: 'attempt-journaled', txid, sinceFrameMicros: since(journaledAt), tookMicros });
}
