import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningSolver } from './solver.js';
import { makeBundle, openWorld, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe('a bundle', () => {
  it('settles, and the journal agrees with the ledger to the atto', async () => {
    const solver = await new RunningSolver(world).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    expect(await solver.finish()).toBeUndefined();
    await solver.matchesLedger();
  });
});
