import { describe, expect, it } from 'vitest';
import { decide, type LimitSettings, type LimitState, Limits } from '../../src/journal/limits.js';
import { resetLimits } from '../../src/journal/resetLimits.js';
import { DAY, HOUR, SpendWindow } from '../../src/journal/spend.js';
import { attemptOf, Desk, failure, START, success, temporaryFolder, XRD } from './support.js';

const folder = temporaryFolder();
const nothing = { spent: () => 0n, until: () => undefined };
const calm: LimitState = {
  hour: nothing,
  day: nothing,
  exposure: 0n,
  failures: 0,
  stops: new Map(),
  balance: 100n * XRD,
};

describe('decide', () => {
  it('allows everything without limits', () => {
    expect(decide({}, { ...calm, balance: undefined, failures: 99 }, START, 99n * XRD)).toEqual({ ok: true });
  });

  it.each<[string, LimitSettings, Partial<LimitState>, bigint, object]>([
    ['a dear one', { maxFee: XRD }, {}, XRD + 1n, { limit: 'max-fee', stops: 'this' }],
    ['failures', { maxFailures: 3 }, { failures: 3 }, 0n, { limit: 'max-failures', stops: 'all', latch: true }],
    ['an unknown balance', { minBalance: 0n }, { balance: undefined }, 0n, { limit: 'min-balance', stops: 'all' }],
    ['a low balance', { minBalance: 101n * XRD }, {}, 0n, { limit: 'min-balance', stops: 'all', latch: true }],
    [
      'what may be left',
      { minBalance: 98n * XRD },
      { exposure: XRD },
      2n * XRD,
      { limit: 'min-balance', stops: 'this' },
    ],
    ['a stop', { minBalance: 0n }, { stops: new Map([['min-balance', 'low']]) }, 0n, { why: 'low', stops: 'all' }],
  ])('stops for %s', (_, settings, state, cost, verdict) => {
    expect(decide(settings, { ...calm, ...state }, START, cost)).toMatchObject({ ok: false, ...verdict });
  });

  it.each<[string, LimitSettings, Partial<LimitState>, bigint]>([
    ['the very maximum', { maxFee: XRD, maxFeePerHour: XRD, maxFeePerDay: XRD }, {}, XRD],
    ['one failure less', { maxFailures: 3 }, { failures: 2 }, 0n],
    ['the very minimum', { minBalance: 98n * XRD }, { exposure: XRD }, XRD],
    ['a stop of a limit that is gone', {}, { stops: new Map([['max-failures', 'many']]) }, 0n],
  ])('lets %s pass', (_, settings, state, cost) => {
    expect(decide(settings, { ...calm, ...state }, START, cost)).toEqual({ ok: true });
  });

  it('counts what is in flight, and says when it passes', () => {
    const hour = new SpendWindow(HOUR);
    hour.add(XRD, START);
    hour.add(XRD, START + 60_000);
    const state = { ...calm, hour, exposure: XRD };
    const settings = { maxFeePerHour: 4n * XRD };
    const now = START + 120_000;
    expect(decide(settings, state, now, XRD)).toEqual({ ok: true });
    const verdict = decide(settings, state, now, XRD + 1n);
    expect(verdict).toMatchObject({ stops: 'this', limit: 'max-fee-per-hour', until: START + HOUR + 10_000 });
    expect(verdict).toMatchObject({
      why: 'fees of the last hour: 2 XRD of 4, 1 more may be charged for what is in flight',
    });
    expect(decide(settings, state, now, 9n * XRD)).toMatchObject({ until: undefined });
    expect(decide({ maxFeePerHour: 2n * XRD }, state, now)).toMatchObject({
      stops: 'all',
      until: START + HOUR + 10_000,
    });
    expect(decide({ maxFeePerHour: 2n * XRD }, state, START + HOUR + 10_000)).toEqual({ ok: true });
  });
});

describe('a window of spending', () => {
  it('forgets in time, never too early', () => {
    const window = new SpendWindow(HOUR);
    window.add(1n, START + 1);
    expect(window.spent(START + HOUR + 9_999)).toBe(1n);
    expect(window.spent(START + HOUR + 10_000)).toBe(0n);
    window.add(2n, START + HOUR);
    // The clock was set back.
    window.add(4n, START);
    expect(window.spent(START)).toBe(6n);
    expect(window.until(0n, START)).toBe(START + 2 * HOUR + 10_000);
    expect(window.until(6n, START)).toBe(START);
    expect(window.until(-1n, START)).toBeUndefined();
    window.clear();
    expect(window.spent(START)).toBe(0n);
  });

  it('stays small', () => {
    const window = new SpendWindow(HOUR);
    for (let i = 0; i < 5000; i++) {
      window.add(1n, START + i * 10_000);
      window.spent(START + i * 10_000);
    }
    expect(window.spent(START + 4999 * 10_000)).toBe(361n);
  });
});

