import { afterEach, describe, expect, it } from 'vitest';
import { losesRaces, RACERS, shareBundles } from './races.js';
import { RunningSolver } from './solver.js';
import { makeBundle, openWorld, type RuleWorld, type WorldOptions } from './world.js';

let world: RuleWorld;
afterEach(() => world.close());

async function open(options: WorldOptions) {
  world = await openWorld(options);
  return new RunningSolver(world).ready();
}

describe('a race', () => {
  losesRaces({ open, bundle: makeBundle, roundMs: 1_000 });
});

describe('two solvers', () => {
  it('settle each of 200 bundles once, and both journals agree with the ledger', { timeout: 180_000 }, async () => {
    const count = 200;
    world = await openWorld({ solvers: RACERS });
    // Both solvers, their Gateway and the ledger share this process: however slow it is, the race goes on.
    const patience = ['--max-clock-age-ms', '120000', '--request-timeout-ms', '20000'];
    const args = ['--requests-per-second', '300', ...patience];
    const solvers = await Promise.all(RACERS.map((key) => new RunningSolver(world, { key, args }).ready()));
    for (let n = 0; n < count; n++) {
      world.stream.pushBundle(makeBundle({ secondsLeft: 600 }));
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ends = await Promise.all(solvers.map((solver) => solver.outcomes(count, 160_000)));
    const odd = solvers.flatMap((solver) =>
      solver.logged('bundle-finished').filter(({ outcome }) => !/settled|lost/.test(outcome)),
    );
    expect(odd).toEqual([]);
    for (const { settled = 0, lost = 0 } of ends) expect(settled + lost).toBe(count);
    await shareBundles(solvers, count);
  });
});
