import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { planSettlements } from '../../src/settlement/planner/plan.js';
import { BEST, type Policy, SINGLE } from '../../src/settlement/policy.js';
import { processFrame } from '../../src/solver/processFrame.js';
import { factsOf, type Recording } from '../../src/solver/recording.js';
import { type Assumptions, DEFAULTS, layerAssumptions, readAssumptions } from '../../src/study/backtest/assumptions.js';
import { Backtest } from '../../src/study/backtest/backtest.js';
import { Blocks } from '../../src/study/backtest/blocks.js';
import { comparisonObject } from '../../src/study/backtest/comparison.js';
import { sumInterval } from '../../src/study/backtest/interval.js';
import { Chance } from '../../src/study/backtest/random.js';
import type { Result } from '../../src/study/backtest/result.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { token } from '../support/bundles.js';
import { recordedLine, recordedLines, recordings } from './recordings.js';

const key = SolverKey.generate('Ed25519');
const solver = { account: preallocatedAccount(key.publicKey), publicKey: key.publicKey };

/** A ledger that nothing disturbs. */
const QUIET: Assumptions = { ...DEFAULTS, latency: { p50: 100, p95: 100 }, cannotPay: 0 };

function run(
  lines: readonly Recording[],
  changes: Partial<Assumptions>,
  policies: readonly Policy[] = [SINGLE, BEST],
  seed = 1,
): Backtest {
  const assumptions = { ...QUIET, ...changes };
  const backtest = new Backtest({ policies, assumptions, seed, solver, plan: planSettlements });
  for (const line of lines) backtest.add(line);
  backtest.finish();
  return backtest;
}

const resultsOf = ({ simulations }: Backtest): Result[] => simulations.map(({ result }) => result);

const quiet = recordings(recordedLines(32, 4));
const lonely = recordings(recordedLines(24));

