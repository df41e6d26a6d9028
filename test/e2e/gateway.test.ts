import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/fault/fault.js';
import { startStreamServer } from '../support/streamServer.js';
import { RunningSolver, until } from './solver.js';
import { makeBundle, openWorld, type RuleWorld } from './world.js';

let world: RuleWorld;
afterEach(() => world.close());

describe('a Gateway', () => {
  it.each<[string, Fault, string, number]>([
    ['is slow', { type: 'latency', ms: 300 }, '*', 20],
    ['limits the rate', { type: 'rate-limit', retryAfter: '1' }, '*', 3],
    ['is unavailable', { type: 'unavailable', status: 503 }, '*', 5],
    ['fails', { type: 'internal-error', exception: 'Whatever' }, '/transaction/*', 5],
    ['is not synced', { type: 'not-synced', delaySeconds: 1000 }, '/transaction/*', 5],
    ['resets connections', { type: 'reset' }, '/transaction/*', 5],
    ['answers nonsense', { type: 'malformed-json' }, '/transaction/*', 5],
    ['never answers', { type: 'stall' }, '/transaction/submit', 1],
    ['knows of commits late', { type: 'late-status', rounds: 5 }, '/transaction/*', 10],
    ['is behind', { type: 'stale-state', rounds: 5 }, '/transaction/*', 10],
  ])('that %s for a while: settles all the same', { timeout: 30_000 }, async (_, fault, path, times) => {
    world = await openWorld();
    const solver = await new RunningSolver(world, { args: ['--request-timeout-ms', '1000'] }).ready();
    world.inflict(fault, path, 0, { times });
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    await solver.finish();
    await solver.matchesLedger();
  });

  it('that forgets what it took gets the same bytes again', { timeout: 30_000 }, async () => {
    world = await openWorld();
    const solver = await new RunningSolver(world).ready();
    world.inflict({ type: 'never-commits', forget: true }, '/transaction/submit', 0, { times: 1 });
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    expect(solver.logged('settlement-planned')).toHaveLength(1);
    expect(solver.logged('submission-result')).toHaveLength(2);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('that lies to the end: expired, once the ledger has shown that it is over', { timeout: 30_000 }, async () => {
    world = await openWorld();
    const solver = await new RunningSolver(world).ready();
    world.inflict({ type: 'never-commits', forget: false }, '/transaction/submit');
    world.stream.pushBundle(makeBundle({ secondsLeft: 8 }));
    await solver.until('submission-result');
    expect(solver.logged('bundle-finished')).toEqual([]);
    world.sandbox.world.clock.advance(20_000);
    expect(await solver.outcomes(1)).toEqual({ expired: 1 });
    await solver.finish();
    await solver.matchesLedger();
  });

  it.each<[string, Fault]>([
    ['lies', { type: 'never-commits', forget: false }],
    ['stalls', { type: 'stall' }],
    ['is down', { type: 'unavailable', status: 502 }],
  ])('that %s does no harm beside a good one', async (_, fault) => {
    world = await openWorld({ gateways: 2 });
    const solver = await new RunningSolver(world, { args: ['--request-timeout-ms', '1000'] }).ready();
    world.inflict(fault, '*', 1);
    for (let n = 0; n < 5; n++) world.stream.pushBundle(makeBundle());
    const started = performance.now();
    expect(await solver.outcomes(5)).toEqual({ settled: 5 });
    expect(performance.now() - started).toBeLessThan(5_000);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('that is down at the start is waited for, and a signal ends the waiting', async () => {
    world = await openWorld();
    world.inflict({ type: 'unavailable', status: 503 });
    const waiting = new RunningSolver(world);
    expect((await waiting.until('clock-stale'))[0]!.why).toMatch(
      /waiting for a Gateway \(127.*unreachable|server-error/,
    );
    expect(await waiting.stop('SIGINT')).toBeUndefined();
    const solver = new RunningSolver(world);
    await solver.until('clock-stale');
    world.heal();
    await solver.ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    await solver.finish();
  });

  it('of another network is fatal', async () => {
    world = await openWorld();
    const solver = new RunningSolver(world, { args: ['--network', 'stokenet'] });
    expect(await solver.ended).toMatchObject({ code: 'wrong-network' });
    expect(solver.logged('endpoint-state').at(-1)).toMatchObject({ ok: false, class: 'wrong-network' });
    expect(solver.logged('shutdown')).toMatchObject([{ signal: 'wrong-network' }]);
    // The journal is of none yet: the next run may name the right one, and none after that another.
    const right = await new RunningSolver(world, { journal: solver.journal }).ready();
    await right.finish();
    expect(right.read(({ network }) => network)).toBe(242);
    const wrong = new RunningSolver(world, { journal: solver.journal, args: ['--network', 'stokenet'] });
    expect(await wrong.ended).toMatchObject({
      code: 'wrong-network',
      message: `expected a journal of stokenet, ${solver.journal} is one of simulator`,
    });
    expect(wrong.log).toEqual([]);
  });

  it('whose time stands still stops submissions until it goes on', { timeout: 30_000 }, async () => {
    world = await openWorld();
    const solver = await new RunningSolver(world, { args: ['--max-clock-age-ms', '1000'] }).ready();
    world.inflict({ type: 'stall' }, '/status/gateway-status');
    await solver.until('clock-stale');
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ declined: 1 });
    expect(solver.logged('bundle-finished')).toMatchObject([{ reason: 'stale-clock' }]);
    world.heal();
    await solver.until('clock-fresh');
    await solver.finish();
  });
});

describe('a stream', () => {
  it('that dies in any way is opened again, and another goes on meanwhile', { timeout: 30_000 }, async () => {
    world = await openWorld();
    const other = await startStreamServer();
    const solver = await new RunningSolver(world, {
      args: ['--stream', other.url, '--ping-interval-ms', '200'],
    }).ready();
    await solver.until('stream-open', 2);
    let settled = 0;
    for (const act of [
      { type: 'reset' },
      { type: 'drop' },
      { type: 'garbage' },
      { type: 'close', code: 1012 },
    ] as const) {
      const closed = solver.logged('stream-closed').length;
      world.stream.act(act);
      await solver.until('stream-closed', closed + 1);
      other.pushBundle(makeBundle());
      expect(await solver.outcomes(++settled)).toEqual({ settled });
      await until(() => world.stream.connections === 1, 'a new link');
    }
    // Both push the same: the first copy wins.
    const items = makeBundle();
    world.stream.pushBundle(items);
    other.pushBundle(items);
    expect(await solver.outcomes(settled + 2)).toEqual({ settled: settled + 1, duplicate: 1 });
    await solver.finish();
    await other.close();
    await solver.matchesLedger();
  });
});
