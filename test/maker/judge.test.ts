import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewOrder } from '../../src/anthic/flash/wire.js';
import { orderFees } from '../../src/anthic/order/fees.js';
import { type Attos, formatAmount, parseAmount, units } from '../../src/base/amount.js';
import { Inventory } from '../../src/maker/inventory.js';
import { judgeOrder } from '../../src/maker/judge.js';
import { loadTerms } from '../../src/maker/loadTerms.js';
import { parsePricing } from '../../src/maker/pricing.js';
import { Budget, quoteBook } from '../../src/maker/quote.js';
import { sellable, tokenOf } from '../../src/maker/terms.js';
import { networkById } from '../../src/transaction/network.js';
import { BTC, NETWORK, pricingOf, termsOf, USDC } from './support.js';

const amount = parseAmount;

function setting(
  change: object = {},
  balances: Record<string, string> = { xwBTC: '10', xUSDC: '1000000' },
  tokens = {},
) {
  const pricing = parsePricing(JSON.stringify({ tokens, pairs: [pricingOf(change)] }));
  const inventory = new Inventory((symbol) => pricing.tokens.get(symbol));
  inventory.observe(1, new Map(Object.entries(balances).map(([symbol, text]) => [symbol, amount(text)])));
  const pair = pricing.pairs[0]!;
  const book = (level = 0) => quoteBook(pair, termsOf(level), new Budget(inventory));
  return { pair, inventory, book };
}

function order(sell: [string, string], buy: [string, string]): NewOrder {
  const side = ([text, symbol]: [string, string]) => ({ symbol, amount: amount(text) });
  return { id: 'x', createdAt: 0, fillBefore: 0, sell: side(sell), buy: side(buy) };
}

const texts = (levels: readonly { price: Attos; amount: Attos }[]) =>
  levels.map(({ price, amount: size }) => [formatAmount(price), formatAmount(size)]);

describe('quotes', () => {
  it('stand around the price, the best first', () => {
    const { bids, asks } = setting({ levels: 3, step: '0.001', size: '0.1' }).book();
    expect(texts(bids)).toEqual([
      ['99900', '0.1'],
      ['99800', '0.1'],
      ['99700', '0.1'],
    ]);
    expect(texts(asks)).toEqual([
      ['100100', '0.1'],
      ['100200', '0.1'],
      ['100300', '0.1'],
    ]);
  });

  it('shrink to what the balance pays for, fees included, and to whole units', () => {
    const { bids, asks } = setting({ levels: 3, step: '0.001' }, { xwBTC: '0.7', xUSDC: '60000' }).book();
    expect(texts(asks)).toEqual([
      ['100100', '0.5'],
      ['100200', '0.199997'],
    ]);
    // (60000 − 0.202 − 0.5 × 99900) ÷ 99800, down to 8 decimals.
    expect(texts(bids)).toEqual([
      ['99900', '0.5'],
      ['99800', '0.10069937'],
    ]);
    expect(setting({}, { xwBTC: '0.000003', xUSDC: '0.202' }).book()).toMatchObject({ bids: [], asks: [] });
    expect(setting({}, {}).book()).toMatchObject({ bids: [], asks: [] });
  });

  it('shrink with reservations, and keep to the limits of either token', () => {
    const tokens = { xwBTC: { min: '1', max: '10.2' }, xUSDC: { min: '0', max: '1010010' } };
    const { book, inventory } = setting({}, undefined, tokens);
    expect(texts(book().bids)).toEqual([['99900', '0.2']]);
    // Room for 10010 xUSDC at 100100.
    expect(texts(book().asks)).toEqual([['100100', '0.1']]);
    inventory.reserve('x', {
      gives: { symbol: 'xwBTC', amount: amount('8.95') },
      gets: { symbol: 'xUSDC', amount: 1n },
    });
    expect(texts(book().asks)).toEqual([['100100', '0.049997']]);
  });

  it('of several pairs do not offer the same balance twice', () => {
    const { pair, inventory } = setting({ size: '100' }, { xwBTC: '1', xUSDC: '1000' });
    const budget = new Budget(inventory);
    quoteBook(pair, termsOf(), budget);
    expect(texts(quoteBook(pair, termsOf(), budget).asks)).toEqual([]);
    expect(budget.spendable('xwBTC')).toBe(0n);
  });

  it('need tokens that are known', () => {
    expect(() => setting({ base: 'DOGE' }).book()).toThrow(expect.objectContaining({ code: 'unknown-token' }));
    expect(tokenOf(termsOf(), 'xUSDC')).toBe(USDC);
  });

  it('can always be paid for, whatever the balance and the fee', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 24n), fc.nat(1), fc.constantFrom(BTC, USDC), (available, level, token) => {
        const terms = termsOf(level);
        const most = sellable(terms, token, available);
        if (most > 0n) {
          expect(orderFees(terms.fees, token, most, level, 'maker').withdrawn).toBeLessThanOrEqual(available);
        }
        const more = most + 10n ** BigInt(18 - token.divisibility);
        expect(orderFees(terms.fees, token, more, level, 'maker').withdrawn).toBeGreaterThan(available);
      }),
    );
  });
});

