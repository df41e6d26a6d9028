import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunningSolver, until } from './solver.js';
import { makeBundle, openWorld, type RuleWorld } from './world.js';

/** This machine's clock is set while the solver runs. The sandbox goes by one that nobody sets. */

const realNow = Date.now;
const HOUR_MS = 3_600_000;
let world: RuleWorld;
let solver: RunningSolver;
beforeEach(async () => {
  world = await openWorld();
  solver = await new RunningSolver(world).ready();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

function jump(ms: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + ms);
}

async function finish(): Promise<void> {
  await solver.finish();
  await solver.matchesLedger();
}

describe('a clock that jumps', () => {
  it.each([40_000, -40_000])('by %d ms expires nothing that the ledger would take', async (ms) => {
    const items = makeBundle({ secondsLeft: 20 });
    jump(ms);
    world.stream.pushBundle(items);
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    await finish();
  });

  it('back makes nothing good that is over on the ledger', async () => {
    const items = makeBundle({ secondsLeft: 1 });
    jump(-40_000);
    world.stream.pushBundle(items);
    expect(await solver.outcomes(1)).toEqual({ expired: 1 });
    expect(solver.logged('submission-started')).toEqual([]);
    await finish();
  });

  it.each([HOUR_MS, -HOUR_MS])('by %d ms loses nothing in flight', async (ms) => {
    world.stream.pushBundle(makeBundle({ secondsLeft: 30 }));
    await solver.until('submission-started');
    jump(ms);
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    await finish();
  });

  it.each([HOUR_MS, -HOUR_MS])('by %d ms stops submissions, aloud, until it is set right', async (ms) => {
    const [late, good] = [makeBundle(), makeBundle()];
    jump(ms);
    await solver.until('clock-stale');
    await solver.becomes('clock-stale');
    world.stream.pushBundle(late);
    expect(await solver.outcomes(1)).toEqual({ declined: 1 });
    expect(solver.logged('bundle-finished')).toMatchObject([{ reason: 'stale-clock' }]);
    vi.restoreAllMocks();
    await solver.until('clock-fresh');
    await solver.becomes('ready');
    world.stream.pushBundle(good);
    expect(await solver.outcomes(2)).toEqual({ declined: 1, settled: 1 });
    await finish();
  });

  it('back an hour keeps what never commits open until the ledger has shown its end', async () => {
    world.inflict({ type: 'never-commits', forget: false }, '/transaction/submit');
    world.stream.pushBundle(makeBundle({ secondsLeft: 8 }));
    await solver.until('submission-result');
    jump(-HOUR_MS);
    world.sandbox.world.clock.advance(30_000);
    await until(() => solver.logged('clock-stale').length > 0, 'a stale clock');
    expect(solver.logged('bundle-finished')).toEqual([]);
    vi.restoreAllMocks();
    expect(await solver.outcomes(1)).toEqual({ expired: 1 });
    await finish();
  });
});
