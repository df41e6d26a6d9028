import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buyExactly,
  type Level,
  NoLiquidityError,
  type OrderBook,
  sellExactly,
} from '../../../src/anthic/order/book.js';
import { type FeeTable, orderFees, rebate, settlementFee } from '../../../src/anthic/order/fees.js';
import { raiseSell, reduceBuy } from '../../../src/anthic/order/slippage.js';
import type { Token } from '../../../src/anthic/order/token.js';
import { formatAmount, parseAmount } from '../../../src/base/amount.js';
import { smallestUnit } from '../../../src/base/rounding.js';
import { documented } from './support.js';

const XWBTC: Token = { symbol: 'xwBTC', divisibility: 8 };
const XUSDC: Token = { symbol: 'xUSDC', divisibility: 6 };

const level = ([price, amount]: [string, string]): Level => ({
  price: parseAmount(price),
  amount: parseAmount(amount),
});

const wire = documented('order-book');
const BOOK: OrderBook = { pair: wire.pair, bids: wire.bids.map(level), asks: wire.asks.map(level) };

const sell = (sold: Token, bought: Token, amount: string) =>
  formatAmount(sellExactly(BOOK, sold, bought, parseAmount(amount)).buy);
const buy = (sold: Token, bought: Token, amount: string) =>
  formatAmount(buyExactly(BOOK, sold, bought, parseAmount(amount)).sell);

describe('the order book of the documentation', () => {
  it('pays 28.522544 xUSDC for 0.0003 xwBTC, not the 25.385284 printed there', () => {
    // The page multiplies what the third bid gets by that level's amount, 3.522345, in place of its price, 95072. As
    // printed, the user would give away 11 % of the trade.
    const [first, second, third] = BOOK.bids as [Level, Level, Level];
    const rest = parseAmount('0.000033');
    const terms = (last: bigint) => first.price * first.amount + second.price * second.amount + rest * last;
    const floor6 = (sum: bigint) => formatAmount((sum / 10n ** 30n) * 10n ** 12n);
    expect(floor6(terms(third.amount))).toBe(documented('limit-order').buy.amount);
    expect(floor6(terms(third.amount))).toBe('25.385284');
    expect(floor6(terms(third.price))).toBe('28.522544');
    expect(sell(XWBTC, XUSDC, '0.0003')).toBe('28.522544');
  });

  it('takes each level to its end, and not beyond', () => {
    expect(sell(XWBTC, XUSDC, '0.000013')).toBe('1.236118');
    expect(sell(XWBTC, XUSDC, '0.000267')).toBe('25.385168');
    expect(sell(XWBTC, XUSDC, '0.00001301')).toBe('1.237068');
  });

  it('sells quote into asks, rounding what is bought down', () => {
    expect(sell(XUSDC, XWBTC, '95263')).toBe('1');
    expect(sell(XUSDC, XWBTC, '100')).toBe('0.00104972');
    expect(sell(XUSDC, XWBTC, '400104.648165')).toBe('4.2');
    expect(sell(XUSDC, XWBTC, '400104.648164')).toBe('4.19999999');
  });

  it('tells what buying exactly so much costs, rounded up', () => {
    expect(buy(XUSDC, XWBTC, '4.2')).toBe('400104.648165');
    expect(buy(XUSDC, XWBTC, '0.00000001')).toBe('0.000953');
    expect(buy(XWBTC, XUSDC, '28.522544')).toBe('0.0003');
    expect(buy(XWBTC, XUSDC, '1.236118')).toBe('0.000013');
    expect(buy(XWBTC, XUSDC, '1.236119')).toBe('0.00001301');
  });

  it('says how much there is where it is not enough', () => {
    const attempt = (trade: () => unknown): NoLiquidityError => {
      try {
        trade();
      } catch (error) {
        return error as NoLiquidityError;
      }
      throw new Error('expected an error');
    };
    const base = attempt(() => sell(XWBTC, XUSDC, '4'));
    expect(base).toBeInstanceOf(NoLiquidityError);
    expect(base.code).toBe('no-liquidity');
    expect(formatAmount(base.available)).toBe('3.522612');
    expect(base.message).toBe('the order book has liquidity for 3.522612 of 4 xwBTC');
    expect(formatAmount(attempt(() => buy(XUSDC, XWBTC, '5')).available)).toBe('4.381247');
    expect(attempt(() => sellExactly({ ...BOOK, bids: [] }, XWBTC, XUSDC, parseAmount('1'))).available).toBe(0n);
    expect(sell(XWBTC, XUSDC, '3.522612')).toBe('334901.769008');
  });

  it('passes over a level that offers nothing', () => {
    const empty = { price: parseAmount('99999'), amount: 0n };
    const { buy } = sellExactly({ ...BOOK, bids: [empty, ...BOOK.bids] }, XWBTC, XUSDC, parseAmount('0.0003'));
    expect(formatAmount(buy)).toBe('28.522544');
  });

  it.each([
    ['bad-order-amount', () => sell(XWBTC, XUSDC, '0')],
    ['bad-order-amount', () => sell(XWBTC, XUSDC, '-1')],
    ['bad-order-amount', () => sell(XWBTC, XUSDC, '0.000000001')],
    ['bad-order-amount', () => buy(XWBTC, XUSDC, '0.0000001')],
    ['bad-order-amount', () => sell(XUSDC, XWBTC, '0.000001')],
    ['wrong-pair', () => sell(XWBTC, XWBTC, '1')],
    ['wrong-pair', () => buy({ symbol: 'XRD', divisibility: 18 }, XUSDC, '1')],
    ['bad-divisibility', () => sell(XWBTC, { ...XUSDC, divisibility: 19 }, '1')],
  ])('refuses with %s', (code, trade) => {
    expect(trade).toThrow(expect.objectContaining({ code }));
  });
});

