import { describe, expect, it } from 'vitest';
import { bundleIdOf, frameIdOf, OUTCOMES } from '../../src/journal/model.js';
import { attemptOf, bundleOf, Desk, failure, START, success, temporaryFolder } from './support.js';

const folder = temporaryFolder();

describe('the identity of a bundle', () => {
  it('is the set of its wrappers', () => {
    expect(bundleIdOf(['a', 'b'])).toBe(bundleIdOf(['b', 'a', 'b']));
    expect(bundleIdOf(['a', 'b'])).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set([bundleIdOf(['a', 'b']), bundleIdOf(['a']), bundleIdOf(['ab']), frameIdOf('a')]).size).toBe(4);
  });
});

describe('receive', () => {
  it('takes a bundle once', () => {
    const desk = new Desk(folder);
    expect(desk.journal.receive(bundleOf(['a', 'b']))).toEqual({ known: false });
    expect(desk.journal.receive(bundleOf(['b', 'a']))).toEqual({ known: true });
    expect(desk.journal.receive(bundleOf(['b', 'c']))).toEqual({ known: false });
    const { received, outcomes, open } = desk.journal.counters();
    expect({ received, duplicate: outcomes.duplicate, open }).toEqual({
      received: 3,
      duplicate: 1,
      open: { queued: 2, planning: 0, 'in-flight': 0 },
    });
    expect(desk.journal.copies(bundleIdOf(['a', 'b']))).toBe(1);
    expect(desk.rules).toEqual([]);
  });

  it('finds the original by its index, however many copies there are', () => {
    const desk = new Desk(folder);
    for (let i = 0; i < 3000; i++) desk.journal.receive(bundleOf(['a', 'b']));
    const start = performance.now();
    desk.journal.receive(bundleOf(['a', 'b']));
    expect(performance.now() - start).toBeLessThan(20);
    expect(desk.reopen().counters().outcomes.duplicate).toBe(3000);
  });

  it('lets no malformed bundle shut out the real one', () => {
    const desk = new Desk(folder);
    const invalid = { outcome: 'invalid', reason: { code: 'bad-signature', message: 'no' } } as const;
    expect(desk.journal.receiveEnded(bundleOf(['a', 'b']), invalid)).toEqual({ known: false });
    expect(desk.journal.receiveEnded(bundleOf(['a', 'b']), invalid)).toEqual({ known: false });
    expect(desk.journal.receive(bundleOf(['a', 'b']))).toEqual({ known: false });
    expect(desk.journal.receiveEnded(bundleOf(['a', 'b']), { outcome: 'declined' })).toEqual({ known: true });
    expect(desk.journal.receiveEnded(bundleOf(['a', 'b']), invalid)).toEqual({ known: false });
    expect(desk.journal.counters().outcomes).toMatchObject({ invalid: 3, duplicate: 1, declined: 0 });
    expect(desk.rules).toEqual([]);
  });

  it('takes bundles that end as they come', () => {
    const desk = new Desk(folder);
    for (const outcome of ['lost', 'expired', 'declined', 'unmatched', 'would-settle'] as const) {
      const expected = { reward: 10n, fee: 4n, profit: 6n };
      desk.journal.receiveEnded(bundleOf([outcome]), { outcome, expected, winner: 'txid_other' });
    }
    for (const outcome of ['settled', 'failed', 'rejected'] as const) {
      expect(() => desk.journal.receiveEnded(bundleOf([outcome]), { outcome })).toThrow(/before it was taken/);
    }
    const [last] = desk.journal.bundles();
    expect(last).toMatchObject({ status: 'would-settle', expected: { profit: 6n }, winner: 'txid_other', attempts: 0 });
    expect(desk.rules).toEqual([]);
  });

  it('counts frames that are no bundle apart', () => {
    const desk = new Desk(folder);
    for (const code of ['bad-json', 'bad-json', 'no-params']) desk.journal.countStray(code);
    expect(desk.journal.counters()).toMatchObject({ received: 0, strayFrames: 3 });
    expect(desk.journal.strayFrames()).toEqual([
      { code: 'bad-json', count: 2, lastAt: START },
      { code: 'no-params', count: 1, lastAt: START },
    ]);
    expect(desk.reopen().counters().strayFrames).toBe(3);
  });

  it('gives back what is unfinished, with its text', () => {
    const desk = new Desk(folder);
    desk.journal.receive({ ...bundleOf(['a', 'b']), frame: '{"method":1}', details: { pair: 'x' } });
    desk.journal.receive({ ...bundleOf(['c']), items: [{ wrapperId: 'c' }] });
    desk.journal.setState(bundleIdOf(['a', 'b']), 'planning');
    const [first, second] = desk.reopen().unfinished();
    expect(first).toMatchObject({
      status: 'planning',
      frame: '{"method":1}',
      details: { pair: 'x' },
      expiresAt: START + 30_000,
    });
    expect(first!.items.map(({ wrapperId }) => wrapperId)).toEqual(['a', 'b']);
    expect(second).toMatchObject({ status: 'queued', frame: undefined, expiresAt: undefined });
    expect(second!.items).toEqual([{ wrapperId: 'c', orderId: undefined, expiresAt: undefined }]);
  });
});

