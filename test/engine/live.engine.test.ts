import { afterEach, describe, expect, it } from 'vitest';
import { startSolver } from '../../scripts/process/solver.js';
import { units } from '../../src/base/amount.js';
import { formatAddress } from '../../src/transaction/address.js';
import { preallocatedAccount, preallocatedIdentity } from '../../src/transaction/key.js';
import { type EngineWorldOptions, FIRST_USERS, openEngineWorld, usersOf } from '../e2e/engineWorld.js';
import { losesRaces, RACERS, shareBundles } from '../e2e/races.js';
import { newFile, RunningSolver, until } from '../e2e/solver.js';
import {
  type BundleOptions,
  EPOCH,
  makeBundle,
  REWARD,
  SIM,
  SOLVER_NUMBER,
  secretOf,
  type World,
} from '../e2e/world.js';
import { ed25519Key } from '../support/build.js';
import { token } from '../support/bundles.js';

/** `run --submit` against the official engine: what it submits is executed, and pays and costs what it really would. */

let world: World;
afterEach(() => world.close());

async function open(options: EngineWorldOptions = {}, args: readonly string[] = []): Promise<RunningSolver> {
  world = await openEngineWorld(options);
  return new RunningSolver(world, { args }).ready();
}

/** A bundle whose traders can pay, those of pair `n`. */
function bundle(n = 0, options: BundleOptions = {}): string[] {
  return makeBundle({ users: FIRST_USERS + n, ...options });
}

async function finish(solver: RunningSolver): Promise<void> {
  await solver.finish();
  await solver.matchesLedger();
}

const held = async (account: string, resource: string) =>
  (await world.sandbox.world.balances(account)).get(resource)!.amount;

