import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { readTransaction } from '../../src/sandbox/ledger/transaction.js';
import { openFrame } from '../../src/solver/openFrame.js';
import { formatAddress, formatId } from '../../src/transaction/address.js';
import { subintentHash } from '../../src/transaction/hash.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { cli } from '../cli/support.js';
import { priceServer } from '../solver/prices/priceServer.js';
import { token } from '../support/bundles.js';
import { bundleFrame } from '../support/streamServer.js';
import { policyArgs, RunningSolver, until } from './solver.js';
import {
  FEE,
  makeBundle,
  openWorld,
  pairsIn,
  payerOf,
  RIVAL,
  type RuleWorld,
  rivalOf,
  SIM,
  submitTo,
  success,
  XRD_SIM,
} from './world.js';

/** What `run` learns from what happens, and what it makes of prices and of what its own account holds. */

let world: RuleWorld;
beforeEach(async () => {
  world = await openWorld({ solvers: [800, RIVAL] });
});
afterEach(() => world.close());

function policy(changes: object): string[] {
  return policyArgs({ name: 'learning', ...changes });
}

/** A pair of users whose second cannot pay. */
const BAD_USERS = 700_001;
const SHORT = 'ApplicationError(VaultError(ResourceError(InsufficientBalance { requested: 2, actual: 1 })))';
const badBundle = (options = {}) => makeBundle({ users: BAD_USERS, ...options });

describe('a maker who could not pay', () => {
  const args = [
    ...policy({ mergeWindow: 400, chances: { weight: 1 } }),
    ...['--max-costly-failures', 'none', '--min-profit', '0'],
  ];
  const bad = new Set<string>();
  /** Subintents of the bundles of the bad users. */
  const mark = (items: readonly string[]) => {
    for (const { id } of readTransaction(rivalOf(items, RIVAL).hex, SIM).subintents) bad.add(id);
    return items;
  };

  async function start(journal?: string): Promise<RunningSolver> {
    const solver = await new RunningSolver(world, { args, ...(journal === undefined ? {} : { journal }) }).ready();
    // Nobody tells what accounts hold: then the record counts.
    world.inflict({ type: 'unavailable', status: 503 }, '/state/entity/page/fungibles');
    return solver;
  }

  /** How many bundles each root holds, in the order in which they were planned. */
  const sizes = (solver: RunningSolver) => solver.logged('settlement-planned').map(({ bundleIds }) => bundleIds.length);

  it('is kept apart the next time, after a restart too, and `explain` says why', { timeout: 60_000 }, async () => {
    world.rule = (transaction) => {
      if (!transaction.subintents.some(({ id }) => bad.has(id))) return success(transaction);
      return { outcome: 'failure', error: SHORT, fee: pairsIn(transaction) * FEE, payer: payerOf(transaction) };
    };
    const first = await start();
    world.stream.pushBundle(makeBundle());
    world.stream.pushBundle(mark(badBundle()));
    expect(await first.outcomes(2)).toEqual({ settled: 1, failed: 1 });
    // Together at first, then each by itself to see whose fault it was.
    expect(sizes(first)).toEqual([2, 1, 1]);
    await first.finish();

    world.heal();
    const next = await start(first.journal);
    world.stream.pushBundle(makeBundle());
    const again = mark(badBundle());
    world.stream.pushBundle(again);
    expect(await next.outcomes(2)).toEqual({ settled: 1, failed: 1 });
    expect(sizes(next)).toEqual([1, 1]);
    await next.finish();
    await next.matchesLedger();

    const [failed] = next.read((journal) => [...journal.bundles({ status: ['failed'] })]);
    const { stdout } = await cli(['explain', failed!.id, '--journal', next.journal]);
    // (1 · 1 % + 2) / (1 + 2) of the maker, and that once more of the account.
    expect(stdout).toMatch(/maker identity_sim\S+ +67 % +1 % +0 +2 +0\n/);
    expect(stdout).toMatch(/account account_sim\S+ +89 % +67 % +0 +2 +0\n/);
    // The other of them paid: the amount told which it was.
    expect(stdout).toMatch(/maker identity_sim\S+ +1 % +1 % +0 +0 +0\n/);
  });

  it('is called before the lock the next time', { timeout: 60_000 }, async () => {
    const sent: string[] = [];
    world.rule = (transaction) => {
      sent.push(transaction.hex);
      const isBad = transaction.subintents.some(({ id }) => bad.has(id));
      return isBad ? { outcome: 'failure', error: SHORT, fee: FEE, payer: payerOf(transaction) } : success(transaction);
    };
    const solver = await start();
    // One bundle of four orders, of which the last cannot pay.
    const items = [...makeBundle(), ...mark(badBundle())];
    world.stream.pushBundle(items);
    expect(await solver.outcomes(1)).toEqual({ failed: 1 });
    expect(calledBeforeLock(sent[0]!)).not.toContain(wrapperOf(items.at(-1)!));
    world.rule = (transaction) => {
      sent.push(transaction.hex);
      return success(transaction);
    };
    const next = [...makeBundle(), ...badBundle()];
    world.stream.pushBundle(next);
    expect(await solver.outcomes(2)).toEqual({ failed: 1, settled: 1 });
    expect(calledBeforeLock(sent.at(-1)!)).toContain(wrapperOf(next.at(-1)!));
    await solver.finish();
    await solver.matchesLedger();
  });
});

