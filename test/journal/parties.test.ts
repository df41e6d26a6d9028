import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { migrate, SCHEMA_VERSION } from '../../src/journal/migrations.js';
import { MAX_PARTIES } from '../../src/journal/parties.js';
import { JournalReader } from '../../src/journal/reader.js';
import { PartyBook, type PartyNews } from '../../src/settlement/party.js';
import { Desk, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const account = (id: string, outcome: PartyNews['outcome']): PartyNews => ({ kind: 'account', id, outcome });

describe('what is remembered of parties', () => {
  it('counts what their orders showed, the oldest first', () => {
    const desk = new Desk(folder);
    const at = desk.now;
    desk.journal.recordParties([account('a', 'settled'), { kind: 'maker', id: 'a', outcome: 'expired' }]);
    desk.now++;
    desk.journal.recordParties([account('b', 'could-not-pay')]);
    desk.now++;
    desk.journal.recordParties([account('a', 'settled'), account('a', 'could-not-pay'), account('a', 'expired')]);
    const record = { settled: 0, couldNotPay: 0, expired: 0 };
    expect(desk.reopen().parties()).toEqual([
      { ...record, kind: 'maker', id: 'a', expired: 1, updatedAt: at },
      { ...record, kind: 'account', id: 'b', couldNotPay: 1, updatedAt: at + 1 },
      { kind: 'account', id: 'a', settled: 2, couldNotPay: 1, expired: 1, updatedAt: at + 2 },
    ]);
    expect(desk.journal.party('account', 'b')).toMatchObject({ couldNotPay: 1 });
    expect(desk.journal.party('maker', 'b')).toBeUndefined();
    expect(desk.journal.verify().violations).toEqual([]);
  });

  it('is the same in memory as in the file', () => {
    const desk = new Desk(folder);
    const book = new PartyBook(10);
    const outcomes = ['settled', 'could-not-pay', 'expired'] as const;
    for (let i = 0; i < 40; i++) {
      desk.now++;
      const news: PartyNews[] = [{ kind: i % 2 ? 'maker' : 'account', id: `${i % 5}`, outcome: outcomes[i % 3]! }];
      desk.journal.recordParties(news);
      book.record(news);
      desk.journal.recordRace(i % 4, i % 3 === 0);
      book.recordRace(i % 4, i % 3 === 0);
    }
    const loaded = new PartyBook(10);
    loaded.load(desk.journal.parties(), desk.journal.races());
    for (const { kind, id } of desk.journal.parties()) expect(loaded.party(kind, id)).toEqual(book.party(kind, id));
    expect(desk.journal.parties()).toHaveLength(10);
    expect(loaded.races()).toEqual(book.races().toSorted((a, b) => a.tipBasisPoints - b.tipBasisPoints));
  });

  it('forgets those that were not seen for longest', () => {
    const desk = new Desk(folder);
    desk.journal.recordParties(Array.from({ length: MAX_PARTIES }, (_, i) => account(`old ${i}`, 'settled')));
    desk.now++;
    desk.journal.recordParties([account('old 0', 'settled'), account('new', 'settled')]);
    // It is looked for now and then only.
    for (let n = 0; n < 100; n++) desk.journal.recordParties([account('new', 'settled')]);
    expect(desk.journal.parties()).toHaveLength(MAX_PARTIES);
    expect(desk.journal.party('account', 'old 0')).toMatchObject({ settled: 2 });
    expect(desk.journal.party('account', 'new')).toBeDefined();
    expect(desk.journal.party('account', 'old 1')).toBeUndefined();

    const book = new PartyBook(2);
    book.record([account('a', 'settled'), account('b', 'settled'), account('a', 'settled'), account('c', 'settled')]);
    expect(['a', 'b', 'c'].map((id) => book.party('account', id)?.settled)).toEqual([2, undefined, 1]);
  });

  it('knows races by their tip, of which there are not endlessly many', () => {
    const desk = new Desk(folder);
    desk.journal.recordRace(100, true);
    desk.journal.recordRace(0, false);
    desk.journal.recordRace(100, false);
    expect(desk.journal.races()).toEqual([
      { tipBasisPoints: 0, won: 0, lost: 1 },
      { tipBasisPoints: 100, won: 1, lost: 1 },
    ]);
    for (let tip = 1000; tip < 1600; tip++) {
      desk.now++;
      desk.journal.recordRace(tip, true);
    }
    expect(desk.journal.races()).toHaveLength(500);
    expect(desk.journal.races()[0]).toMatchObject({ tipBasisPoints: 1100 });
  });

  it('finds room in a journal of the version before', () => {
    const path = join(folder, 'before.sqlite');
    const db = new Sqlite(path);
    migrate(db, 0, 2);
    db.exec("insert into fact (key, value, learned_at) values ('x', '1', 1)");
    db.close();
    expect(() => JournalReader.openReader(path)).toThrow(expect.objectContaining({ code: 'journal-older' }));
    const journal = Journal.open(path, { now: () => 5 });
    journal.recordParties([account('a', 'settled')]);
    expect(journal.fact('x')).toMatchObject({ value: 1 });
    expect(journal.verify().violations).toEqual([]);
    journal.close();
    const reader = JournalReader.openReader(path);
    expect(reader.parties()).toHaveLength(1);
    reader.close();
    const after = new Sqlite(path, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    after.close();
  });
});
