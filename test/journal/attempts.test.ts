import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitExactly } from '../../src/base/split.js';
import { ATTEMPT_STATES, type AttemptNews, bundleIdOf, isFinal } from '../../src/journal/model.js';
import { chargedShares } from '../../src/journal/shares.js';
import { attemptOf, Desk, failure, START, shareOf, success, temporaryFolder, XRD } from './support.js';

const folder = temporaryFolder();
const code = (name: string) => expect.objectContaining({ code: name });

describe('planAttempt', () => {
  it('writes down id, bytes and amounts', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    const attempt = { ...attemptOf('tx1', [id]), endEpoch: 9, details: { tip: 0 } };
    expect(desk.journal.planAttempt(attempt)).toEqual([1]);
    expect(desk.journal.counters().open).toEqual({ queued: 0, planning: 0, 'in-flight': 1 });
    const [open] = desk.reopen().openAttempts();
    expect(open).toEqual({
      transactionId: 'tx1',
      state: 'planned',
      lock: (11n * XRD) / 10n,
      expected: { reward: XRD, fee: 982n * 10n ** 15n, profit: 18n * 10n ** 15n },
      expiresAt: START + 30_000,
      endEpoch: 9,
      plannedAt: START,
      submittedAt: undefined,
      answeredAt: undefined,
      concludedAt: undefined,
      feeCharged: undefined,
      xrdChange: undefined,
      stateVersion: undefined,
      winner: undefined,
      message: undefined,
      details: { tip: 0 },
      payload: Buffer.from('bytes of tx1'),
      bundles: [{ bundleId: id, n: 1, wrapperIds: ['a', 'b'], reward: XRD, fee: 982n * 10n ** 15n }],
    });
    expect(desk.rules).toEqual([]);
  });

  it('keeps a second attempt back while one is live', () => {
    const desk = new Desk(folder);
    const id = desk.plan('tx1', 'a', 'b');
    const again = () => desk.journal.planAttempt(attemptOf('tx2', [id]));
    expect(again).toThrow(code('attempt-conflict'));
    desk.journal.recordSubmission('tx1');
    expect(again).toThrow(code('attempt-conflict'));
    desk.journal.recordAttemptState('tx1', { state: 'accepted' });
    expect(again).toThrow(code('attempt-conflict'));
    desk.journal.recordAttemptState('tx1', { state: 'temporarily-rejected', message: 'loan' });
    expect(again()).toEqual([2]);
    expect(desk.journal.openAttempts().map(({ transactionId }) => transactionId)).toEqual(['tx1', 'tx2']);
    expect(desk.rules).toEqual([]);
  });

  it('keeps overlapping bundles apart', () => {
    const desk = new Desk(folder);
    const first = desk.plan('tx1', 'a', 'b');
    const second = desk.receive('b', 'c');
    expect(desk.journal.liveConflicts(['b', 'c'])).toEqual([{ bundleId: first, transactionId: 'tx1' }]);
    expect(desk.journal.liveConflicts(['c'])).toEqual([]);
    expect(desk.journal.liveConflicts([])).toEqual([]);
    expect(() => desk.journal.planAttempt(attemptOf('tx2', [second]))).toThrow(code('attempt-conflict'));
    desk.journal.recordAttemptState('tx1', { state: 'dead' });
    desk.journal.planAttempt(attemptOf('tx2', [second]));
    const third = desk.receive('d', 'e');
    const fourth = desk.receive('e', 'f');
    expect(() => desk.journal.planAttempt(attemptOf('tx3', [third, fourth]))).toThrow(/share no wrapper/);
    expect(desk.rules).toEqual([]);
  });

  it('holds the cap over all attempts', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    const plan = (name: string, lock: bigint) =>
      desk.journal.planAttempt({ ...attemptOf(name, []), bundles: [shareOf(id, { lock, cap: 2n * XRD })] });
    plan('tx1', XRD);
    desk.journal.recordAttemptState('tx1', { state: 'refused' });
    expect(desk.journal.potentialCost(id)).toBe(XRD);
    expect(() => plan('tx2', XRD + 1n)).toThrow(code('attempt-over-cap'));
    plan('tx2', XRD);
    desk.journal.recordAttemptState('tx1', { state: 'dead' });
    desk.journal.recordAttemptState('tx2', failure);
    expect(desk.journal.potentialCost(id)).toBe(XRD / 2n);
    plan('tx3', (3n * XRD) / 2n);
    expect(desk.rules).toEqual([]);
  });

  it('refuses what cannot be, and writes nothing of it', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    const done = desk.receive('c');
    desk.journal.finish(done, { outcome: 'expired' });
    expect(() => desk.journal.planAttempt(attemptOf('tx1', []))).toThrow(code('bad-shares'));
    expect(() => desk.journal.planAttempt(attemptOf('tx1', ['none']))).toThrow(code('unknown-bundle'));
    expect(() => desk.journal.planAttempt(attemptOf('tx1', [id, done]))).toThrow(code('bundle-finished'));
    expect(() => desk.journal.planAttempt(attemptOf('tx1', [id, id]))).toThrow(code('bad-shares'));
    expect(desk.journal.writable()).toBe(true);
    expect(desk.journal.openAttempts()).toEqual([]);
    expect(desk.journal.counters().open).toEqual({ queued: 1, planning: 0, 'in-flight': 0 });
    expect(desk.rules).toEqual([]);
    desk.journal.planAttempt(attemptOf('tx1', [id]));
    desk.journal.recordAttemptState('tx1', { state: 'dead' });
    expect(() => desk.journal.planAttempt(attemptOf('tx1', [id]))).toThrow(/written down before/);
  });
});

