import type { OrderBook } from '../order/book.js';
import { encodePriceBook, pairName } from './wire.js';

/**
 * The price books that are wanted, and which of them the peer still has to be told. Of several changes of a pair before
 * the next flush only the last is sent. A pair that is not traded any more stays here, empty: after a reconnect nobody
 * knows which of the last messages arrived, so an empty book is sent again like any other.
 */
export class PriceBooks {
  private readonly wanted = new Map<string, { readonly book: OrderBook; readonly text: string }>();
  private readonly sent = new Map<string, string>();

  set(book: OrderBook): void {
    this.wanted.set(pairName(book.pair), { book, text: JSON.stringify(encodePriceBook(book)) });
  }

  /** Every pair becomes one that is not traded. */
  clear(): void {
    for (const { book } of [...this.wanted.values()]) this.set({ pair: book.pair, bids: [], asks: [] });
  }

  /** Nothing that was sent counts any more. */
  forgetSent(): void {
    this.sent.clear();
  }

  /** Sends what the peer has not been told, for as long as `send` takes it; true where nothing is left. */
  flush(send: (book: OrderBook) => boolean): boolean {
    for (const [name, { book, text }] of this.wanted) {
      if (this.sent.get(name) === text) continue;
      if (!send(book)) return false;
      this.sent.set(name, text);
    }
    return true;
  }
}
