import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Level } from '../../../src/anthic/order/book.js';
import { buyExactly, sellExactly } from '../../../src/anthic/order/book.js';
import { formatAmount, parseAmount } from '../../../src/base/amount.js';
import { aggregate, makeBook, without } from '../../../src/sandbox/anthic/book.js';
import { match, type Offer } from '../../../src/sandbox/anthic/matching.js';
import { parseAnthicSettings } from '../../../src/sandbox/anthic/settings.js';
import { Tokens } from '../../../src/sandbox/anthic/tokens.js';
import { formatAddress } from '../../../src/transaction/address.js';
import { token } from '../../support/bundles.js';

const tokens = new Tokens(
  parseAnthicSettings({
    tokens: [
      { symbol: 'B', divisibility: 3, resource: formatAddress(token(1), 242) },
      { symbol: 'Q', divisibility: 2, resource: formatAddress(token(2), 242) },
    ],
    pairs: [{ base: 'B', quote: 'Q' }],
  }),
);
const base = tokens.named('B', '');
const quote = tokens.named('Q', '');

function levels(...of: [string, string][]): Level[] {
  return of.map(([price, amount]) => ({ price: parseAmount(price), amount: parseAmount(amount) }));
}

function sellBase(sell: string, buy: string, offers: Offer<string>[], most = 8) {
  const wanted = {
    sell: { token: base, amount: parseAmount(sell) },
    buy: { token: quote, amount: parseAmount(buy) },
    base,
  };
  return shown(match(wanted, offers, most));
}

function buyBase(sell: string, buy: string, offers: Offer<string>[], most = 8) {
  const wanted = {
    sell: { token: quote, amount: parseAmount(sell) },
    buy: { token: base, amount: parseAmount(buy) },
    base,
  };
  return shown(match(wanted, offers, most));
}

function shown(shares: ReturnType<typeof match<string>>) {
  return shares?.map(({ maker, sell, buy }) => [maker, formatAmount(sell), formatAmount(buy)]);
}

describe('a taker who sells the base', () => {
  it('gets the best price first, and the last level in part', () => {
    const offers = [
      { maker: 'a', levels: levels(['10', '1'], ['8', '5']) },
      { maker: 'b', levels: levels(['9', '1']) },
    ];
    expect(sellBase('3', '27', offers)).toEqual([
      ['a', '2', '18'],
      ['b', '1', '9'],
    ]);
    expect(sellBase('0.5', '5', offers)).toEqual([['a', '0.5', '5']]);
  });

  it('leaves what it does not ask for to the makers, in proportion', () => {
    const offers = [
      { maker: 'a', levels: levels(['10', '1']) },
      { maker: 'b', levels: levels(['20', '1']) },
    ];
    expect(sellBase('2', '24', offers)).toEqual([
      ['b', '1', '16'],
      ['a', '1', '8'],
    ]);
  });

  it('is not matched at a price that nobody offers, nor for more than there is', () => {
    const offers = [{ maker: 'a', levels: levels(['10', '1']) }];
    expect(sellBase('1', '10.01', offers)).toBeUndefined();
    expect(sellBase('1.001', '10', offers)).toBeUndefined();
    expect(sellBase('1', '1', [])).toBeUndefined();
  });

  it('is matched by prices whose value no amount can hold', () => {
    const huge = `1${'0'.repeat(39)}`;
    const offers = [{ maker: 'a', levels: levels([huge, '9']) }];
    expect(sellBase('9', '27', offers)).toEqual([['a', '9', '27']]);
    expect(buyBase('27', '9', offers)).toBeUndefined();
  });

  it('is not matched for a unit that only rounding over makers would bring', () => {
    const offers = [
      { maker: 'a', levels: levels(['10.005', '1']) },
      { maker: 'b', levels: levels(['10.005', '1']) },
    ];
    expect(sellBase('2', '20.01', offers)).toBeUndefined();
    expect(sellBase('2', '20', offers)).toEqual([
      ['a', '1', '10'],
      ['b', '1', '10'],
    ]);
  });

  it('does without a maker whose part would round to nothing', () => {
    const offers = [
      { maker: 'a', levels: levels(['0.02', '100']) },
      { maker: 'b', levels: levels(['0.03', '0.001']) },
    ];
    expect(sellBase('100', '1', offers)).toEqual([['a', '100', '1']]);
  });

  it('is served by no more makers than allowed', () => {
    const offers = ['a', 'b', 'c'].map((maker) => ({ maker, levels: levels(['10', '1']) }));
    expect(sellBase('2', '20', offers, 2)).toHaveLength(2);
    expect(sellBase('3', '30', offers, 2)).toBeUndefined();
  });
});

