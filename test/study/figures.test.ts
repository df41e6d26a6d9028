import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../src/base/amount.js';
import { Distribution } from '../../src/study/figures/distribution.js';
import { Keyed, OTHERS } from '../../src/study/figures/group.js';
import {
  distancePpm,
  readableAmount,
  readableMs,
  readablePercent,
  readablePpm,
} from '../../src/study/figures/readable.js';
import { Sample } from '../../src/study/figures/sample.js';
import { readableCell } from '../../src/study/report/readableCell.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';

describe('distribution', () => {
  it('is within one percent of the true quantiles', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, (all) => {
        const found = new Distribution();
        for (const value of all) found.add(value);
        const sorted = [...all].sort((a, b) => a - b);
        const { count, max, p50, p99 } = found.quantiles!;
        expect([count, max]).toEqual([all.length, sorted.at(-1)]);
        for (const [share, quantile] of [
          [0.5, p50],
          [0.99, p99],
        ] as const) {
          const exact = sorted[Math.ceil(all.length * share) - 1]!;
          expect(Math.abs(quantile - exact)).toBeLessThanOrEqual(exact * 0.0101);
        }
        const counted = found.histogram(2).reduce((sum, bar) => sum + bar.count, 0);
        expect(counted).toBe(all.length);
      }),
    );
  });

  it('has no quantiles of nothing, and takes a clock that was set back for no time', () => {
    expect(new Distribution().quantiles).toBeUndefined();
    expect(new Distribution().histogram(2)).toEqual([]);
    const back = new Distribution();
    back.add(-5);
    expect(back.quantiles).toMatchObject({ p50: 0, max: 0 });
    expect(back.histogram(2)).toEqual([{ from: 0, to: 2, count: 1 }]);
  });
});

describe('bounded memory', () => {
  it('keeps a spread sample', () => {
    const sample = new Sample<number>(100);
    for (let at = 0; at < 10_000; at++) sample.add(at);
    expect(sample.items.length).toBeLessThanOrEqual(101);
    expect(sample.items.length).toBeGreaterThan(50);
    expect(sample.items.filter((item) => item < 5000).length / sample.items.length).toBeCloseTo(0.5, 1);
  });

  it('gathers what finds no room', () => {
    const keyed = new Keyed(() => ({ count: 0 }), 2);
    for (const key of ['a', 'b', 'c', 'd', 'a']) keyed.of(key).count++;
    expect([...keyed.entries]).toEqual([
      ['a', { count: 2 }],
      ['b', { count: 1 }],
      [OTHERS, { count: 2 }],
    ]);
  });
});

describe('what people read', () => {
  it.each([
    ['1.23456789', '1.234568'],
    ['-0.5', '-0.5'],
    ['0.0000000001', '<0.000001'],
    ['-0.0000000001', '>-0.000001'],
    ['3138550867693340381917894711603833208051.1', '3138550867693340381917894711603833208051.1'],
    ['0', '0'],
  ])('amount %s as %s', (amount, text) => {
    expect(readableAmount(parseAmount(amount))).toBe(text);
  });

  it('shares, times, distances', () => {
    expect([readablePercent(1, 3), readablePercent(1n, 0n), readablePpm(12_345)]).toEqual(['33.3 %', '', '1.23 %']);
    expect([readableMs(1.5), readableMs(999), readableMs(1000), readableMs(65_432)]).toEqual([
      ...['1.5 ms', '999 ms', '1 s', '65.4 s'],
    ]);
    expect([distancePpm(99n, 100n), distancePpm(100n, 0n), distancePpm(5n, -10n)]).toEqual([10_000, 0, 1_500_000]);
  });

  it('cells by what they hold', () => {
    expect(readableCell(null, 'xrd')).toBe('');
    expect(readableCell(`${formatAddress(XRD, 1)} / resource_tdx_2_1${'q'.repeat(50)}`, 'pair')).toBe(
      'XRD / resource_tdx_2…qqqqqq',
    );
    expect(readableCell('2026-01-31T00:00:00.000Z', 'time')).toBe('2026-01-31');
    expect(readableCell('2026-01-31T15:00:00.000Z', 'time')).toBe('2026-01-31 15:00');
    expect(readableCell(OTHERS, 'time')).toBe(OTHERS);
    expect(readableCell('a\u001b[31m\u202eb', 'text')).toBe('a [31m b');
  });
});
