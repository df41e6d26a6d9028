import { describe, expect, it } from 'vitest';
import { JournalReader } from '../../src/journal/reader.js';
import { attemptOf, Desk, failure, shareOf, success, temporaryFolder } from './support.js';

const folder = temporaryFolder();

/** A journal in which everything occurs: bundles 1 settled, 2 failed, 3 in flight, 4 queued, 5 declined, 6 a copy. */
function sound(): Desk {
  const desk = new Desk(folder);
  desk.plan('tx1', 'a', 'b');
  desk.journal.recordAttemptState('tx1', success);
  const failed = desk.plan('tx2', 'c', 'd');
  desk.journal.recordAttemptState('tx2', failure);
  desk.journal.finish(failed, { outcome: 'failed' });
  const open = desk.plan('tx3', 'e', 'f');
  desk.journal.recordAttemptState('tx3', { state: 'temporarily-rejected' });
  desk.journal.planAttempt({ ...attemptOf('tx4', []), bundles: [shareOf(open)] });
  desk.receive('g', 'h');
  desk.journal.finish(desk.receive('i', 'j'), { outcome: 'declined' });
  desk.receive('a', 'b');
  return desk;
}

const free =
  'drop trigger outcome_is_final; drop trigger end_is_final; drop index share_live; drop index received_taken;';

describe('verify', () => {
  it('finds nothing in a sound journal', () => {
    const { received, open, attempts, violations } = sound().journal.verify();
    expect({ received, open, attempts, violations }).toEqual({ received: 6, open: 2, attempts: 4, violations: [] });
  });

  it.each([
    ['one-end', 'update received set outcome = null, finished_at = null where seq = 5'],
    ['one-end', "update received set outcome = 'vanished' where seq = 5"],
    ['one-end', "update received set state = 'queued' where seq = 5"],
    ['one-identity', 'update received set bundle = (select bundle from received where seq = 1) where seq = 5'],
    ['in-flight', "update received set state = 'in-flight' where seq = 4"],
    ['not-in-flight', "update received set state = 'queued' where seq = 3"],
    ['not-in-flight', "update received set state = null, outcome = 'failed', finished_at = 1 where seq = 3"],
    ['one-live-attempt', "update attempt set state = 'accepted' where id = 3"],
    ['live-flag', 'update share set live = 1 where attempt = 1'],
    ['no-live-overlap', 'update share set live = 1 where attempt = 3'],
    ['settled', "update received set outcome = 'settled' where seq = 2"],
    ['settled', "update attempt set state = 'committed-failure' where id = 1"],
    ['not-settled', "update received set outcome = 'failed' where seq = 1"],
    [
      'settled-once',
      "update item set wrapper_id = 'a' where received = 2; update received set outcome = 'settled' where seq = 2",
    ],
    ['failed', "update received set outcome = 'failed' where seq = 5"],
    ['rejected', "update received set outcome = 'rejected' where seq = 5"],
    ['never-submitted', "update received set outcome = 'would-settle' where seq = 2"],
    ['numbering', 'update share set n = 7 where attempt = 4'],
    ['has-bundle', 'delete from share where attempt = 4'],
    ['has-bytes', 'delete from payload where attempt = 4'],
    ['concluded', 'update attempt set concluded_at = null where id = 2'],
    ['concluded', 'update attempt set fee_charged = null where id = 2'],
    ['pruned', "insert into pruned (outcome, count) values ('vanished', 1)"],
    ['pruned', "insert into pruned (outcome, count) values ('expired', -1)"],
    ['shares', "update share set fee_charged = '1' where attempt = 1"],
    ['shares', "update attempt set reward = '1.5' where id = 1"],
    ['shares', 'update share set profit = profit || 1 where attempt = 4'],
    ['identity', "update item set wrapper_id = 'x' where received = 4 and position = 1"],
    ['reference', 'delete from received where seq = 4'],
    ['schema', 'select 1'],
  ])('finds what breaks %s: %s', (rule, statement) => {
    const desk = sound();
    // What protects the rule goes first, and comes back after: only the rule itself is asked then.
    const db = (desk.journal as any).store.db;
    const ddl = db
      .prepare("select sql from sqlite_schema where type in ('trigger', 'index') and sql is not null")
      .pluck();
    const guards = (ddl.all() as string[]).filter((sql) => /outcome_is_final|end_is_final/.test(sql));
    const indexes = ['create index share_live on share (received)', 'create index received_taken on received (bundle)'];
    desk.tamper(free, statement, ...(rule === 'schema' ? [] : [...guards, ...indexes]));
    const reader = JournalReader.openReader(desk.path);
    expect(reader.verify().violations.map((violation) => violation.rule)).toContain(rule);
    reader.close();
  });

  it('says so where a rule cannot be asked', () => {
    const desk = sound();
    desk.tamper('drop table payload');
    const reader = JournalReader.openReader(desk.path);
    expect(reader.verify().violations).toEqual([
      { rule: 'schema', subject: 'payload', message: 'a table, an index or a trigger is missing' },
      { rule: 'has-bytes', subject: desk.path, message: expect.stringContaining('no such table') },
    ]);
    reader.close();
  });

  it('finds what memory and file disagree on', () => {
    const desk = sound();
    const books = (desk.journal as any).books;
    books.tally.move('queued', 'lost');
    books.ledger.plan(5n);
    expect(desk.rules).toEqual(['counters', 'exposure']);
  });
});

describe('the file itself', () => {
  it.each([
    ["update received set outcome = 'lost' where seq = 1", /an outcome is final/],
    ["update received set state = 'queued', outcome = null where seq = 1", /an outcome is final/],
    ["update attempt set state = 'dead' where id = 1", /the end of an attempt is final/],
    ["update attempt set fee_charged = '1' where id = 1", /final/],
    ['update share set live = 1', /UNIQUE/],
    ["update attempt set lock = '-1' where id = 3", /CHECK/],
    ["update attempt set lock = '1.5' where id = 3", /CHECK/],
    ["update received set outcome = 'lost' where seq = 4", /CHECK/],
    ['delete from attempt', /FOREIGN KEY/],
    [
      "insert into received (bundle, received_at, source, state) select bundle, 1, 's', 'queued' from received where seq = 1",
      /UNIQUE/,
    ],
  ])('refuses %s', (statement, error) => {
    const desk = sound();
    expect(() => (desk.journal as any).store.db.exec(statement)).toThrow(error);
    expect(desk.rules).toEqual([]);
  });
});