describe('an order', () => {
  const judged = (sell: [string, string], buy: [string, string], change: object = { minGain: '-1000' }, level = 0) => {
    const { pair, book } = setting(change);
    return judgeOrder(order(sell, buy), [{ pricing: pair, book: book(level) }], termsOf(level));
  };

  it('that the book offers is filled, either way round', () => {
    expect(judged(['0.1', 'xwBTC'], ['9990', 'xUSDC'])).toMatchObject({
      type: 'fill',
      sold: { symbol: 'xUSDC', amount: units(9990) },
      bought: { symbol: 'xwBTC', amount: amount('0.1') },
      fees: { anthic: 0n, settlement: amount('0.202'), withdrawn: amount('9990.202') },
      gain: amount('9.798'),
    });
    expect(judged(['10010', 'xUSDC'], ['0.1', 'xwBTC'], undefined, 1)).toMatchObject({
      type: 'fill',
      sold: { symbol: 'xwBTC', amount: amount('0.1') },
      fees: { anthic: amount('0.0001'), settlement: amount('0.000003') },
      gain: -amount('0.3'),
    });
  });

  it('that asks for a unit more than the book gives is not', () => {
    expect(judged(['0.1', 'xwBTC'], ['9990.000001', 'xUSDC'])).toMatchObject({ code: 'worse-than-book' });
    expect(judged(['10009.999999', 'xUSDC'], ['0.1', 'xwBTC'])).toMatchObject({ code: 'worse-than-book' });
  });

  it('that is larger than the book is not', () => {
    expect(judged(['0.6', 'xwBTC'], ['1', 'xUSDC'])).toMatchObject({ code: 'beyond-book' });
    expect(judged(['90000', 'xUSDC'], ['0.50000001', 'xwBTC'])).toMatchObject({ code: 'beyond-book' });
  });

  it('of a pair that is not quoted is not', () => {
    expect(judged(['1', 'XRD'], ['1', 'xUSDC'])).toMatchObject({ code: 'not-quoted' });
    expect(judged(['1', 'xUSDC'], ['1', 'xUSDC'])).toMatchObject({ code: 'not-quoted' });
  });

  it('of amounts that there are not is not', () => {
    expect(judged(['0.000000001', 'xwBTC'], ['1', 'xUSDC'])).toMatchObject({ code: 'bad-order-amount' });
    expect(judged(['1', 'xwBTC'], ['0.0000001', 'xUSDC'])).toMatchObject({ code: 'bad-order-amount' });
  });

  it('whose fees eat up what it brings is not', () => {
    // 0.0002 × 100 of spread against 0.202 of settlement.
    expect(judged(['0.001', 'xwBTC'], ['99.9', 'xUSDC'], {})).toMatchObject({
      code: 'not-worth-it',
      detail: expect.stringContaining('-0.102'),
    });
    expect(judged(['0.003', 'xwBTC'], ['299.7', 'xUSDC'], {})).toMatchObject({ type: 'fill', gain: amount('0.098') });
    expect(judged(['0.003', 'xwBTC'], ['299.7', 'xUSDC'], { minGain: '0.1' })).toMatchObject({ code: 'not-worth-it' });
  });
});

describe('terms', () => {
  it('are put together from the Trade API and the ledger, twenty tokens at a time', async () => {
    const { parentRule, fees } = termsOf();
    const asked: number[] = [];
    const listed = Array.from({ length: 25 }, (_, index) => ({ symbol: `T${index}`, resource: BTC.address }));
    const terms = await loadTerms({
      api: {
        info: async () => ({ parentRule, fees }) as never,
        accountLevel: async () => 1,
        tokens: async () => [...listed, { symbol: 'none', resource: USDC.address }],
      },
      async divisibilities(resources) {
        asked.push(resources.length);
        return new Map([[BTC.address, 8]]);
      },
      account: 'account_sim1…',
      network: networkById(NETWORK),
    });
    expect(asked).toEqual([20, 6]);
    expect(terms.tokens.size).toBe(25);
    expect(terms.tokens.get('T24')).toEqual({ ...BTC, symbol: 'T24' });
    expect(terms).toMatchObject({ level: 1, fees });
  });
});