describe('what becomes of an attempt', () => {
  it('settles its bundle', () => {
    const desk = new Desk(folder);
    const id = desk.plan('tx1', 'a', 'b');
    desk.now += 5;
    expect(desk.journal.recordSubmission('tx1')).toBe(true);
    expect(desk.journal.recordSubmission('tx1')).toBe(false);
    desk.now += 5;
    expect(desk.journal.recordAttemptState('tx1', { state: 'accepted' })).toBe(true);
    desk.now += 5;
    expect(desk.journal.recordAttemptState('tx1', success)).toBe(true);
    expect(desk.journal.recordAttemptState('tx1', success)).toBe(false);
    expect(desk.journal.recordAttemptState('tx1', { state: 'accepted' })).toBe(false);
    expect(desk.journal.finish(id, { outcome: 'settled' })).toBe(false);
    const [bundle] = desk.reopen().find(id);
    expect(bundle).toMatchObject({ status: 'settled', finishedAt: START + 15, feeCharged: success.fee });
    expect(desk.journal.attempts(bundle!)).toEqual([
      expect.objectContaining({
        n: 1,
        state: 'committed-success',
        submittedAt: START + 5,
        answeredAt: START + 10,
        concludedAt: START + 15,
        stateVersion: 7,
        bundles: 1,
      }),
    ]);
    expect(desk.rules).toEqual([]);
  });

  it('is final', () => {
    const desk = new Desk(folder);
    desk.plan('tx1', 'a', 'b');
    desk.journal.recordAttemptState('tx1', { state: 'dead' });
    expect(() => desk.journal.recordAttemptState('tx1', success)).toThrow(code('attempt-final'));
    expect(() => desk.journal.recordAttemptState('none', success)).toThrow(code('unknown-attempt'));
    // An end can come before the news that it was sent.
    expect(desk.journal.recordSubmission('tx1')).toBe(true);
    expect(desk.journal.find('tx1')[0]!.status).toBe('planning');
    expect(desk.rules).toEqual([]);
  });

  it('has no way back from a refusal', () => {
    const desk = new Desk(folder);
    desk.plan('tx1', 'a', 'b');
    desk.journal.recordAttemptState('tx1', { state: 'refused' });
    expect(desk.journal.recordAttemptState('tx1', { state: 'accepted' })).toBe(false);
    expect(desk.journal.recordAttemptState('tx1', { state: 'temporarily-rejected' })).toBe(true);
    expect(desk.journal.counters().open['in-flight']).toBe(1);
    expect(desk.journal.liveConflicts(['a'])).toEqual([]);
  });

  it('ends the attempts it beat', () => {
    const desk = new Desk(folder);
    const first = desk.receive('a', 'b');
    const second = desk.receive('c', 'd');
    desk.journal.planAttempt(attemptOf('tx1', [first]));
    desk.journal.recordAttemptState('tx1', { state: 'temporarily-rejected' });
    desk.journal.planAttempt(attemptOf('tx2', [first, second]));
    desk.journal.recordAttemptState('tx1', success);
    const [settled, other] = [desk.journal.find(first)[0]!, desk.journal.find(second)[0]!];
    expect([settled.status, other.status]).toEqual(['settled', 'planning']);
    expect(desk.journal.attempts(settled).map(({ state, winner }) => [state, winner])).toEqual([
      ['committed-success', undefined],
      ['lost', 'tx1'],
    ]);
    expect(desk.journal.openAttempts()).toEqual([]);
    expect(desk.journal.limitState(desk.now).exposure).toBe(0n);
    expect(desk.rules).toEqual([]);
  });
});

