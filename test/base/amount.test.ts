import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount, toAttos, units } from '../../src/base/amount.js';

const LARGEST = '3138550867693340381917894711603833208051.177722232017256447';
const SMALLEST = '-3138550867693340381917894711603833208051.177722232017256448';

describe('amounts as text (docs/protocol.md §1.6)', () => {
  it.each([
    ['0.5', units(1) / 2n],
    ['00012.50', 12_500_000_000_000_000_000n],
    ['+1', units(1)],
    ['-0.5', -units(1) / 2n],
    ['-0', 0n],
    ['0.000000000000000001', 1n],
    [LARGEST, 2n ** 191n - 1n],
    [SMALLEST, -(2n ** 191n)],
  ])('reads %s', (text, attos) => expect(parseAmount(text)).toBe(attos));

  // The official parser takes a sign behind the point; nobody means that.
  it.each(['', '-', '.5', '5.', '1e3', '1_000', ' 1', '1.-5', '1.+5', '0x1', '1.0000000000000000000', '١'])(
    'refuses %j',
    (text) => expect(() => parseAmount(text)).toThrow(expect.objectContaining({ code: 'bad-amount' })),
  );

  it.each([LARGEST.replace('447', '448'), SMALLEST.replace('448', '449')])('refuses %s as too large', (text) => {
    expect(() => parseAmount(text)).toThrow(expect.objectContaining({ code: 'amount-overflow' }));
  });

  it('is the inverse of writing', () => {
    const attos = fc.bigInt({ min: -(2n ** 191n), max: 2n ** 191n - 1n });
    fc.assert(
      fc.property(attos, (amount) => {
        expect(parseAmount(formatAmount(amount))).toBe(amount);
      }),
    );
    expect(formatAmount(units(3))).toBe('3');
    expect(() => toAttos(2n ** 191n)).toThrow(expect.objectContaining({ code: 'amount-overflow' }));
  });
});
