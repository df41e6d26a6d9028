import { afterEach, describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { Features } from '../../src/settlement/fee/features.js';
import { formatAddress } from '../../src/transaction/address.js';
import { FIRST_USERS, openEngineWorld, usersOf } from '../e2e/engineWorld.js';
import { RunningSolver, type RunOptions } from '../e2e/solver.js';
import { makeBundle, SIM, type World } from '../e2e/world.js';
import { token } from '../support/bundles.js';

/** What `run` learns of the ledger from previews and receipts, on the real engine, and that its fees are exact then. */

let world: World;
afterEach(() => world.close());

const [A, B] = [1, 2].map((n) => formatAddress(token(n), SIM)) as [string, string];
const USUAL: Features = ['mint', 'burn', 'track_total_supply'];

async function start(
  features: readonly [Features, Features],
  { fresh = false, ...options }: RunOptions & { readonly fresh?: boolean } = {},
): Promise<RunningSolver> {
  world = await openEngineWorld({ features, fresh, pairs: 2 });
  return new RunningSolver(world, options).ready();
}

const factOf = (solver: RunningSolver, key: string) => solver.read((journal) => journal.fact(key)?.value) as string[];

/** Predicted and charged of each attempt, in the order they were made. */
const fees = (solver: RunningSolver) =>
  solver.read((journal) =>
    [...journal.bundles()]
      .toReversed()
      .flatMap((bundle) => journal.attempts(bundle))
      .map(({ expected, feeCharged }) => [expected.fee, feeCharged]),
  );

/** How the last attempt was decided. */
const storyOf = (solver: RunningSolver) =>
  solver.read((journal) => journal.attempts([...journal.bundles()][0]!).at(-1)!.details);

describe('a preview', () => {
  it('tells vaults and features: what it would cost is predicted to the atto from then on', async () => {
    const features: [Features, Features] = [[...USUAL, 'vault_freeze'], USUAL];
    const dry = await start(features, { submit: false, fresh: true });
    for (const count of [1, 2]) {
      world.stream.pushBundle(makeBundle({ users: FIRST_USERS }));
      expect(await dry.outcomes(count)).toEqual({ 'would-settle': count });
    }
    const [first, second] = dry.read((journal) =>
      [...journal.bundles()].toReversed().map(({ expected }) => expected!.fee),
    );
    expect(second! - first!).toBeGreaterThan(units(1) / 10n);
    await dry.stop();
    expect([A, B].map((resource) => factOf(dry, `features/${resource}`).toSorted())).toEqual(
      features.map((each) => each.toSorted()),
    );
    const tokensOf = (account: string) => factOf(dry, `vaults/${account}`).filter((each) => each === A || each === B);
    expect(usersOf(FIRST_USERS).map(tokensOf)).toEqual([[A], [B]]);
    // The vaults that were not there are not remembered: others may make them.
    const live = await new RunningSolver(world, { journal: dry.journal }).ready();
    world.stream.pushBundle(makeBundle({ users: FIRST_USERS }));
    expect(await live.outcomes(1)).toEqual({ settled: 1 });
    expect(fees(live).at(-1)![1]).toBe(second);
    world.stream.pushBundle(makeBundle({ users: FIRST_USERS }));
    await live.outcomes(2);
    const [expected, charged] = fees(live).at(-1)!;
    expect(charged).toBe(expected);
    await live.finish();
  });
});

describe('a receipt', () => {
  it.each<[string, Features, Features]>([
    ['usual', USUAL, USUAL],
    ['freezable', [...USUAL, 'vault_freeze'], USUAL],
    ['of any kind', ['mint', 'vault_freeze', 'vault_recall'], USUAL],
  ])('tells what tokens are like that are %s', async (_, a, b) => {
    const solver = await start([a, b]);
    for (let n = 0; n < 2; n++) {
      world.stream.pushBundle(makeBundle({ users: FIRST_USERS }));
      expect(await solver.outcomes(n + 1)).toEqual({ settled: n + 1 });
    }
    const [[first, firstCharged], [second, charged]] = fees(solver) as [[bigint, bigint], [bigint, bigint]];
    expect(firstCharged === first).toBe(a === USUAL && b === USUAL);
    expect(charged).toBe(second);
    // Where no preview was ever made: the first settlement told everything.
    expect(storyOf(solver)).toMatchObject({ feeKnown: true });
    // That both are usual, two charges of the same trade do not prove; but nothing dearer is left.
    const supposed = a === USUAL ? [A, B] : undefined;
    expect((storyOf(solver) as { supposed?: string[] }).supposed?.toSorted()).toEqual(supposed);
    await solver.finish();
  });
});
