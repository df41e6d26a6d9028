import type { NewOrder, TokenAmount } from '../anthic/flash/wire.js';
import { buyExactly, NoLiquidityError, type OrderBook, sellExactly } from '../anthic/order/book.js';
import { type OrderFees, orderFees } from '../anthic/order/fees.js';
import { checkTokenAmount } from '../anthic/order/token.js';
import { type Attos, formatAmount, units } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import { divide } from '../base/rounding.js';
import type { PairPricing } from './pricing.js';
import { type Terms, type TradedToken, tokenOf } from './terms.js';

/** A pair as it is quoted now. */
export interface Quote {
  readonly pricing: PairPricing;
  readonly book: OrderBook;
}

export type DeclineCode =
  | 'too-late'
  | 'not-quoted'
  | 'bad-order-amount'
  | 'beyond-book'
  | 'worse-than-book'
  | 'not-worth-it'
  | 'not-enough'
  | 'clock-stale'
  | 'no-balances'
  | 'no-terms'
  | 'prices-stale'
  | 'stopping'
  | 'dry-run';

export interface Decline {
  readonly type: 'decline';
  readonly code: DeclineCode;
  /** For people. */
  readonly detail: string;
}

/** An order that is good to fill, from the maker's side. */
export interface Acceptance {
  readonly type: 'fill';
  readonly quote: Quote;
  readonly sold: TokenAmount & { readonly token: TradedToken };
  readonly bought: TokenAmount & { readonly token: TradedToken };
  readonly fees: OrderFees;
  /** Quote tokens that it brings at the price, fees paid. */
  readonly gain: Attos;
}

export function decline(code: DeclineCode, detail: string): Decline {
  return { type: 'decline', code, detail };
}

/**
 * Whether an order is one that the present book offers. Whoever sends orders may be late, or lie: an order that asks for
 * more than the book gives, or that would lose money after fees, is not filled.
 */
export function judgeOrder(order: NewOrder, quotes: readonly Quote[], terms: Terms): Acceptance | Decline {
  const { sell, buy } = order;
  const quote = quotes.find(({ pricing: { base, quote: other } }) => {
    const symbols = [sell.symbol, buy.symbol];
    return sell.symbol !== buy.symbol && symbols.includes(base) && symbols.includes(other);
  });
  if (quote === undefined) return decline('not-quoted', `${sell.symbol} for ${buy.symbol} is not quoted`);
  const bought = { ...sell, token: tokenOf(terms, sell.symbol) };
  const sold = { ...buy, token: tokenOf(terms, buy.symbol) };
  try {
    checkTokenAmount(sold.token, sold.amount);
    checkTokenAmount(bought.token, bought.amount);
    const worse = compareWithBook(quote, sold, bought);
    if (worse !== undefined) return worse;
  } catch (error) {
    if (error instanceof NoLiquidityError) return decline('beyond-book', error.message);
    if (error instanceof SolverError && error.code === 'bad-order-amount') {
      return decline('bad-order-amount', error.message);
    }
    throw error;
  }
  const fees = orderFees(terms.fees, sold.token, sold.amount, terms.level, 'maker');
  const gain = gainOf(quote.pricing, sold.symbol, fees.withdrawn, bought.amount);
  const { minGain } = quote.pricing;
  if (gain < minGain) {
    const least = `${formatAmount(minGain)} ${quote.pricing.quote}`;
    return decline('not-worth-it', `it brings ${formatAmount(gain)} after fees, and the least is ${least}`);
  }
  return { type: 'fill', quote, sold, bought, fees, gain };
}

/** The taker's amounts against what the book would give for them: equal, or better for the maker. */
function compareWithBook({ book }: Quote, sold: Acceptance['sold'], bought: Acceptance['bought']): Decline | undefined {
  const takerSellsBase = bought.symbol === book.pair.base;
  if (takerSellsBase) {
    const { buy: most } = sellExactly(book, bought.token, sold.token, bought.amount);
    if (sold.amount <= most) return undefined;
    const text = `${formatAmount(bought.amount)} ${bought.symbol} buy at most ${formatAmount(most)} ${sold.symbol}`;
    return decline('worse-than-book', `${text}, not ${formatAmount(sold.amount)}`);
  }
  const { sell: least } = buyExactly(book, bought.token, sold.token, sold.amount);
  if (bought.amount >= least) return undefined;
  const text = `${formatAmount(sold.amount)} ${sold.symbol} cost at least ${formatAmount(least)} ${bought.symbol}`;
  return decline('worse-than-book', `${text}, not ${formatAmount(bought.amount)}`);
}

const ONE = units(1);

function gainOf({ price, quote }: PairPricing, soldSymbol: string, withdrawn: Attos, bought: Attos): Attos {
  return soldSymbol === quote
    ? divide(bought * price, ONE, 'down') - withdrawn
    : bought - divide(withdrawn * price, ONE, 'up');
}
