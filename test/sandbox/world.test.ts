import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import { RuleLedger } from '../../src/sandbox/ledger/ruleLedger.js';
import { readTransaction } from '../../src/sandbox/ledger/transaction.js';
import { Mempool } from '../../src/sandbox/node/mempool.js';
import { Node } from '../../src/sandbox/node/node.js';
import { Rejections } from '../../src/sandbox/node/rejections.js';
import { BalanceBook } from '../../src/sandbox/world/balances.js';
import { SandboxClock } from '../../src/sandbox/world/clock.js';
import { runRounds } from '../../src/sandbox/world/rounds.js';
import { World } from '../../src/sandbox/world/world.js';
import { ed25519Key, makeNotarized, makeSignedPartial, type TransactionOptions } from '../support/build.js';
import { notarizedHex, SIM } from '../support/engine.js';
import { RULE_START } from '../support/ruleSandbox.js';

function transaction(options: TransactionOptions = {}) {
  return readTransaction(notarizedHex(makeNotarized(options)), SIM);
}

describe('the clock', () => {
  it('runs or stands, and only goes forward', () => {
    let system = 1_000;
    const running = SandboxClock.running(5_000, () => system);
    system += 30;
    expect(running.now()).toBe(5_030);
    expect(SandboxClock.running(undefined, () => 9).now()).toBe(9);
    const standing = SandboxClock.standing(500);
    standing.advance(25);
    standing.advanceTo(600);
    expect(standing.now()).toBe(600);
    expect(() => standing.advanceTo(599)).toThrow(expect.objectContaining({ code: 'clock-back' }));
  });
});

describe('the mempool', () => {
  it('gives the best tip first, and pushes out the worst', () => {
    const pool = new Mempool(2);
    const [a, b, c] = [0, 0, 5].map((tipBasisPoints, n) => transaction({ tipBasisPoints, discriminator: BigInt(n) }));
    expect([pool.add(a!), pool.add(b!)]).toEqual([true, true]);
    expect(pool.add(transaction({ discriminator: 9n }))).toBe(false);
    expect(pool.add(c!)).toBe(true);
    expect([pool.has(a!.payloadHash), pool.has(b!.payloadHash), pool.size]).toEqual([true, false, 2]);
    expect(pool.take(1)).toEqual([c]);
    expect(pool.take(9)).toEqual([a]);
    expect(new Mempool(0).add(a!)).toBe(false);
  });
});

describe('rejections', () => {
  it('are remembered for two minutes, then for longer', () => {
    const rejections = new Rejections();
    const rejection = { error: 'Poor', permanent: false, intentPermanent: false };
    rejections.remember('a', rejection, 0);
    expect(rejections.known('a', 119_999)).toBe(rejection);
    expect(rejections.known('a', 120_000)).toBeUndefined();
    rejections.remember('a', rejection, 120_000);
    expect(rejections.known('a', 359_999)).toBe(rejection);
    expect(rejections.known('a', 360_000)).toBeUndefined();
    const permanent = { error: 'Late', permanent: true, intentPermanent: true };
    rejections.remember('b', permanent, 0, 0);
    expect(rejections.known('b', 1e12)).toBe(permanent);
    expect(rejections.known('c', 0)).toBeUndefined();
  });
});

