import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StreamServer, startStreamServer } from '../support/streamServer.js';
import { RunningSolver, until } from './solver.js';
import { EPOCH, makeBundle, openWorld, type RuleWorld } from './world.js';

let world: RuleWorld;
let other: StreamServer;
beforeEach(async () => {
  world = await openWorld();
  other = await startStreamServer();
});
afterEach(async () => {
  await other.close();
  await world.close();
});

async function twoStreams(): Promise<RunningSolver> {
  const solver = await new RunningSolver(world, { args: ['--stream', other.url] }).ready();
  await solver.until('stream-open', 2);
  return solver;
}

async function finish(solver: RunningSolver): Promise<void> {
  await solver.finish();
  await solver.matchesLedger();
}

const COUNT = 10;

describe('the same bundle', () => {
  it('from two streams, in another order each, is settled once', async () => {
    const solver = await twoStreams();
    const bundles = Array.from({ length: COUNT }, () => makeBundle());
    for (const items of bundles) world.stream.pushBundle(items);
    for (const items of bundles.toReversed()) other.pushBundle(items.toReversed());
    expect(await solver.outcomes(2 * COUNT)).toEqual({ settled: COUNT, duplicate: COUNT });
    await finish(solver);
  });

  it('replayed after a reconnect is a duplicate, be it settled or in flight', async () => {
    const solver = await new RunningSolver(world).ready();
    const [settled, inFlight] = [makeBundle(), makeBundle()];
    world.stream.pushBundle(settled);
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    world.inflict({ type: 'stall' }, '/transaction/status');
    world.stream.pushBundle(inFlight);
    await solver.until('submission-started', 2);
    world.stream.act({ type: 'close', code: 1012 });
    await solver.until('stream-open', 2);
    for (const items of [settled, inFlight, inFlight]) world.stream.pushBundle(items);
    expect(await solver.outcomes(4)).toEqual({ settled: 1, duplicate: 3 });
    world.heal();
    expect(await solver.outcomes(5)).toEqual({ settled: 2, duplicate: 3 });
    await finish(solver);
  });

  it('replayed to the next run is a duplicate', async () => {
    const first = await new RunningSolver(world).ready();
    const items = makeBundle();
    world.stream.pushBundle(items);
    expect(await first.outcomes(1)).toEqual({ settled: 1 });
    await first.finish();
    const next = await new RunningSolver(world, { journal: first.journal }).ready();
    world.stream.pushBundle(items);
    expect(await next.outcomes(1)).toEqual({ duplicate: 1 });
    await finish(next);
  });
});

describe('bundles that overlap', () => {
  it('in a chain are settled as far as their wrappers reach, none twice', async () => {
    const solver = await new RunningSolver(world).ready();
    const [a, b, c] = [makeBundle(), makeBundle(), makeBundle()];
    for (const items of [a, [...a, ...b], [...b, ...c], c]) world.stream.pushBundle(items);
    const outcomes = await solver.outcomes(4);
    expect((outcomes.settled ?? 0) + (outcomes.lost ?? 0)).toBe(4);
    const wrappers = solver.read((journal) =>
      [...journal.bundles({ status: ['settled'] })].flatMap((bundle) =>
        journal.items(bundle).map(({ wrapperId }) => wrapperId),
      ),
    );
    expect(new Set(wrappers).size).toBe(wrappers.length);
    expect(wrappers.length).toBeGreaterThanOrEqual(4);
    await solver.finish();
  });

  it('may go when the other was given up', async () => {
    world.rule = ({ subintents }) => {
      if (subintents.length === 4) return { outcome: 'success' };
      return { outcome: 'rejected', atSubmission: true, error: 'BootloadingError(No)' };
    };
    const solver = await new RunningSolver(world, { args: ['--max-attempts', '1'] }).ready();
    const mine = makeBundle();
    world.stream.pushBundle([...mine, ...makeBundle({ secondsLeft: 6 })]);
    await until(() => solver.logged('attempt-state').some(({ state }) => /refused|rejected/.test(state)), 'a refusal');
    world.stream.pushBundle(mine);
    await until(() => solver.logged('bundle-finished').some(({ outcome }) => outcome === 'settled'), 'settled');
    world.sandbox.world.clock.advance(20_000);
    const outcomes = await solver.outcomes(2);
    expect(outcomes.settled).toBe(1);
    await solver.finish();
  });
});

describe('hostile frames', () => {
  it('in a flood hold up no bundle', async () => {
    const solver = await new RunningSolver(world).ready();
    for (let n = 0; n < 300; n++) world.stream.push(`{"method":"new_subintent_bundle","params":["${n}"]}`);
    for (let n = 0; n < 20; n++) world.stream.push('['.repeat(20_000));
    world.stream.pushBundle(makeBundle());
    await until(() => solver.logged('bundle-finished').some(({ outcome }) => outcome === 'settled'), 'settled');
    const { strayFrames, outcomes } = solver.read((journal) => journal.counters());
    expect(strayFrames + outcomes.invalid).toBe(320);
    await finish(solver);
  });

  it('of a bundle that is forged in one bit are invalid, and the true one settles', async () => {
    const solver = await new RunningSolver(world).ready();
    const items = makeBundle();
    for (const at of [200, 600, 1000]) {
      const [first, second] = items as [string, string];
      const digit = (Number.parseInt(first[at]!, 16) ^ 1).toString(16);
      world.stream.pushBundle([first.slice(0, at) + digit + first.slice(at + 1), second]);
    }
    world.stream.pushBundle(items);
    expect(await solver.outcomes(4)).toEqual({ invalid: 3, settled: 1 });
    await finish(solver);
  });
});

describe('the end of an epoch', () => {
  it('in flight ends what it was the last of, once the ledger has shown it', async () => {
    const solver = await new RunningSolver(world, { args: ['--max-attempts', '1'] }).ready();
    world.inflict({ type: 'never-commits', forget: false }, '/transaction/submit');
    world.stream.pushBundle(makeBundle({ secondsLeft: 600 }));
    await solver.until('submission-result');
    expect(solver.logged('bundle-finished')).toEqual([]);
    await world.sandbox.world.round({ epoch: EPOCH + 10 });
    await solver.outcomes(1);
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    expect(bundle!.reason!.message).toMatch(/expired: valid until epoch 52/);
    await finish(solver);
  });
});
