import type { OrderBook } from '../order/book.js';
import { encodePriceBook, pairName } from './wire.js';

/**
 * The price books that are wanted, and which of them the peer still has to be told. Of several changes of a pair before
 * the next flush only the last is sent. A pair that is not traded any more stays here, empty: after a reconnect nobody
 * knows which of the last messages arrived, so an empty book is sent again like any other.
 */
export class PriceBooks {
  private readonly wanted = new Map<string, { book: OrderBook; text: string }>();
  private readonly unsent = new Set<string>();

  /** False where this is what the peer has been told already. */
  set(book: OrderBook): boolean {
    const name = pairName(book.pair);
    const text = JSON.stringify(encodePriceBook(book));
    if (this.wanted.get(name)?.text === text) return this.unsent.has(name);
    this.wanted.set(name, { book, text });
    this.unsent.add(name);
    return true;
  }

  /** Every pair becomes one that is not traded. */
  clear(): void {
    for (const { book } of [...this.wanted.values()]) this.set({ pair: book.pair, bids: [], asks: [] });
  }

  /** Nothing that was sent counts any more. */
  forgetSent(): void {
    for (const name of this.wanted.keys()) this.unsent.add(name);
  }

  /** Sends what is unsent for as long as `send` takes it; true where nothing is left. */
  flush(send: (book: OrderBook) => boolean): boolean {
    for (const name of [...this.unsent]) {
      if (!send(this.wanted.get(name)!.book)) return false;
      this.unsent.delete(name);
    }
    return true;
  }
}
