import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { bundleFrame } from '../support/streamServer.js';
import { RunningSolver, until } from './solver.js';
import { accountOf, makeBundle, openWorld, type RuleWorld, success } from './world.js';

let world: RuleWorld;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

/** The journal of the next solver, to do harm to its file. */
function captured(): { db: () => { pragma(text: string, options?: object): any } } {
  let journal: any;
  const open = Journal.open.bind(Journal);
  vi.spyOn(Journal, 'open').mockImplementation((path, options) => {
    journal = open(path, options);
    return journal;
  });
  return { db: () => journal.store.db };
}

describe('the journal', () => {
  it('when full stops submissions, not the observing, and goes on when there is room', {
    timeout: 30_000,
  }, async () => {
    const { db } = captured();
    const solver = await new RunningSolver(world).ready();
    const pages = db().pragma('page_count', { simple: true });
    db().pragma(`max_page_count = ${pages}`);
    for (let n = 0; n < 20; n++) world.stream.pushBundle(makeBundle());
    await solver.until('frame', 20);
    await solver.until('journal-state');
    expect(solver.logged('journal-state')[0]).toMatchObject({ writable: false, code: 'journal-full' });
    const submitted = solver.logged('submission-started').length;
    expect(submitted).toBe(
      solver.read((journal) => journal.counters().outcomes.settled + journal.openAttempts().length),
    );
    const url = /http:\S+/.exec(solver.stderr.text)![0];
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    db().pragma('max_page_count = 1000000');
    await until(() => solver.logged('journal-state').at(-1)!.writable === true, 'a journal that is written again');
    const outcomes = await solver.outcomes(20);
    expect(Object.keys(outcomes).toSorted().join()).toMatch(/^(declined,)?settled$/);
    world.stream.pushBundle(makeBundle());
    await until(() => solver.logged('bundle-finished').at(-1)!.outcome === 'settled', 'one more settled');
    await solver.finish();
    await solver.matchesLedger();
  });

  it('when full for long keeps what it may, and counts the rest', { timeout: 30_000 }, async () => {
    const { db } = captured();
    const solver = await new RunningSolver(world, { args: ['--queue-limit', '3'], submit: false }).ready();
    db().pragma(`max_page_count = ${db().pragma('page_count', { simple: true })}`);
    // Free pages of the file are used up first.
    for (let n = 0; n < 40; n++) world.stream.pushBundle(makeBundle());
    await solver.until('frame', 40);
    await solver.until('journal-state');
    db().pragma('max_page_count = 1000000');
    await until(() => solver.logged('journal-state').at(-1)!.writable === true, 'a journal that is written again');
    await until(
      () => solver.read((journal) => Object.values(journal.counters().open).every((n) => n === 0)),
      'all ended',
    );
    const { received, strayFrames } = solver.read((journal) => journal.counters());
    expect(received + strayFrames).toBe(40);
    expect(strayFrames).toBeGreaterThan(0);
    await solver.finish();
  });

  it('that contradicts itself is not used, and told of at the end', async () => {
    const found = {
      ...{ received: 1, open: 0, attempts: 0 },
      violations: [{ rule: 'made-up', subject: 'b', message: 'no' }],
    };
    const verify = vi.spyOn(Journal.prototype, 'verify').mockReturnValueOnce(found);
    const refused = new RunningSolver(world);
    expect(await refused.ended).toMatchObject({
      code: 'journal-inconsistent',
      message: expect.stringMatching('made-up'),
    });
    const solver = await new RunningSolver(world, {
      journal: refused.journal,
      args: ['--account', accountOf(800)],
    }).ready();
    verify.mockReturnValueOnce(found);
    await solver.stop();
    expect(solver.logged('internal-error')).toMatchObject([{ code: 'journal-inconsistent', detail: 'made-up, b: no' }]);
  });

  it('has one owner', async () => {
    const solver = await new RunningSolver(world).ready();
    const second = new RunningSolver(world, { journal: solver.journal });
    expect(await second.ended).toMatchObject({ code: 'journal-locked' });
    await solver.finish();
  });
});

