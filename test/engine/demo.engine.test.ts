import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount } from '../../src/base/amount.js';
import { cli, jsonLines } from '../cli/support.js';

/** The ten steps on the official engine: the command as people run it. */

interface Balance {
  readonly event: string;
  readonly name: string;
  readonly symbol: string;
  readonly change: string;
  readonly booked: string;
}

/** What everybody gains by the script, the solver's XRD aside: prices, sizes and fees are fixed. */
const GAINS = {
  ada: { XRD: '-5010', xUSDC: '4932.489501', xwBTC: '-0.050053' },
  ben: { xUSDC: '-7033.756535', xETH: '2' },
  cleo: { xUSDC: '-23865.382343', xwBTC: '0.25' },
  'maker-1': { XRD: '5000', xUSDC: '14108.253', xwBTC: '-0.150003' },
  'maker-2': { xUSDC: '11826.720508', xwBTC: '-0.050003', xETH: '-2.00006' },
  anthic: { XRD: '3.25', xUSDC: '31.675869', xwBTC: '0.000059', xETH: '0.00006' },
};

describe('anthic-solver demo', () => {
  it('takes orders through all ten steps; ledger and books agree to the atto', async () => {
    const outcome = await cli(['demo', '--json'], '', process.env);
    expect(outcome).toMatchObject({ status: 0 });
    const events = jsonLines(outcome);
    const steps = events.filter(({ event }) => event === 'step');
    for (let step = 1; step <= 10; step++) {
      // One of the four orders needs two makers.
      const times = steps.filter((each) => each.step === step).length;
      expect([step, times]).toEqual([step, step === 7 || step === 8 ? 5 : 4]);
    }
    const gains: Record<string, Record<string, string>> = {};
    for (const { event, name, symbol, change, booked } of events as Balance[]) {
      if (event !== 'balance') continue;
      expect(booked).toBe(change);
      gains[name] = { ...gains[name], [symbol]: change };
    }
    const { solver, ...others } = gains;
    expect(others).toEqual(GAINS);
    const [books] = events.filter(({ event }) => event === 'books');
    expect(books.differences).toEqual([]);
    // Nine wrappers pay 0.75 each.
    expect(solver).toEqual({ XRD: formatAmount(parseAmount('6.75') - parseAmount(books.networkFees)) });
  });

  it('under load settles what it takes, and loses nothing', async () => {
    const outcome = await cli(['demo', '--load', '3', '--seconds', '4', '--json'], '', process.env);
    expect(outcome).toMatchObject({ status: 0 });
    const [load] = jsonLines(outcome).filter(({ event }) => event === 'load');
    expect(load).toMatchObject({ sent: 12, ends: { settled: 12 }, lost: [], fillRate: 1 });
  });
});