describe('backtest', () => {
  it('earns what replay says where nothing goes wrong, to the atto, and more by merging', () => {
    const [single, best] = resultsOf(run(quiet, {}));
    let profit = 0n;
    for (const recording of quiet) {
      const { network, epoch, timestamp, frame } = recording;
      const processed = processFrame(frame, {
        ...{ network, time: { epoch, timestamp }, key, account: solver.account, facts: factsOf(recording, '') },
        ...{ composition: 'cheapest', pinned: undefined, minProfit: undefined, maxFee: undefined },
        isDuplicate: () => false,
      });
      if (processed.outcome !== 'would-settle') throw new Error(processed.outcome);
      profit += processed.quote.profit;
    }
    expect(single!.profit).toBe(profit);
    expect(single!.ends.settled).toBe(32);
    expect(best!.ends.settled).toBe(32);
    expect(best!.merged).toBe(8);
    expect(best!.profit).toBeGreaterThan(single!.profit);
    for (const result of [single!, best!]) {
      expect(result.profit).toBe(result.reward + result.surplus - result.fee - result.failureCosts);
      expect(result.blocks.sums.reduce((sum, block) => sum + block, 0n)).toBe(result.profit);
    }
  });

  it('gives the same for a seed, and another chance for another', () => {
    const told = (seed: number) =>
      JSON.stringify(
        comparisonObject(run(quiet, { contested: 0.5, cannotPay: 0.1 }, undefined, seed), seed, layerAssumptions([])),
      );
    expect(told(7)).toBe(told(7));
    expect(told(7)).not.toBe(told(8));
  });

  it('lets every policy meet the same luck', () => {
    // Nothing comes together, so both do the same, and must fare alike.
    const disturbed = { contested: 0.4, cannotPay: 0.15, latency: { p50: 800, p95: 2000 } };
    const [single, best] = resultsOf(run(lonely, disturbed));
    expect(best!.ends).toEqual(single!.ends);
    expect(best!.profit).toBe(single!.profit);
    expect(single!.ends.lost).toBeGreaterThan(0);
    expect(single!.ends.failed + single!.ends.rejected).toBeGreaterThan(0);
  });

  it('charges what fails behind the lock, and nothing for what fails before it', () => {
    const [single, best] = resultsOf(run(quiet, { cannotPay: 0.2 }));
    for (const result of [single!, best!]) {
      const { failed, rejected, settled } = result.ends;
      expect(failed + rejected + settled).toBe(32);
      expect(result.failures).toBe(failed);
      expect(result.failureCosts > 0n).toBe(failed > 0);
      expect(result.profit).toBe(result.reward + result.surplus - result.fee - result.failureCosts);
    }
    // Whoever can pay settles in the end under either: the culprit goes, the others are sent again.
    expect(best!.ends.settled).toBe(single!.ends.settled);
    const [none] = resultsOf(run(lonely, { cannotPay: 1 }, [SINGLE]));
    expect(none!.ends.settled).toBe(0);
    expect(none!.profit).toBeLessThanOrEqual(0n);
  });

  it('finds what cannot pay by a preview, before it costs', () => {
    const [blind, seeing] = [null, 50].map((preview) => resultsOf(run(quiet, { cannotPay: 0.1, preview }, [BEST]))[0]!);
    expect(blind!.failures).toBeGreaterThan(0);
    expect(seeing!.failureCosts).toBeLessThan(blind!.failureCosts);
    expect(seeing!.ends.settled).toBe(blind!.ends.settled);
  });

  it('believes what a recording knows of balances', () => {
    const lines = Array.from({ length: 4 }, (_, at) => recordedLine(at, at));
    const [plain] = recordings(lines);
    const { account, sell } = orderOf(plain!);
    const poor = { ...plain!, balances: new Map([[account, new Map([[sell.resource, 0n]])]]) };
    const [result] = resultsOf(run([poor, ...recordings(lines).slice(1)], {}, [SINGLE]));
    expect(result!.ends).toMatchObject({ declined: 1, settled: 3 });
  });

  it('loses to rivals that are earlier, for nothing', () => {
    const [result] = resultsOf(run(lonely, { contested: 1, rivalLatency: { p50: 10, p95: 20 } }, [SINGLE]));
    expect(result!.ends).toMatchObject({ lost: 24, settled: 0 });
    expect(result!.profit).toBe(0n);
    const [early] = resultsOf(run(lonely, { contested: 1, rivalLatency: { p50: 5000, p95: 6000 } }, [SINGLE]));
    expect(early!.ends.settled).toBe(24);
  });

  it('lets a merge window cost time', () => {
    const patient: Policy = { ...BEST, name: 'patient', mergeWindow: 3000 };
    const rivals = { contested: 1, rivalLatency: { p50: 2000, p95: 2500 } };
    const [prompt, waiting] = resultsOf(run(quiet, rivals, [BEST, patient]));
    expect(prompt!.ends.settled).toBe(32);
    // The first of each window has waited for longer than its rival took.
    expect(waiting!.ends.lost).toBeGreaterThanOrEqual(8);
    expect(waiting!.ends.lost + waiting!.ends.settled).toBe(32);
    const [, calm] = resultsOf(run(quiet, {}, [BEST, patient]));
    expect(calm!.sent).toBeLessThan(8);
  });

  it('lets a tip win within a round', () => {
    const ready = { ...SINGLE, minProfit: -units(1) };
    const tipping: Policy = { ...ready, name: 'tipping', tip: { kind: 'fixed', basisPoints: 300 } };
    const adaptive: Policy = {
      ...ready,
      name: 'adaptive',
      tip: { kind: 'adaptive', maxBasisPoints: 400, stepBasisPoints: 100 },
    };
    const rivals = { contested: 1, rivalLatency: { p50: 50, p95: 60 }, rivalTip: 200, round: 3_600_000 };
    const [plain, tipped, learned] = resultsOf(run(lonely, rivals, [SINGLE, tipping, adaptive]));
    expect(plain!.ends.lost).toBeGreaterThan(20);
    expect(tipped!.ends.settled).toBe(24);
    expect(tipped!.tip).toBeGreaterThan(0n);
    expect(learned!.ends.lost).toBeGreaterThan(0);
    expect(learned!.ends.lost).toBeLessThanOrEqual(plain!.ends.lost);
  });

  it('ends what comes too late, twice, or as no bundle', () => {
    const slow = { latency: { p50: 2_000_000, p95: 2_000_000 } };
    expect(resultsOf(run(lonely, slow, [SINGLE]))[0]!.ends.expired).toBe(24);
    const [line] = lonely;
    const stray = { ...line!, frame: 'no frame' };
    const late = { ...line!, timestamp: 2000n, frame: recordings([recordedLine(99)])[0]!.frame };
    const backtest = run([line!, line!, stray, late], {}, [SINGLE]);
    expect(resultsOf(backtest)[0]!.ends).toMatchObject({ settled: 1, duplicate: 1, expired: 1 });
    expect(backtest).toMatchObject({ bundles: 3, strayFrames: 1 });
  });

  it('settles an order once, however it is wrapped', () => {
    const again = recordings([recordedLine(5), recordedLine(5, 5000, {}, 77)]);
    expect(resultsOf(run(again, {}, [SINGLE]))[0]!.ends).toMatchObject({ settled: 1, lost: 1 });
  });

  it('takes recordings of one network, which is that of the policies', () => {
    expect(() => run([...lonely.slice(0, 1), { ...lonely[1]!, network: 1 }], {})).toThrow(/network 242, got one of/);
    const foreign: Policy = { ...SINGLE, network: { suffix: 'rdx', field: 'prices.table' } };
    expect(() => run(lonely, {}, [foreign])).toThrow(/policy single: expected addresses of simulator/);
  });

  it('values a surplus by the prices of the policy', () => {
    const priced: Policy = {
      ...SINGLE,
      name: 'priced',
      prices: { ...SINGLE.prices, table: new Map([[token(1), units(1)]]) },
    };
    const [plain, valued] = resultsOf(run(lonely, {}, [SINGLE, priced]));
    expect(valued!.ends.settled).toBe(plain!.ends.settled);
    expect(valued!.profit).toBeGreaterThanOrEqual(plain!.profit);
  });
});