describe('slippage', () => {
  it('demands less, rounded down, or offers more, rounded up', () => {
    expect(formatAmount(reduceBuy(parseAmount('28.522544'), 50, XUSDC))).toBe('28.379931');
    expect(formatAmount(raiseSell(parseAmount('0.0003'), 50, XWBTC))).toBe('0.0003015');
    expect(formatAmount(raiseSell(parseAmount('0.00000001'), 1, XWBTC))).toBe('0.00000002');
    expect(reduceBuy(7n * 10n ** 12n, 0, XUSDC)).toBe(7n * 10n ** 12n);
  });

  it('refuses what is no slippage, and to leave nothing', () => {
    for (const bad of [-1, 10_000, 0.5, Number.NaN]) {
      expect(() => reduceBuy(10n ** 18n, bad, XUSDC)).toThrow(expect.objectContaining({ code: 'bad-slippage' }));
      expect(() => raiseSell(10n ** 18n, bad, XUSDC)).toThrow(expect.objectContaining({ code: 'bad-slippage' }));
    }
    expect(() => reduceBuy(smallestUnit(6), 1, XUSDC)).toThrow(expect.objectContaining({ code: 'bad-order-amount' }));
  });
});

const { per_token_settlement_fee, per_level_anthic_fee } = documented('info');
const FEES: FeeTable = {
  levels: per_level_anthic_fee.map((row: any) => ({
    taker: parseAmount(row.taker_fee),
    maker: parseAmount(row.maker_fee),
  })),
  settlement: per_token_settlement_fee.map((row: any) => ({
    symbol: row.symbol,
    solver: parseAmount(row.solver_amount),
    execution: parseAmount(row.transaction_execution_amount),
  })),
};

