import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { PriceTable } from '../../src/settlement/price.js';
import { XRD } from '../support/build.js';
import { token } from '../support/bundles.js';

const [A, B] = [token(1), token(2)];
const ONE = units(1);

describe('a table of prices', () => {
  it('values amounts exactly, rounded down', () => {
    const amounts = fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 1n, max: units(1_000_000) }), (amount, price) => {
        const value = PriceTable.of(new Map([[A, price]]))
          .at(0)
          .valueOf(A, amount)!;
        expect(value * ONE <= price * amount).toBe(true);
        expect((value + 1n) * ONE > price * amount).toBe(true);
      }),
    );
  });

  it('values what is given at what buying it costs, rounded up', () => {
    const amounts = fc.bigInt({ min: 0n, max: 2n ** 100n });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 1n, max: units(1_000_000) }), (amount, ask) => {
        const table = new PriceTable(1);
        table.set(A, { bid: 1n, ask });
        const cost = table.at(0).costOf!(A, amount)!;
        expect(cost * ONE >= ask * amount).toBe(true);
        expect((cost - 1n) * ONE < ask * amount).toBe(true);
      }),
    );
    expect(new PriceTable(1).at(0).costOf!(A, 1n)).toBeUndefined();
    expect(new PriceTable(1).at(0).costOf!(XRD, 1n)).toBe(1n);
  });

  it('refuses to sell for more than it buys', () => {
    const failure = expect.objectContaining({ code: 'bad-price', path: A });
    expect(() => new PriceTable(1).set(A, { bid: 2n, ask: 1n })).toThrow(failure);
  });

  it('knows that XRD is worth itself, and of others only what it was told', () => {
    const prices = PriceTable.of(
      new Map([
        [A, 2n * ONE],
        [XRD, ONE],
      ]),
    ).at(0);
    expect(prices.valueOf(XRD, 7n)).toBe(7n);
    expect(prices.valueOf(A, 7n)).toBe(14n);
    expect(prices.valueOf(B, 7n)).toBeUndefined();
  });

  it('forgets what is too old', () => {
    const table = new PriceTable(100);
    table.set(A, { bid: ONE, ask: ONE }, 1000);
    expect(table.at(1100).valueOf(A, 5n)).toBe(5n);
    expect(table.at(1101).valueOf(A, 5n)).toBeUndefined();
    expect(table.at(500).valueOf(A, 5n)).toBe(5n);
    expect(table.ageOf(A, 1060)).toBe(60);
    expect(table.ageOf(A, 500)).toBe(0);
    expect(table.ageOf(B, 500)).toBeUndefined();
    table.set(A, { bid: 2n * ONE, ask: 2n * ONE }, 1100);
    expect(table.at(1101).valueOf(A, 5n)).toBe(10n);
    expect(PriceTable.of(new Map([[A, ONE]])).ageOf(A, 1e15)).toBe(0);
  });

  it.each([
    [A, 0n, 'above 0'],
    [A, -1n, 'above 0'],
    [A, units(24_000_000_001n), 'less XRD than there is'],
    [XRD, 2n * ONE, 'XRD is worth itself'],
  ])('refuses a price that cannot be, by the name of its entry', (resource, price, message) => {
    const failure = { code: 'bad-price', path: 'prices.table["x"]', message: expect.stringContaining(message) };
    const make = () => PriceTable.of(new Map([[resource, price]]), () => 'prices.table["x"]');
    expect(make).toThrow(expect.objectContaining(failure));
  });

  it.each([0, -1, Number.NaN])('refuses a maximum age of %s', (maxAge) => {
    expect(() => new PriceTable(maxAge)).toThrow(expect.objectContaining({ code: 'bad-price', path: 'maxAge' }));
  });
});