describe('several bundles in one attempt', () => {
  const merged = (desk: Desk) => {
    const ids = [desk.receive('a', 'b'), desk.receive('c', 'd'), desk.receive('e', 'f')];
    const bundles = ids.map((id, i) => shareOf(id, { lock: 10n + BigInt(i), fee: 3n, reward: BigInt(i), profit: -5n }));
    desk.journal.planAttempt({ ...attemptOf('tx1', []), bundles });
    return ids;
  };

  it('each have a share, which add up', () => {
    const desk = new Desk(folder);
    const ids = merged(desk);
    expect(desk.journal.openAttempts()[0]).toMatchObject({
      lock: 33n,
      expected: { reward: 3n, fee: 9n, profit: -15n },
    });
    expect(desk.journal.openAttempts()[0]!.bundles.map(({ bundleId }) => bundleId)).toEqual(ids);
    desk.journal.recordAttemptState('tx1', { state: 'committed-success', fee: 10n, xrdChange: -7n, stateVersion: 1 });
    const bundles = ids.map((id) => desk.journal.find(id)[0]!);
    expect(bundles.map(({ status }) => status)).toEqual(['settled', 'settled', 'settled']);
    expect(bundles.map(({ feeCharged }) => feeCharged)).toEqual([4n, 3n, 3n]);
    expect(bundles.map(({ xrdChange }) => xrdChange)).toEqual([-4n, -2n, -1n]);
    expect(desk.journal.find('tx1')).toHaveLength(3);
    expect(desk.rules).toEqual([]);
  });

  it("are each bundle's own where what came in was expected, and else by the rewards", () => {
    const parts = [
      { bundleId: 'plain', fee: 1n, reward: 10n },
      { bundleId: 'rich', fee: 1n, reward: 10n, xrd: 15n },
      { bundleId: 'helped', fee: 1n, reward: 10n, xrd: -1n },
    ];
    const changes = (xrdChange: bigint) => chargedShares(parts, { fee: 3n, xrdChange }).map((each) => each.xrdChange);
    expect(changes(21n)).toEqual([9n, 14n, -2n]);
    expect(changes(27n)).toEqual([9n, 9n, 9n]);
    expect(changes(-3n)).toEqual([-1n, -1n, -1n]);
  });

  it('take shares as told, if they add up', () => {
    const desk = new Desk(folder);
    const [first, second, third] = merged(desk) as [string, string, string];
    const part = (bundleId: string, fee: bigint, xrdChange: bigint) => ({ bundleId, fee, xrdChange });
    const news = (...shares: ReturnType<typeof part>[]): AttemptNews => ({
      ...failure,
      fee: 10n,
      xrdChange: -10n,
      shares,
    });
    for (const wrong of [
      news(part(first, 10n, -10n)),
      news(part(first, 4n, -4n), part(second, 4n, -4n), part(third, 1n, -2n)),
      news(part(first, 4n, -4n), part(second, 4n, -4n), part(third, 2n, -3n)),
      news(part(first, 4n, -4n), part(second, 4n, -4n), part('other', 2n, -2n)),
    ]) {
      expect(() => desk.journal.recordAttemptState('tx1', wrong)).toThrow(code('bad-shares'));
    }
    desk.journal.recordAttemptState('tx1', news(part(first, 4n, -4n), part(second, 4n, -4n), part(third, 2n, -2n)));
    expect([...desk.journal.bundles()].map(({ feeCharged }) => feeCharged)).toEqual([2n, 4n, 4n]);
    expect(desk.journal.counters().open.planning).toBe(3);
    // The rest goes on without the culprit.
    desk.journal.finish(third, { outcome: 'failed' });
    expect(desk.journal.planAttempt(attemptOf('tx2', [first, second]))).toEqual([2, 2]);
    expect(desk.rules).toEqual([]);
  });
});

