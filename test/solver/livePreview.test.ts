import { describe, expect, it, vi } from 'vitest';
import { type Attos, units } from '../../src/base/amount.js';
import { Journal } from '../../src/journal/journal.js';
import type { PreviewOutcome } from '../../src/ledger/answer.js';
import type { NodeId } from '../../src/sbor/custom.js';
import type { Features } from '../../src/settlement/fee/features.js';
import { askedOf } from '../../src/settlement/fee/learn.js';
import { predictFee, type StateFacts } from '../../src/settlement/fee/predict.js';
import { type Proposal, propose } from '../../src/settlement/settle.js';
import { OPEN } from '../../src/solver/live/cohort.js';
import { Desk } from '../../src/solver/live/desk.js';
import { doubtOf } from '../../src/solver/live/doubt.js';
import { AccountFacts } from '../../src/solver/live/facts.js';
import { learnReceipt } from '../../src/solver/live/lesson.js';
import { leftOut, previewOf } from '../../src/solver/live/preview.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { transactionIntentLength } from '../../src/transaction/length.js';
import { temporaryFolder } from '../cli/support.js';
import { SIM } from '../e2e/world.js';
import { ed25519Key, NOTARY } from '../support/build.js';
import { makePair, token } from '../support/bundles.js';
import { readOrder } from '../support/waiting.js';

/** What a preview teaches of accounts and tokens, where no balance was ever read. */

const folder = temporaryFolder();
let made = 0;
const A = token(1);
const SOLVER = preallocatedAccount(NOTARY.publicKey);
const [seller, buyer] = [100, 101].map((number) => preallocatedAccount(ed25519Key(number).publicKey)) as [
  NodeId,
  NodeId,
];
const USUAL: Features = ['mint', 'burn', 'track_total_supply'];

/** A trade of `A` against XRD, or another. What the ledger has, and what the solver knows of that. */
function setUp(path = folder.path(`preview${++made}.sqlite`), account?: NodeId, other: NodeId = XRD) {
  const journal = Journal.open(path, { now: Date.now });
  const desk = new Desk(
    journal,
    () => {},
    10,
    () => {},
  );
  const facts = new AccountFacts({} as any, desk, SIM.id, SOLVER, () => 0, new AbortController().signal);
  facts.load(journal);
  const plan = (): Proposal =>
    propose(
      makePair(A, other, units(1), units(2)).map((order, side) =>
        readOrder(side === 0 && account ? { ...order, account } : order),
      ),
      {
        ...{ network: SIM.id, epoch: 1n, facts, composition: 'cheapest', tipBasisPoints: 300, discriminator: 1n },
        solver: { account: SOLVER, publicKey: NOTARY.publicKey },
      },
    );
  const preview = async (outcome: Partial<PreviewOutcome>, signal = new AbortController().signal) => {
    const proposal = plan();
    const ledger = { preview: vi.fn(async () => ({ status: 'Succeeded', created: undefined, ...outcome })) };
    const clocks = { now: () => 0, ledgerNow: () => 0, expiryMarginMs: 0 };
    const context = { ledger, facts, network: SIM.id, signal, ...clocks };
    return previewOf(proposal, 60_000, context as any);
  };
  return { journal, path, facts, plan, preview };
}

interface LedgerState {
  readonly missing?: readonly [NodeId, NodeId][];
  readonly unborn?: readonly NodeId[];
  readonly features?: Features;
  readonly ownerIsUsual?: (account: NodeId) => boolean;
}

/** What a settlement's charge can teach. */
function lessonOf(priced: Proposal, facts: AccountFacts) {
  return { priced, before: askedOf(priced, facts) };
}

function factsOn({ missing = [], unborn = [], features = USUAL, ownerIsUsual }: LedgerState): StateFacts {
  return {
    holdsVault: (account, resource) => !missing.some(([a, r]) => a === account && r === resource),
    exists: (account) => !unborn.includes(account),
    features: () => features,
    ...(ownerIsUsual && { ownerIsUsual }),
  };
}

/** What the ledger would charge for a preview, and create. */
function outcomeOn(state: LedgerState, { input, execution, signed }: Proposal) {
  const { missing = [], unborn = [] } = state;
  const effectiveLength = transactionIntentLength(signed.transactionIntent);
  const { total: fee } = predictFee({ ...input, effectiveLength }, execution, factsOn(state));
  const vaults = missing.map(([account, resource]) => ({ account: formatAddress(account, SIM), resource }));
  return { fee, created: { entities: unborn.map((account) => formatAddress(account, SIM)), vaults } };
}

const feeOn = (state: LedgerState, { input, execution }: Proposal): Attos =>
  predictFee(input, execution, factsOn(state)).total;

