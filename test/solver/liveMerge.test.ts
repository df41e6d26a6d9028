import { describe, expect, it, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import type { Journal } from '../../src/journal/journal.js';
import { CERTAIN } from '../../src/settlement/chance.js';
import { BEST, type Policy } from '../../src/settlement/policy.js';
import type { LiveOptions } from '../../src/solver/live/context.js';
import { followedOf } from '../../src/solver/live/transaction.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { makeBundle, REWARD, SIM, XRD_SIM } from '../e2e/world.js';
import { token } from '../support/bundles.js';
import { committed, details, FULL, hideMakers, REFUSED, settle, setUp } from './liveSupport.js';

/** Settlements of several bundles on a ledger that says what a test wants. */

const SURE = { cannotPay: 0, weight: 20, winsRace: CERTAIN };
const SUCCEEDED = { status: 'Succeeded', fee: units(1), error: undefined, stateVersion: 1 };
const FAILED = { status: 'Failed', fee: units(1), error: 'ApplicationError(Whatever)', stateVersion: 1 };

/** Whether there are so many of something by now. */
const reach = (list: readonly unknown[], count: number) =>
  vi.waitFor(() => expect(list.length).toBeGreaterThanOrEqual(count), 5_000);

/** Several bundles pushed at once, planned together; what was previewed and sent. */
function together(count: number, changes: Partial<LiveOptions> = {}, secondsLeft = 60) {
  const policy = { ...BEST, minProfit: 0n, ...changes.policy };
  const world = setUp({ ...changes, policy });
  hideMakers(world);
  world.ledger.preview.mockResolvedValue(SUCCEEDED);
  world.solver.start();
  const bundles = Array.from({ length: count }, () => makeBundle({ secondsLeft }));
  for (const items of bundles) world.push(items);
  const planned = () => world.of('settlement-planned');
  /** How many bundles each transaction holds, in the order in which they were sent. */
  const sizes = () => planned().map(({ bundleIds }) => bundleIds.length);
  const ids = () => world.of('bundle-received').map(({ bundleId }) => bundleId);
  /** The first subintent of a transaction that was sent. */
  const firstOf = (index: number) => followedOf(fromHex(world.sent[index]!.hex), 242).subintents[0]!;
  return { ...world, bundles, planned, sizes, ids, firstOf };
}

describe('a transaction of several bundles', () => {
  it('goes again with an earlier lock where it is refused for want of a fee', async () => {
    const { sent, sizes, followed, outcomes } = together(3);
    await reach(sent, 1);
    sent[0]!.say(REFUSED);
    await reach(sent, 2);
    expect(sizes()).toEqual([3, 3]);
    followed[1]!.end(committed(followed[1]!.id, units(6)));
    followed[0]!.end({ type: 'dead', by: 'epoch', ledger: {} as any });
    await settle();
    expect(outcomes()).toEqual(['settled', 'settled', 'settled']);
  });

  it('that is refused without a word is looked for in halves, each by itself when attempts run out', async () => {
    const { sent, sizes, ledger } = together(4);
    await reach(sent, 1);
    ledger.preview.mockRejectedValue(new Error('down'));
    const refused = { type: 'refused-everywhere', reason: 'Whatever', permanent: false } as const;
    sent[0]!.say(refused);
    // Halves that may not go unseen: who is behind the lock goes alone, in a root of his own.
    await reach(sent, 5);
    expect(sizes()).toEqual([4, 1, 1, 1, 1]);
  });

  it('drops by name what another has used up, asks for more of them, and goes on', async () => {
    const { sent, sizes, ledger, outcomes, followed, of, firstOf, journal, ids } = together(4);
    await reach(sent, 1);
    let asked = 0;
    // The second that is asked about is lost, too.
    ledger.subintentStatus.mockImplementation(async () => ({
      finalized: ++asked === 1 ? { by: 'txid_w' } : undefined,
    }));
    followed[0]!.end({ type: 'lost', winner: 'txid_w', subintent: firstOf(0), stateVersion: 1 });
    await reach(sent, 2);
    expect(sizes()).toEqual([4, 2]);
    expect(outcomes()).toEqual(['lost lost', 'lost lost']);
    expect(of('bundle-dropped')).toMatchObject([{ of: 4, how: 'ledger' }]);
    followed[1]!.end(committed(followed[1]!.id, units(4)));
    await settle();
    expect(outcomes().slice(2)).toEqual(['settled', 'settled']);
    expect(journal.verify().violations).toEqual([]);
    expect(ids()).toHaveLength(4);
  });

  it('charges a failure to all by shares, to the atto, and settles those that are sound', async () => {
    const { sent, followed, outcomes, journal, sizes } = together(2);
    await reach(sent, 1);
    followed[0]!.end({ type: 'committed-failure', details: details(followed[0]!.id, 0n, true), seenBy: ['a'] });
    await reach(sent, 3);
    expect(sizes()).toEqual([2, 1, 1]);
    followed[1]!.end(committed(followed[1]!.id));
    followed[2]!.end({ type: 'committed-failure', details: details(followed[2]!.id, 0n, true), seenBy: ['a'] });
    await settle();
    expect(outcomes().toSorted()).toEqual(['failed committed-failure', 'settled']);
    const charged = [...journal.bundles()].reduce((sum, { feeCharged }) => sum + feeCharged, 0n);
    expect(charged).toBe(3n * 123_456_789_012_345_678n);
    expect(journal.verify().violations).toEqual([]);
  });

  it('that dies of its epoch goes again while there is time; of its time it expires', async () => {
    const { sent, followed, outcomes, setSkew } = together(2);
    await reach(sent, 1);
    followed[0]!.end({ type: 'dead', by: 'epoch', ledger: {} as any });
    await reach(sent, 2);
    setSkew(100_000);
    followed[1]!.end({ type: 'rejected-permanently', reason: 'TransactionEpochNoLongerValid', expired: true });
    await settle();
    expect(outcomes()).toEqual(['expired expired', 'expired expired']);
  });

  it('rejected for good drops whom the message names, and shows alone whom its account names', async () => {
    const { sent, followed, outcomes, sizes, firstOf, of, planned, journal } = together(3);
    await reach(sent, 1);
    const reason = `IntentHashPreviouslyCommitted(Subintent(${firstOf(0)}))`;
    followed[0]!.end({ type: 'rejected-permanently', reason, expired: false });
    await reach(sent, 2);
    expect(sizes()).toEqual([3, 2]);
    expect(outcomes()).toEqual(['rejected rejected']);
    const [bundle] = journal.find(planned()[1].bundleIds[0]);
    const { account } = (bundle!.details as any).orders[0];
    followed[1]!.end({ type: 'rejected-permanently', reason: `no funds in ${account}`, expired: false });
    await reach(sent, 4);
    expect(sizes().slice(2)).toEqual([1, 1]);
    expect(of('bundle-dropped')).toHaveLength(2);
  });

  it('leaves before the next one of the plan is written down', async () => {
    const { journal, ledger, sent, sizes } = together(6, { policy: { ...BEST, maxBundles: 2, chances: SURE } });
    const order: string[] = [];
    const { planAttempt } = journal;
    vi.spyOn(journal, 'planAttempt').mockImplementation((attempt) => {
      order.push('written');
      return planAttempt.call(journal, attempt);
    });
    const { submit } = ledger;
    ledger.submit = (hex: string, options: object) => {
      queueMicrotask(() => order.push('sent'));
      return submit(hex, options);
    };
    await reach(sent, 3);
    expect(sizes()).toEqual([2, 2, 2]);
    expect(order).toEqual(['written', 'sent', 'written', 'sent', 'written', 'sent']);
  });

  it('does not leave where it became too late while another one left', async () => {
    const world = together(4, { policy: { ...BEST, maxBundles: 2, chances: SURE } });
    const { submit } = world.ledger;
    world.ledger.submit = (hex: string, options: object) => {
      world.setSkew(100_000);
      return submit(hex, options);
    };
    await vi.waitFor(() => expect(world.outcomes()).toEqual(['expired expired', 'expired expired']), 5_000);
    expect(world.sizes()).toEqual([2]);
  });

  it('whose plan was made when the solver stops ends so, if it has not left', async () => {
    const { solver, sent, sizes, outcomes } = together(4, { policy: { ...BEST, maxBundles: 2, chances: SURE } });
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await solver.stop();
    expect(sizes().length * 2 + outcomes().filter((each) => each === 'declined shutdown').length).toBe(4);
  });

  it('waits in vain no longer than it may be tried', async () => {
    const { sent, outcomes, followed } = together(2, { maxAttempts: 1 });
    await reach(sent, 1);
    followed[0]!.end({ type: 'dead', by: 'epoch', ledger: {} as any });
    await settle();
    expect(outcomes()).toEqual(['declined max-attempts', 'declined max-attempts']);
  });

  it('goes without whom his attempts could cost too much, one by one where it is too dear', async () => {
    const { outcomes, sizes } = together(3, { maxCostPerBundle: units(1) / 10n });
    await vi.waitFor(() => expect(outcomes()).toHaveLength(3), 5_000);
    expect(outcomes()).toEqual(Array(3).fill('declined attempt-over-cap'));
    expect(sizes()).toEqual([]);
  });

  it('that cannot be written down ends all of its bundles, and says that the write failed', async () => {
    const world = setUp({ policy: { ...BEST, minProfit: 0n } });
    hideMakers(world);
    world.ledger.preview.mockResolvedValue(SUCCEEDED);
    vi.spyOn(world.journal, 'planAttempt').mockImplementation(() => {
      throw FULL;
    });
    world.solver.start();
    for (let n = 0; n < 2; n++) world.push();
    await vi.waitFor(() => expect(world.outcomes()).toHaveLength(2), 5_000);
    expect(world.outcomes()).toEqual(Array(2).fill('declined journal-unwritable'));
    expect(world.of('journal-write')).toMatchObject([{ ok: false, durable: true }]);
  });
});

describe('bundles that settle only together', () => {
  const REFUSAL = { type: 'refused-everywhere', reason: 'Whatever', permanent: false } as const;

  /** A pair, each of its orders in a bundle of its own, and so many that settle alone. */
  function halvesAnd(others: number) {
    const world = setUp({ policy: { ...BEST, minProfit: 0n } });
    hideMakers(world);
    world.ledger.preview.mockResolvedValue(SUCCEEDED);
    world.solver.start();
    const [one, other] = makeBundle() as [string, string];
    for (const items of [[one], ...Array.from({ length: others }, () => makeBundle()), [other]]) world.push(items);
    const sizes = () => world.of('settlement-planned').map(({ bundleIds }) => bundleIds.length);
    return { ...world, sizes };
  }

  it('stay together where halves are looked at', async () => {
    const { sent, sizes, followed, outcomes } = halvesAnd(1);
    await reach(sent, 1);
    sent[0]!.say(REFUSAL);
    await reach(sent, 3);
    expect(sizes()).toEqual([3, 1, 2]);
    for (const { id, end } of followed.slice(1)) end(committed(id));
    followed[0]!.end({ type: 'dead', by: 'epoch', ledger: {} as any });
    await settle();
    expect(outcomes()).toEqual(['settled', 'settled', 'settled']);
  });

  it('are sent again together, as one that is refused alone', { timeout: 20_000 }, async () => {
    const { sent, sizes } = halvesAnd(0);
    await reach(sent, 1);
    sent[0]!.say(REFUSAL);
    await reach(sent, 2);
    expect(sizes()).toEqual([2, 2]);
  });

  it('go without the others where a preview says that all together are too dear', async () => {
    const { sent, sizes, ledger } = halvesAnd(1);
    ledger.preview.mockResolvedValueOnce({ ...SUCCEEDED, fee: units(9) });
    await reach(sent, 2);
    expect(sizes().toSorted()).toEqual([1, 2]);
  });
});

describe('an attempt that the next run takes up', () => {
  const policy = { ...BEST, minProfit: 0n };

  /** Bundles of one attempt that is in flight when its run ends, and a run that takes it up. */
  async function takenUp(bundles: readonly (readonly string[])[]) {
    const first = setUp({ policy });
    hideMakers(first);
    first.ledger.preview.mockResolvedValue(SUCCEEDED);
    first.solver.start();
    for (const items of bundles) first.push([...items]);
    await reach(first.sent, 1);
    await first.solver.stop();
    first.journal.close();
    const next = setUp({ policy }, {}, first.path);
    hideMakers(next);
    next.ledger.preview.mockResolvedValue(SUCCEEDED);
    next.solver.start();
    await reach(next.followed, 1);
    const sizes = () => next.of('settlement-planned').map(({ bundleIds }) => bundleIds.length);
    return { ...next, attempt: next.followed[0]!, sizes };
  }

  it('keeps those together that settle only so', async () => {
    const [one, other] = makeBundle() as [string, string];
    const { attempt, followed, sizes, outcomes } = await takenUp([[one], makeBundle(), [other]]);
    attempt.end({ type: 'rejected-permanently', reason: 'Whatever', expired: false });
    await reach(followed, 3);
    expect(sizes().toSorted()).toEqual([1, 2]);
    for (const { id, end } of followed.slice(1)) end(committed(id));
    await settle();
    expect(outcomes()).toEqual(['settled', 'settled', 'settled']);
  });

  it('gives each bundle the XRD that it leaves over itself', async () => {
    const left = units(1) / 2n;
    const generous = makeBundle({
      edit: ({ sell, buy, ...order }) =>
        sell.resource === token(1)
          ? { ...order, sell, buy: { resource: XRD, amount: units(1) } }
          : { ...order, sell: { resource: XRD, amount: units(1) + left }, buy },
    });
    const { attempt, journal, outcomes } = await takenUp([makeBundle(), generous]);
    attempt.end(committed(attempt.id, 2n * REWARD + left));
    await settle();
    expect(outcomes()).toEqual(['settled', 'settled']);
    const incomes = [...journal.bundles({ oldestFirst: true })].map(
      ({ xrdChange, feeCharged }) => xrdChange! + feeCharged,
    );
    expect(incomes).toEqual([REWARD, REWARD + left]);
    expect(journal.verify().violations).toEqual([]);
  });
});

describe('a preview', () => {
  it('that never comes sends each by itself; that shows a loss, too', async () => {
    const slow = together(2);
    slow.ledger.preview.mockRejectedValue(new Error('down'));
    await reach(slow.sent, 2);
    expect(slow.sizes()).toEqual([1, 1]);
    const dear = together(2);
    dear.ledger.preview.mockResolvedValue({ ...SUCCEEDED, fee: units(100) });
    await reach(dear.sent, 2);
    expect(dear.sizes()).toEqual([1, 1]);
  });

  it('finds in halves who spoils it, at no cost', async () => {
    const { sent, sizes, ledger, outcomes } = together(4);
    let asked = 0;
    // All four, then the first half and one of it: the second half is sound.
    ledger.preview.mockImplementation(async () => (++asked <= 2 ? FAILED : SUCCEEDED));
    await reach(sent, 3);
    expect(sizes().toSorted()).toEqual([1, 1, 2]);
    expect(outcomes()).toEqual([]);
  });

  it('that wants a fee locked earlier gets it', async () => {
    const { sent, ledger, sizes } = together(2);
    const want = { ...FAILED, status: 'Rejected', error: 'SuccessButFeeLoanNotRepaid' };
    ledger.preview.mockResolvedValueOnce(want);
    await reach(sent, 1);
    expect(sizes()).toEqual([2]);
    expect(ledger.preview).toHaveBeenCalledTimes(2);
  });

  it('that names a subintent which is used up ends its bundle as lost, to whom the ledger says', async () => {
    const { sent, ledger, journal, outcomes, sizes } = together(2);
    ledger.subintentStatus.mockResolvedValue({ finalized: { by: 'txid_w' } });
    ledger.preview.mockImplementationOnce(async (hex: string) => {
      const { decodeTransaction } = await import('../../src/transaction/payload.js');
      const { subintentHash } = await import('../../src/transaction/hash.js');
      const { transactionIntent } = decodeTransaction('PreviewTransactionV2', fromHex(hex));
      const hash = Buffer.from(subintentHash(transactionIntent.nonRootSubintents[0]!)).toString('hex');
      return { ...FAILED, status: 'Rejected', error: `IntentHashPreviouslyCommitted(Subintent(${hash}))` };
    });
    await reach(sent, 1);
    await vi.waitFor(() => expect(outcomes()).toEqual(['lost lost']), 5_000);
    expect([...journal.bundles({ status: ['lost'] })][0]!.winner).toBe('txid_w');
    expect(sizes()).toEqual([1]);
  });

  it('decides where the fee is not known and could make it a loss', async () => {
    const poor = units(1) / 2n + units(1) / 100n;
    const run = async (preview: object | Error) => {
      const world = setUp({ policy: { ...BEST, minProfit: 0n } });
      hideMakers(world);
      if (preview instanceof Error) world.ledger.preview.mockRejectedValue(preview);
      else world.ledger.preview.mockResolvedValue(preview);
      world.solver.start();
      world.push(makeBundle({ reward: poor }));
      await vi.waitFor(() => expect(world.sent.length + world.outcomes().length).toBe(1), 5_000);
      return world.outcomes();
    };
    expect(await run({ ...SUCCEEDED, fee: units(9) / 10n })).toEqual([]);
    expect(await run({ ...SUCCEEDED, fee: units(11) / 10n })).toEqual(['declined min-profit']);
    expect(await run({ ...SUCCEEDED, fee: units(50) })).toEqual(['declined min-profit']);
    expect(await run(FAILED)).toEqual(['declined preview-failed']);
    expect(await run(new Error('down'))).toEqual(['declined fee-unknown']);
    // Gateways that lie.
    for (const fee of [-units(5), 0n]) {
      expect(await run({ ...SUCCEEDED, fee })).toEqual(['declined fee-unknown']);
    }
  });

  it('that cannot be read for a mistake of ours is told, and counts as one that never came', async () => {
    const { sent, ledger, sizes, of } = together(2);
    ledger.preview.mockResolvedValue({ ...SUCCEEDED, fee: undefined });
    await reach(sent, 2);
    expect(sizes()).toEqual([1, 1]);
    expect(of('internal-error')[0]).toMatchObject({ code: 'internal', where: 'preview' });
    expect(of('previewed')[0]).toMatchObject({ outcome: 'unavailable' });
  });

  it('is no part of the time that signing takes', async () => {
    const { sent, ledger, planned } = together(2);
    ledger.preview.mockImplementation(() => new Promise((resolve) => setTimeout(() => resolve(SUCCEEDED), 400)));
    await reach(sent, 1);
    const { planned: plan, signed } = planned()[0].stages;
    expect(signed.sinceFrameMicros - plan.sinceFrameMicros - signed.tookMicros).toBeGreaterThan(350_000);
  });

  it('is one of a few at a time', async () => {
    const { push, ledger, solver, of } = setUp({ submit: false, queueLimit: 100 });
    ledger.preview.mockReturnValue(new Promise(() => {}));
    solver.start();
    for (let n = 0; n < 12; n++) push();
    await vi.waitFor(() => expect(of('bundle-finished')).toHaveLength(4), 5_000);
    expect(ledger.preview).toHaveBeenCalledTimes(8);
  });

  it('is waited for, while there is time, where it has to decide and too many are under way', async () => {
    const poor = units(1) / 2n + units(1) / 100n;
    const world = setUp({ policy: { ...BEST, maxBundles: 1, minProfit: 0n }, queueLimit: 100 });
    const { ledger, solver, push, sent, outcomes, setSkew } = world;
    const waiting: ((outcome: object) => void)[] = [];
    ledger.preview.mockImplementation(() => new Promise((answer) => waiting.push(answer)));
    const answerAll = () => {
      for (const answer of waiting.splice(0)) answer({ ...SUCCEEDED, fee: units(9) / 10n });
    };
    hideMakers(world);
    solver.start();
    for (let n = 0; n < 10; n++) push(makeBundle({ reward: poor }));
    await reach(waiting, 8);
    await settle();
    expect([waiting.length, outcomes()]).toEqual([8, []]);
    answerAll();
    await reach(waiting, 2);
    answerAll();
    await reach(sent, 10);
    expect(outcomes()).toEqual([]);
    for (let n = 0; n < 9; n++) push(makeBundle({ reward: poor }));
    await reach(waiting, 8);
    setSkew(100_000);
    await vi.waitFor(() => expect(outcomes()).toContain('expired expired'), 5_000);
    expect(ledger.preview).toHaveBeenCalledTimes(18);
  });

  it('that is under way when the solver stops leaves nobody behind', async () => {
    const { solver, ledger, outcomes } = together(2);
    ledger.preview.mockReturnValue(new Promise(() => {}));
    await vi.waitFor(() => expect(ledger.preview).toHaveBeenCalled(), 5_000);
    await solver.stop();
    expect(outcomes()).toEqual(['declined shutdown', 'declined shutdown']);
  });

  it('takes its time: what was settled or became too late meanwhile is not sent', async () => {
    const { ledger, outcomes, sent, setSkew } = together(2);
    let answer: (outcome: object) => void = () => {};
    ledger.preview.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    await vi.waitFor(() => expect(ledger.preview).toHaveBeenCalled(), 5_000);
    setSkew(100_000);
    answer(SUCCEEDED);
    await settle();
    expect([outcomes(), sent.length]).toEqual([['expired expired', 'expired expired'], 0]);
  });
});

describe('an account that sells in two bundles', () => {
  it.each([
    [4n, [2]],
    [3n, [1, 1]],
  ])('and holds %i where it sells 2 in each has them in roots of these sizes: %j', async (held, sizes) => {
    const world = setUp({ policy: { ...BEST, minProfit: 0n, mergeWindow: 300 } });
    const amounts = new Map(
      [XRD_SIM, ...[1, 2].map((n) => formatAddress(token(n), SIM))].map((of) => [of, units(held)]),
    );
    world.ledger.balances.mockResolvedValue({ ledger: undefined, amounts });
    world.ledger.preview.mockResolvedValue(SUCCEEDED);
    world.solver.start();
    for (let n = 0; n < 2; n++) world.push(makeBundle({ users: 4_321 }));
    await reach(world.sent, sizes.length);
    expect(world.of('settlement-planned').map(({ bundleIds }) => bundleIds.length)).toEqual(sizes);
  });
});

describe('what is learned', () => {
  const unpaid = (requested: string) =>
    `ApplicationError(VaultError(ResourceError(InsufficientBalance { requested: ${requested}, actual: 0 })))`;
  const policy: Policy = { ...BEST, minProfit: 0n, tip: { kind: 'adaptive', maxBasisPoints: 40, stepBasisPoints: 25 } };
  const sums = ({ journal }: { journal: Journal }) =>
    journal.parties().map(({ kind, settled, couldNotPay, expired }) => `${kind} ${settled} ${couldNotPay} ${expired}`);

  it('is written down with every end, and is what the next run begins with', async () => {
    const world = together(1, { policy });
    const { sent, followed, push, firstOf, solver, journal, path } = world;
    const tips = () => sent.map(({ hex }) => tipOf(hex));
    await reach(sent, 1);
    followed[0]!.end(committed(followed[0]!.id));
    await settle();
    expect(sums(world)).toEqual(Array(2).fill(['account 1 0 0', 'maker 1 0 0']).flat().sort());
    push();
    await reach(sent, 2);
    followed[1]!.end({ type: 'lost', winner: 'txid_w', subintent: firstOf(1), stateVersion: 1 });
    await settle();
    push();
    await reach(sent, 3);
    expect(tips()).toEqual([0, 0, 25]);
    expect(journal.races()).toEqual([{ tipBasisPoints: 0, won: 1, lost: 1 }]);
    followed[2]!.end({
      type: 'committed-failure',
      details: { ...details(followed[2]!.id, 0n, true), error: unpaid('2') },
      seenBy: ['a'],
    });
    await settle();
    // The amount tells whose vault it was.
    expect(journal.parties().filter(({ couldNotPay }) => couldNotPay === 1)).toHaveLength(2);
    expect(journal.fact('tip')?.value).toEqual({ basisPoints: 25, streak: 0 });
    await solver.stop();
    journal.close();
    const next = setUp({ policy }, {}, path);
    hideMakers(next);
    next.solver.start();
    next.push();
    await reach(next.sent, 1);
    expect(tipOf(next.sent[0]!.hex)).toBe(25);
  });

  it('is that either of them could not pay where a message does not tell which', async () => {
    const { sent, followed, journal } = together(1);
    await reach(sent, 1);
    followed[0]!.end({
      type: 'committed-failure',
      details: { ...details(followed[0]!.id, 0n, true), error: unpaid('77') },
      seenBy: ['a'],
    });
    await settle();
    expect(journal.parties().map(({ couldNotPay }) => couldNotPay)).toEqual([1, 1, 1, 1]);
  });

  it('is nothing of a failure that is not for want of funds, nor in a dry run', async () => {
    const { sent, followed, journal } = together(1);
    await reach(sent, 1);
    const error = 'ApplicationError(WorktopError(InsufficientBalance))';
    const end = { ...details(followed[0]!.id, 0n, true), error };
    followed[0]!.end({ type: 'committed-failure', details: end, seenBy: ['a'] });
    await settle();
    expect(journal.parties()).toEqual([]);
    const dry = together(2, { submit: false });
    dry.ledger.preview.mockResolvedValue({ ...FAILED, error: unpaid('2') });
    await vi.waitFor(() => expect(dry.outcomes()).toHaveLength(2), 5_000);
    expect(dry.journal.parties()).toEqual([]);
  });

  it('is kept until the journal takes it', async () => {
    const { sent, followed, journal, solver, push } = together(1);
    await reach(sent, 1);
    const broken = vi.spyOn(journal, 'recordParties').mockImplementation(() => {
      throw FULL;
    });
    followed[0]!.end(committed(followed[0]!.id));
    await settle();
    expect(journal.parties()).toEqual([]);
    broken.mockRestore();
    push();
    await solver.stop();
    expect(journal.parties()).toHaveLength(4);
  });

  it('is that a bundle expired, whoever let it', async () => {
    const { journal, outcomes } = together(1, {}, 1);
    await vi.waitFor(() => expect(outcomes()).toEqual(['expired expired']), 5_000);
    expect(journal.parties().map(({ expired }) => expired)).toEqual([1, 1, 1, 1]);
  });
});

function tipOf(hex: string): number {
  const { transactionIntent } = decodeTransaction('NotarizedTransactionV2', fromHex(hex)).signedTransactionIntent;
  return transactionIntent.transactionHeader.value.tipBasisPoints;
}
