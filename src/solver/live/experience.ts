import { MAX_PARTIES } from '../../journal/parties.js';
import { FACTS, type PriorStory } from '../../journal/story.js';
import { RecordedOdds } from '../../settlement/odds.js';
import { PartyBook, type PartyOutcome, partiesOf } from '../../settlement/party.js';
import type { Odds } from '../../settlement/planner/model.js';
import type { Policy } from '../../settlement/policy.js';
import type { PriceLookup } from '../../settlement/price.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { afterRace, openTip, type Race, type TipState } from '../../settlement/tip.js';
import type { Desk } from './desk.js';

export interface ExperienceParts {
  readonly policy: Policy;
  readonly desk: Desk;
  /** The prices of this moment. */
  readonly prices: () => PriceLookup;
}

/** The key of what the tip policy remembers, among the facts of the journal. */
const TIP = 'tip';

/**
 * What earlier settlements say of the next: who could not pay, which tips won. Kept in memory, where plans ask for it, and
 * in the journal, so that the next run begins with it.
 */
export class Experience {
  readonly odds: Odds;
  readonly prices: () => PriceLookup;
  private readonly book = new PartyBook(MAX_PARTIES);
  private readonly policy: Policy;
  private readonly desk: Desk;
  private tipState: TipState;

  /** Errors: those of the journal; `bad-chance`. */
  constructor({ policy, desk, prices }: ExperienceParts) {
    const { journal } = desk;
    this.policy = policy;
    this.desk = desk;
    this.prices = prices;
    this.book.load(journal.parties(), journal.races());
    this.odds = new RecordedOdds(this.book, policy.chances);
    const { cannotPay, weight } = policy.chances;
    const prior: PriorStory = { cannotPay, weight };
    desk.write(() => journal.setFact(FACTS.prior, prior));
    this.tipState = openTip(policy.tip, journal.fact(TIP)?.value);
  }

  /** What the tip policy asks for now, in basis points. */
  get tipBasisPoints(): number {
    return this.tipState.basisPoints;
  }

  /** What was seen of orders, each by itself. */
  sawOrders(orders: readonly SettledOrder[], outcome: PartyOutcome): void {
    if (orders.length === 0) return;
    const news = orders.flatMap((order) => partiesOf(order).map((party) => ({ ...party, outcome })));
    this.book.record(news);
    this.desk.write((journal) => journal.recordParties(news));
  }

  sawRace(race: Race, won: boolean): void {
    const { tipBasisPoints } = race;
    this.book.recordRace(tipBasisPoints, won);
    this.desk.write((journal) => journal.recordRace(tipBasisPoints, won));
    const before = this.tipState;
    this.tipState = afterRace(this.policy, before, race, won);
    if (this.tipState === before) return;
    const state = this.tipState;
    this.desk.write((journal) => journal.setFact(TIP, state));
  }
}
