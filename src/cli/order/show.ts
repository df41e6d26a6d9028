import { Decimal } from 'decimal.js';
import { formatAmount } from '../../base/amount.js';
import type { MarketToken, Quoted } from './market.js';

type Field = readonly [label: string, value: string];

/** A quote as people read it. */
export function quoteFields(quoted: Quoted): Field[] {
  const { sold, bought, order, book, fees, level, slippage } = quoted;
  const amount = (of: bigint, { symbol }: MarketToken) => `${formatAmount(of)} ${symbol}`;
  return [
    ['sells', `${amount(order.sell, sold)}  ${sold.resource}`],
    ['buys at least', `${amount(order.buy, bought)}  ${bought.resource}`],
    ['order book', `${amount(book.sell, sold)} for ${amount(book.buy, bought)}, ${price(quoted)}`],
    ['slippage', `${slippage} basis points`],
    ['Anthic fee', `${amount(fees.anthic, sold)} (account level ${level})`],
    ['settlement fee', amount(fees.settlement, sold)],
    ['withdraws', amount(fees.withdrawn, sold)],
  ];
}

/** The same for programs: amounts are decimal strings. */
export function quoteJson({ sold, bought, order, book, fees, level, slippage }: Quoted) {
  const side = ({ symbol, resource, divisibility }: MarketToken, amount: bigint) => ({
    ...{ symbol, resource, divisibility, amount: formatAmount(amount) },
  });
  return {
    sell: side(sold, order.sell),
    buy: side(bought, order.buy),
    book: { sell: formatAmount(book.sell), buy: formatAmount(book.buy) },
    slippageBasisPoints: slippage,
    level,
    fee: {
      symbol: sold.symbol,
      anthicAmount: formatAmount(fees.anthic),
      settlementAmount: formatAmount(fees.settlement),
    },
    withdrawn: formatAmount(fees.withdrawn),
  };
}

const DIGITS = 10;

/** Of one sold token in bought ones, by the book: for people only. */
function price({ book, sold, bought }: Quoted): string {
  const each = new Decimal(book.buy.toString()).div(book.sell.toString());
  return `${each.toSignificantDigits(DIGITS).toFixed()} ${bought.symbol} each ${sold.symbol}`;
}
