import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { noMoney } from '../../src/study/figures/money.js';
import { html, Markup } from '../../src/study/html/markup.js';
import { reportPage } from '../../src/study/html/page.js';
import { linearScale, spread } from '../../src/study/html/scale.js';
import { slotsOf } from '../../src/study/html/series.js';
import type { Entry } from '../../src/study/report/entry.js';
import { Report } from '../../src/study/report/report.js';

const HOUR = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00Z');

function reportOf(times: readonly number[], changes: Partial<Entry> = {}): Report {
  const report = new Report({ kind: 'journal', files: ['x'], since: undefined, until: undefined, assumed: undefined });
  const nothing = { reason: undefined, actual: undefined, simulated: undefined, winner: undefined, loss: undefined };
  for (const receivedAt of times) {
    report.add({ ...nothing, missed: 0n, orders: [], status: 'settled', receivedAt, ...changes });
  }
  return report;
}

describe('markup', () => {
  it('lets nothing out of its text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = html`<p title="${text}">${text}</p>`.text;
        expect(made.match(/[<>"]/g)!.join('')).toBe('<""><>');
        expect(made.isWellFormed()).toBe(true);
      }),
    );
    expect(html`${new Markup('<b>')}${[html`${'<'}`]}${undefined}${7}`.text).toBe('<b>&lt;7');
  });
});

describe('scale', () => {
  it('has round ticks within its range', () => {
    const ends = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(ends, ends, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const scale = linearScale(low, high, 0, 100);
        expect(scale.ticks.length).toBeGreaterThan(0);
        expect(scale.ticks.length).toBeLessThan(20);
        for (const place of [scale(low), scale(high), ...scale.ticks.map(scale)]) {
          expect(place).toBeGreaterThan(-1);
          expect(place).toBeLessThan(101);
        }
      }),
    );
    expect(linearScale(0, 10, 0, 1).ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(spread([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
    expect(spread([1], 3)).toEqual([1]);
  });
});

describe('slots', () => {
  it('cover all hours without gaps, however many there are', () => {
    for (const [times, length, count] of [
      [[START, START + HOUR * 5], HOUR, 6],
      [[START, START + HOUR * 200], 3 * HOUR, 67],
      [[START, START + HOUR * 24 * 365 * 3], 672 * HOUR, 40],
      [[START, 8.6e15], 87_600 * HOUR, 72],
    ] as const) {
      const slots = slotsOf(reportOf(times));
      expect(slots[0]!.length).toBe(length);
      expect(slots.length).toBe(count);
      expect(slots.reduce((sum, { group }) => sum + group.count, 0)).toBe(2);
    }
    expect(slotsOf(reportOf([]))).toEqual([]);
  });
});

describe('page', () => {
  it('tells a dry run and a recording for what they are', () => {
    const simulated = { ...noMoney(), reward: units(1), fee: units(2), profit: -units(1) };
    const page = reportPage(reportOf([START, START + HOUR], { status: 'would-settle', simulated }));
    expect(page).toContain('XRD profit, simulated');
    expect(page).not.toContain('<span>settled</span>');
    expect(page).toContain('<div class="tile loss"><b>-2</b>');
    expect(page).toContain('simulated -2 XRD');
  });

  it('draws numbers of any size', () => {
    const actual = { ...noMoney(), reward: units(10n ** 30n), fee: 1n, profit: units(10n ** 30n) - 1n };
    const page = reportPage(reportOf([START], { actual }));
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});