describe('a tip', () => {
  const tips = (solver: RunningSolver) =>
    solver.read((journal) =>
      [...journal.bundles({ oldestFirst: true })].flatMap((bundle) =>
        journal.attempts(bundle).map(({ details }) => (details as any).tipBasisPoints as number),
      ),
    );

  async function settleOne(solver: RunningSolver, count: number): Promise<void> {
    world.stream.pushBundle(makeBundle());
    await solver.outcomes(count);
  }

  async function loseOne(solver: RunningSolver, count: number): Promise<void> {
    const items = makeBundle();
    expect(await submitTo(world.gateways[0]!, rivalOf(items, RIVAL).hex)).toBe(200);
    await world.sandbox.world.round();
    world.stream.pushBundle(items);
    await solver.outcomes(count);
  }

  it('that adapts rises with lost races up to its cap, is known to the next run, and falls with won ones', {
    timeout: 60_000,
  }, async () => {
    const args = policy({ tip: { kind: 'adaptive', maxBasisPoints: 300, stepBasisPoints: 200 } });
    const first = await new RunningSolver(world, { args }).ready();
    for (let n = 1; n <= 3; n++) await loseOne(first, n);
    await first.finish();
    expect(tips(first)).toEqual([0, 200, 300]);
    const next = await new RunningSolver(world, { args, journal: first.journal }).ready();
    for (let n = 1; n <= 6; n++) await settleOne(next, n);
    await next.finish();
    expect(tips(next).slice(3)).toEqual([300, 300, 300, 300, 300, 100]);
    expect(next.read((journal) => journal.races())).toEqual([
      { tipBasisPoints: 0, won: 0, lost: 1 },
      { tipBasisPoints: 100, won: 1, lost: 0 },
      { tipBasisPoints: 200, won: 0, lost: 1 },
      { tipBasisPoints: 300, won: 5, lost: 1 },
    ]);
    await next.matchesLedger();
  });

  it('rises no higher than profit allows', async () => {
    // Two wrappers pay 2; a pair costs a little less than 1: there is hardly any room for a tip.
    const args = [
      ...policy({ tip: { kind: 'adaptive', maxBasisPoints: 10_000, stepBasisPoints: 10_000 } }),
      ...['--min-profit', '1'],
    ];
    const solver = await new RunningSolver(world, { args }).ready();
    await loseOne(solver, 1);
    await settleOne(solver, 2);
    await solver.finish();
    const [none, some] = tips(solver) as [number, number];
    expect(none).toBe(0);
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(400);
    await solver.matchesLedger();
  });

  it('that is fixed stays, whatever happens', async () => {
    const solver = await new RunningSolver(world, {
      args: policy({ tip: { kind: 'fixed', basisPoints: 25 } }),
    }).ready();
    await loseOne(solver, 1);
    await settleOne(solver, 2);
    await solver.finish();
    expect(tips(solver)).toEqual([25, 25]);
  });
});