describe('a signal', () => {
  it('waits for what is in flight', async () => {
    const solver = await new RunningSolver(world).ready();
    world.stream.pushBundle(makeBundle());
    await solver.until('submission-started');
    expect(await solver.finish()).toBeUndefined();
    expect(solver.logged('shutdown')).toMatchObject([{ signal: 'SIGTERM', inFlight: 1 }]);
    expect(solver.read((journal) => journal.counters().outcomes.settled)).toBe(1);
    await solver.matchesLedger();
  });

  it('leaves what takes too long to the next run, which finds it', async () => {
    const args = ['--shutdown-timeout-ms', '100', '--policy', 'single'];
    const solver = await new RunningSolver(world, { args }).ready();
    world.inflict({ type: 'stall' }, '/transaction/status');
    world.stream.pushBundle(makeBundle());
    world.stream.pushBundle(makeBundle());
    await solver.until('attempt-state', 2);
    expect(await solver.finish()).toMatchObject({
      code: 'in-flight',
      exitStatus: 1,
      message: '2 transactions are still in flight',
    });
    await world.sandbox.world.round();
    world.heal();
    const next = await new RunningSolver(world, { journal: solver.journal }).ready();
    expect(await next.outcomes(2)).toEqual({ settled: 2 });
    expect(next.logged('recovery')).toMatchObject([{ bundles: 2 }]);
    expect(next.logged('settlement-planned')).toEqual([]);
    await next.finish();
    await next.matchesLedger();
  });

  it('given twice ends it at once', async () => {
    const solver = await new RunningSolver(world).ready();
    world.rule = (transaction) => ({ ...success(transaction), outcome: 'rejected' });
    world.stream.pushBundle(makeBundle());
    await solver.until('submission-started');
    solver.signals.emit('SIGINT');
    solver.signals.emit('SIGINT');
    expect(solver.exits).toEqual([130]);
    world.sandbox.world.clock.advance(50_000);
    world.sandbox.world.clock.advance(30_000);
    await solver.ended;
  });

  it('that nobody sent, an error nobody caught, ends it in order, as a failure', async () => {
    const solver = await new RunningSolver(world).ready();
    solver.signals.emit('uncaughtException', new Error('made up'));
    solver.signals.emit('unhandledRejection', 'and this');
    expect(await solver.ended).toMatchObject({ code: 'internal' });
    expect(solver.logged('stopped')).toHaveLength(1);
    const errors = solver.logged('internal-error');
    expect(errors.map(({ detail }) => detail)).toEqual(['made up', 'and this']);
    expect(errors[0]).toMatchObject({ where: 'process', fatal: true });
  });
});

describe('a start', () => {
  it('says nothing of bindings that are native, and nothing at all where it is to be silent', async () => {
    const crypto = await import('../../src/transaction/crypto.js');
    expect(crypto.nativeCrypto()).toEqual({ sodium: true, secp256k1: true });
    const solver = new RunningSolver(world, { args: ['--log-level', 'silent'] });
    await until(() => world.stream.connections === 1, 'a link');
    expect(await solver.stop()).toBeUndefined();
    expect(solver.stdout.text).toBe('');
  });

  it('needs a key for submissions only', async () => {
    const solver = new RunningSolver(world, { key: 0 });
    expect(await solver.ended).toMatchObject({ code: 'bad-usage' });
    const dry = await new RunningSolver(world, { key: 0, submit: false }).ready();
    expect(dry.stderr.text).toContain('throwaway');
    expect(await dry.finish()).toBeUndefined();
  });

  it('refuses an account that is not of the key, and a port that is taken', async () => {
    const foreign = new RunningSolver(world, { args: ['--account', accountOf(77)] });
    expect(await foreign.ended).toMatchObject({ code: 'foreign-account' });
    const { port } = new URL(world.gateways[0]!.url);
    const taken = new RunningSolver(world, { args: ['--http-port', port] });
    expect(await taken.ended).toMatchObject({ code: 'http-unavailable' });
    expect(Journal.open(taken.journal, { now: Date.now }).close()).toBeUndefined();
  });

  it('takes up every bundle that was queued, the expired and the unreadable too', async () => {
    const first = await new RunningSolver(world, { submit: false }).ready();
    const { journal: path } = first;
    await first.finish();
    const journal = Journal.open(path, { now: Date.now });
    const items = [makeBundle(), makeBundle({ secondsLeft: 1 })];
    for (const [n, params] of items.entries()) {
      const wrappers = [{ wrapperId: `w${n}` }];
      const { bundleIdOf } = await import('../../src/journal/model.js');
      const id = bundleIdOf([`w${n}`]);
      journal.receive({ id, items: wrappers, receivedAt: Date.now(), source: 'test', frame: bundleFrame(params) });
    }
    const { bundleIdOf } = await import('../../src/journal/model.js');
    journal.receive({ id: bundleIdOf(['x']), items: [{ wrapperId: 'x' }], receivedAt: 1, source: 'test', frame: '{' });
    journal.receive({ id: bundleIdOf(['y']), items: [{ wrapperId: 'y' }], receivedAt: 1, source: 'test' });
    journal.close();
    const next = await new RunningSolver(world, { journal: path }).ready();
    expect(await next.outcomes(4)).toEqual({ settled: 1, expired: 3 });
    await next.finish();
    await next.matchesLedger();
  });
});
