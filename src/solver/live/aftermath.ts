import type { AttemptNews } from '../../journal/model.js';
import type { Outcome } from '../../ledger/outcome.js';
import type { Observer } from '../../observe/observers.js';
import { LOAN_UNITS } from '../../settlement/fee/predict.js';
import { type Cohort, OPEN, suspects } from './cohort.js';
import type { LiveContext } from './context.js';
import { blameFor, bundleOf } from './culprit.js';
import type { Ended } from './ending.js';
import type { Flight, Tower } from './flight.js';
import type { Pursuit } from './pursuit.js';
import { sift } from './sift.js';

/** Sends bundles to the board again, after so many milliseconds. */
export type Again = (pursuits: readonly Pursuit[], cohort: Cohort, delayMs: number) => void;

/** Another root may do where a node had no objection to the orders: at the next look. */
const RETRY_MS = 1_000;

/**
 * What follows for the bundles of a transaction that came to nothing: who spoiled it gets its end, the rest goes again in
 * new roots. Where nobody is named, halves show who it was.
 */
export class Aftermath implements Tower {
  constructor(
    private readonly context: LiveContext,
    private readonly again: Again,
    private readonly onLost: (pursuit: Pursuit, flight: Flight, winner: string) => void,
  ) {}

  grounded(flight: Flight, reason: string): void {
    const { context } = this;
    const { members, units } = flight;
    const blame = blameFor(reason, bundlesOf(members), context);
    const culprit = 'culprit' in blame ? pursuitOf(blame.culprit.bundleId, members) : undefined;
    const isAlone = units.length === 1;
    for (const member of members) member.ground(flight, isAlone || member === culprit ? reason : undefined);
    // After a crash nothing but the same bytes is sent until the end of the attempt is known.
    if (!flight.isFresh) return;
    switch (blame.type) {
      case 'want-of-fee':
        return this.again(members, { extraMargin: marginAfter(members), suspect: false }, 0);
      case 'finalized':
        // The culprit waits for the end of the attempt, which names the winner.
        return this.drop(flight, culprit!, 'message');
      case 'named':
        return members.length === 1 ? this.tryAlone(members, reason) : this.single(flight, culprit!, reason);
      case 'unknown':
        return isAlone ? this.tryAlone(members, reason) : this.split(units);
    }
  }

  landed(flight: Flight, outcome: Outcome, news: AttemptNews): void {
    const { members } = flight;
    switch (outcome.type) {
      case 'lost':
        // To a newer root of ours, whose success is about to be known.
        if (members.some((member) => member.isIn(outcome.winner))) return this.overtaken(flight);
        return this.lost(flight, outcome.subintent, { state: 'lost', winner: outcome.winner });
      case 'dead':
        return this.over(flight, news);
      case 'rejected-permanently':
        if (outcome.expired) return this.over(flight, news);
        return this.spoiled(flight, { state: 'rejected', reason: outcome.reason });
      default: {
        const reason = 'message' in news ? news.message : undefined;
        for (const member of members) member.land(flight, { state: 'committed-failure', reason });
        if (members.length > 1) return this.search(flight, reason ?? '');
        members[0]!.blame(reason ?? '');
        return this.end(members);
      }
    }
  }

  arrived({ members, race }: Flight): void {
    const { experience, facts } = this.context;
    for (const { orders } of members) {
      experience.sawOrders(orders, 'settled');
      // It was paid into: the vault is there from now on.
      facts.learnVaults(orders.map(({ limitOrder: { account, buy } }) => ({ account, resource: buy.resource })));
      facts.take(orders.map(({ limitOrder }) => limitOrder));
    }
    experience.sawRace(race, true);
  }

  overtaken(flight: Flight): void {
    const { members } = flight;
    for (const member of members) member.land(flight, undefined);
    this.goOn(members.filter(({ isOver }) => !isOver));
  }

  // ------------------------------------------------------------------------------------------------ how it came about

  private lost(flight: Flight, subintent: string, end: Ended & { readonly winner?: string | undefined }): void {
    const { members } = flight;
    const { network, experience } = this.context;
    const found = bundleOf(subintent, bundlesOf(members), network);
    // Of a bundle whose frame is gone only some of its subintents are known.
    const unread = members.find(({ bundle }) => bundle.opened === undefined);
    const culprit = (found && pursuitOf(found.bundleId, members)) ?? unread ?? members[0]!;
    for (const member of members) member.land(flight, member === culprit ? end : undefined);
    experience.sawRace(flight.race, false);
    this.onLost(culprit, flight, end.winner!);
    this.end([culprit]);
    this.drop(flight, culprit, 'ledger');
  }

