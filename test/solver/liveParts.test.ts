import { statSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import { JournalError } from '../../src/journal/error.js';
import { Journal } from '../../src/journal/journal.js';
import type { Supply } from '../../src/settlement/compose/supply.js';
import type { FeePrediction } from '../../src/settlement/fee/predict.js';
import type { Odds } from '../../src/settlement/planner/model.js';
import { BEST } from '../../src/settlement/policy.js';
import type { SettledOrder } from '../../src/settlement/settle.js';
import { Desk } from '../../src/solver/live/desk.js';
import { AccountFacts } from '../../src/solver/live/facts.js';
import { lossOf } from '../../src/solver/live/loss.js';
import { isInStock, stockOf, suppliesOf } from '../../src/solver/live/stock.js';
import { unpaidOrders } from '../../src/solver/live/unpaid.js';
import { withBalances } from '../../src/solver/payers.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { temporaryFolder } from '../cli/support.js';
import { SIM } from '../e2e/world.js';
import { ed25519Key } from '../support/build.js';
import { token } from '../support/bundles.js';

/** Parts of the live solver by themselves. */

const folder = temporaryFolder();
const account = (number: number) => preallocatedAccount(ed25519Key(number).publicKey);
const addressOf = (number: number) => formatAddress(account(number), SIM);
const A = token(1);
const B = token(2);
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('facts of accounts', () => {
  let made = 0;
  function setUp(path = folder.path(`facts${++made}.sqlite`)) {
    const journal = Journal.open(path, { now: Date.now });
    const clock = { now: 1_000_000 };
    const end = new AbortController();
    const held = new Map<string, Map<string, bigint>>();
    const balances = vi.fn(async (address: string) => {
      const amounts = held.get(address);
      if (amounts === undefined) throw new Error('down');
      return { ledger: undefined, amounts };
    });
    const desk = new Desk(
      journal,
      () => {},
      10,
      () => {},
    );
    const facts = new AccountFacts({ balances } as any, desk, SIM.id, account(800), () => clock.now, end.signal);
    const hold = (number: number, ...amounts: [string, bigint][]) => {
      held.set(addressOf(number), new Map(amounts.map(([node, amount]) => [formatAddress(node, SIM), amount])));
    };
    return { journal, path, clock, facts, hold, balances, end };
  }

  it('are asked in the background, each at most every few seconds', async () => {
    const { facts, hold, balances, clock } = setUp();
    hold(1, [A, units(5)]);
    const need = [{ account: account(1), resources: [A, B] }];
    expect([facts.holdsVault(account(1), A), facts.held(account(1), A), facts.exists(account(1))]).toEqual(
      Array(3).fill(undefined),
    );
    facts.learn(need);
    facts.learn(need);
    await settle();
    expect(balances).toHaveBeenCalledTimes(1);
    expect([facts.holdsVault(account(1), A), facts.holdsVault(account(1), B)]).toEqual([true, false]);
    expect([facts.held(account(1), A), facts.held(account(1), B)]).toEqual([
      { atLeast: units(5), isAll: true },
      { atLeast: 0n, isAll: true },
    ]);
    expect(facts.exists(account(1))).toBe(true);
    facts.learn(need);
    clock.now += 6_000;
    facts.learn(need);
    await settle();
    expect(balances).toHaveBeenCalledTimes(2);
    clock.now += 11_000;
    expect(facts.held(account(1), A)).toBeUndefined();
    expect(facts.holdsVault(account(1), A)).toBe(true);
  });

  it('are not written any more when the solver has ended', async () => {
    const { facts, hold, journal, end } = setUp();
    hold(1, [A, units(5)]);
    facts.learn([{ account: account(1), resources: [A] }]);
    end.abort();
    journal.close();
    await settle();
    expect(facts.held(account(1), A)).toBeUndefined();
  });

  it('know of what our own transactions take that it is no longer there', async () => {
    const { facts, hold, clock } = setUp();
    hold(1, [A, units(5)]);
    const learn = async () => {
      clock.now += 6_000;
      facts.learn([{ account: account(1), resources: [A] }]);
      await settle();
    };
    const held = () => facts.held(account(1), A);
    await learn();
    const take = (amount: number) =>
      facts.take([{ account: account(1), sell: { resource: A }, withdrawn: units(amount) }]);
    take(2);
    expect(held()).toEqual({ atLeast: units(3), isAll: false });
    // It may have been missing already when it was read: rather too little is known.
    take(4);
    expect(held()).toEqual({ atLeast: units(-1), isAll: false });
    hold(1, [A, units(4)]);
    await learn();
    expect(held()).toEqual({ atLeast: units(4), isAll: true });
    facts.learnVaults([{ account: account(2), resource: B }]);
    expect(facts.holdsVault(account(2), B)).toBe(true);
  });

  it('that were asked for before such a change may be from before it', async () => {
    const { facts, hold, clock, balances } = setUp();
    hold(1, [A, units(5)]);
    facts.learn([{ account: account(1), resources: [A] }]);
    clock.now += 1;
    facts.forgetAmounts([account(1)]);
    await settle();
    expect(facts.held(account(1), A)).toBeUndefined();
    clock.now += 1;
    facts.learn([{ account: account(1), resources: [A] }]);
    await settle();
    expect(balances).toHaveBeenCalledTimes(2);
    expect(facts.held(account(1), A)).toEqual({ atLeast: units(5), isAll: true });
  });

  it('of vaults outlive the run; what cannot be read is passed over', async () => {
    const first = setUp();
    first.hold(1, [A, 0n], [XRD, units(1)]);
    first.facts.learn([{ account: account(1), resources: [A] }]);
    first.facts.learn([{ account: account(3), resources: [A] }]);
    await settle();
    first.journal.setFact(`vaults/${addressOf(2)}`, ['nonsense', 7, formatAddress(B, SIM)]);
    first.journal.setFact('vaults/nonsense', []);
    first.journal.setFact(`vaults/${addressOf(4)}`, 'no list');
    first.journal.setFact('other', true);
    first.journal.close();
    const { facts, journal } = setUp(first.path);
    facts.load(journal);
    expect([facts.holdsVault(account(1), A), facts.holdsVault(account(1), XRD)]).toEqual([true, true]);
    expect(facts.holdsVault(account(2), B)).toBe(true);
    expect(facts.holdsVault(account(3), A)).toBeUndefined();
    expect([facts.holdsVault(account(800), XRD), facts.exists(account(800))]).toEqual([true, true]);
    journal.close();
  });

  it('of an account that a stranger fills are bounded: what was asked for stays, of the rest nothing is claimed', async () => {
    const { facts, hold, journal } = setUp();
    const junk = Array.from({ length: 1_000 }, (_, n): [string, bigint] => [token(1_000 + n), units(1)]);
    hold(1, ...junk, [A, units(5)]);
    facts.learn([{ account: account(1), resources: [A, B] }]);
    await settle();
    const ofOne = (resource: string) => [facts.holdsVault(account(1), resource), facts.held(account(1), resource)];
    expect(ofOne(A)).toEqual([true, { atLeast: units(5), isAll: true }]);
    expect(ofOne(B)).toEqual([false, { atLeast: 0n, isAll: true }]);
    expect(ofOne(token(1_000))).toEqual([true, { atLeast: units(1), isAll: true }]);
    expect(ofOne(token(1_999))).toEqual([undefined, undefined]);
    facts.learnVaults([{ account: account(1), resource: token(1_999) }]);
    expect(ofOne(token(1_999))).toEqual([true, undefined]);
    const [fact] = journal.facts('vaults/', 10);
    expect((fact!.value as string[]).length).toBeLessThanOrEqual(200);
    journal.close();
  });

  it('are dropped from the journal where there are too many accounts, the oldest first', () => {
    const clock = { now: 0 };
    const journal = Journal.open(folder.path(`facts${++made}.sqlite`), { now: () => ++clock.now });
    for (let n = 0; n < 5; n++) journal.setFact(`vaults/${n}`, []);
    journal.setFact('other', 1);
    journal.setFact('vaults/0', []);
    journal.dropFacts('vaults/', 3);
    expect(journal.facts('', 10).map(({ key }) => key)).toEqual(['vaults/0', 'other', 'vaults/4', 'vaults/3']);
    const drop = vi.spyOn(journal, 'dropFacts').mockImplementation(() => {});
    const desk = new Desk(
      journal,
      () => {},
      10,
      () => {},
    );
    const facts = new AccountFacts({} as any, desk, SIM.id, account(800), () => 0, new AbortController().signal);
    facts.load(journal);
    const dropped = () => drop.mock.calls.filter(([prefix]) => prefix === 'vaults/');
    expect(dropped()).toEqual([['vaults/', 10_000]]);
    for (let n = 0; n < 1_000; n++) facts.learnVaults([{ account: account(n), resource: A }]);
    expect(dropped()).toHaveLength(2);
    journal.close();
  });

  it('are forgotten where there are too many accounts, the oldest first', () => {
    const { facts, journal } = setUp();
    journal.close();
    const accountNo = (n: number) => `51${n.toString(16).padStart(58, '0')}`;
    vi.spyOn(Desk.prototype, 'offer').mockImplementation(() => {});
    for (let n = 0; n <= 10_000; n++) facts.learnVaults([{ account: accountNo(n), resource: A }]);
    expect(facts.holdsVault(accountNo(0), A)).toBeUndefined();
    expect(facts.holdsVault(accountNo(10_000), A)).toBe(true);
    vi.restoreAllMocks();
  });
});

describe('balances', () => {
  const orderOf = (withdrawn: bigint, foreignCall?: number): SettledOrder =>
    ({ limitOrder: { account: account(1), sell: { resource: A }, withdrawn, foreignCall } }) as any;
  const prior: Odds = { cannotPay: () => 10_000, winsRace: (tip) => tip };
  const oddsWith = (held: bigint | undefined, pending: readonly SettledOrder[]) =>
    withBalances(prior, { held: () => (held === undefined ? undefined : { atLeast: held, isAll: true }) }, pending);

  it('leave no doubt where they suffice for all that wait or are in flight', () => {
    const [one, other] = [orderOf(60n), orderOf(50n)];
    expect(oddsWith(110n, [one, other]).cannotPay(one)).toBe(0);
    expect(oddsWith(109n, [one, other]).cannotPay(one)).toBe(10_000);
    expect(oddsWith(59n, [one]).cannotPay(one)).toBe(900_000);
    expect(oddsWith(undefined, [one]).cannotPay(one)).toBe(10_000);
    expect(oddsWith(0n, []).winsRace(7)).toBe(7);
  });

  it('that are too little for two orders of one root are not relied upon', () => {
    const [one, other] = [orderOf(60n), orderOf(50n)];
    const odds = oddsWith(100n, [one, other]);
    expect([one, other].map((order) => odds.cannotPay(order))).toEqual([10_000, 10_000]);
    expect([one, other].map((order) => odds.cannotPay(order, [one, other]))).toEqual([900_000, 900_000]);
  });

  it('say nothing of an order that calls others first', () => {
    const order = orderOf(60n, 0);
    expect(oddsWith(0n, [order]).cannotPay(order)).toBe(10_000);
  });
});

describe('who could not pay', () => {
  const orderOf = (number: number, resource: string, withdrawn: bigint): SettledOrder =>
    ({ limitOrder: { account: account(number), sell: { resource }, withdrawn } }) as any;
  const [one, two, three] = [orderOf(1, A, units(1)), orderOf(2, B, units(2)), orderOf(3, B, units(2))];
  const all = [one!, two!, three!];
  const facts = { holdsVault: (of: string) => (of === account(3) ? true : undefined) };
  const short = (requested: string) =>
    `ApplicationError(VaultError(ResourceError(InsufficientBalance { requested: ${requested}, actual: 0 })))`;
  const missing = (resource: string) =>
    `ApplicationError(AccountError(VaultDoesNotExist { resource_address: ResourceAddress(${resource}) }))`;

  it.each([
    ['by the amount that was asked of a vault', short('1'), [one]],
    ['by the amount, as all whom it fits', short('2'), [two, three]],
    ['as any of them where it fits none', short('7'), all],
    ['by a token of which there is no vault, unless there is known to be one', missing(B), [two]],
    ['as any of them where nobody sells such a token', missing(XRD), all],
    ['as whoever is not known to hold what he sells', 'VaultDoesNotExist', [one, two]],
    ['as nobody where a worktop lacks something', 'WorktopError(InsufficientBalance)', []],
    ['as nobody where the fee reserve does', 'CostingError(FeeReserveError(InsufficientBalance { required: 1 }))', []],
  ])('is told %s', (_, message, guilty) => {
    expect(unpaidOrders(message, all, facts)).toEqual(guilty);
  });
});

describe('the stock', () => {
  const contextOf = (held: Record<string, bigint>, supplies: readonly Supply[] = []): any => ({
    account: account(800),
    policy: {
      inventory: new Map([
        [A, 10n],
        [XRD, units(5)],
      ]),
    },
    facts: {
      held: (_: string, resource: string) =>
        held[resource] === undefined ? undefined : { atLeast: held[resource], isAll: true },
    },
    inFlight: () => ({ orders: [], supplies }),
  });

  it('is what the policy allows and the account holds, less what is in flight', () => {
    expect(stockOf(contextOf({ [A]: 4n, [XRD]: units(24) }))).toEqual(
      new Map([
        [A, 4n],
        [XRD, units(4)],
      ]),
    );
    expect(stockOf(contextOf({ [A]: 40n, [XRD]: units(20) }))).toEqual(new Map([[A, 10n]]));
    expect(stockOf(contextOf({ [A]: 12n }, [{ resource: A, amount: 9n }]))).toEqual(new Map([[A, 3n]]));
    expect(stockOf(contextOf({}))).toEqual(new Map());
    expect(stockOf({ ...contextOf({ [A]: 4n }), policy: BEST })).toEqual(new Map());
  });

  it('says whether what a proposal adds is there still', () => {
    const added = [{ resource: A, amount: 4n }];
    expect(isInStock([], contextOf({}))).toBe(true);
    expect(isInStock(added, contextOf({ [A]: 4n }))).toBe(true);
    expect(isInStock(added, contextOf({ [A]: 4n }, [{ resource: A, amount: 1n }]))).toBe(false);
  });

  it('knows of what an earlier run has sent by its story', () => {
    const resource = formatAddress(A, SIM);
    expect(suppliesOf({ inventory: [{ resource, amount: '2' }] }, SIM.id)).toEqual([{ resource: A, amount: units(2) }]);
    expect(suppliesOf({ inventory: [{ resource: 'nonsense', amount: '2' }] }, SIM.id)).toEqual([]);
    expect(suppliesOf(undefined, SIM.id)).toEqual([]);
  });
});

describe('the story of a loss', () => {
  const tipped = { tip: 40n, tipped: 10_000n };
  const details = (roundTimestampMs: number, feeSummary?: object): any => ({
    ...{ roundTimestampMs, feePaid: units(1), feeSummary },
    balances: { changes: [], fees: [{ type: 'FeePayment', entity: 'account_rival' }] },
  });
  const fee = { executionUnits: 1_000_000, finalizationUnits: 0 } as FeePrediction;
  const race = (tipBasisPoints: number) => ({ tipBasisPoints, predicted: { fee, profit: 0n } });
  const lossAt = (lateMs: number, ourTip = 5, feeSummary?: object) =>
    lossOf('txid_w', details(10_000, feeSummary), { race: race(ourTip), sentAt: 10_000 + lateMs });
  const words = (...of: Parameters<typeof lossAt>) => lossAt(...of).wouldHaveWon;

  it('says what would have won it, by how far apart the two were', () => {
    expect(words(700)).toMatch(
      /^a submission 1200 ms earlier, or one 700 ms earlier with a tip above 5 basis points .*not shown.*before ours was sent/,
    );
    expect(words(-200)).toMatch(
      /^a submission 300 ms earlier, or a tip above 5 basis points .*not shown.* 200 ms before/,
    );
    expect(words(-2_000)).toMatch(/^another Gateway, or a tip above 5 basis points/);
    expect(lossAt(700)).toMatchObject({
      ...{ winner: 'txid_w', winnerAccount: 'account_rival', winnerFee: '1', lateMs: 700 },
    });
  });

  it('compares the tips where the fee of the winner is shown', () => {
    expect(words(-200, 5, tipped)).toMatch(/or a tip of at least 41 basis points: .*the winner tipped 40 .*, we 5$/);
    expect(words(-200, 50, tipped)).toMatch(/^a submission 300 ms earlier: ours .*tipped 40 basis points, we 50$/);
    // Sent after the winner's round, ours would have met it there.
    expect(words(90, 5, tipped)).toMatch(
      /^a submission 590 ms earlier, or one 90 ms earlier with a tip of at least 41 basis points: .*tipped 40 .*, we 5$/,
    );
    expect(words(90, 50, tipped)).toMatch(/^a submission 90 ms earlier: the winner was committed before .*, we 50$/);
    expect(words(-200, 5, { tip: 0n, tipped: 0n })).toMatch(/not shown/);
    const loss = lossAt(-200, 5, tipped);
    expect([loss.winnerTip, loss.ourTip]).toEqual(['0.00000000000000004', '0.000025']);
    expect(lossAt(0, 0).ourTip).toBe('0');
  });

  it('says that it is not known where no Gateway shows it, or ours was sent by an earlier run', () => {
    const unknown = lossOf('txid_w', undefined, { race: { tipBasisPoints: 3 }, sentAt: 1 });
    expect(unknown).toMatchObject({ winner: 'txid_w', wouldHaveWon: expect.stringMatching(/^not known/) });
    expect(unknown.ourTip).toBeUndefined();
    expect(lossOf('txid_w', details(1), { race: race(0), sentAt: undefined }).lateMs).toBeUndefined();
  });
});

describe('what may be later', () => {
  function setUp() {
    const path = folder.path(`later${++opened}.sqlite`);
    const journal = Journal.open(path, { now: Date.now });
    const timers: (() => void)[] = [];
    const desk = new Desk(
      journal,
      () => {},
      3,
      (_ms, run) => void timers.push(run),
    );
    const facts = () => journal.facts('n', 10).map(({ key }) => key);
    const fact = (key: string) => (journal: Journal) => journal.setFact(key, 1);
    return { journal, path, timers, desk, facts, fact };
  }
  let opened = 0;

  it('is written by itself, or with what is written next, in its order', () => {
    const { journal, timers, desk, facts, fact } = setUp();
    desk.later(fact('n1'));
    desk.later(fact('n2'));
    expect([facts(), timers.length]).toEqual([[], 1]);
    timers.shift()!();
    expect(facts().sort()).toEqual(['n1', 'n2']);
    desk.later(fact('n3'));
    desk.write(fact('n4'));
    expect(facts()).toHaveLength(4);
    timers.shift()!();
    desk.later(fact('n5'));
    desk.retry();
    expect(facts()).toHaveLength(5);
    journal.close();
  });

  it('does no harm to what is written with it, and is told apart', () => {
    const { journal, timers, desk, facts, fact } = setUp();
    desk.later((journal) => {
      journal.setFact('n-half', 1);
      journal.recordSubmission('txid_none');
    });
    desk.later((journal) =>
      journal.together(() => {
        journal.setFact('n1', 1);
        journal.recordSubmission('txid_none');
      }),
    );
    desk.write(fact('n2'));
    expect(facts().sort()).toEqual(['n-half', 'n2']);
    const [, ...told] = timers;
    for (const tell of told) expect(tell).toThrow('the journal holds no attempt txid_none');
    expect(told).toHaveLength(2);
    expect(() => desk.write((journal) => void journal.recordSubmission('txid_none'))).toThrow('no attempt');
    journal.close();
  });

  it('waits with all that was to be written at once where the file takes nothing', () => {
    const { journal, desk, facts, fact } = setUp();
    let isFull = true;
    desk.later(fact('n1'));
    desk.write((journal) => {
      if (isFull) throw new JournalError('journal-full', 'full');
      journal.setFact('n2', 1);
    });
    expect([facts(), desk.open]).toEqual([[], false]);
    desk.write(fact('n3'));
    isFull = false;
    desk.retry();
    expect([facts().sort(), desk.open]).toEqual([['n1', 'n2', 'n3'], true]);
    journal.close();
  });

  it('is counted only, where the messages that wait have grown too large', () => {
    const { journal, desk, facts, fact } = setUp();
    const full = vi.spyOn(journal, 'setFact').mockImplementation(() => {
      throw new JournalError('journal-full', 'full');
    });
    const MIB = 1024 * 1024;
    desk.offer(fact('n1'), 40 * MIB);
    desk.offer(fact('n2'), 40 * MIB);
    desk.offer(fact('n3'), 20 * MIB);
    full.mockRestore();
    desk.retry();
    expect([facts().sort(), journal.counters().strayFrames]).toEqual([['n1', 'n3'], 1]);
    // There is room again for others.
    desk.offer(fact('n4'), 60 * MIB);
    expect([facts().length, journal.verify().violations]).toEqual([3, []]);
    journal.close();
  });

  it('needs no more room for its log, however much waited, than a part of it', () => {
    const { journal, desk, path } = setUp();
    const pages = () => statSync(`${path}-wal`).size / 4096;
    let isFull = true;
    for (let n = 0; n < 100; n++) {
      desk.write((journal) => {
        if (isFull) throw new JournalError('journal-full', 'full');
        journal.setFact(`n${n}`, 'x'.repeat(40_000));
      });
    }
    isFull = false;
    desk.retry();
    expect(journal.facts('n', 1000)).toHaveLength(100);
    // Ten pages each.
    expect(pages()).toBeLessThan(300);
    journal.close();
  });

  it('holds nothing that must be on the disk', () => {
    const { journal } = setUp();
    expect(() => journal.together(() => journal.stopLimit('max-fee', 'why'))).toThrow('written by itself');
    journal.close();
  });
});
