import { describe, expect, it } from 'vitest';
import { type Attos, units } from '../../src/base/amount.js';
import { FEATURE_LISTS, type Features, listLength } from '../../src/settlement/fee/features.js';
import { featuresBy } from '../../src/settlement/fee/learn.js';
import { predictFee, type StateFacts } from '../../src/settlement/fee/predict.js';
import { type Proposal, propose, type SettleContext } from '../../src/settlement/settle.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { NOTARY, SIMULATOR, XRD } from '../support/build.js';
import { makePair, token } from '../support/bundles.js';
import { readOrder } from '../support/waiting.js';

const [A, B] = [token(1), token(2)];
const SOLVER = preallocatedAccount(NOTARY.publicKey);
const accounts = { holdsVault: () => true, exists: () => true };

function pair(sells: string, buys: string, tipBasisPoints = 0, facts: StateFacts = accounts): Proposal {
  const orders = makePair(sells, buys, units(1), units(2), 1).map((order) => readOrder(order));
  return propose(orders, contextWith(tipBasisPoints, facts));
}

function contextWith(tipBasisPoints: number, facts: StateFacts): SettleContext {
  const solver = { account: SOLVER, publicKey: NOTARY.publicKey };
  const how = { composition: 'cheapest', tipBasisPoints, discriminator: 1n } as const;
  return { network: SIMULATOR, epoch: 1n, solver, facts, ...how };
}

type Tokens = Readonly<Record<string, Features>>;
const knowing = (features: Tokens): StateFacts => ({ ...accounts, features: (resource) => features[resource] });
const charge = ({ input, execution }: Proposal, tokens: Tokens): Attos =>
  predictFee(input, execution, knowing(tokens)).total;
/** What a fee can tell of features. */
const told = (features: Features | undefined) =>
  features && [listLength(features), features.includes('vault_freeze')].join();

describe('the features of a token', () => {
  it.each([0, 7, 12_345])('are told by the charge of one trade against XRD, with a tip of %i', (tip) => {
    for (const proposal of [pair(A, XRD, tip), pair(XRD, A, tip)]) {
      for (const features of FEATURE_LISTS) {
        const found = featuresBy(charge(proposal, { [A]: features }), proposal, accounts)!;
        expect([...found.keys()]).toEqual([A]);
        expect(found.get(A)!.map(told)).toEqual([told(features)]);
      }
    }
  });

  it('of two tokens are told as far as one charge can tell, and more by the next', () => {
    const [there, back] = [pair(A, B), pair(B, A)];
    let [once, twice] = [0, 0];
    for (const a of FEATURE_LISTS) {
      for (const b of FEATURE_LISTS) {
        const tokens = { [A]: a, [B]: b };
        const first = featuresBy(charge(there, tokens), there, accounts)!;
        const next = featuresBy(charge(back, tokens), back, accounts, (token) => first.get(token)!)!;
        for (const [found, count] of [
          [first, () => once++],
          [next, () => twice++],
        ] as const) {
          for (const [resource, features] of Object.entries(tokens)) {
            expect(found.get(resource)!.map(told)).toContain(told(features));
            if (found.get(resource)!.length === 1) count();
          }
        }
      }
    }
    const all = 2 * FEATURE_LISTS.length ** 2;
    expect(once / all).toBeGreaterThan(0.9);
    expect(twice / all).toBeGreaterThan(0.97);
  });

  it('of two usual tokens stay open by little: no charge of theirs admits one that can be frozen', () => {
    const proposal = pair(A, B);
    const left = featuresBy(charge(proposal, {}), proposal, accounts)!;
    const all = [A, B].flatMap((resource) =>
      left.get(resource)!.map((features) => charge(proposal, { [resource]: features })),
    );
    const most = all.reduce((a, b) => (b > a ? b : a));
    expect(most - charge(proposal, {})).toBeLessThan(units(1) / 2_000n);
  });

  it('are not told by a charge that nothing explains, or of too many tokens, or where accounts are not known', () => {
    const proposal = pair(A, XRD);
    expect(featuresBy(charge(proposal, {}) + 1n, proposal, accounts)).toEqual(new Map());
    const unknown = { holdsVault: () => undefined };
    expect(featuresBy(charge(proposal, {}), proposal, unknown)).toBeUndefined();
    const many = propose(
      [
        ...makePair(token(1), token(2), units(1), units(2), 1),
        ...makePair(token(3), token(4), units(1), units(2), 2),
      ].map((order) => readOrder(order)),
      contextWith(0, accounts),
    );
    expect(featuresBy(many.fee.total, many, accounts)).toBeUndefined();
  });
});