/** Plans and concludes an attempt of a bundle of its own. */
let serial = 0;
function conclude(desk: Desk, news: typeof failure | typeof success): void {
  const name = `tx${serial++}`;
  desk.plan(name, `${name} a`, `${name} b`);
  desk.journal.recordAttemptState(name, news);
}

describe('limits of a solver', () => {
  it('stop after failures in a row, until they are reset', () => {
    const desk = new Desk(folder);
    const limits = () => new Limits({ maxFailures: 2 }, desk.journal);
    conclude(desk, failure);
    conclude(desk, success);
    conclude(desk, failure);
    expect(limits().check(desk.now, {})).toEqual({ ok: true });
    conclude(desk, failure);
    expect(limits().check(desk.now, {})).toMatchObject({ limit: 'max-failures', stops: 'all' });
    // What was in flight may still succeed: that lifts nothing.
    conclude(desk, success);
    expect(limits().check(desk.now, {})).toMatchObject({ limit: 'max-failures' });
    desk.reopen();
    expect(limits().check(desk.now, {})).toMatchObject({
      limit: 'max-failures',
      why: '2 transactions in a row failed and cost a fee',
    });
    expect(desk.journal.limits().find(({ name }) => name === 'max-failures')).toMatchObject({
      maximum: '2',
      stoppedAt: START,
    });
    // While the solver runs.
    resetLimits(desk.path, ['max-failures'], desk.now);
    expect(limits().check(desk.now, {})).toEqual({ ok: true });
    conclude(desk, failure);
    expect(limits().check(desk.now, {})).toEqual({ ok: true });
    expect(desk.rules).toEqual([]);
  });

  it('stop at a low balance, until they are reset', () => {
    const desk = new Desk(folder);
    const limits = new Limits({ minBalance: XRD }, desk.journal);
    expect(limits.check(desk.now, {})).toMatchObject({ why: 'the balance is not known' });
    expect(limits.check(desk.now, { balance: XRD })).toEqual({ ok: true });
    expect(limits.check(desk.now, { balance: XRD - 1n })).toMatchObject({ limit: 'min-balance' });
    expect(limits.check(desk.now, { balance: 5n * XRD })).toMatchObject({ limit: 'min-balance' });
    resetLimits(desk.path, [], desk.now);
    expect(limits.check(desk.now, { balance: 5n * XRD })).toEqual({ ok: true });
  });

  it('bound the fees of an hour and of a day, over a restart', () => {
    const desk = new Desk(folder);
    const limits = () => new Limits({ maxFeePerHour: XRD, maxFeePerDay: 2n * XRD }, desk.journal);
    conclude(desk, failure);
    expect(limits().check(desk.now, { cost: XRD / 2n })).toEqual({ ok: true });
    expect(limits().check(desk.now, { cost: XRD / 2n + 1n })).toMatchObject({
      limit: 'max-fee-per-hour',
      stops: 'this',
    });
    desk.plan('in flight', 'x', 'y');
    expect(limits().check(desk.now, { cost: 1n })).toMatchObject({ limit: 'max-fee-per-hour', stops: 'this' });
    expect(limits().check(desk.now, {})).toEqual({ ok: true });
    desk.journal.recordAttemptState('in flight', failure);
    desk.reopen();
    expect(limits().check(desk.now, {})).toMatchObject({ limit: 'max-fee-per-hour', stops: 'all' });
    desk.now += HOUR + 10_000;
    expect(limits().check(desk.now, { cost: XRD })).toEqual({ ok: true });
    conclude(desk, failure);
    conclude(desk, failure);
    desk.now += HOUR + 10_000;
    const until = START + DAY + 10_000;
    expect(limits().check(desk.now, {})).toMatchObject({ limit: 'max-fee-per-day', stops: 'all', until });
    expect(desk.journal.spending(desk.now)).toEqual({ hour: 0n, day: 2n * XRD, exposure: 0n });
    resetLimits(desk.path, ['max-fee-per-day', 'max-fee-per-hour'], desk.now);
    expect(limits().check(desk.now, {})).toEqual({ ok: true });
    expect(desk.journal.spending(desk.now).day).toBe(0n);
    desk.now += 1;
    conclude(desk, failure);
    expect(limits().check(desk.now, { cost: XRD })).toMatchObject({ limit: 'max-fee-per-hour' });
  });

  it('are decided by the worst case of all that is in flight', () => {
    const desk = new Desk(folder);
    const id = desk.plan('tx1', 'a', 'b');
    const lock = desk.journal.openAttempts()[0]!.lock;
    desk.journal.recordAttemptState('tx1', { state: 'temporarily-rejected' });
    desk.journal.planAttempt(attemptOf('tx2', [id]));
    expect(desk.journal.limitState(desk.now).exposure).toBe(2n * lock);
    expect(desk.reopen().limitState(desk.now).exposure).toBe(2n * lock);
  });
});
