import { type Pair, pairName } from '../anthic/flash/wire.js';
import type { OrderBook } from '../anthic/order/book.js';
import type { MakerEvent } from '../observe/makerEvent.js';
import { faultOf } from './fault.js';
import type { Inventory } from './inventory.js';
import type { Quote } from './judge.js';
import type { PairPricing, Pricing } from './pricing.js';
import { Budget, quoteBook } from './quote.js';
import type { Terms } from './terms.js';

export interface QuoterOptions {
  readonly inventory: Inventory;
  /** Told each book that is not what was told last. */
  readonly publish: (book: OrderBook) => void;
  readonly emit: (event: MakerEvent) => void;
}

/** What is quoted now; and, whenever that is another than before, telling it. */
export class Quoter {
  quotes: readonly Quote[] = [];
  private readonly published = new Map<string, string>();
  /** Why a pair is not quoted, as far as that was told. */
  private readonly faults = new Map<string, string>();

  constructor(private readonly options: QuoterOptions) {}

  /** Quotes what can be promised. Without terms nothing is. */
  update({ pairs }: Pricing, terms: Terms | undefined): void {
    const budget = new Budget(this.options.inventory);
    const before = this.quotes;
    this.quotes = terms === undefined ? [] : pairs.flatMap((pricing) => this.quote(pricing, terms, budget));
    const now = new Set(this.quotes.map(({ book }) => pairName(book.pair)));
    for (const { book } of before) if (!now.has(pairName(book.pair))) this.tell(emptyBook(book.pair));
    for (const { book } of this.quotes) this.tell(book);
  }

  private quote(pricing: PairPricing, terms: Terms, budget: Budget): Quote[] {
    const pair = pairName(pricing);
    try {
      const book = quoteBook(pricing, terms, budget);
      this.faults.delete(pair);
      return [{ pricing, book }];
    } catch (error) {
      const { detail } = faultOf(error);
      if (this.faults.get(pair) !== detail) this.options.emit({ type: 'pair-not-quoted', pair, detail });
      this.faults.set(pair, detail);
      return [];
    }
  }

  private tell(book: OrderBook): void {
    const pair = pairName(book.pair);
    const { bids, asks } = book;
    const text = [...bids, ...asks].map(({ price, amount }) => `${price} ${amount}`).join();
    if (this.published.get(pair) === text) return;
    this.options.publish(book);
    this.published.set(pair, text);
    const levels = bids.length + asks.length;
    this.options.emit({ type: 'book-quoted', pair, bid: bids[0]?.price, ask: asks[0]?.price, levels });
  }
}

export function emptyBook({ base, quote }: Pair): OrderBook {
  return { pair: { base, quote }, bids: [], asks: [] };
}