describe('finish', () => {
  it('ends a bundle once, and says so again', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    const reason = { code: 'min-profit', message: 'x'.repeat(1000) };
    expect(desk.journal.finish(id, { outcome: 'declined', reason })).toBe(true);
    expect(desk.journal.finish(id, { outcome: 'declined' })).toBe(false);
    expect(() => desk.journal.finish(id, { outcome: 'expired' })).toThrow(/has ended as declined/);
    expect(() => desk.journal.setState(id, 'planning')).toThrow(/has ended/);
    const [bundle] = desk.journal.find(id);
    expect(bundle).toMatchObject({ status: 'declined', finishedAt: START, reason: { code: 'min-profit' } });
    expect(bundle!.reason!.message).toHaveLength(500);
  });

  it('knows which outcomes can be', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    for (const outcome of ['settled', 'duplicate', 'failed', 'rejected'] as const) {
      expect(() => desk.journal.finish(id, { outcome })).toThrow(expect.objectContaining({ code: 'bad-outcome' }));
    }
    expect(() => desk.journal.finish('unknown', { outcome: 'expired' })).toThrow(/holds no bundle/);

    desk.journal.planAttempt(attemptOf('tx1', [id]));
    for (const outcome of OUTCOMES) {
      expect(() => desk.journal.finish(id, { outcome })).toThrow(expect.objectContaining({ code: 'bad-outcome' }));
    }
    expect(() => desk.journal.setState(id, 'queued')).toThrow(/is not known/);
    desk.journal.recordAttemptState('tx1', failure);
    expect(() => desk.journal.finish(id, { outcome: 'unmatched' })).toThrow(/it was submitted/);
    desk.journal.finish(id, { outcome: 'failed' });
    expect(desk.rules).toEqual([]);
  });

  it.each([
    ['rejected', { state: 'rejected' }],
    ['expired', { state: 'dead' }],
    ['lost', { state: 'lost', winner: 'txid_other' }],
    ['declined', { state: 'dead', message: 'gave up' }],
  ] as const)('ends as %s what was %j', (outcome, news) => {
    const desk = new Desk(folder);
    const id = desk.plan('tx1', 'a', 'b');
    desk.journal.recordAttemptState('tx1', news);
    desk.journal.finish(id, { outcome, winner: 'txid_other' });
    expect(desk.journal.counters()).toMatchObject({ received: 1, outcomes: { [outcome]: 1 } });
    expect(desk.reopen().find('tx1')[0]).toMatchObject({ id, status: outcome, winner: 'txid_other' });
    expect(desk.rules).toEqual([]);
  });
});

