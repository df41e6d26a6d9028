import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { TipPolicy } from '../../src/settlement/policy.js';
import { affordableTip, afterRace, openTip, type Race, type TipState, tipCost } from '../../src/settlement/tip.js';

const ADAPTIVE: TipPolicy = { kind: 'adaptive', maxBasisPoints: 500, stepBasisPoints: 100 };
const FEE = { executionUnits: 9_393_218, finalizationUnits: 1_395_277 };

/** A race that would have been worth winning with a tip of up to `affordable`. */
function race(tipBasisPoints: number, affordable: number): Race {
  return { tipBasisPoints, predicted: { fee: FEE, profit: tipCost(FEE, affordable) - tipCost(FEE, tipBasisPoints) } };
}

/** What a policy makes of a race. */
function lost(tip: TipPolicy, state: TipState, tipBasisPoints: number, affordable = 1_000_000): TipState {
  return afterRace({ tip, minProfit: undefined }, state, race(tipBasisPoints, affordable), false);
}

function won(tip: TipPolicy, state: TipState, tipBasisPoints: number): TipState {
  return afterRace({ tip, minProfit: undefined }, state, race(tipBasisPoints, 1_000_000), true);
}

describe('a tip that does not adapt', () => {
  it.each([
    [{ kind: 'none' }, 0],
    [{ kind: 'fixed', basisPoints: 70 }, 70],
  ] as const)('stays as it is: %o', (policy, basisPoints) => {
    const state = openTip(policy, { basisPoints: 400, streak: 1 });
    expect(state.basisPoints).toBe(basisPoints);
    expect(lost(policy, state, 0)).toEqual(state);
    expect(won(policy, state, 0)).toEqual(state);
  });
});

describe('an adaptive tip', () => {
  it('rises with a lost race by a step, up to the cap', () => {
    let state = openTip(ADAPTIVE);
    const seen = [0, 1, 2, 3, 4, 5, 6].map(() => {
      state = lost(ADAPTIVE, state, state.basisPoints);
      return state.basisPoints;
    });
    expect(seen).toEqual([100, 200, 300, 400, 500, 500, 500]);
  });

  it('rises no higher than the profit allows, and does not fall for that', () => {
    expect(lost(ADAPTIVE, openTip(ADAPTIVE), 0, 30).basisPoints).toBe(30);
    expect(lost(ADAPTIVE, { basisPoints: 200, streak: 0 }, 200, 0).basisPoints).toBe(200);
  });

  it('leaves of the profit what the policy wants, and does not rise where nothing is known of it', () => {
    const policy = { tip: ADAPTIVE, minProfit: tipCost(FEE, 70) };
    expect(afterRace(policy, openTip(ADAPTIVE), race(0, 100), false).basisPoints).toBe(30);
    expect(afterRace(policy, openTip(ADAPTIVE), race(0, 60), false).basisPoints).toBe(0);
    const unknown = { tipBasisPoints: 40 };
    expect(afterRace(policy, { basisPoints: 40, streak: 1 }, unknown, false)).toEqual({ basisPoints: 40, streak: 0 });
    expect(afterRace(policy, { basisPoints: 40, streak: 1 }, unknown, true).streak).toBe(2);
  });

  it('falls by a step when it wins again and again, down to nothing', () => {
    let state: TipState = { basisPoints: 150, streak: 0 };
    const seen = Array.from({ length: 15 }, () => {
      state = won(ADAPTIVE, state, state.basisPoints);
      return state.basisPoints;
    });
    expect(seen).toEqual([150, 150, 150, 150, 50, 50, 50, 50, 50, 0, 0, 0, 0, 0, 0]);
  });

  it('learns nothing from races whose tip says nothing about the one in force', () => {
    const state = { basisPoints: 200, streak: 3 };
    expect(lost(ADAPTIVE, state, 100)).toEqual(state);
    expect(won(ADAPTIVE, state, 300)).toEqual(state);
    expect(lost(ADAPTIVE, state, 300).basisPoints).toBe(300);
    expect(won(ADAPTIVE, state, 100).streak).toBe(4);
  });

  it('goes on after a restart, and starts anew from what is no memory of its own', () => {
    const state = won(ADAPTIVE, { basisPoints: 200, streak: 2 }, 200);
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
    const races = fc.array(fc.tuple(fc.boolean(), fc.nat(600), fc.nat(2000)));
    fc.assert(
      fc.property(races, (list) => {
        let state = openTip(ADAPTIVE);
        for (const [wins, tip, affordable] of list) {
          state = wins ? won(ADAPTIVE, state, tip) : lost(ADAPTIVE, state, tip, affordable);
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