describe('a taker who buys the base', () => {
  it('pays each maker at least what it asks', () => {
    const offers = [
      { maker: 'a', levels: levels(['10', '1']) },
      { maker: 'b', levels: levels(['10.333', '1']) },
    ];
    expect(buyBase('20.34', '2', offers)).toEqual([
      ['a', '10', '1'],
      ['b', '10.34', '1'],
    ]);
    expect(buyBase('20.33', '2', offers)).toBeUndefined();
    expect(buyBase('24.34', '2', offers)).toEqual([
      ['a', '11.96', '1'],
      ['b', '12.38', '1'],
    ]);
  });
});

const amountBelow = (most: number) => fc.integer({ min: 1, max: most });
const level = fc.tuple(amountBelow(5000), amountBelow(3000));
const books = fc.array(fc.array(level, { maxLength: 4 }), { minLength: 1, maxLength: 4 });

describe('any match', () => {
  it('adds up to the order, and asks no maker for more than its own book gives', () => {
    fc.assert(
      fc.property(
        books,
        amountBelow(9000),
        fc.boolean(),
        fc.integer({ min: 0, max: 50 }),
        (all, wanted, sells, slip) => {
          const offers = all.map((list, maker) => {
            const own = list.map(([price, size]) => ({
              price: BigInt(price) * 10n ** 16n,
              amount: BigInt(size) * 10n ** 15n,
            }));
            const book = makeBook(sells ? own : [], sells ? [] : own, base);
            return { maker, book, levels: sells ? book.bids : book.asks };
          });
          const pair = { base: 'B', quote: 'Q' };
          const side = aggregate(
            sells ? 'bids' : 'asks',
            offers.map((offer) => offer.levels),
          );
          const whole = { pair, bids: sells ? side : [], asks: sells ? [] : side };
          const baseAmount = BigInt(wanted) * 10n ** 15n;
          let exchange: { sell: bigint; buy: bigint };
          try {
            exchange = sells ? sellExactly(whole, base, quote, baseAmount) : buyExactly(whole, quote, base, baseAmount);
          } catch {
            return;
          }
          const slippage = BigInt(slip) * 10n ** 16n;
          const sell = sells ? exchange.sell : exchange.sell + slippage;
          const buy = sells ? exchange.buy - slippage : exchange.buy;
          if (buy <= 0n) return;
          const [sold, bought] = sells ? [base, quote] : [quote, base];
          const shares = match(
            { sell: { token: sold, amount: sell }, buy: { token: bought, amount: buy }, base },
            offers,
            8,
          );
          // With room for a unit a maker, what the book offers is always matched.
          if (slip >= 4) expect(shares).toBeDefined();
          if (shares === undefined) return;
          expect(shares.reduce((sum, share) => sum + share.sell, 0n)).toBe(sell);
          expect(shares.reduce((sum, share) => sum + share.buy, 0n)).toBe(buy);
          for (const share of shares) {
            const own = { pair, ...offers[share.maker]!.book };
            if (sells) expect(share.buy <= sellExactly(own, base, quote, share.sell).buy).toBe(true);
            else expect(share.sell >= buyExactly(own, quote, base, share.buy).sell).toBe(true);
          }
        },
      ),
    );
  });
});

describe('a book', () => {
  it('is sorted, and rounded to what the base can be divided into', () => {
    const book = makeBook(levels(['1', '1.0005'], ['2', '0.0004'], ['3', '1']), levels(['5', '1'], ['4', '1']), base);
    expect(book.bids).toEqual(levels(['3', '1'], ['1', '1']));
    expect(book.asks).toEqual(levels(['4', '1'], ['5', '1']));
  });

  it('is what is left of its front', () => {
    const all = levels(['3', '1'], ['2', '2'], ['1', '3']);
    expect(without(all, 0n)).toEqual(all);
    expect(without(all, parseAmount('1.5'))).toEqual(levels(['2', '1.5'], ['1', '3']));
    expect(without(all, parseAmount('7'))).toEqual([]);
  });

  it('of several makers has each price once', () => {
    const sides = [levels(['3', '1'], ['2', '1']), levels(['2', '2'])];
    expect(aggregate('bids', sides)).toEqual(levels(['3', '1'], ['2', '3']));
    expect(aggregate('asks', sides)).toEqual(levels(['2', '3'], ['3', '1']));
  });
});
