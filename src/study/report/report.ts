import { splitExactly } from '../../base/split.js';
import type { WholeAttempt } from '../../journal/query/everyAttempt.js';
import type { OrderStory } from '../../journal/story.js';
import type { Counters } from '../../journal/tally.js';
import { addTo, emptyGroup, type Group, Keyed } from '../figures/group.js';
import { MONEY, type Money, noMoney } from '../figures/money.js';
import { attemptStory } from '../story.js';
import type { Entry } from './entry.js';
import { FeeErrors } from './fees.js';
import { Latencies } from './latency.js';
import { Losses } from './losses.js';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Where a bundle goes of whose orders nothing is kept, and one that trades more than two tokens. */
export const UNKNOWN = 'unknown';
export const SEVERAL = 'several';

/** What parts the two tokens of a pair: no address holds it. */
export const PAIR = ' / ';

/** Where the figures come from. */
export interface Source {
  readonly kind: 'journal' | 'recording';
  readonly files: readonly string[];
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** Of recordings: nothing was submitted, and by what the decisions were taken. */
  readonly assumed: string | undefined;
}

/** Figures over bundles and attempts. Memory depends on the hours and on who took part, not on how many bundles came. */
export class Report {
  readonly total = emptyGroup();
  readonly hours = new Keyed(emptyGroup, 200_000);
  readonly days = new Keyed(emptyGroup, 20_000);
  readonly pairs = new Keyed(emptyGroup);
  readonly makers = new Keyed(emptyGroup);
  readonly reasons = new Keyed(() => ({ count: 0 }), 1000);
  readonly attempts = new Keyed(() => ({ count: 0 }));
  readonly fees = new FeeErrors();
  readonly latencies = new Latencies();
  readonly losses = new Losses();
  /** Bundles of which only the outcome is left, and frames that were none. */
  readonly pruned = new Keyed(() => ({ count: 0 }));
  strayFrames = 0;
  /** Lines of recordings that were none. */
  unreadLines = 0;
  first: number | undefined;
  last: number | undefined;

  constructor(readonly source: Source) {}

  add(entry: Entry): void {
    const { receivedAt, status, reason } = entry;
    if (this.first === undefined || receivedAt < this.first) this.first = receivedAt;
    if (this.last === undefined || receivedAt > this.last) this.last = receivedAt;
    addTo(this.total, entry);
    addTo(this.hours.of(startOf(receivedAt, HOUR)), entry);
    addTo(this.days.of(startOf(receivedAt, DAY)), entry);
    addTo(this.pairs.of(pairOf(entry.orders)), entry);
    this.addMakers(entry);
    if (reason !== undefined) this.reasons.of(`${status}: ${reason}`).count++;
    this.losses.add(entry);
  }

  addAttempt(attempt: WholeAttempt): void {
    this.attempts.of(attempt.state).count++;
    const story = attemptStory(attempt.details);
    this.fees.add(attempt, story);
    this.latencies.add(attempt, story);
  }

  /** What a journal counts beyond the rows it holds. Of all time: only where no time was asked for. */
  addCounters({ outcomes, strayFrames }: Counters, held: Group): void {
    this.strayFrames += strayFrames;
    for (const [outcome, count] of Object.entries(outcomes)) {
      const gone = count - held.byStatus[outcome as keyof typeof outcomes];
      if (gone > 0) this.pruned.of(outcome).count += gone;
    }
  }

  /** A bundle's money belongs to its orders in equal parts: who of them earned it cannot be told. */
  private addMakers(entry: Entry): void {
    const { status, orders } = entry;
    if (orders.length === 0) {
      addTo(this.makers.of(UNKNOWN), entry);
      return;
    }
    const [actual, simulated] = [parts(entry.actual, orders.length), parts(entry.simulated, orders.length)];
    for (const [index, { maker, account }] of orders.entries()) {
      addTo(this.makers.of(maker ?? account), { status, actual: actual?.[index], simulated: simulated?.[index] });
    }
  }
}

function startOf(time: number, length: number): string {
  return new Date(Math.floor(time / length) * length).toISOString();
}

function pairOf(orders: readonly OrderStory[]): string {
  if (orders.length === 0) return UNKNOWN;
  const tokens = new Set(orders.flatMap(({ sells, buys }) => [sells.resource, buys.resource]));
  return tokens.size > 2 ? SEVERAL : [...tokens].sort().join(PAIR);
}

function parts(money: Money | undefined, count: number): Money[] | undefined {
  if (money === undefined) return undefined;
  const shares = Array.from({ length: count }, noMoney);
  const weights = shares.map(() => 1n);
  for (const field of MONEY) {
    for (const [index, part] of splitExactly(money[field], weights).entries()) shares[index]![field] = part;
  }
  // Rounding of an atto may fall on other orders in one field than in another.
  for (const share of shares) share.surplus = share.profit + share.fee - share.reward;
  return shares;
}
