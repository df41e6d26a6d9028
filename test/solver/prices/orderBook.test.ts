import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAmount, units } from '../../../src/base/amount.js';
import { inverse, through, worse } from '../../../src/solver/prices/orderBook.js';
import { OrderBookPrices } from '../../../src/solver/prices/orderBookSource.js';
import { SIMULATOR, XRD } from '../../support/build.js';
import { A, addressOf, B, C, NEVER, priceServer, SURROUNDINGS } from './priceServer.js';

const TOKENS = Object.entries({ XRD, A, B, C }).map(([symbol, id]) => ({ symbol, resource_address: addressOf(id) }));
type Book = { bids: unknown; asks: unknown };
const book = (bid: string, ask: string): Book => ({ bids: [[bid, '5']], asks: [[ask, '5']] });

/** A Trade API with these books, each named as `A/XRD`. */
function serve(books: Record<string, Book | undefined>, tokens: unknown = TOKENS) {
  const pairs = Object.keys(books).map((name) => name.split('/') as [string, string]);
  return priceServer({
    '/api/trade/tokens': { tokens },
    '/api/trade/token_pairs': { token_pairs: pairs.map(([base, quote]) => ({ base, quote })) },
    ...Object.fromEntries(
      pairs.flatMap(([base, quote]) => {
        const answer = books[`${base}/${quote}`];
        return answer ? [[`/api/trade/order_book?base=${base}&quote=${quote}`, answer]] : [];
      }),
    ),
  });
}

async function read(...args: Parameters<typeof serve>) {
  const { url } = await serve(...args);
  return new OrderBookPrices(`${url}/api/`, SIMULATOR, SURROUNDINGS).read(NEVER);
}

const at = (bid: string, ask: string) => ({ bid: parseAmount(bid), ask: parseAmount(ask) });

describe('prices out of order books', () => {
  it('are the best bid and ask in XRD, whichever side it stands on', async () => {
    const { prices, refused } = await read({ 'A/XRD': book('0.9', '1.1'), 'XRD/B': book('2', '4') });
    expect(prices.get(A)).toEqual(at('0.9', '1.1'));
    expect(prices.get(B)).toEqual(at('0.25', '0.5'));
    expect(prices.has(XRD)).toBe(false);
    expect(refused).toEqual([]);
  });

  it('go by way of another token where there is no book in XRD', async () => {
    const { prices } = await read({ 'A/B': book('10', '11'), 'B/XRD': book('0.5', '0.6') });
    expect(prices.get(A)).toEqual(at('5', '6.6'));
    expect(prices.get(B)).toEqual(at('0.5', '0.6'));
  });

  it('count the least favourable of several ways, but never two tokens further', async () => {
    const { prices } = await read({
      ...{ 'A/B': book('10', '11'), 'B/XRD': book('0.5', '0.6') },
      ...{ 'A/C': book('1', '2'), 'C/XRD': book('3', '4') },
    });
    expect(prices.get(A)).toEqual(at('3', '8'));
    expect((await read({ 'A/B': book('1', '1'), 'B/C': book('1', '1'), 'C/XRD': book('1', '1') })).prices.has(A)).toBe(
      false,
    );
    // A book that stands there from both sides counts by the worse.
    const both = await read({ 'A/XRD': book('1', '2'), 'XRD/A': book('1', '2') });
    expect(both.prices.get(A)).toEqual(at('0.5', '2'));
  });

  it('have a value and no cost where nobody asks', async () => {
    const bids = { bids: [['0.5', '5']], asks: [] };
    const asks = { bids: [], asks: [['4', '5']] };
    const { prices, refused } = await read({ 'A/XRD': bids, 'XRD/B': asks, 'C/A': book('10', '11') });
    expect(prices.get(A)).toEqual({ bid: parseAmount('0.5'), ask: undefined });
    // Who asks 4 B for an XRD gives a quarter of one for a B.
    expect(prices.get(B)).toEqual({ bid: parseAmount('0.25'), ask: undefined });
    expect(prices.get(C)).toEqual({ bid: parseAmount('5'), ask: undefined });
    expect(refused).toEqual([]);
  });

  it('go by way of another where in XRD there are but asks, and need a bid all the way', async () => {
    const asks = { bids: [], asks: [['9', '5']] };
    const { prices } = await read({ 'A/XRD': asks, 'A/B': book('10', '11'), 'B/XRD': book('0.5', '0.6'), 'C/A': asks });
    expect(prices.get(A)).toEqual(at('5', '6.6'));
    expect(prices.has(C)).toBe(false);
  });

  it.each([
    ['no bid', { bids: [], asks: [['1', '1']] }, undefined],
    ['nothing in it', { bids: [], asks: [] }, undefined],
    ['a zero', book('0', '1'), 'A/XRD: bids[0]: expected a price and an amount above 0'],
    ['a negative price', book('-1', '1'), 'A/XRD: bids[0]'],
    ['no amount', { bids: [['1', '0']], asks: [] }, 'A/XRD: bids[0]'],
    ['crossed sides', book('2', '1'), 'A/XRD: asks[0]: expected an ask of at least the best bid'],
    [
      'the worst first',
      {
        bids: [
          ['1', '1'],
          ['2', '1'],
        ],
        asks: [],
      },
      'A/XRD: bids[1]: expected the best price first',
    ],
    [
      'asks upside down',
      {
        bids: [],
        asks: [
          ['2', '1'],
          ['1', '1'],
        ],
      },
      'A/XRD: asks[1]: expected the best price first',
    ],
    ['no decimals', book('1e3', '1'), 'A/XRD: bids.0.0: expected a decimal'],
    ['numbers', { bids: [[1, 1]], asks: [] }, 'A/XRD: bids.0.0'],
    ['no sides', {} as Book, 'A/XRD: bids'],
    ['nothing at all', undefined, 'A/XRD: expected an answer of status 200, got 404'],
  ])('leave out a book with %s, and no other', async (_, bad, why) => {
    const { prices, refused } = await read({ 'A/XRD': bad, 'B/XRD': book('1', '2') });
    expect([...prices.keys()]).toEqual([B]);
    expect(refused).toEqual(why === undefined ? [] : [expect.stringContaining(why)]);
  });

  it('leave out tokens and pairs that cannot be', async () => {
    const tokens = [...TOKENS, { symbol: 'D', resource_address: addressOf(A, 2) }];
    const { prices, refused } = await read(
      { 'A/XRD': book('1', '2'), 'D/XRD': book('1', '2'), 'A/A': book('1', '1') },
      tokens,
    );
    expect([...prices.keys()]).toEqual([A]);
    expect(refused).toEqual([
      expect.stringContaining('tokens["D"]'),
      'D/XRD: expected two tokens that are listed',
      'A/A: expected two tokens that are listed',
    ]);
  });

  it('refuse what leaves in doubt which token is meant, and what never ends', async () => {
    const twice = read({}, [...TOKENS, { symbol: 'A', resource_address: addressOf(B) }]);
    await expect(twice).rejects.toMatchObject({ code: 'bad-prices', path: 'tokens' });
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`T${i}/XRD`, undefined]));
    await expect(read(many)).rejects.toMatchObject({ code: 'bad-prices', path: 'token_pairs' });
    await expect(read({}, 'none')).rejects.toMatchObject({ code: 'bad-prices', path: 'tokens' });
  });
});