describe('a race that was lost', () => {
  it('is told with what the winner tipped, and what would have won it', { timeout: 30_000 }, async () => {
    const items = makeBundle();
    const { hex, id } = rivalOf(items, RIVAL, 400);
    await world.close();
    world = await openWorld({ solvers: [800, RIVAL], roundMs: 1_000 });
    world.rule = (transaction) =>
      transaction.intentId === id ? { ...success(transaction), tip: FEE / 26n } : success(transaction);
    const solver = await new RunningSolver(world, {
      args: policy({ tip: { kind: 'fixed', basisPoints: 25 } }),
    }).ready();
    await world.sandbox.world.round();
    world.stream.pushBundle(items);
    await solver.until('submission-result');
    expect(await submitTo(world.gateways[0]!, hex)).toBe(200);
    expect(await solver.outcomes(1)).toEqual({ lost: 1 });
    const lossOf = () => solver.read((journal) => ([...journal.bundles()][0]!.details as any).loss);
    await until(() => lossOf() !== undefined, 'the loss');
    await solver.finish();
    expect(lossOf()).toMatchObject({ winner: id, winnerAccount: payerOf({ hex }) });
    expect(Number(lossOf().winnerTip)).toBeCloseTo(0.123456789 / 26, 6);
    expect(lossOf().wouldHaveWon).toMatch(
      /or a tip of at least 40\d basis points: .*the winner tipped 40\d .*, we 25$/,
    );
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    const { stdout } = await cli(['explain', bundle!.id, '--journal', solver.journal]);
    expect(stdout).toMatch(/lost\n +to +account_sim\S+\n +by +txid_sim/);
    expect(stdout).toMatch(
      /its tip +0.0047\d*\n +our tip +0.00\d+\n +would have won +\S+.* a tip of at least 40\d basis points/,
    );
    const report = JSON.parse((await cli(['report', solver.journal, '--json'])).stdout);
    expect(JSON.stringify(report)).toContain(payerOf({ hex }));
  });
});

