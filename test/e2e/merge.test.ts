import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatAmount } from '../../src/base/amount.js';
import { Journal } from '../../src/journal/journal.js';
import { bundleIdOf } from '../../src/journal/model.js';
import { readTransaction, type UserTransaction } from '../../src/sandbox/ledger/transaction.js';
import { formatAddress } from '../../src/transaction/address.js';
import { cli, jsonLines } from '../cli/support.js';
import { type OrderOptions, token } from '../support/bundles.js';
import { newFile, policyArgs, RunningSolver, until } from './solver.js';
import {
  FEE,
  makeBundle,
  openWorld,
  pairsIn,
  payerOf,
  REWARD,
  RIVAL,
  type RuleWorld,
  rivalOf,
  SIM,
  SOLVER_NUMBER,
  secretOf,
  submitTo,
  success,
} from './world.js';

let world: RuleWorld;
beforeEach(async () => {
  world = await openWorld({ solvers: [800, RIVAL] });
});
afterEach(() => world.close());

/** Bundles wait for each other half a second, so that all that is pushed at once is planned at once. */
function patient(changes: object = {}): string[] {
  return policyArgs({ name: 'patient', mergeWindow: 400, ...changes });
}

/** The subintents of a bundle, as a transaction shows them. */
function idsOf(items: readonly string[]): Set<string> {
  const { hex } = rivalOf(items, RIVAL);
  return new Set(readIds(hex));
}

function readIds(hex: string): string[] {
  return readTransaction(hex, SIM).subintents.map(({ id }) => id);
}

const holds = ({ subintents }: Pick<UserTransaction, 'subintents'>, ids: ReadonlySet<string>): boolean =>
  subintents.some(({ id }) => ids.has(id));

function push(bundles: readonly (readonly string[])[]): void {
  for (const items of bundles) world.stream.pushBundle(items);
}

/** A Gateway may call a rejected transaction pending for ten seconds. */
function threeSettled(solver: RunningSolver): Promise<void> {
  const settled = () => solver.logged('bundle-finished').filter(({ outcome }) => outcome === 'settled').length;
  return until(
    () => settled() === 3,
    'three that settle',
    () => solver.stdout.text,
    40_000,
  );
}

/** Bundles of which every kind of decision is made. The last two are pushed when the others are decided. */
function mixed(): string[][] {
  const [a, b] = makeBundle() as [string, string];
  const others = (order: OrderOptions): OrderOptions => ({
    ...order,
    sell: order.sell.resource === token(1) ? { ...order.sell, resource: token(3) } : order.sell,
    buy: order.buy.resource === token(1) ? { ...order.buy, resource: token(3) } : order.buy,
  });
  return [
    // Nobody holds the token: some have no vault yet, some cannot pay. Who comes first is asked for before the plan.
    ...Array.from({ length: 4 }, () => makeBundle({ edit: others })),
    ...Array.from({ length: 8 }, () => makeBundle()),
    // Nobody wants them.
    ...Array.from({ length: 3 }, () => makeBundle({ reward: REWARD / 50n })),
    [a, b],
    [a, b, ...makeBundle()],
    makeBundle({ users: 5_003 }),
    makeBundle({ users: 5_003 }),
    [makeBundle()[0]!],
    [a, b, ...makeBundle()],
    makeBundle({ users: 5_003 }),
  ];
}

const four = () => [makeBundle(), makeBundle(), makeBundle(), makeBundle()];