describe('a preview that succeeds', () => {
  it.each<[string, LedgerState]>([
    ['all is there', {}],
    ['the buyer has no vault yet', { missing: [[buyer, A]] }],
    [
      'neither has',
      {
        missing: [
          [buyer, A],
          [seller, XRD],
        ],
      },
    ],
    ['the token can be frozen', { features: [...USUAL, 'vault_freeze'], missing: [[buyer, A]] }],
    ['the token is bare', { features: [] }],
  ])('tells what the fee depends on: %s', async (_, state) => {
    const { facts, plan, preview, journal, path } = setUp();
    expect(plan().fee).toMatchObject({ known: false, supposed: [A] });
    const outcome = outcomeOn(state, plan());
    expect(await preview(outcome)).toEqual({ type: 'succeeded', fee: outcome.fee + leftOut(plan()) });
    expect(plan().fee).toMatchObject({ known: true, supposed: [], total: feeOn(state, plan()) });
    expect(facts.holdsVault(buyer, A)).toBe(!state.missing?.some(([account]) => account === buyer));
    expect([facts.exists(seller), facts.exists(buyer)]).toEqual([true, true]);
    journal.close();
    // What is there stays, and is remembered.
    const again = setUp(path);
    expect(again.plan().fee.supposed).toEqual([]);
    expect(again.facts.holdsVault(seller, A)).toBe(true);
    expect(again.facts.holdsVault(buyer, A)).toBe(state.missing === undefined ? true : undefined);
  });

  it('tells nothing without its state updates, or where its own charge belies them', async () => {
    const { plan, preview } = setUp();
    const fee = outcomeOn({ missing: [[buyer, A]] }, plan()).fee;
    for (const created of [undefined, { entities: [], vaults: [] }]) {
      expect(await preview({ fee, created })).toMatchObject({ type: 'succeeded' });
      expect(plan().fee).toMatchObject({ known: false, supposed: [A] });
    }
  });

  it('that comes when the solver has stopped tells nothing: the journal may be closed', async () => {
    const { plan, journal, facts, preview } = setUp();
    const outcome = outcomeOn({}, plan());
    journal.close();
    expect(await preview(outcome, AbortSignal.abort())).toMatchObject({ type: 'none' });
    expect(facts.features(A)).toBeUndefined();
  });

  it('tells nothing that would not succeed', async () => {
    const { plan, preview } = setUp();
    await preview({ ...outcomeOn({}, plan()), status: 'Failed', error: 'x' });
    expect(plan().fee).toMatchObject({ known: false, supposed: [A] });
  });

  it('is believed where it belies what was learned of a token before', async () => {
    const { plan, preview } = setUp();
    await preview(outcomeOn({}, plan()));
    expect(plan().fee.total).toBe(feeOn({}, plan()));
    const state = { features: [...USUAL, 'vault_recall'] } as const;
    await preview(outcomeOn(state, plan()));
    expect(plan().fee).toMatchObject({ known: true, total: feeOn(state, plan()) });
  });
});

describe('the owner of a created account', () => {
  const created = `c1${'07'.repeat(29)}`;
  const usual = { ownerIsUsual: () => true };

  it('is known to be the usual one by a charge that this alone explains, and stays known', async () => {
    const { facts, plan, preview, journal, path } = setUp(undefined, created);
    expect(plan().fee).toMatchObject({
      known: false,
      unknown: expect.arrayContaining([expect.stringMatching(/owner/)]),
    });
    const outcome = outcomeOn(usual, plan());
    await preview({ ...outcome, fee: outcome.fee + 1n });
    expect(facts.ownerIsUsual(created)).toBe(false);
    await preview(outcome);
    expect(facts.ownerIsUsual(created)).toBe(true);
    expect(plan().fee).toMatchObject({ known: true, supposed: [] });
    journal.close();
    const again = setUp(path, created);
    expect([again.facts.ownerIsUsual(created), again.facts.ownerIsUsual(buyer)]).toEqual([true, false]);
  });
});