describe('fees', () => {
  const fees = (
    token: Token,
    amount: string,
    accountLevel: number,
    role: 'taker' | 'maker' = 'taker',
    table = FEES,
  ) => {
    const { anthic, settlement, withdrawn } = orderFees(table, token, parseAmount(amount), accountLevel, role);
    return [formatAmount(anthic), formatAmount(settlement), formatAmount(withdrawn)];
  };
  /** A table in which nothing but the named solver fee is settled. */
  const settledFor = (symbol: string, solver: string): FeeTable => ({
    ...FEES,
    settlement: [{ symbol, solver: parseAmount(solver), execution: 0n }],
  });

  it('of the documented walk-through', () => {
    const [anthic, settlement, withdrawn] = fees(XWBTC, '0.0003', 1);
    expect([anthic, settlement]).toEqual([documented('fee').anthic_amount, documented('fee').settlement_amount]);
    expect(withdrawn).toBe('0.00030327');
    expect(documented('compose-answer').manifest).toContain(`Decimal("${withdrawn}")`);
  });

  it('of the recorded bundle: a taker at level 0, whose settlement fee is the solver fee alone, and a maker', () => {
    expect(fees(XUSDC, '90.345529', 0, 'taker', settledFor('xUSDC', '0.002'))).toEqual([
      '0.090346',
      '0.002',
      '90.437875',
    ]);
    expect(fees(XWBTC, '0.00081', 0, 'maker')).toEqual(['0', '0.000003', '0.000813']);
  });

  it('of the recorded taker by the whole documented table', () => {
    expect(fees(XUSDC, '90.345529', 0)).toEqual(['0.090346', '0.202', '90.637875']);
  });

  it("of the SDK's example, at either level", () => {
    expect(fees(XUSDC, '95.85', 1)).toEqual(['0.086265', '0.202', '96.138265']);
    expect(fees(XUSDC, '95.85', 0)).toEqual(['0.09585', '0.202', '96.14785']);
  });

  it('rounded up, be it to all of the sale', () => {
    expect(fees(XWBTC, '0.00012345', 0)).toEqual(['0.00000013', '0.000003', '0.00012658']);
    expect(fees(XUSDC, '25.385284', 1)[0]).toBe('0.022847');
    expect(fees(XWBTC, '0.00000001', 0)[0]).toBe('0.00000001');
    expect(fees(XUSDC, '1', 0, 'taker', settledFor('xUSDC', '0.0000001'))[1]).toBe('0.000001');
  });

  it('exact where doubles are not', () => {
    expect(fees(XUSDC, '67760.437', 0)[0]).toBe('67.760437');
  });

  it('give back what the execution did not cost', () => {
    const row = settlementFee(FEES, 'xUSDC');
    const back = (estimate: string) => formatAmount(rebate(row, parseAmount(estimate), XUSDC));
    expect(back('0.05')).toBe('0.15');
    expect(back('0.0500001')).toBe('0.149999');
    expect(back('0.2')).toBe('0');
    expect(back('0.3')).toBe('0');
  });

  it('refuses a level and a token that the table lacks', () => {
    expect(() => fees(XUSDC, '1', 2)).toThrow(expect.objectContaining({ code: 'unknown-level' }));
    expect(() => fees({ symbol: 'XRD', divisibility: 18 }, '1', 0)).toThrow(
      expect.objectContaining({ code: 'no-settlement-fee', message: expect.stringContaining('xwBTC, xUSDC') }),
    );
  });
});