describe('bundles that wait together', () => {
  it('are settled by one root, and their shares sum to what the ledger charged', async () => {
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    push(four());
    expect(await solver.outcomes(4)).toEqual({ settled: 4 });
    const planned = solver.logged('settlement-planned');
    expect(planned).toHaveLength(1);
    expect(planned[0]!.bundleIds).toHaveLength(4);
    const bundles = solver.read((journal) => [...journal.bundles()]);
    expect(new Set(bundles.map(({ transactionId }) => transactionId)).size).toBe(1);
    expect(bundles.reduce((sum, { feeCharged }) => sum + feeCharged, 0n)).toBe(4n * FEE);
    expect(bundles.reduce((sum, { xrdChange }) => sum + xrdChange, 0n)).toBe(4n * (REWARD - FEE));
    await solver.finish();
    await solver.matchesLedger();
  });

  it('are not merged by the policy that merges nothing', async () => {
    const solver = await new RunningSolver(world, { args: ['--policy', 'single'] }).ready();
    push(four());
    expect(await solver.outcomes(4)).toEqual({ settled: 4 });
    expect(solver.logged('settlement-planned')).toHaveLength(4);
    await solver.finish();
  });

  it('tell how they were decided', async () => {
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    push([makeBundle(), makeBundle()]);
    expect(await solver.outcomes(2)).toEqual({ settled: 2 });
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    expect(bundle!.details).toMatchObject({ orders: [{ reward: '1' }, { reward: '1' }] });
    const [attempt] = solver.read((journal) => journal.attempts(bundle!));
    expect(attempt!.details).toMatchObject({ policy: 'patient', tipBasisPoints: 0, assumed: false });
    expect((attempt!.details as any).considered).toContainEqual(expect.objectContaining({ chosen: true }));
    expect(Object.keys((attempt!.details as any).stages)).toEqual(['verified', 'planned', 'signed']);
    await solver.finish();
  });

  it('never share a root with one that overlaps', async () => {
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    const [a, b] = makeBundle() as [string, string];
    push([[a, b], [a, b, ...makeBundle()], makeBundle()]);
    const outcomes = await solver.outcomes(3);
    expect(outcomes.settled).toBeGreaterThanOrEqual(1);
    expect((outcomes.settled ?? 0) + (outcomes.lost ?? 0)).toBe(3);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('earn by an order only once in a dry run, which uses none up', async () => {
    const solver = await new RunningSolver(world, { args: patient(), submit: false }).ready();
    const [a, b] = makeBundle() as [string, string];
    push([[a, b], [a, b, ...makeBundle()], makeBundle()]);
    expect(await solver.outcomes(3)).toEqual({ 'would-settle': 2, declined: 1 });
    push([[a, b, ...makeBundle()]]);
    expect(await solver.outcomes(4)).toEqual({ 'would-settle': 2, declined: 2 });
    const declined = solver.logged('bundle-finished').filter(({ outcome }) => outcome === 'declined');
    expect(declined).toMatchObject([{ reason: 'overlap' }, { reason: 'overlap' }]);
    await solver.finish();
  });

  it('wait no longer than the tightest of them can', async () => {
    const solver = await new RunningSolver(world, { args: patient({ mergeWindow: 60_000 }) }).ready();
    push([makeBundle({ secondsLeft: 5 }), makeBundle({ secondsLeft: 50 })]);
    expect(await solver.outcomes(2)).toEqual({ settled: 2 });
    expect(solver.logged('settlement-planned')).toHaveLength(1);
    await solver.finish();
  });

  it('are decided by a dry run as live, with a preview for an outcome', async () => {
    const solver = await new RunningSolver(world, { args: patient(), submit: false }).ready();
    push(four());
    expect(await solver.outcomes(4)).toEqual({ 'would-settle': 4 });
    const bundles = solver.read((journal) => [...journal.bundles()]);
    for (const { details } of bundles) {
      expect(details).toMatchObject({ simulated: { by: 'preview', outcome: 'Succeeded' } });
      const chosen = (details as any).considered.find((each: any) => each.chosen);
      expect(chosen.bundleIds).toHaveLength(4);
    }
    await solver.finish();
  });

  it('are decided by a dry run as by a replay of what it recorded', { timeout: 60_000 }, async () => {
    const recording = newFile('jsonl');
    const journal = newFile();
    // Of one token an earlier run has learned what it is like, and that costs more.
    const known = Journal.open(journal, { now: Date.now });
    known.setFact(`features/${formatAddress(token(1), SIM)}`, ['vault_freeze', 'mint', 'burn']);
    known.close();
    const policy = patient();
    const args = [...policy, '--record', recording];
    const solver = await new RunningSolver(world, { args, journal, submit: false }).ready();
    const pushed = mixed();
    push(pushed.slice(0, -2));
    await solver.outcomes(pushed.length - 2);
    push(pushed.slice(-2));
    expect(await solver.outcomes(pushed.length)).toEqual({ 'would-settle': 16, declined: 5, unmatched: 1 });
    const bundles = solver.read((journal) => [...journal.bundles()]);
    await solver.finish();
    const live = bundles.map(({ id, status, reason, expected }) => [
      id,
      status,
      reason?.code,
      expected && formatAmount(expected.profit).slice(0, 12),
    ]);
    const env = { ANTHIC_SOLVER_KEY: secretOf(SOLVER_NUMBER) };
    const replayed = jsonLines(await cli(['replay', '--json', ...policy, recording], '', env));
    const decided = replayed.map(({ orders, outcome, reason, profit }: any) => [
      bundleIdOf(orders.map(({ wrapperId }: any) => wrapperId)),
      outcome,
      reason?.code,
      // Whose share has the odd atto depends on the order in a root.
      profit?.slice(0, 12),
    ]);
    expect(decided.toSorted()).toEqual(live.toSorted());
  });
});

describe('one that spoils what it shares', () => {
  const SHORT = 'ApplicationError(VaultError(ResourceError(InsufficientBalance { requested: 2, actual: 1 })))';

  it.each(['refused', 'rejected', 'failure'] as const)(
    'is found where the root is %s',
    { timeout: 60_000 },
    async (how) => {
      const bundles = four();
      const bad = idsOf(bundles[2]!);
      world.rule = (transaction) => {
        if (!holds(transaction, bad)) return success(transaction);
        if (how === 'failure') {
          return { outcome: 'failure', error: SHORT, fee: pairsIn(transaction) * FEE, payer: payerOf(transaction) };
        }
        return { outcome: 'rejected', atSubmission: how === 'refused', error: SHORT };
      };
      const solver = await new RunningSolver(world, { args: [...patient(), '--max-costly-failures', 'none'] }).ready();
      push(bundles);
      await threeSettled(solver);
      world.sandbox.world.clock.advance(50_000);
      world.sandbox.world.clock.advance(30_000);
      const { settled, ...others } = await solver.outcomes(4);
      expect(settled).toBe(3);
      // Of what a Gateway calls pending still, nobody knows why it expires.
      expect(Object.keys(others)).toEqual([
        expect.stringMatching(how === 'failure' ? /^failed$/ : /^(rejected|expired)$/),
      ]);
      await solver.finish();
      await solver.matchesLedger();
    },
  );

  it('is found by previews, and costs no attempt', { timeout: 60_000 }, async () => {
    const bundles = four();
    const bad = idsOf(bundles[1]!);
    world.previewRule = (preview) =>
      holds(preview, bad) ? { outcome: 'failure', error: SHORT } : { outcome: 'success', fee: pairsIn(preview) * FEE };
    world.rule = (transaction) =>
      holds(transaction, bad) ? { outcome: 'rejected', atSubmission: true, error: SHORT } : success(transaction);
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    push(bundles);
    await threeSettled(solver);
    expect(
      solver.logged('settlement-planned').every(({ bundleIds, attempt }) => bundleIds.length < 4 && attempt === 1),
    ).toBe(true);
    world.sandbox.world.clock.advance(50_000);
    world.sandbox.world.clock.advance(30_000);
    await solver.outcomes(4);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('is lost, by name, where another settled it first', { timeout: 60_000 }, async () => {
    const bundles = four();
    const { hex, id } = rivalOf(bundles[0]!, RIVAL);
    expect(await submitTo(world.gateways[0]!, hex)).toBe(200);
    await world.sandbox.world.round();
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    push(bundles);
    expect(await solver.outcomes(4)).toEqual({ settled: 3, lost: 1 });
    const [lost] = solver.read((journal) => [...journal.bundles({ status: ['lost'] })]);
    expect(lost).toMatchObject({ winner: id, xrdChange: 0n });
    expect(solver.logged('bundle-dropped')).toMatchObject([{ of: 4 }]);
    await until(
      () => solver.read((journal) => (journal.find(lost!.id)[0]!.details as any).loss !== undefined),
      'the loss',
    );
    const { loss } = solver.read((journal) => journal.find(lost!.id)[0]!.details as any);
    expect(loss).toMatchObject({ winner: id, winnerAccount: payerOf({ hex }), winnerFee: '0.123456789012345678' });
    await solver.finish();
    await solver.matchesLedger();
  });
});

describe('a preview', () => {
  it.each([
    ['is slow', { type: 'latency', ms: 4_000 }],
    ['never comes', { type: 'stall' }],
    ['is refused', { type: 'internal-error', exception: 'Whatever' }],
  ] as const)('that %s leaves each to settle by itself', { timeout: 60_000 }, async (_, fault) => {
    world.inflict(fault, '/transaction/preview-v2');
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    push(four());
    expect(await solver.outcomes(4)).toEqual({ settled: 4 });
    expect(solver.logged('settlement-planned')).toHaveLength(4);
    expect(solver.logged('previewed')).toMatchObject([{ outcome: 'unavailable' }]);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('that calls good what is bad costs attempts, and loses nobody else', { timeout: 60_000 }, async () => {
    const bundles = four();
    const bad = idsOf(bundles[3]!);
    world.rule = (transaction) =>
      holds(transaction, bad)
        ? { outcome: 'rejected', atSubmission: true, error: 'BootloadingError(Whatever)' }
        : success(transaction);
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    push(bundles);
    await threeSettled(solver);
    world.sandbox.world.clock.advance(50_000);
    world.sandbox.world.clock.advance(30_000);
    const { settled, ...others } = await solver.outcomes(4);
    expect([settled, Object.keys(others).join()]).toEqual([3, expect.stringMatching(/^(rejected|expired|declined)$/)]);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('is not asked for where all are known to be able to pay', async () => {
    const solver = await new RunningSolver(world, { args: patient() }).ready();
    const bundles = [makeBundle({ seed: 5_001 }), makeBundle({ seed: 5_002 })];
    push(bundles);
    expect(await solver.outcomes(2)).toEqual({ settled: 2 });
    await solver.finish();
    expect(solver.logged('settlement-planned')).toHaveLength(1);
  });
});

describe('a policy', () => {
  it.each([
    [{ mergeWindow: -1 }, /mergeWindow/],
    [{ nonsense: 1 }, /nonsense/],
  ])('that is wrong (%o) ends the start, and names the field', async (changes, message) => {
    const solver = new RunningSolver(world, { args: patient(changes) });
    expect(await solver.ended).toMatchObject({ code: 'bad-usage' });
    expect(`${((await solver.ended) as Error).message} ${((await solver.ended) as any).path}`).toMatch(message);
  });

  it('of tokens of another network is refused', async () => {
    const XRD = 'resource_rdx1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxradxrd';
    const USDC = 'resource_rdx1t4upr78guuapv5ept7d7ptekk9mqhy605zgms33mcszen8l9fac8vf';
    const solver = new RunningSolver(world, { args: patient({ prices: { table: { [XRD]: '1', [USDC]: '2' } } }) });
    expect(((await solver.ended) as Error).message).toMatch(/rdx/);
  });
});

describe('the next run', () => {
  it('goes on with the bundles of an attempt that failed meanwhile', { timeout: 60_000 }, async () => {
    const bundles = four();
    const bad = idsOf(bundles[0]!);
    world.rule = (transaction) => {
      if (!holds(transaction, bad)) return success(transaction);
      return { outcome: 'failure', error: 'ApplicationError(MadeUp)', fee: FEE, payer: payerOf(transaction) };
    };
    const args = [...patient(), '--shutdown-timeout-ms', '0', '--max-costly-failures', 'none'];
    world.inflict({ type: 'stall' }, '/transaction/status');
    const first = await new RunningSolver(world, { args }).ready();
    push(bundles);
    await first.until('submission-result');
    await first.stop();
    world.heal();
    await world.sandbox.world.round();
    const next = await new RunningSolver(world, { args, journal: first.journal }).ready();
    expect(next.logged('recovery')).toMatchObject([{ bundles: 4, attempts: [expect.anything()] }]);
    expect(await next.outcomes(4)).toEqual({ settled: 3, failed: 1 });
    await next.finish();
    await next.matchesLedger();
  });

  it('takes down what is pushed while no Gateway answers, and settles it when one does', {
    timeout: 30_000,
  }, async () => {
    world.inflict({ type: 'unavailable', status: 503 });
    const solver = new RunningSolver(world);
    await solver.until('stream-open');
    push([makeBundle(), makeBundle({ secondsLeft: 1 })]);
    await solver.until('bundle-received', 2);
    const url = /http:\S+/.exec(solver.stderr.text)![0];
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    expect(await solver.outcomes(1)).toEqual({ expired: 1 });
    world.heal();
    expect(await solver.outcomes(2)).toEqual({ expired: 1, settled: 1 });
    await solver.finish();
    await solver.matchesLedger();
  });

  it('knows the vaults that the last one saw', async () => {
    const first = await new RunningSolver(world).ready();
    push([makeBundle()]);
    expect(await first.outcomes(1)).toEqual({ settled: 1 });
    await first.finish();
    const journal = Journal.open(first.journal, { now: Date.now });
    const facts = journal.facts('vaults/', 10);
    journal.close();
    expect(facts.length).toBeGreaterThanOrEqual(2);
  });
});