describe('the charge of a settlement', () => {
  const created = `c1${'08'.repeat(29)}`;
  const usual: LedgerState = { ownerIsUsual: () => true };

  it('goes before what a preview told falsely of a token', async () => {
    const { facts, plan, preview } = setUp();
    await preview(outcomeOn({ features: [] }, plan()));
    expect(facts.features(A)).toEqual([]);
    learnReceipt(facts, feeOn({ features: ['vault_freeze'] }, plan()), lessonOf(plan(), facts));
    expect(facts.features(A)).toEqual(['vault_freeze']);
  });

  it('that nothing explains takes back what is known of a token when it is not the only one', async () => {
    const { facts, plan, preview, journal, path } = setUp();
    await preview(outcomeOn({}, plan()));
    const belie = () => learnReceipt(facts, feeOn({}, plan()) + 1n, lessonOf(plan(), facts));
    belie();
    await preview(outcomeOn({}, plan()));
    belie();
    expect(facts.features(A)).toEqual(USUAL);
    belie();
    expect(facts.features(A)).toBeUndefined();
    journal.close();
    expect(setUp(path).facts.features(A)).toBeUndefined();
  });

  it('that nothing explains takes back at once what is known of an owner', async () => {
    const { facts, plan, preview, journal, path } = setUp(undefined, created);
    await preview(outcomeOn(usual, plan()));
    learnReceipt(facts, feeOn(usual, plan()) + 1n, lessonOf(plan(), facts));
    expect([facts.features(A), facts.ownerIsUsual(created)]).toEqual([USUAL, false]);
    journal.close();
    const again = setUp(path, created);
    expect(again.facts.ownerIsUsual(created)).toBe(false);
    await again.preview(outcomeOn(usual, again.plan()));
    expect(again.facts.ownerIsUsual(created)).toBe(true);
  });

  it('belies no token where a vault may have come to be meanwhile', async () => {
    const { facts, plan, preview } = setUp();
    await preview(outcomeOn({ missing: [[buyer, A]] }, plan()));
    const lesson = lessonOf(plan(), facts);
    learnReceipt(facts, feeOn({}, plan()), lesson);
    expect(facts.features(A)).toEqual(USUAL);
    expect(facts.holdsVault(buyer, A)).toBe(true);
    learnReceipt(facts, feeOn({}, plan()), lessonOf(plan(), facts));
    expect(facts.features(A)).toEqual(USUAL);
  });
});

describe('charges that explain nothing', () => {
  it('take back what was struck out before: one of them is false', async () => {
    const { facts, plan, preview } = setUp(undefined, undefined, token(2));
    await preview(outcomeOn({}, plan()));
    const left = facts.tokens.dearestFeatures(A);
    expect(left).not.toContain('vault_freeze');
    const { fee, created } = outcomeOn({}, plan());
    await preview({ fee: fee + 1n, created });
    expect(facts.tokens.dearestFeatures(A)).toContain('vault_freeze');
  });

  it('are not those of which nothing can be told, where not all is known of an account', async () => {
    const { facts, plan, preview } = setUp(undefined, undefined, token(2));
    await preview(outcomeOn({}, plan()));
    const left = facts.tokens.dearestFeatures(A);
    const strange = setUp(undefined, `c1${'09'.repeat(29)}`, token(2)).plan();
    for (let n = 0; n < 9; n++) learnReceipt(facts, units(1), lessonOf(strange, facts));
    expect(facts.tokens.dearestFeatures(A)).toEqual(left);
  });

  it('are no more looked at after some, but where a token is the only one', async () => {
    const { plan, preview, facts, journal } = setUp(undefined, undefined, token(2));
    const outcome = outcomeOn({}, plan());
    for (let n = 0; n < 8; n++) await preview({ ...outcome, fee: outcome.fee + 1n });
    await preview(outcome);
    expect(facts.tokens.dearestFeatures(A)).toContain('vault_freeze');
    journal.close();
    const alone = setUp();
    for (let n = 0; n < 9; n++) await alone.preview({ ...outcomeOn({}, alone.plan()), fee: units(1) });
    await alone.preview(outcomeOn({}, alone.plan()));
    expect(alone.facts.features(A)).toEqual(USUAL);
  });
});

describe('a token of which nothing is known', () => {
  it('is taken for the dearest there is where that could make a loss: a preview decides', async () => {
    const { facts, plan, preview } = setUp();
    for (const [account, resources] of askedOf(plan(), facts).vaults) {
      facts.learnVaults([...resources.keys()].map((resource) => ({ account, resource })));
    }
    const doubt = (minProfit: Attos) => {
      const proposal = plan();
      const chosen = { reward: proposal.quote.reward, surplus: 0n };
      const decision = { proposal, chosen, bundles: [{}], unsure: [] };
      return doubtOf(decision as any, OPEN, { policy: { minProfit } as any, facts });
    };
    const { quote, fee } = plan();
    expect(fee).toMatchObject({ known: true, supposed: [A] });
    const earns = quote.reward - quote.networkFee;
    expect(doubt(earns - units(1) / 20n)).toBeUndefined();
    expect(doubt(earns - units(1) / 1000n)).toEqual({ payers: false, fee: true });
    await preview(outcomeOn({}, plan()));
    expect(doubt(earns)).toBeUndefined();
  });
});