  /** Its time was over. That of some of its bundles may not be. */
  private over(flight: Flight, news: AttemptNews): void {
    const { members } = flight;
    const reason = 'message' in news ? news.message : undefined;
    const state = news.state === 'rejected' ? 'rejected' : 'dead';
    const isAlone = members.length === 1;
    for (const member of members) member.land(flight, { state: isAlone ? state : 'dead', reason });
    this.goOn(members);
  }

  /** Rejected for good, at no cost. */
  private spoiled(flight: Flight, end: Ended): void {
    const { members } = flight;
    const blame = blameFor(end.reason ?? '', bundlesOf(members), this.context);
    const culprit = 'culprit' in blame ? pursuitOf(blame.culprit.bundleId, members) : undefined;
    const isAlone = members.length === 1;
    for (const member of members) member.land(flight, isAlone || member === culprit ? end : undefined);
    if (isAlone) {
      members[0]!.blame(end.reason ?? '');
      return this.end(members);
    }
    if (blame.type !== 'finalized') return this.search(flight, end.reason ?? '');
    this.end([culprit!]);
    this.drop(flight, culprit!, 'message');
  }

  /** Everybody's attempt has ended: whoever is named is shown alone, else halves are. */
  private search(flight: Flight, reason: string): void {
    const blame = blameFor(reason, bundlesOf(flight.members), this.context);
    const culprit = 'culprit' in blame ? pursuitOf(blame.culprit.bundleId, flight.members) : undefined;
    if (culprit !== undefined) this.single(flight, culprit, reason);
    else this.split(flight.units);
  }

  // ------------------------------------------------------------------------------------------------ what follows

  /**
   * A bundle whose own root did not do, or those that settle only together, though nothing is wrong with it that another
   * root could not right.
   */
  private tryAlone(members: readonly Pursuit[], reason: string): void {
    for (const member of members) member.blame(reason);
    this.again(members, suspects(), RETRY_MS);
  }

  /** The rest goes on without a bundle that another transaction has used up. Whoever won that may have won more. */
  private drop(flight: Flight, culprit: Pursuit, how: 'message' | 'ledger'): void {
    tellDropped(this.context.emit, culprit, flight.members, how);
    const rest = flight.members.filter((member) => member !== culprit);
    if (rest.length === 0) return;
    sift(rest, this.context)
      .then((left) => this.again(left, OPEN, 0))
      .catch((error: unknown) => this.context.fail(error, 'sift'));
  }

  private single(flight: Flight, culprit: Pursuit, reason: string): void {
    culprit.blame(reason);
    tellDropped(this.context.emit, culprit, flight.members, 'message');
    const rest = flight.members.filter((member) => member !== culprit);
    this.again(rest, OPEN, 0);
    this.again([culprit], suspects(), 0);
  }

  private split(units: Flight['units']): void {
    for (const part of partsOf(units, this.context.maxAttempts)) this.again(part, suspects(), 0);
  }

  private goOn(members: readonly Pursuit[]): void {
    this.again(members, OPEN, 0);
  }

  private end(members: readonly Pursuit[]): void {
    for (const member of members) member.conclude();
  }
}

/** Halves; each unit by itself where there are no attempts left for halves of halves, and of a single unit each bundle. */
export function partsOf(units: Flight['units'], maxAttempts: number): Flight['units'] {
  if (units.length === 1) return units[0]!.map((member) => [member]);
  const isLast = units.flat().some(({ attempts }) => attempts + 1 >= maxAttempts);
  if (isLast || units.length === 2) return units;
  const half = Math.ceil(units.length / 2);
  return [units.slice(0, half).flat(), units.slice(half).flat()];
}

/** The fee was locked too late: earlier by a quarter of the loan each time, and at last first of all. */
function marginAfter(members: readonly Pursuit[]): number {
  const attempts = Math.max(1, ...members.map((member) => member.attempts));
  return (LOAN_UNITS / 4) * attempts * attempts;
}

export function tellDropped(
  emit: Observer,
  { id: bundleId }: Pursuit,
  members: readonly Pursuit[],
  how: 'message' | 'ledger' | 'preview' | 'limit',
): void {
  if (members.length > 1) emit({ type: 'bundle-dropped', bundleId, of: members.length, how });
}

function bundlesOf(members: readonly Pursuit[]) {
  return members.map(({ bundle }) => bundle);
}

function pursuitOf(bundleId: string, members: readonly Pursuit[]): Pursuit | undefined {
  return members.find(({ id }) => id === bundleId);
}
