import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { TipPolicy } from '../../src/settlement/policy.js';
import { affordableTip, afterRace, openTip, type TipState, tipCost } from '../../src/settlement/tip.js';

const ADAPTIVE: TipPolicy = { kind: 'adaptive', maxBasisPoints: 500, stepBasisPoints: 100 };
const FEE = { executionUnits: 9_393_218, finalizationUnits: 1_395_277 };
const lost = (tipBasisPoints: number, affordable = 1_000_000) => ({ won: false, tipBasisPoints, affordable });
const won = (tipBasisPoints: number) => ({ won: true, tipBasisPoints, affordable: 1_000_000 });

describe('a tip that does not adapt', () => {
  it.each([
    [{ kind: 'none' }, 0],
    [{ kind: 'fixed', basisPoints: 70 }, 70],
  ] as const)('stays as it is: %o', (policy, basisPoints) => {
    const state = openTip(policy, { basisPoints: 400, streak: 1 });
    expect(state.basisPoints).toBe(basisPoints);
    expect(afterRace(policy, state, lost(0))).toEqual(state);
    expect(afterRace(policy, state, won(0))).toEqual(state);
  });
});

describe('an adaptive tip', () => {
  it('rises with a lost race by a step, up to the cap', () => {
    let state = openTip(ADAPTIVE);
    const seen = [0, 1, 2, 3, 4, 5, 6].map(() => {
      state = afterRace(ADAPTIVE, state, lost(state.basisPoints));
      return state.basisPoints;
    });
    expect(seen).toEqual([100, 200, 300, 400, 500, 500, 500]);
  });

  it('rises no higher than the profit allows, and does not fall for that', () => {
    expect(afterRace(ADAPTIVE, openTip(ADAPTIVE), lost(0, 30)).basisPoints).toBe(30);
    expect(afterRace(ADAPTIVE, { basisPoints: 200, streak: 0 }, lost(200, 0)).basisPoints).toBe(200);
  });

  it('falls by a step when it wins again and again, down to nothing', () => {
    let state: TipState = { basisPoints: 150, streak: 0 };
    const seen = Array.from({ length: 15 }, () => {
      state = afterRace(ADAPTIVE, state, won(state.basisPoints));
      return state.basisPoints;
    });
    expect(seen).toEqual([150, 150, 150, 150, 50, 50, 50, 50, 50, 0, 0, 0, 0, 0, 0]);
  });

  it('learns nothing from races whose tip says nothing about the one in force', () => {
    const state = { basisPoints: 200, streak: 3 };
    expect(afterRace(ADAPTIVE, state, lost(100))).toEqual(state);
    expect(afterRace(ADAPTIVE, state, won(300))).toEqual(state);
    expect(afterRace(ADAPTIVE, state, lost(300)).basisPoints).toBe(300);
    expect(afterRace(ADAPTIVE, state, won(100)).streak).toBe(4);
  });

  it('goes on after a restart, and starts anew from what is no memory of its own', () => {
    const state = afterRace(ADAPTIVE, { basisPoints: 200, streak: 2 }, won(200));
    expect(openTip(ADAPTIVE, JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(openTip(ADAPTIVE, { basisPoints: 900, streak: 2 })).toEqual({ basisPoints: 500, streak: 0 });
    expect(openTip(ADAPTIVE, { basisPoints: 100, streak: 99 }).streak).toBe(4);
    for (const nonsense of [
      undefined,
      null,
      7,
      'x',
      {},
      { basisPoints: -1, streak: 0 },
      { basisPoints: 1.5, streak: 0 },
    ]) {
      expect(openTip(ADAPTIVE, nonsense)).toEqual({ basisPoints: 0, streak: 0 });
    }
  });

  it('stays within its bounds whatever happens', () => {
    const races = fc.array(fc.record({ won: fc.boolean(), tipBasisPoints: fc.nat(600), affordable: fc.nat(2000) }));
    fc.assert(
      fc.property(races, (list) => {
        let state = openTip(ADAPTIVE);
        for (const race of list) {
          state = afterRace(ADAPTIVE, state, race);
          expect(state.basisPoints).toBeGreaterThanOrEqual(0);
          expect(state.basisPoints).toBeLessThanOrEqual(500);
          expect(openTip(ADAPTIVE, state)).toEqual(state);
        }
      }),
    );
  });
});

describe('what a tip costs', () => {
  it('is its share of execution and finalization', () => {
    expect(tipCost(FEE, 0)).toBe(0n);
    // 10,788,495 units at 0.00000005 XRD.
    expect(tipCost(FEE, 10_000)).toBe((units(1) * 10_788_495n) / 20_000_000n);
    expect(tipCost(FEE, 250)).toBe(tipCost(FEE, 10_000) / 40n);
  });

  it('says which tip is affordable: that one, and no higher', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: units(2) }), (spare) => {
        const most = affordableTip(FEE, spare);
        expect(tipCost(FEE, most) <= spare).toBe(true);
        expect(tipCost(FEE, most + 1) > spare).toBe(true);
      }),
    );
    expect(affordableTip(FEE, -1n)).toBe(0);
    expect(affordableTip(FEE, units(1_000_000))).toBe(1_000_000);
    expect(affordableTip({ executionUnits: 0, finalizationUnits: 0 }, 1n)).toBe(0);
  });
});
