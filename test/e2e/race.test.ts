import { afterEach, describe, expect, it } from 'vitest';
import { RunningSolver } from './solver.js';
import { makeBundle, openWorld, REWARD, type RuleWorld, rivalOf, submitTo, type WorldOptions } from './world.js';

const RIVAL = 801;
let world: RuleWorld;
afterEach(() => world.close());

async function open(options: WorldOptions = {}) {
  world = await openWorld({ solvers: [800, RIVAL], ...options });
  return new RunningSolver(world).ready();
}

async function lost(solver: RunningSolver, winner: string): Promise<void> {
  expect(await solver.outcomes(1)).toEqual({ lost: 1 });
  const [bundle] = solver.read((journal) => [...journal.bundles()]);
  expect(bundle).toMatchObject({ status: 'lost', winner, xrdChange: 0n });
  expect(bundle!.reason!.message).toBe(`finalized by ${winner}`);
  await solver.finish();
  await solver.matchesLedger();
}

describe('a race', () => {
  it('is lost before the submission', async () => {
    const solver = await open();
    const items = makeBundle();
    const { hex, id } = rivalOf(items, RIVAL);
    expect(await submitTo(world.gateways[0]!, hex)).toBe(200);
    await world.sandbox.world.round();
    world.stream.pushBundle(items);
    await lost(solver, id);
    expect(solver.logged('attempt-state')).toContainEqual(expect.objectContaining({ state: 'refused' }));
  });

  it('is lost during the submission: both wait, the other was first', async () => {
    const solver = await open({ roundMs: 1_000 });
    await world.sandbox.world.round();
    const items = makeBundle();
    const { hex, id } = rivalOf(items, RIVAL);
    expect(await submitTo(world.gateways[0]!, hex)).toBe(200);
    world.stream.pushBundle(items);
    await lost(solver, id);
  });

  it('is lost after the submission, to a higher tip', async () => {
    const solver = await open({ roundMs: 1_000 });
    const items = makeBundle();
    const { hex, id } = rivalOf(items, RIVAL, 500);
    await world.sandbox.world.round();
    world.stream.pushBundle(items);
    await solver.until('submission-result');
    expect(await submitTo(world.gateways[0]!, hex)).toBe(200);
    await lost(solver, id);
  });
});

describe('two solvers', () => {
  it('settle each of 200 bundles once, and both journals agree with the ledger', { timeout: 180_000 }, async () => {
    const count = 200;
    world = await openWorld({ solvers: [800, RIVAL] });
    // Both solvers, their Gateway and the ledger share this process: however slow it is, the race goes on.
    const patience = ['--max-clock-age-ms', '120000', '--request-timeout-ms', '20000'];
    const args = ['--requests-per-second', '300', ...patience];
    const solvers = await Promise.all([800, RIVAL].map((key) => new RunningSolver(world, { key, args }).ready()));
    for (let n = 0; n < count; n++) {
      world.stream.pushBundle(makeBundle({ secondsLeft: 600 }));
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const [a, b] = await Promise.all(solvers.map((solver) => solver.outcomes(count, 160_000)));
    const odd = solvers.flatMap((solver) =>
      solver.logged('bundle-finished').filter(({ outcome }) => !/settled|lost/.test(outcome)),
    );
    expect(odd).toEqual([]);
    expect((a!.settled ?? 0) + (b!.settled ?? 0)).toBe(count);
    expect([a, b].map((each) => (each!.settled ?? 0) + (each!.lost ?? 0))).toEqual([count, count]);
    const settled = solvers.flatMap((solver) =>
      solver.read((journal) => [...journal.bundles({ status: ['settled'] })].map(({ id }) => id)),
    );
    expect(new Set(settled).size).toBe(count);
    for (const solver of solvers) await solver.finish();
    await solvers[0]!.matchesLedger(800);
    await solvers[1]!.matchesLedger(RIVAL);
    const fees = solvers.reduce((sum, solver) => sum + solver.paid(), 0n);
    expect(solvers[0]!.gained() + solvers[1]!.gained() + fees).toBe(BigInt(count) * REWARD);
  });
});