describe('prices', () => {
  const A = formatAddress(token(1), SIM);
  /** The seller gives 3 more of A than the buyer asks for. */
  const generous = () =>
    makeBundle({
      edit: (order) =>
        order.sell.resource === token(1) ? { ...order, sell: { ...order.sell, amount: units(4) } } : order,
    });

  it('are fetched as the policy says, count in what a bundle earns, and their age is measured', {
    timeout: 30_000,
  }, async () => {
    const server = await priceServer({ '/prices': { prices: { [A]: '0.5' } } });
    const args = policy({ prices: { http: { url: `${server.url}/prices` } } });
    const solver = await new RunningSolver(world, { args }).ready();
    expect(await solver.until('prices')).toMatchObject([{ ok: true, tokens: 1 }]);
    world.stream.pushBundle(generous());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    const [attempt] = solver.read((journal) => journal.attempts(bundle!));
    expect((attempt!.details as any).considered).toMatchObject([{ surplus: '1.5', chosen: true }]);
    const metrics = await (await fetch(`${/http:\S+/.exec(solver.stderr.text)![0]}/metrics`)).text();
    expect(metrics).toMatch(/^anthic_solver_prices\{source="127\S+"\} 1$/m);
    expect(metrics).toMatch(/^anthic_solver_price_age_seconds\{source="127\S+"\} \d/m);
    await solver.finish();
    const asked = server.asked.length;
    await sleep(50);
    expect(server.asked.length).toBe(asked);
  });

  it('that have gone stale are told, and leave it ready: it settles without them', { timeout: 60_000 }, async () => {
    const server = await priceServer({ '/prices': { prices: { [A]: '0.5' } } });
    const args = policy({ prices: { http: { url: `${server.url}/prices` }, maxAge: 2_000 } });
    const solver = await new RunningSolver(world, { args }).ready();
    expect(await solver.until('prices')).toMatchObject([{ ok: true, tokens: 1 }]);
    delete server.answers['/prices'];
    await until(
      () => solver.logged('prices').some(({ code }) => code === 'stale'),
      'stale prices',
      () => solver.stdout.text,
    );
    expect(await solver.health('ready')).toEqual({ status: 200, codes: ['prices-stale'] });
    world.stream.pushBundle(generous());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    const warnings = solver.logged('prices').filter(({ level }) => level === 'warn');
    expect(warnings.filter(({ tokens }) => tokens === 0)).toMatchObject([{ code: 'stale' }]);
    await solver.finish();
  });

  it.each(['http', 'orderBook'])('come from nobody who could change them on the way: %s', async (source) => {
    const args = policy({ prices: { [source]: { url: 'http://prices.example/x' } } });
    const { ended } = new RunningSolver(world, { args });
    expect(await ended).toMatchObject({ code: 'bad-usage', path: `prices.${source}.url` });
  });

  it('may come from order books', { timeout: 30_000 }, async () => {
    const xrd = { resource_address: XRD_SIM, symbol: 'XRD' };
    const server = await priceServer({
      '/trade/tokens': { tokens: [xrd, { resource_address: A, symbol: 'A' }] },
      '/trade/token_pairs': { token_pairs: [{ base: 'A', quote: 'XRD' }] },
      '/trade/order_book?base=A&quote=XRD': { bids: [['0.4', '10']], asks: [['0.6', '10']] },
    });
    const args = policy({ prices: { orderBook: { url: server.url } } });
    const solver = await new RunningSolver(world, { args }).ready();
    expect(await solver.until('prices')).toMatchObject([{ ok: true, tokens: 1 }]);
    world.stream.pushBundle(generous());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    const [attempt] = solver.read((journal) => journal.attempts(bundle!));
    expect((attempt!.details as any).considered).toMatchObject([{ surplus: '1.2', chosen: true }]);
    await solver.finish();
  });

  /** The buyer asks for more of A than the seller gives. */
  const short = (asked = units(11) / 10n) =>
    makeBundle({
      edit: (order) => (order.buy.resource === token(1) ? { ...order, buy: { ...order.buy, amount: asked } } : order),
    });
  const stocked = policy({ prices: { table: { [A]: '0.5' } }, inventory: { [A]: '0.15' } });

  it('make it worth adding from the own account what a bundle lacks', { timeout: 30_000 }, async () => {
    const solver = await new RunningSolver(world, { args: stocked }).ready();
    const solverHolds = () => solver.logged('gateway-call').filter(({ call }) => call === 'fungiblesPage').length >= 1;
    await until(solverHolds, 'a look at the own account');
    world.stream.pushBundle(short());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    const [attempt] = solver.read((journal) => journal.attempts(bundle!));
    expect((attempt!.details as any).inventory).toEqual([{ resource: A, amount: '0.1' }]);
    const { stdout } = await cli(['explain', bundle!.id, '--journal', solver.journal]);
    expect(stdout).toMatch(/adds +0.1 resource_sim/);
    await solver.finish();
  });

  it('make nothing worth adding beyond what the policy allows', async () => {
    const solver = await new RunningSolver(world, { args: stocked }).ready();
    world.stream.pushBundle(short(units(12) / 10n));
    expect(await solver.outcomes(1)).toEqual({ unmatched: 1 });
    await solver.finish();
  });
});

describe('a dry run', () => {
  it('shows what would have been earned, and learns nothing from it', async () => {
    const solver = await new RunningSolver(world, { submit: false, args: policy({}) }).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ 'would-settle': 1 });
    await solver.finish();
    const [bundle] = solver.read((journal) => [...journal.bundles()]);
    expect(bundle!.details).toMatchObject({
      considered: [{ chosen: true, reward: '2' }],
      simulated: { by: 'preview', outcome: 'Succeeded' },
    });
    expect(solver.read((journal) => [journal.parties(), journal.races()])).toEqual([[], []]);
    const { money } = JSON.parse((await cli(['report', solver.journal, '--json'])).stdout);
    expect(JSON.stringify(money)).toContain('"reward":"2"');
  });
});

function wrapperOf(item: string): string {
  const { orders } = openFrame(bundleFrame([item]), { network: SIM.id, pinned: undefined }, []);
  return formatId('subtxid', subintentHash(orders[0]!.wrapper), SIM);
}

/** The wrappers that a root calls before its fee is locked. */
function calledBeforeLock(hex: string): string[] {
  const { transactionIntent } = decodeTransaction('NotarizedTransactionV2', fromHex(hex)).signedTransactionIntent;
  const { instructions, children } = transactionIntent.rootIntentCore;
  const lock = instructions.value.findIndex((each) => each.type === 'CALL_METHOD' && each.method === 'lock_fee');
  return instructions.value
    .slice(0, lock)
    .flatMap((each) => (each.type === 'YIELD_TO_CHILD' ? [formatId('subtxid', children[each.child]!, SIM)] : []));
}
