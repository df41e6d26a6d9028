import type { Attos } from '../../base/amount.js';
import { buyExactly, type Exchange, type OrderBook, sellExactly } from './book.js';
import { type FeeTable, type OrderFees, orderFees, type Role } from './fees.js';
import { raiseSell, reduceBuy } from './slippage.js';
import type { Token } from './token.js';

export interface QuoteRequest {
  readonly book: OrderBook;
  readonly fees: FeeTable;
  readonly sold: Token;
  readonly bought: Token;
  /** Of the token that `exact` names. */
  readonly amount: Attos;
  readonly exact: 'sell' | 'buy';
  /** Basis points by which the other amount is made worse than the book's. */
  readonly slippage: number;
  /** Of the account. */
  readonly level: number;
  readonly role: Role;
}

export interface OrderQuote {
  /** What the book says. */
  readonly book: Exchange;
  /** What the order says: the book's with the slippage. */
  readonly order: Exchange;
  /** Of what the order sells. */
  readonly fees: OrderFees;
}

/** The limit order that an order book suggests, and its fees. Errors: those of its parts. */
export function quoteOrder(request: QuoteRequest): OrderQuote {
  const { sold, bought, amount, exact, slippage } = request;
  const trade = exact === 'sell' ? sellExactly : buyExactly;
  const book = trade(request.book, sold, bought, amount);
  const order =
    exact === 'sell'
      ? { sell: book.sell, buy: reduceBuy(book.buy, slippage, bought) }
      : { sell: raiseSell(book.sell, slippage, sold), buy: book.buy };
  return { book, order, fees: orderFees(request.fees, sold, order.sell, request.level, request.role) };
}
