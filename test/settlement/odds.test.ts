import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CERTAIN } from '../../src/settlement/chance.js';
import { posterior, RecordedOdds } from '../../src/settlement/odds.js';
import { PartyBook, partiesOf } from '../../src/settlement/party.js';
import type { SettledOrder } from '../../src/settlement/settle.js';
import { preallocatedAccount, preallocatedIdentity } from '../../src/transaction/key.js';
import { ed25519Key } from '../support/build.js';
import { token } from '../support/bundles.js';

const A = token(1);
const KEY = ed25519Key(1).publicKey;
const ACCOUNT = preallocatedAccount(KEY);
const MAKER = preallocatedIdentity(KEY);
const CHANCES = { cannotPay: 20_000, weight: 10, winsRace: 600_000 };

function orderOf(changes: { account?: string; unsigned?: boolean } = {}): SettledOrder {
  const { account = ACCOUNT, unsigned } = changes;
  const limitOrder = { account, sell: { resource: A, amount: 90n }, withdrawn: 100n };
  return { limitOrder, signers: { order: unsigned ? [] : [KEY], wrapper: [] } } as unknown as SettledOrder;
}

const counts = fc.integer({ min: 0, max: 1_000_000 });
const chances = fc.integer({ min: 0, max: CERTAIN });

describe('a chance after so many observations', () => {
  it('is the prior where nothing was seen, and what was seen in the end', () => {
    expect(posterior(0, 0, { chance: 20_000, weight: 10 })).toBe(20_000);
    expect(posterior(0, 0, { chance: 20_000, weight: 0 })).toBe(20_000);
    expect(posterior(1, 4, { chance: 0, weight: 0 })).toBe(250_000);
    // (10 · 2 % + 1) / (10 + 10) = 6 %.
    expect(posterior(1, 10, { chance: 20_000, weight: 10 })).toBe(60_000);
    expect(posterior(1_000_000, 1_000_000, { chance: 20_000, weight: 10 })).toBe(999_990);
  });

  it('lies between the prior and the share seen, in whole millionths', () => {
    fc.assert(
      fc.property(counts, counts, chances, fc.integer({ min: 0, max: 1000 }), (hits, misses, chance, weight) => {
        const found = posterior(hits, hits + misses, { chance, weight });
        expect(Number.isInteger(found)).toBe(true);
        const seen = hits + misses === 0 ? chance : Math.round((hits / (hits + misses)) * CERTAIN);
        expect(found).toBeGreaterThanOrEqual(Math.min(seen, chance) - 1);
        expect(found).toBeLessThanOrEqual(Math.max(seen, chance) + 1);
        const worse = posterior(hits + 1, hits + misses + 1, { chance, weight });
        expect(worse).toBeGreaterThanOrEqual(found);
      }),
    );
  });
});

describe('the chance that an order cannot pay', () => {
  it('is the prior of the policy for a party nobody knows', () => {
    expect(new RecordedOdds(new PartyBook(9), CHANCES).cannotPay(orderOf())).toBe(20_000);
  });

  it('is learned of an account, of its maker for its other accounts, and not from expiries', () => {
    const book = new PartyBook(9);
    const odds = new RecordedOdds(book, CHANCES);
    const other = orderOf({ account: preallocatedAccount(ed25519Key(2).publicKey) });
    book.record(partiesOf(orderOf()).map((party) => ({ ...party, outcome: 'could-not-pay' })));
    // The maker: (10 · 2 % + 1) / 11; its account once more the same.
    expect(odds.cannotPay(other)).toBe(109_091);
    expect(odds.cannotPay(orderOf())).toBe(190_083);
    const known = odds.cannotPay(orderOf());
    book.record(partiesOf(orderOf()).map((party) => ({ ...party, outcome: 'expired' })));
    expect(odds.cannotPay(orderOf())).toBe(known);
    book.record(partiesOf(orderOf()).map((party) => ({ ...party, outcome: 'settled' })));
    expect(odds.cannotPay(orderOf())).toBeLessThan(known);
  });

  it('knows a maker by its key, and an order that nobody signs by its account alone', () => {
    expect(partiesOf(orderOf())).toEqual([
      { kind: 'account', id: ACCOUNT },
      { kind: 'maker', id: MAKER },
    ]);
    expect(partiesOf(orderOf({ unsigned: true }))).toEqual([{ kind: 'account', id: ACCOUNT }]);
    expect(new RecordedOdds(new PartyBook(9), CHANCES).cannotPay(orderOf({ unsigned: true }))).toBe(20_000);
  });

  it.each([
    [{ cannotPay: -1 }, 'chances.cannotPay'],
    [{ winsRace: CERTAIN + 1 }, 'chances.winsRace'],
    [{ weight: 1.5 }, 'chances.weight'],
    [{ weight: -1 }, 'chances.weight'],
  ])('refuses a policy with %o', (wrong, path) => {
    const make = () => new RecordedOdds(new PartyBook(9), { ...CHANCES, ...wrong });
    expect(make).toThrow(expect.objectContaining({ code: 'bad-chance', path }));
  });
});

describe('the chance to win a race', () => {
  it('is learned by tip, what a lower one did being the prior for a higher', () => {
    const book = new PartyBook(9);
    const odds = new RecordedOdds(book, CHANCES);
    expect(odds.winsRace(0)).toBe(600_000);
    for (let i = 0; i < 10; i++) book.recordRace(100, true);
    for (let i = 0; i < 10; i++) book.recordRace(0, false);
    expect(odds.winsRace(0)).toBe(300_000);
    expect(odds.winsRace(99)).toBe(300_000);
    expect(odds.winsRace(100)).toBe(650_000);
    expect(odds.winsRace(500)).toBe(650_000);
  });
});