describe('any order book', () => {
  const positive = fc.bigInt({ min: 1n, max: 10n ** 24n });
  const levels = fc.array(fc.record({ price: positive, amount: positive }), { minLength: 1, maxLength: 8 });
  const token = (symbol: string) => fc.integer({ min: 0, max: 18 }).map((divisibility) => ({ symbol, divisibility }));
  const scenario = fc.record({
    levels,
    base: token('B'),
    quote: token('Q'),
    share: fc.bigInt({ min: 0n, max: 1000n }),
    sellsBase: fc.boolean(),
  });

  /** Best price first, as books come. */
  function bookOf(of: readonly Level[]): OrderBook {
    const rising = [...of].sort((a, b) => (a.price < b.price ? -1 : a.price > b.price ? 1 : 0));
    return { pair: { base: 'B', quote: 'Q' }, bids: [...rising].reverse(), asks: rising };
  }

  function trade({ levels, base, quote, share, sellsBase }: typeof scenario extends fc.Arbitrary<infer T> ? T : never) {
    const book = bookOf(levels);
    const side = sellsBase ? book.bids : book.asks;
    const [sold, bought] = sellsBase ? [base, quote] : [quote, base];
    const all = side.reduce((sum, { price, amount }) => sum + (sellsBase ? amount : (amount * price) / 10n ** 18n), 0n);
    const unit = smallestUnit(sold.divisibility);
    const amount = ((all * share) / 1000n / unit) * unit;
    return { book, side, sold, bought, amount };
  }

  it('never gives more than the best price does, nor charges less', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { book, side, sold, bought, amount } = trade(given);
        fc.pre(amount > 0n);
        const { price } = side[0]!;
        try {
          const { buy } = sellExactly(book, sold, bought, amount);
          const [baseAmount, quoteAmount] = given.sellsBase ? [amount, buy] : [buy, amount];
          const worth = baseAmount * price;
          if (given.sellsBase) expect(quoteAmount * 10n ** 18n).toBeLessThanOrEqual(worth);
          else expect(worth).toBeLessThanOrEqual(quoteAmount * 10n ** 18n);
          expect(buy % smallestUnit(bought.divisibility)).toBe(0n);
          // The way back never costs more than what was sold, and one unit more is never had for it.
          expect(buyExactly(book, sold, bought, buy).sell).toBeLessThanOrEqual(amount);
          const more = buy + smallestUnit(bought.divisibility);
          try {
            expect(buyExactly(book, sold, bought, more).sell).toBeGreaterThan(amount);
          } catch (error) {
            expect(error).toMatchObject({ code: 'no-liquidity' });
          }
        } catch (error) {
          // Too little to buy one unit of the other token.
          expect(error).toMatchObject({ code: 'bad-order-amount' });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives more for more, and never a better price', () => {
    fc.assert(
      fc.property(scenario, fc.bigInt({ min: 1n, max: 1000n }), (given, other) => {
        const [small, large] = [other, given.share].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) as [bigint, bigint];
        const [one, two] = [trade({ ...given, share: small }), trade({ ...given, share: large })];
        fc.pre(one.amount > 0n);
        const outcome = ({ book, sold, bought, amount }: typeof one) => {
          try {
            return sellExactly(book, sold, bought, amount).buy;
          } catch {
            return 0n;
          }
        };
        const [less, more] = [outcome(one), outcome(two)];
        expect(more).toBeGreaterThanOrEqual(less);
        // By price: more / two.amount ≤ less / one.amount, but for the unit that rounding may have cost the smaller.
        const unit = smallestUnit(one.bought.divisibility);
        expect(more * one.amount).toBeLessThanOrEqual((less + unit) * two.amount);
      }),
      { numRuns: 300 },
    );
  });

  it('fees and slippage round against the trader, by less than one unit', () => {
    fc.assert(
      fc.property(
        positive,
        fc.integer({ min: 0, max: 18 }),
        fc.integer({ min: 0, max: 9_999 }),
        (amount, digits, bps) => {
          const unit = smallestUnit(digits);
          const of = { symbol: 'B', divisibility: digits };
          const rate = BigInt(bps) * 10n ** 14n;
          const table: FeeTable = {
            levels: [{ taker: rate, maker: 0n }],
            settlement: [{ symbol: 'B', solver: 0n, execution: 0n }],
          };
          const { anthic } = orderFees(table, of, amount, 0, 'taker');
          expect(anthic * 10n ** 18n).toBeGreaterThanOrEqual(amount * rate);
          expect((anthic - unit) * 10n ** 18n).toBeLessThan(amount * rate);
          const raised = raiseSell(amount, bps, of);
          expect(raised * 10_000n).toBeGreaterThanOrEqual(amount * BigInt(10_000 + bps));
          expect((raised - unit) * 10_000n).toBeLessThan(amount * BigInt(10_000 + bps));
          try {
            const reduced = reduceBuy(amount, bps, of);
            expect(reduced * 10_000n).toBeLessThanOrEqual(amount * BigInt(10_000 - bps));
            expect((reduced + unit) * 10_000n).toBeGreaterThan(amount * BigInt(10_000 - bps));
          } catch (error) {
            expect(error).toMatchObject({ code: 'bad-order-amount' });
          }
        },
      ),
    );
  });
});
