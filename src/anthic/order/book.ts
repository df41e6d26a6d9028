import { type Attos, formatAmount } from '../../base/amount.js';
import { divide, ONE, roundTo } from '../../base/rounding.js';
import { OrderError } from '../error.js';
import { checkTokenAmount, type Token } from './token.js';

/** So much of the base at this price: quote for one base. Both in attos. */
export interface Level {
  readonly price: Attos;
  readonly amount: Attos;
}

/** What others offer, best price first: bids buy the base, asks sell it. */
export interface OrderBook {
  readonly pair: { readonly base: string; readonly quote: string };
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** What a taker gives and gets by an order book. */
export interface Exchange {
  readonly sell: Attos;
  readonly buy: Attos;
}

/** The book holds less than was asked for. */
export class NoLiquidityError extends OrderError {
  constructor(
    /** All there is, of the token whose amount was given. */
    readonly available: Attos,
    wanted: Attos,
    symbol: string,
  ) {
    const there = `${formatAmount(available)} of ${formatAmount(wanted)} ${symbol}`;
    super('no-liquidity', `the order book has liquidity for ${there}`, {
      hint: 'trade less, or wait until more is offered',
    });
  }
}

/**
 * What selling exactly `amount` of one token of the pair brings in the other: levels from the front, the last in part,
 * rounded down once, at the end, to what the bought token can be divided into.
 * Errors: `no-liquidity`, `wrong-pair`, `bad-order-amount` (of the amount, or where nothing at all would be bought).
 */
export function sellExactly(book: OrderBook, sold: Token, bought: Token, amount: Attos): Exchange {
  checkTokenAmount(sold, amount);
  const buy = walk(levelsOf(book, sold, bought), sold, amount, bought.divisibility, 'down');
  if (buy > 0n) return { sell: amount, buy };
  throw new OrderError('bad-order-amount', `${formatAmount(amount)} ${sold.symbol} buy no ${bought.symbol} at all`);
}

/**
 * What has to be sold to buy exactly `amount`: the same levels, rounded up to what the sold token can be divided into.
 * Errors: as `sellExactly`.
 */
export function buyExactly(book: OrderBook, sold: Token, bought: Token, amount: Attos): Exchange {
  checkTokenAmount(bought, amount);
  const levels = levelsOf(book, sold, bought).map(({ given, got }) => ({ given: got, got: given }));
  return { sell: walk(levels, bought, amount, sold.divisibility, 'up'), buy: amount };
}

/** A level as the taker meets it, in 10^-36: a product of price and amount then is whole. */
interface Step {
  readonly given: bigint;
  readonly got: bigint;
}

function levelsOf({ pair, bids, asks }: OrderBook, sold: Token, bought: Token): Step[] {
  const sellsBase = sold.symbol === pair.base && bought.symbol === pair.quote;
  const sellsQuote = sold.symbol === pair.quote && bought.symbol === pair.base;
  if (!sellsBase && !sellsQuote) {
    const asked = `${sold.symbol} for ${bought.symbol}`;
    throw new OrderError('wrong-pair', `expected the order book of ${asked}, got ${pair.base}/${pair.quote}`);
  }
  const steps = (sellsBase ? bids : asks).map(({ price, amount }) => {
    const [base, quote] = [amount * ONE, amount * price];
    return sellsBase ? { given: base, got: quote } : { given: quote, got: base };
  });
  return steps.filter(({ given, got }) => given > 0n && got > 0n);
}

/** Rounds only the sum, so that no level adds an error of its own. */
function walk(
  steps: readonly Step[],
  given: Token,
  amount: Attos,
  divisibility: number,
  rounding: 'down' | 'up',
): Attos {
  let left = amount * ONE;
  let got = 0n;
  for (const step of steps) {
    if (left <= step.given) {
      return roundTo(divisibility, got * step.given + step.got * left, step.given * ONE, rounding);
    }
    left -= step.given;
    got += step.got;
  }
  throw new NoLiquidityError(amount - divide(left, ONE, 'up'), amount, given.symbol);
}
