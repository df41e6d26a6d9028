import { describe, expect, it, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import { knowledgeOf } from '../../src/solver/live/knowledge.js';
import { recordingLine } from '../../src/solver/recorder.js';
import { parseRecording } from '../../src/solver/recording.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { makeBundle, SIM } from '../e2e/world.js';
import { ed25519Key } from '../support/build.js';
import { makePair, token } from '../support/bundles.js';
import { bundleFrame } from '../support/streamServer.js';
import { readOrder } from '../support/waiting.js';
import { setUp } from './liveSupport.js';

const SOLVER = preallocatedAccount(ed25519Key(800).publicKey);
const orders = makePair(token(1), token(2), units(5), units(7), 1).map((order) => readOrder(order));
const [seller, buyer] = orders.map(({ limitOrder }) => limitOrder.account) as [string, string];

function factsOf(changes: object = {}): any {
  return {
    holdsVault: () => undefined,
    held: () => undefined,
    exists: () => undefined,
    ownerIsUsual: () => false,
    features: () => undefined,
    likelyFeatures: () => ['mint', 'burn', 'track_total_supply'],
    ...changes,
  };
}

describe('what is recorded of what a solver knew', () => {
  it('is nothing where nothing is known', () => {
    const nothing = { vaults: new Map(), held: new Map(), accounts: new Map(), tokens: new Map() };
    expect(knowledgeOf(orders, SOLVER, factsOf())).toEqual(nothing);
  });

  it('is of all accounts and tokens that a settlement may touch, and can be read', () => {
    const knowledge = knowledgeOf(
      orders,
      SOLVER,
      factsOf({
        holdsVault: (_: string, resource: string) => resource !== token(2),
        held: (account: string, resource: string) =>
          resource === token(1) ? { atLeast: account === seller ? -3n : 5n, isAll: account !== seller } : undefined,
        exists: (account: string) => (account === SOLVER ? true : undefined),
        ownerIsUsual: (account: string) => account === buyer,
        features: (resource: string) => (resource === XRD ? ['mint', 'burn'] : undefined),
        likelyFeatures: (resource: string) => (resource === token(1) ? ['vault_freeze'] : undefined),
      }),
    );
    for (const account of [seller, buyer, SOLVER]) {
      expect(knowledge.vaults.get(account)).toEqual(
        new Map([
          [XRD, true],
          [token(1), true],
          [token(2), false],
        ]),
      );
    }
    expect(knowledge.held.get(seller)).toEqual(new Map([[token(1), { atLeast: 0n, isAll: false }]]));
    expect(knowledge.held.get(buyer)).toEqual(new Map([[token(1), { atLeast: 5n, isAll: true }]]));
    // What the solver itself holds is nobody's business.
    expect(knowledge.held.has(SOLVER)).toBe(false);
    expect(knowledge.tokens).toEqual(
      new Map([
        [XRD, { features: ['mint', 'burn'], isSure: true }],
        [token(1), { features: ['vault_freeze'], isSure: false }],
      ]),
    );
    const line = recordingLine({ receivedAt: 0, network: 242, epoch: 1n, timestamp: 1n, frame: '', ...knowledge });
    expect(parseRecording(line)).toMatchObject(knowledge);
  });

  it('is as of the decision', async () => {
    const { solver, ledger } = setUp({ submit: false });
    ledger.balances.mockImplementation(async () => ({
      ledger: undefined,
      amounts: new Map([[formatAddress(token(1), SIM), units(9)]]),
    }));
    const origin = { url: 'ws://x', receivedAt: Date.now() };
    const frame = bundleFrame(makeBundle({ seed: 7_001 }));
    const undecided = solver.receive(frame, origin)!;
    expect(undecided.known().held.size).toBe(0);
    const decided = vi.fn();
    void undecided.decided.then(decided);
    // What came before, and what is no bundle, waits for no decision.
    expect(solver.receive(frame, origin)).toBeUndefined();
    expect(solver.receive('no frame', origin)).toBeUndefined();
    expect(decided).not.toHaveBeenCalled();
    solver.start();
    await undecided.decided;
    expect(undecided.known().held.size).toBeGreaterThanOrEqual(2);
    await solver.stop();
    expect(solver.receive(bundleFrame(makeBundle()), origin)).toBeUndefined();
  });
});