describe('the node', () => {
  const nodeOn = (ledger: RuleLedger) => new Node(ledger, { now: () => 0 });

  it('checks a payload once, whoever brings it', async () => {
    const ledger = new RuleLedger(SIM, undefined, RULE_START);
    const check = vi.spyOn(ledger, 'check');
    const node = nodeOn(ledger);
    const one = transaction();
    const accepted = { type: 'accepted' };
    expect(await Promise.all([node.submit(one), node.submit(one)])).toEqual([accepted, accepted]);
    expect(await node.submit(one)).toEqual(accepted);
    expect([check.mock.calls.length, node.mempoolSize]).toEqual([1, 1]);
    const executing = node.executeRound();
    expect(await node.submit(one)).toEqual(accepted);
    expect(await executing).toHaveLength(1);
    expect(node.mempoolSize).toBe(0);
  });

  it('looks again at what was only too early', async () => {
    const ledger = new RuleLedger(SIM, undefined, RULE_START);
    const node = nodeOn(ledger);
    const early = transaction({ minTimestamp: 501n });
    expect(await node.submit(early)).toMatchObject({
      type: 'rejected',
      permanent: false,
      error: expect.stringContaining('NotYetValid'),
    });
    await ledger.advance({ proposerTimestampMs: 501_000 });
    expect(await node.submit(early)).toEqual({ type: 'accepted' });
    const epochs = transaction({ startEpoch: 51n });
    expect(await node.submit(epochs)).toMatchObject({ error: 'TransactionEpochNotYetValid' });
  });

  it('takes what validation refuses for refused for good', async () => {
    const ledger = new RuleLedger(SIM, undefined, RULE_START);
    const refused = { accepted: false, permanent: true, stage: 'validation', error: null, errorVariant: null } as const;
    vi.spyOn(ledger, 'check').mockResolvedValue(refused);
    expect(await nodeOn(ledger).submit(transaction())).toEqual({
      type: 'rejected',
      error: 'rejected',
      permanent: true,
      intentPermanent: true,
    });
  });

  it('remembers a round that rejects', async () => {
    const ledger = new RuleLedger(SIM, () => ({ outcome: 'rejected' }), RULE_START);
    const node = nodeOn(ledger);
    const one = transaction();
    expect(await node.submit(one)).toEqual({ type: 'accepted' });
    expect(await node.executeRound()).toEqual([]);
    expect(await node.submit(one)).toMatchObject({
      type: 'rejected',
      error: 'BootloadingError(ByRule)',
      permanent: false,
    });
    vi.spyOn(ledger, 'execute').mockResolvedValue({ status: 'Aborted', error: null, errorVariant: null, fee: null });
    const two = transaction({ discriminator: 2n });
    vi.spyOn(ledger, 'check').mockResolvedValueOnce({ accepted: true } as never);
    await node.submit(two);
    await node.executeRound();
    expect(await node.submit(two)).toMatchObject({ error: 'Aborted' });
  });
});