function orderOf(recording: Recording) {
  let found: { account: string; sell: { resource: string } } | undefined;
  const backtest = new Backtest({
    ...{ policies: [SINGLE], assumptions: QUIET, seed: 1, solver },
    plan: (waiting, context) => {
      found = waiting[0]!.orders[0]!.limitOrder;
      return planSettlements(waiting, context);
    },
  });
  backtest.add(recording);
  backtest.finish();
  return found!;
}

describe('blocks and intervals', () => {
  it('hold every profit in bounded memory', () => {
    const blocks = new Blocks();
    for (let at = 0; at < 20_000; at++) blocks.add(at, BigInt(at % 7));
    expect(blocks.sums.length).toBeLessThanOrEqual(1024);
    expect(blocks.sums.reduce((sum, block) => sum + block, 0n)).toBe(
      BigInt(Array.from({ length: 20_000 }, (_, at) => at % 7).reduce((a, b) => a + b, 0)),
    );
    expect(blocks.size).toBe(32);
  });

  it('cover the mean of what varies, in most draws', () => {
    const chance = new Chance(3);
    let covered = 0;
    for (let trial = 0; trial < 60; trial++) {
      const blocks = Array.from({ length: 100 }, (_, at) => {
        return BigInt(Math.round((chance.uniform('block', `${trial} ${at}`) - 0.5) * 1e18));
      });
      const { low, high } = sumInterval(blocks, trial)!;
      if (low <= 0n && 0n <= high) covered++;
    }
    expect(covered).toBeGreaterThan(50);
    expect(sumInterval([1n, 2n], 1)).toBeUndefined();
    const same = sumInterval(
      Array.from({ length: 10 }, () => units(1)),
      1,
    )!;
    expect(same).toEqual({ low: units(10), high: units(10) });
  });
});

describe('assumptions', () => {
  it.each([
    [{ contested: 2 }, /^contested: /],
    [{ latency: { p50: 5, p95: 1 } }, /^latency.p95: expected at least p50/],
    [{ latency: { p50: 0, p95: 1 } }, /^latency.p50: /],
    [{ rivals: 1 }, /^rivals: expected one of latency, contested/],
    [{ preview: 'no' }, /^preview: /],
    [7, /expected/],
  ])('refuse %j', (value, message) => {
    expect(() => readAssumptions(value)).toThrow(message);
  });

  it('refuse rivals that are none', () => {
    expect(() => layerAssumptions([{ origin: 'flag', given: { rivalTip: 5 } }])).toThrow(
      /^rivalTip: there are no rivals/,
    );
  });

  it('say where they come from', () => {
    const { values, origins } = layerAssumptions([
      { origin: 'journal', given: { contested: 0.1, cannotPay: 0.2 } },
      { origin: 'file', given: { cannotPay: 0.3 } },
      { origin: 'flag', given: { round: 5 } },
    ]);
    expect(values).toMatchObject({ contested: 0.1, cannotPay: 0.3, round: 5, preview: null });
    expect(origins).toMatchObject({ contested: 'journal', cannotPay: 'file', round: 'flag', preview: 'default' });
  });

  it('draw delays of the quantiles they name', () => {
    const chance = new Chance(1);
    const delays = Array.from({ length: 4000 }, (_, at) => chance.delay('x', `${at}`, { p50: 100, p95: 400 })).sort(
      (a, b) => a - b,
    );
    expect(delays[2000]).toBeGreaterThan(90);
    expect(delays[2000]).toBeLessThan(110);
    expect(delays[3800]).toBeGreaterThan(350);
    expect(delays[3800]).toBeLessThan(450);
    expect(chance.delay('x', 'y', { p50: 0, p95: 0 })).toBe(0);
  });
});