describe('queries', () => {
  it('filter and page', () => {
    const desk = new Desk(folder);
    for (let i = 0; i < 1203; i++) {
      desk.now = START + i;
      desk.receive(`w${i}`);
    }
    desk.journal.finish(bundleIdOf(['w7']), { outcome: 'expired' });
    expect([...desk.journal.bundles()]).toHaveLength(1203);
    expect([...desk.journal.bundles({ oldestFirst: true, limit: 501 })].at(-1)!.receivedAt).toBe(START + 500);
    expect([...desk.journal.bundles({ limit: 1 })][0]!.receivedAt).toBe(START + 1202);
    expect([...desk.journal.bundles({ since: START + 10, until: START + 13 })]).toHaveLength(3);
    expect([...desk.journal.bundles({ status: ['expired', 'in-flight'] })].map(({ id }) => id)).toEqual([
      bundleIdOf(['w7']),
    ]);
    expect(desk.journal.find('no such')).toEqual([]);
    expect(desk.journal.find('', 5)).toHaveLength(5);
  });

  it('give bundles of many pages with the attempts that each would be given by itself', () => {
    const desk = new Desk(folder);
    for (let i = 0; i < 450; i++) {
      const ids = [desk.receive(`w${i}`), desk.receive(`v${i}`)];
      if (i % 3 === 0) continue;
      desk.journal.planAttempt(attemptOf(`tx${i}`, ids, desk.now));
      if (i % 3 === 1) continue;
      desk.journal.recordAttemptState(`tx${i}`, { state: 'dead' });
      desk.journal.planAttempt(attemptOf(`again${i}`, ids.slice(1), desk.now));
    }
    for (const filter of [{}, { oldestFirst: true, limit: 301 }, { status: ['in-flight'] as const }]) {
      const both = [...desk.journal.bundlesWithAttempts(filter)];
      expect(both.map(([bundle]) => bundle)).toEqual([...desk.journal.bundles(filter)]);
      for (const [bundle, attempts] of both) {
        expect(attempts).toHaveLength(bundle.attempts);
        expect(attempts).toEqual(desk.journal.attempts(bundle));
      }
    }
  });

  it('sum what a bundle brought over its attempts', () => {
    const desk = new Desk(folder);
    const id = desk.plan('tx1', 'a', 'b');
    desk.journal.recordAttemptState('tx1', failure);
    desk.journal.planAttempt(attemptOf('tx2', [id]));
    desk.journal.recordAttemptState('tx2', success);
    expect(desk.journal.find(id)).toEqual([
      expect.objectContaining({
        status: 'settled',
        attempts: 2,
        transactionId: 'tx2',
        feeCharged: failure.fee + success.fee,
        xrdChange: failure.xrdChange + success.xrdChange,
      }),
    ]);
  });

  it('remember facts', () => {
    const desk = new Desk(folder);
    expect(desk.journal.fact('vault')).toBeUndefined();
    desk.journal.setFact('vault', { a: true });
    desk.journal.setFact('vault', { a: false });
    expect(desk.reopen().fact('vault')).toEqual({ value: { a: false }, learnedAt: START });
  });

  it('are of one network, once that was said', () => {
    const desk = new Desk(folder);
    expect(desk.journal.network).toBeUndefined();
    expect(() => desk.journal.checkNetwork(2)).not.toThrow();
    desk.journal.claimNetwork(1);
    desk.now += 1;
    desk.journal.claimNetwork(1);
    expect(desk.reopen().fact('network')).toEqual({ value: 1, learnedAt: START });
    expect(() => desk.journal.checkNetwork(1)).not.toThrow();
    expect(() => desk.journal.claimNetwork(2)).toThrow(
      expect.objectContaining({
        code: 'wrong-network',
        message: `expected a journal of stokenet, ${desk.path} is one of mainnet`,
      }),
    );
    expect(desk.journal.network).toBe(1);
  });

  it('keep details that are added to, before and after the end', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    desk.journal.setDetails(id, { orders: [] });
    desk.journal.finish(id, { outcome: 'declined' });
    desk.journal.setDetails(id, { considered: [] });
    desk.journal.setDetails(id, { simulated: { by: 'model', outcome: 'Succeeded' } });
    desk.journal.receive({ ...bundleOf(['a', 'b']), details: { orders: [1] } });
    const [copy, bundle] = [...desk.reopen().bundles()];
    expect(bundle!.details).toEqual({
      ...{ orders: [], considered: [] },
      simulated: { by: 'model', outcome: 'Succeeded' },
    });
    expect(copy!.details).toBeUndefined();
    expect(() => desk.journal.setDetails('unheard of', {})).toThrow(/holds no bundle/);
  });

  it('and facts are found by how their keys begin, the newest first, so many', () => {
    const desk = new Desk(folder);
    for (const key of ['a/1', 'a/2', 'b/1']) desk.journal.setFact(key, [key]);
    expect(desk.journal.facts('a/', 10).map(({ value }) => value)).toEqual(expect.arrayContaining([['a/1'], ['a/2']]));
    expect(desk.journal.facts('a/', 1)).toHaveLength(1);
    expect(desk.journal.facts('c', 10)).toEqual([]);
  });
});
