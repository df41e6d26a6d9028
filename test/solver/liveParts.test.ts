import { describe, expect, it, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import { Journal } from '../../src/journal/journal.js';
import { Desk } from '../../src/solver/live/desk.js';
import { AccountFacts } from '../../src/solver/live/facts.js';
import { lossOf } from '../../src/solver/live/loss.js';
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
    const held = new Map<string, Map<string, bigint>>();
    const balances = vi.fn(async (address: string) => {
      const amounts = held.get(address);
      if (amounts === undefined) throw new Error('down');
      return { ledger: undefined, amounts };
    });
    const desk = new Desk(journal, () => {}, 10);
    const facts = new AccountFacts({ balances } as any, desk, SIM.id, account(800), () => clock.now);
    const hold = (number: number, ...amounts: [string, bigint][]) => {
      held.set(addressOf(number), new Map(amounts.map(([node, amount]) => [formatAddress(node, SIM), amount])));
    };
    return { journal, path, clock, facts, hold, balances };
  }

  it('are asked in the background, each at most every few seconds', async () => {
    const { facts, hold, balances, clock } = setUp();
    hold(1, [A, units(5)]);
    const need = [{ account: account(1), resources: [A, B] }];
    expect([facts.holdsVault(account(1), A), facts.amount(account(1), A), facts.exists(account(1))]).toEqual(
      Array(3).fill(undefined),
    );
    facts.learn(need);
    facts.learn(need);
    await settle();
    expect(balances).toHaveBeenCalledTimes(1);
    expect([facts.holdsVault(account(1), A), facts.holdsVault(account(1), B)]).toEqual([true, false]);
    expect([facts.amount(account(1), A), facts.amount(account(1), B)]).toEqual([units(5), 0n]);
    expect(facts.exists(account(1))).toBe(true);
    facts.learn(need);
    clock.now += 6_000;
    facts.learn(need);
    await settle();
    expect(balances).toHaveBeenCalledTimes(2);
    clock.now += 11_000;
    expect(facts.amount(account(1), A)).toBeUndefined();
    expect(facts.holdsVault(account(1), A)).toBe(true);
  });

  it('know of what our own transactions touch that it has changed', async () => {
    const { facts, hold } = setUp();
    hold(1, [A, units(5)]);
    facts.learn([{ account: account(1), resources: [A] }]);
    await settle();
    facts.forgetAmounts([account(1), account(2)]);
    expect(facts.amount(account(1), A)).toBeUndefined();
    facts.learnVaults([{ account: account(2), resource: B }]);
    expect(facts.holdsVault(account(2), B)).toBe(true);
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

describe('the story of a loss', () => {
  const details = (roundTimestampMs: number): any => ({
    ...{ roundTimestampMs, feePaid: units(1) },
    balances: { changes: [], fees: [{ type: 'FeePayment', entity: 'account_rival' }] },
  });
  const words = (lateMs: number) =>
    lossOf('txid_w', details(10_000), { race: { tipBasisPoints: 5 }, sentAt: 10_000 + lateMs }).wouldHaveWon;

  it('says what would have won it, by how far apart the two were', () => {
    expect(words(700)).toMatch(/700 ms earlier/);
    expect(words(-200)).toMatch(/a tip above 5 basis points: ours was sent 200 ms before/);
    expect(words(-2_000)).toMatch(/another Gateway/);
    expect(lossOf('txid_w', details(10_000), { race: { tipBasisPoints: 5 }, sentAt: 10_700 })).toMatchObject({
      ...{ winner: 'txid_w', winnerAccount: 'account_rival', winnerFee: '1', lateMs: 700, ourTip: '5 basis points' },
    });
  });

  it('says that it is not known where no Gateway shows it, or ours was sent by an earlier run', () => {
    const unknown = lossOf('txid_w', undefined, { race: { tipBasisPoints: 0 }, sentAt: 1 });
    expect(unknown).toMatchObject({ winner: 'txid_w', wouldHaveWon: expect.stringMatching(/^not known/) });
    expect(lossOf('txid_w', details(1), { race: { tipBasisPoints: 0 }, sentAt: undefined }).lateMs).toBeUndefined();
  });
});
