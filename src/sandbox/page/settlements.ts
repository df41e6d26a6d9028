import { formatAmount } from '../../base/amount.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { EventFeed, TimedEvent } from '../anthic/events.js';

/** A transaction that settled orders, as the ledger tells it. */
export interface Settlement {
  readonly transaction: string;
  /** Unix milliseconds: when it was noticed. */
  readonly at: number;
  /** The takers' orders in it. */
  readonly orders: readonly string[];
  /** Theirs and the makers'. */
  readonly subintents: number;
  /** XRD, and the account that paid them; undefined while the ledger has not told. */
  readonly fee: string | undefined;
  readonly solver: string | undefined;
}

interface Noted {
  readonly transaction: string;
  readonly at: number;
  readonly orders: Set<string>;
  subintents: number;
  details?: { readonly fee: string; readonly solver: string | undefined };
}

const KEPT = 100;
const AT_ONCE = 8;

/** The last settlements. The ledger is asked about one when it is first looked at, and then no more. */
export class Settlements {
  private readonly noted = new Map<string, Noted>();

  constructor(
    feed: EventFeed,
    private readonly ledger: Pick<Ledger, 'committedDetails'>,
  ) {
    feed.listen((event) => this.note(event));
  }

  /** The newest first. */
  async view(): Promise<readonly Settlement[]> {
    const all = [...this.noted.values()].reverse();
    const unknown = all.filter(({ details }) => details === undefined);
    const next = async (): Promise<void> => {
      for (let noted = unknown.shift(); noted !== undefined; noted = unknown.shift()) await this.ask(noted);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return all.map(({ transaction, at, orders, subintents, details }) => {
      return { transaction, at, orders: [...orders], subintents, fee: details?.fee, solver: details?.solver };
    });
  }

  private note(event: TimedEvent): void {
    if (event.type !== 'settled') return;
    const { by: transaction, at, order } = event;
    const noted = this.noted.get(transaction) ?? { transaction, at, orders: new Set<string>(), subintents: 0 };
    noted.orders.add(order);
    noted.subintents += 1;
    this.noted.set(transaction, noted);
    if (this.noted.size > KEPT) this.noted.delete(this.noted.keys().next().value!);
  }

  private async ask(noted: Noted): Promise<void> {
    try {
      const { feePaid, balances } = await this.ledger.committedDetails(noted.transaction);
      if (feePaid === undefined || balances === undefined) return;
      const payer = balances.fees.find(({ type }) => type === 'FeePayment');
      noted.details = { fee: formatAmount(feePaid), solver: payer?.entity };
    } catch {
      // A Gateway that does not answer is asked again by the next look.
    }
  }
}