describe('a bundle', () => {
  it('settles: traders get what they asked for, the solver what the journal says', async () => {
    const solver = await open();
    const [seller, buyer] = usersOf(FIRST_USERS);
    const [a, b] = [1, 2].map((n) => formatAddress(token(n), SIM)) as [string, string];
    const before = [await held(seller, b), await held(buyer, a)] as const;
    world.stream.pushBundle(bundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    expect(await held(seller, b)).toBe(before[0] + units(2));
    expect(await held(buyer, a)).toBe(before[1] + units(1));
    await finish(solver);
    const [settled] = solver.read((journal) => [...journal.bundles()]);
    expect(settled!.xrdChange).toBe(REWARD - settled!.feeCharged);
  });

  it('settles though the epoch changes in flight', async () => {
    const solver = await open({ roundMs: 1_000 });
    world.stream.pushBundle(bundle());
    await solver.until('submission-started');
    await world.sandbox.world.round({ epoch: EPOCH + 1 });
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    await finish(solver);
  });

  it('that expires in flight costs nothing', async () => {
    const solver = await open();
    world.inflict({ type: 'never-commits', forget: false }, '/transaction/submit');
    world.stream.pushBundle(bundle(0, { secondsLeft: 8 }));
    await solver.until('submission-result');
    world.sandbox.world.clock.advance(20_000);
    expect(await solver.outcomes(1)).toEqual({ expired: 1 });
    expect(solver.gained()).toBe(0n);
    await finish(solver);
  });
});

describe('a maker who cannot pay', () => {
  /** Whoever trades with this key holds nothing. */
  const poor = ed25519Key(9_000);

  it('before the lock costs nothing', async () => {
    const solver = await open({}, ['--max-attempts', '1']);
    world.stream.pushBundle(bundle(0, { secondsLeft: 8, edit: (order) => ({ ...order, user: poor }) }));
    await until(
      () => solver.logged('attempt-state').some(({ reason }) => /VaultDoesNotExist/.test(reason)),
      'a refusal',
      () => solver.stdout.text,
    );
    world.sandbox.world.clock.advance(20_000);
    expect(await solver.outcomes(1)).toEqual({ rejected: 1 });
    expect(solver.gained()).toBe(0n);
    await finish(solver);
  });

  it('behind the lock costs the fee, and no second attempt', async () => {
    const solver = await open({ pairs: 2 });
    let side = 0;
    const last = bundle(1, { edit: (order) => (side++ === 1 ? { ...order, user: poor } : order) });
    world.stream.pushBundle([...bundle(), ...last]);
    expect(await solver.outcomes(1)).toEqual({ failed: 1 });
    await finish(solver);
    const [failed] = solver.read((journal) => [...journal.bundles()]);
    expect(failed!.feeCharged).toBeGreaterThan(0n);
    expect(failed!.xrdChange).toBe(-failed!.feeCharged);
    expect(solver.logged('settlement-planned')).toHaveLength(1);
    // The other three were seen to hold what they sell.
    const guilty = solver.read((journal) => journal.parties().filter(({ couldNotPay }) => couldNotPay > 0));
    expect(guilty.map(({ kind, id }) => [kind, id]).sort()).toEqual([
      ['account', preallocatedAccount(poor.publicKey)],
      ['maker', preallocatedIdentity(poor.publicKey)],
    ]);
  });
});

describe('a race', () => {
  losesRaces({ open, bundle, roundMs: 1_500 });

  it('of two solvers for 200 bundles settles each once, and both journals agree with the ledger', {
    timeout: 200_000,
  }, async () => {
    const [count, pairs] = [200, 20];
    world = await openEngineWorld({ solvers: RACERS, pairs, roundMs: 250 });
    const args = ['--requests-per-second', '1000'];
    const solvers = await Promise.all(RACERS.map((key) => new RunningSolver(world, { key, args }).ready()));
    for (let n = 0; n < count; n++) {
      world.stream.pushBundle(bundle(n % pairs, { secondsLeft: 300 }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ends = await Promise.all(solvers.map((solver) => solver.outcomes(count, 150_000)));
    for (const { settled = 0, lost = 0, failed = 0 } of ends) expect(settled + lost + failed).toBe(count);
    await shareBundles(solvers, count);
  });
});

describe('the end of a run', () => {
  it('by SIGTERM waits for what is in flight', async () => {
    const solver = await open({ roundMs: 1_000 });
    world.stream.pushBundle(bundle());
    await solver.until('submission-started');
    await finish(solver);
    expect(solver.logged('shutdown')).toMatchObject([{ signal: 'SIGTERM', inFlight: 1 }]);
    expect(solver.read((journal) => journal.counters().outcomes.settled)).toBe(1);
  });

  it('by SIGKILL leaves to the next what is in flight, and nothing is paid twice', async () => {
    const count = 5;
    world = await openEngineWorld({ pairs: count, roundMs: 2_000 });
    const journal = newFile();
    const child = startSolver(
      'src/main.ts',
      [
        ...['--network', 'simulator', '--stream', world.stream.url, '--gateway', world.gateways[0]!.url],
        ...['--journal', journal, '--http-port', '0', '--submit'],
      ],
      secretOf(SOLVER_NUMBER),
      ['tsx'],
    );
    await Promise.race([world.stream.opened(), child.ended.then(() => Promise.reject(new Error(child.output())))]);
    const bundles = Array.from({ length: count }, (_, n) => bundle(n));
    for (const items of bundles) world.stream.pushBundle(items);
    await until(() => world.sandbox.world.node.mempoolSize > 0, 'a submission', child.output);
    child.process.kill('SIGKILL');
    expect(await child.ended).toBe('SIGKILL');
    const solver = await new RunningSolver(world, { journal }).ready();
    expect(solver.logged('recovery')[0]!.attempts.length).toBeGreaterThan(0);
    // What the dead one had not read is gone: the stream has no replay, but somebody may push it again.
    for (const items of bundles) world.stream.pushBundle(items);
    await until(() => solver.read((reader) => reader.counters().outcomes.settled) === count, 'all settled');
    await finish(solver);
  });
});