describe('the ledger by rule', () => {
  it('keeps the rules of time and of single use', async () => {
    const ledger = new RuleLedger(SIM, undefined, RULE_START);
    const errors = async (options: TransactionOptions) => (await ledger.execute(transaction(options))).error;
    expect(await errors({ endEpoch: 50n })).toBe('TransactionEpochNoLongerValid');
    expect(await errors({ maxTimestamp: 500n })).toBe('TransactionProposerTimestampNoLongerValid');
    const child = makeSignedPartial({ signers: [ed25519Key(1)] });
    expect(await errors({ children: [child] })).toBeNull();
    expect(await errors({ children: [child] })).toMatch(/^IntentHashPreviouslyCommitted\(Transaction/);
    expect(await errors({ children: [child], discriminator: 1n })).toMatch(/^IntentHashPreviouslyCommitted\(Subintent/);
  });

  it('has epochs of five minutes and goes forward only', async () => {
    const ledger = new RuleLedger(SIM);
    expect(await ledger.time()).toEqual({ epoch: 2, round: 0, proposerTimestampMs: 0 });
    expect(await ledger.advance({})).toMatchObject({ epoch: 2, round: 1 });
    expect(await ledger.advance({ rounds: 1, proposerTimestampMs: 300_000 })).toMatchObject({ epoch: 3, round: 0 });
    expect(await ledger.advance({ epoch: 9 })).toMatchObject({ epoch: 9, round: 0 });
    await expect(ledger.advance({ epoch: 8 })).rejects.toMatchObject({ code: 'BadClock' });
    await expect(ledger.advance({ proposerTimestampMs: 1 })).rejects.toMatchObject({ code: 'BadClock' });
  });

  it('forgets the oldest bytes', async () => {
    const ledger = new RuleLedger(SIM, undefined, RULE_START);
    const hashes: string[] = [];
    for (let n = 0; n < 1001; n += 1) {
      const one = { ...transaction(), intentHash: `${n}` };
      await ledger.execute(one);
      hashes.push(one.intentHash);
    }
    expect(await ledger.committed(hashes[0]!)).toBeUndefined();
    expect(await ledger.committed(hashes[1000]!)).toBeDefined();
  });

  it('makes tokens and accounts', async () => {
    const ledger = new RuleLedger(SIM);
    const token = await ledger.createToken({ symbol: 'T', divisibility: 2 });
    const key = { curve: 'Secp256k1', hex: '02'.repeat(33) } as const;
    const account = await ledger.createGlobalAccount(key, [{ resource: token, amount: '1.5' }]);
    expect(account).toMatch(/^account_sim1c/);
    expect(await ledger.balances(account)).toEqual({ [token]: '1.5' });
    expect(await ledger.balances(await ledger.createAccount(key, []))).toEqual({});
    await expect(ledger.fund(account, { resource: account, amount: '1' })).rejects.toMatchObject({
      code: 'SetupFailed',
    });
    await expect(ledger.fund(token, { resource: token, amount: '1' })).rejects.toMatchObject({ code: 'BadAddress' });
  });
});

describe('balances', () => {
  it('are known at every state since an account was looked at', () => {
    const book = new BalanceBook();
    book.apply({ a: { x: '5' } }, 1);
    expect(book.knows('a')).toBe(false);
    book.set('a', { x: '7' }, 2);
    book.apply({ a: { x: '-2', y: '1' } }, 4);
    book.set('a', { x: '5', y: '1' }, 5);
    book.set('a', { x: '6' }, 6);
    const at = (version: number) =>
      Object.fromEntries([...book.at('a', version)].map(([r, { amount }]) => [r, amount]));
    expect([at(1), at(3), at(5), at(6)]).toEqual([
      {},
      { x: units(7) },
      { x: units(5), y: units(1) },
      { x: units(6), y: units(1) },
    ]);
    expect(book.at('a', 5).get('x')!.stateVersion).toBe(4);
    expect(book.at('b', 5).size).toBe(0);
  });
});

describe('the world', () => {
  const open = (ledger = new RuleLedger(SIM, undefined, RULE_START)) =>
    World.open(ledger, SandboxClock.standing(RULE_START.proposerTimestampMs));

  it('goes rounds one after the other, and sets up between them', async () => {
    const world = await open();
    const key = { curve: 'Ed25519', hex: '00'.repeat(32) } as const;
    const [, token, , account] = await Promise.all([
      world.round(),
      world.createToken({ symbol: 'T', divisibility: 0 }),
      world.round({ epoch: 60 }),
      world.createGlobalAccount(key),
    ]);
    await world.fund(account, { resource: token, amount: '3' });
    expect(world.state).toEqual({ epoch: 60, round: 1, proposerTimestampMs: 500_000, stateVersion: 6 });
    expect((await world.balances(account)).get(token)).toEqual({ amount: units(3), stateVersion: 6 });
    expect((await world.balances(await world.createAccount(key))).size).toBe(0);
  });

  it('tells its listeners, and goes on after a failed round', async () => {
    const ledger = new RuleLedger(SIM, undefined, RULE_START);
    const world = await open(ledger);
    const heard = vi.fn();
    const stop = world.onRound(heard);
    vi.spyOn(ledger, 'advance').mockRejectedValueOnce(new Error('once'));
    await expect(world.round()).rejects.toThrow('once');
    await world.round();
    stop();
    await world.round();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('keeps a bounded past', async () => {
    const { History } = await import('../../src/sandbox/world/history.js');
    const state = { epoch: 1, round: 0, proposerTimestampMs: 0, stateVersion: 0 };
    const history = new History(state);
    for (let stateVersion = 1; stateVersion <= 100_000; stateVersion += 1) history.publish({ ...state, stateVersion });
    expect(history.before(1e9).stateVersion).toBe(50_000);
    expect(history.newest.stateVersion).toBe(100_000);
  });
});

describe('rounds by themselves', () => {
  it('go at their interval until they are stopped', async () => {
    const world = await World.open(new RuleLedger(SIM), SandboxClock.standing(0));
    const stop = runRounds(world, 5, () => {});
    await expect.poll(() => world.state.round).toBeGreaterThan(2);
    await stop();
    const { round } = world.state;
    await sleep(20);
    expect(world.state.round).toBe(round);
  });

  it('end with the first that fails', async () => {
    const ledger = new RuleLedger(SIM);
    const world = await World.open(ledger, SandboxClock.standing(0));
    const advance = vi.spyOn(ledger, 'advance').mockRejectedValue(new Error('broken'));
    const errors: unknown[] = [];
    const stop = runRounds(world, 1, (error) => errors.push(error));
    await expect.poll(() => errors.length).toBe(1);
    await sleep(10);
    expect(advance).toHaveBeenCalledTimes(1);
    await stop();
  });
});
