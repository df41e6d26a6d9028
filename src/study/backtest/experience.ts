import { RecordedOdds } from '../../settlement/odds.js';
import { PartyBook, type PartyOutcome, partiesOf } from '../../settlement/party.js';
import type { SettleDecision } from '../../settlement/planner/model.js';
import type { Policy } from '../../settlement/policy.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { afterRace, openTip, type TipState } from '../../settlement/tip.js';

/** Parties remembered. */
const MOST_PARTIES = 20_000;

/** What a policy has seen of makers and races, and what follows: learned by the very rules of `run`, from nothing on. */
export class Experience {
  readonly odds: RecordedOdds;
  private readonly book = new PartyBook(MOST_PARTIES);
  private tip: TipState;

  constructor(private readonly policy: Policy) {
    this.odds = new RecordedOdds(this.book, policy.chances);
    this.tip = openTip(policy.tip);
  }

  get tipBasisPoints(): number {
    return this.tip.basisPoints;
  }

  sawOrders(orders: Iterable<SettledOrder>, outcome: PartyOutcome): void {
    for (const order of orders) this.book.record(partiesOf(order).map((party) => ({ ...party, outcome })));
  }

  sawRace({ proposal }: SettleDecision, tipBasisPoints: number, won: boolean): void {
    this.book.recordRace(tipBasisPoints, won);
    const predicted = { fee: proposal.fee, profit: proposal.quote.profit };
    this.tip = afterRace(this.policy, this.tip, { tipBasisPoints, predicted }, won);
  }
}