describe('splitExactly', () => {
  it('splits in proportion', () => {
    expect(splitExactly(10n, [1n, 1n, 1n])).toEqual([4n, 3n, 3n]);
    expect(splitExactly(-10n, [1n, 1n, 1n])).toEqual([-4n, -3n, -3n]);
    expect(splitExactly(10n, [0n, 0n])).toEqual([5n, 5n]);
    expect(splitExactly(5n, [0n, 2n, -1n])).toEqual([0n, 5n, 0n]);
    expect(splitExactly(0n, [1n])).toEqual([0n]);
  });

  it('never loses an atto', () => {
    const attos = fc.bigInt(-(10n ** 24n), 10n ** 24n);
    fc.assert(
      fc.property(attos, fc.array(attos, { minLength: 1, maxLength: 16 }), (total, weights) => {
        expect(splitExactly(total, weights).reduce((a, b) => a + b)).toBe(total);
      }),
    );
  });
});

describe('any course of events', () => {
  /** Whatever is asked of it in whatever order, the journal refuses or stays sound. */
  it('leaves a journal that holds', () => {
    const step = fc.record({
      kind: fc.constantFrom('receive', 'plan', 'submit', 'news', 'finish', 'reopen'),
      bundle: fc.nat(5),
      other: fc.nat(5),
      attempt: fc.nat(5),
      state: fc.constantFrom(...ATTEMPT_STATES.filter((state) => state !== 'planned' && state !== 'submitted')),
      outcome: fc.constantFrom('failed', 'lost', 'expired', 'rejected', 'declined', 'would-settle'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const desk = new Desk(folder);
        const ids = Array.from({ length: 6 }, (_, i) => bundleIdOf([`w${i}`, `w${(i + 1) % 6}`]));
        for (const { kind, bundle, other, attempt, state, outcome } of steps) {
          try {
            if (kind === 'receive') desk.receive(`w${bundle}`, `w${(bundle + 1) % 6}`);
            if (kind === 'plan')
              desk.journal.planAttempt(attemptOf(`tx${attempt}`, [...new Set([ids[bundle]!, ids[other]!])]));
            if (kind === 'submit') desk.journal.recordSubmission(`tx${attempt}`);
            if (kind === 'finish') desk.journal.finish(ids[bundle]!, { outcome: outcome as 'lost' });
            if (kind === 'reopen') desk.reopen();
            if (kind === 'news') {
              const news = state.startsWith('committed') ? { ...failure, state } : { state };
              desk.journal.recordAttemptState(`tx${attempt}`, news as AttemptNews);
            }
          } catch (error) {
            if (!/unknown|ended|cannot|holds no|live|share no|before/.test(String(error))) throw error;
          }
        }
        const { violations } = desk.journal.verify();
        const { received, outcomes, open } = desk.journal.counters();
        desk.journal.close();
        expect(violations).toEqual([]);
        const sum = (counts: object): number => Object.values(counts).reduce((a: number, b) => a + b, 0);
        expect(received).toBe(sum(outcomes) + sum(open));
      }),
      { numRuns: 60 },
    );
    expect(isFinal('dead')).toBe(true);
  });
});