describe('a rate', () => {
  const rates = fc
    .record({ bid: fc.bigInt({ min: 1n, max: units(1000) }), over: fc.bigInt({ min: 0n, max: units(10) }) })
    .map(({ bid, over }) => ({ bid, ask: bid + over }));

  it('is never better from the other side, or by way of another', () => {
    fc.assert(
      fc.property(rates, rates, (one, other) => {
        const back = inverse(one);
        expect(back.bid! * one.ask <= units(1) ** 2n && back.ask! * one.bid >= units(1) ** 2n).toBe(true);
        expect(back.bid! <= back.ask!).toBe(true);
        const both = through(one, other);
        expect(both.bid! * units(1) <= one.bid * other.bid && both.ask! * units(1) >= one.ask * other.ask).toBe(true);
      }),
    );
  });

  it('has no side that its parts do not have', () => {
    const sided = fc.tuple(rates, fc.boolean(), fc.boolean()).map(([{ bid, ask }, hasBid, hasAsk]) => ({
      bid: hasBid ? bid : undefined,
      ask: hasAsk ? ask : undefined,
    }));
    const has = (side: bigint | undefined): boolean => side !== undefined;
    fc.assert(
      fc.property(sided, sided, (one, other) => {
        const [back, on, either] = [inverse(one), through(one, other), worse(one, other)];
        expect([has(back.bid), has(back.ask)]).toEqual([has(one.ask), has(one.bid)]);
        expect([has(on.bid), has(on.ask)]).toEqual([has(one.bid) && has(other.bid), has(one.ask) && has(other.ask)]);
        expect([has(either.bid), has(either.ask)]).toEqual([
          has(one.bid) || has(other.bid),
          has(one.ask) || has(other.ask),
        ]);
        expect(has(either.bid) && has(one.bid) ? either.bid! <= one.bid! : true).toBe(true);
        expect(has(either.ask) && has(one.ask) ? either.ask! >= one.ask! : true).toBe(true);
      }),
    );
  });
});
