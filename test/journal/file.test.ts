import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { isFileError, JournalError, journalError } from '../../src/journal/error.js';
import { Journal } from '../../src/journal/journal.js';
import { migrate, SCHEMA_VERSION } from '../../src/journal/migrations.js';
import { bundleIdOf } from '../../src/journal/model.js';
import { JournalReader } from '../../src/journal/reader.js';
import { resetLimits } from '../../src/journal/resetLimits.js';
import { attemptOf, bundleOf, Desk, failure, START, success, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const now = () => START;
const code = (name: string) => expect.objectContaining({ code: name });
const database = (desk: Desk): Sqlite.Database => (desk.journal as any).store.db;

describe('opening', () => {
  it('makes what it needs, durably', () => {
    const desk = new Desk(folder);
    const db = database(desk);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(db.pragma('synchronous', { simple: true })).toBe(1);
    expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(desk.journal.path).toBe(desk.path);
  });

  it('is durable while an attempt is planned, and only then', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    const seen: unknown[] = [];
    const store = (desk.journal as any).store;
    const run = store.run.bind(store);
    store.run = (query: any) => {
      seen.push(store.db.pragma('synchronous', { simple: true }));
      return run(query);
    };
    desk.journal.planAttempt(attemptOf('tx1', [id]));
    expect(new Set(seen)).toEqual(new Set([2]));
    expect(() => desk.journal.planAttempt(attemptOf('tx2', [id]))).toThrow();
    seen.length = 0;
    desk.journal.recordSubmission('tx1');
    expect(new Set(seen)).toEqual(new Set([1]));
  });

  it('knows a journal by any of its names', () => {
    const desk = new Desk(folder);
    const link = join(folder, 'link.sqlite');
    symlinkSync(desk.path, link);
    expect(() => Journal.open(link, { now })).toThrow(code('journal-locked'));
  });

  it('refuses other databases, other files, newer journals, and places that are none', () => {
    const foreign = join(folder, 'foreign.sqlite');
    new Sqlite(foreign).exec('create table x (y)').close();
    expect(() => Journal.open(foreign, { now })).toThrow(code('journal-foreign'));
    const text = join(folder, 'text.sqlite');
    writeFileSync(text, 'this is no database, whatever its name may be: '.repeat(100));
    expect(() => Journal.open(text, { now })).toThrow(code('journal-corrupt'));
    const newer = new Desk(folder);
    newer.journal.close();
    const db = new Sqlite(newer.path);
    db.pragma('user_version = 99');
    db.close();
    expect(() => Journal.open(newer.path, { now })).toThrow(code('journal-newer'));
    expect(() => Journal.open(join(folder, 'no', 'folder'), { now })).toThrow(code('journal-unwritable'));
    expect(() => Journal.open(folder, { now })).toThrow(code('journal-unwritable'));
    expect(() => JournalReader.openReader(join(folder, 'none'))).toThrow(code('journal-missing'));
    // A refusal leaves no lock behind.
    expect(() => Journal.open(foreign, { now })).toThrow(code('journal-foreign'));
  });

  it.each([
    ['a page overwritten', (path: string) => overwrite(path, 0.4)],
    ['its second page overwritten', (path: string) => overwrite(path, 0)],
    ['its end cut off', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)],
    ['its head damaged', (path: string) => patch(path, 0, Buffer.from('nonsense'))],
  ])('finds %s', (_, damage) => {
    const desk = new Desk(folder);
    for (let i = 0; i < 200; i++) desk.receive(`a${i}`, `b${i}`);
    desk.journal.close();
    damage(desk.path);
    expect(() => desk.open()).toThrow(code('journal-corrupt'));
    expect(() => desk.open()).toThrow(JournalError);
  });

  it('tells damage that comes up while it runs', () => {
    const desk = new Desk(folder);
    for (let i = 0; i < 500; i++) desk.receive(`a${i}`, `b${i}`);
    desk.journal.close();
    overwrite(desk.path, 0.4);
    overwrite(desk.path, 0.6);
    const reader = JournalReader.openReader(desk.path);
    let found: unknown;
    try {
      found = reader.verify().violations.map(({ rule }) => rule);
    } catch (error) {
      found = (error as JournalError).code;
    }
    expect([['file'], 'journal-corrupt']).toContainEqual(found);
    reader.close();
  });
});

function overwrite(path: string, where: number): void {
  const pages = statSync(path).size / 4096;
  patch(path, Math.max(1, Math.floor(pages * where)) * 4096, Buffer.alloc(4096, 0xa5));
}

function patch(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

function system(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'ignore' });
}

describe('a full disk', () => {
  it('stops submissions, not the process, and is over when there is room', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    const db = database(desk);
    const pages = db.pragma('page_count', { simple: true }) as number;
    db.pragma(`max_page_count = ${pages + 2}`);
    const large = { ...attemptOf('tx1', [id]), payload: Buffer.alloc(100_000) };
    expect(() => desk.journal.planAttempt(large)).toThrow(code('journal-full'));
    expect(desk.journal.writable()).toBe(false);
    expect(desk.journal.fault).toMatchObject({ code: 'journal-full', retry: true });
    expect(desk.journal.probe()).toBe(false);
    // It reads on, and nothing of the attempt is there.
    expect(desk.journal.openAttempts()).toEqual([]);
    expect(desk.journal.find(id)[0]!.status).toBe('queued');
    expect(desk.rules).toEqual([]);
    db.pragma(`max_page_count = ${pages + 1000}`);
    expect(desk.journal.writable()).toBe(false);
    expect(desk.journal.probe()).toBe(true);
    expect(desk.journal.writable()).toBe(true);
    expect(desk.journal.planAttempt(large)).toEqual([1]);
    expect(desk.rules).toEqual([]);
  });

  it('is survived on a file system that really is full', (context) => {
    const mount = join(folder, 'tiny');
    mkdirSync(mount);
    try {
      system('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount);
    } catch {
      context.skip();
    }
    try {
      let journal = Journal.open(join(mount, 'journal.sqlite'), { now });
      let written = 0;
      let failed: unknown;
      for (let i = 0; i < 10_000 && failed === undefined; i++) {
        try {
          const bundle = bundleOf([`a${i}`, `b${i}`]);
          journal.receive(bundle);
          journal.planAttempt({ ...attemptOf(`tx${i}`, [bundle.id]), payload: Buffer.alloc(3000) });
          written++;
        } catch (error) {
          failed = error;
        }
      }
      expect(isFileError(failed)).toBe(true);
      expect(written).toBeGreaterThan(10);
      expect(journal.writable()).toBe(false);
      expect(journal.openAttempts()).toHaveLength(written);
      expect(journal.verify().violations).toEqual([]);
      system('mount', '-o', 'remount,size=16m', mount);
      expect(journal.probe()).toBe(true);
      const bundle = bundleOf(['later']);
      journal.receive(bundle);
      journal.planAttempt(attemptOf('later', [bundle.id]));
      journal.close();
      journal = Journal.open(join(mount, 'journal.sqlite'), { now });
      expect(journal.openAttempts()).toHaveLength(written + 1);
      expect(journal.verify().violations).toEqual([]);
      journal.close();
    } finally {
      system('umount', mount);
    }
  });
});

describe('a journal that another process holds', () => {
  it('is written when it is free again', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    database(desk).pragma('busy_timeout = 1');
    const other = new Sqlite(desk.path);
    other.exec('begin immediate');
    expect(() => desk.journal.planAttempt(attemptOf('tx1', [id]))).toThrow(code('journal-locked'));
    expect(desk.journal.writable()).toBe(false);
    other.exec('rollback');
    other.close();
    expect(desk.journal.planAttempt(attemptOf('tx1', [id]))).toEqual([1]);
    expect(desk.journal.writable()).toBe(true);
    expect(desk.rules).toEqual([]);
  });

  it('is reported as what it is when nothing can be written', () => {
    const desk = new Desk(folder);
    const id = desk.receive('a', 'b');
    database(desk).pragma('query_only = on');
    expect(() => desk.journal.planAttempt(attemptOf('tx1', [id]))).toThrow(code('journal-unwritable'));
    expect(desk.journal.probe()).toBe(false);
  });
});

describe('errors', () => {
  it.each([
    ['SQLITE_FULL', 'journal-full', true],
    ['SQLITE_BUSY_SNAPSHOT', 'journal-locked', true],
    ['SQLITE_LOCKED', 'journal-locked', true],
    ['SQLITE_CORRUPT_VTAB', 'journal-corrupt', false],
    ['SQLITE_NOTADB', 'journal-corrupt', false],
    ['SQLITE_IOERR_FSYNC', 'journal-unwritable', true],
    ['SQLITE_READONLY', 'journal-unwritable', true],
    ['SQLITE_CANTOPEN', 'journal-unwritable', true],
    ['SQLITE_CONSTRAINT_UNIQUE', 'journal-refused', false],
  ])('are named: %s is %s', (sqlite, name, retry) => {
    const error = journalError(new Sqlite.SqliteError('words', sqlite), '/j') as JournalError;
    expect(error).toMatchObject({ code: name, retry });
    expect(error.message).toContain('/j: words');
    expect(isFileError(error)).toBe(name !== 'journal-refused');
  });

  it('of others pass through', () => {
    const error = new Error('x');
    expect(journalError(error, '/j')).toBe(error);
    expect(isFileError(error)).toBe(false);
  });
});

describe('migration', () => {
  it('brings an older journal up to date, with all that is in it', () => {
    const path = join(folder, 'old.sqlite');
    const db = new Sqlite(path);
    migrate(db, 0, 1);
    const id = bundleIdOf(['a', 'b']);
    db.exec(`insert into received (seq, bundle, received_at, source, state) values (1, '${id}', 5, 's', 'queued');
      insert into item (received, position, wrapper_id) values (1, 0, 'a'), (1, 1, 'b')`);
    db.close();
    expect(() => JournalReader.openReader(path)).toThrow(code('journal-older'));
    expect(() => resetLimits(path, [], START)).toThrow(code('journal-older'));
    const journal = Journal.open(path, { now });
    expect(journal.unfinished()).toEqual([expect.objectContaining({ id, status: 'queued' })]);
    journal.setFact('x', 1);
    expect(journal.verify().violations).toEqual([]);
    journal.close();
    JournalReader.openReader(path).close();
  });

  it('happens wholly or not at all', () => {
    const path = join(folder, 'half.sqlite');
    const db = new Sqlite(path);
    migrate(db, 0, 1);
    db.exec('create table fact (x)');
    db.close();
    expect(() => Journal.open(path, { now })).toThrow();
    const after = new Sqlite(path);
    expect(after.pragma('user_version', { simple: true })).toBe(1);
    expect(after.prepare("select count(*) from sqlite_schema where name = 'limit_state'").pluck().get()).toBe(0);
    after.close();
  });
});

describe('a copy of the files taken at any moment', () => {
  it('is a journal: the log belongs to it', () => {
    const desk = new Desk(folder);
    const id = desk.plan('tx1', 'a', 'b');
    const copy = join(folder, 'copy.sqlite');
    for (const end of ['', '-wal']) copyFileSync(`${desk.path}${end}`, `${copy}${end}`);
    const journal = Journal.open(copy, { now });
    expect(journal.openAttempts()[0]!.bundles[0]!.bundleId).toBe(id);
    journal.close();
    expect(existsSync(`${copy}-wal`)).toBe(false);
    expect(readFileSync(copy).subarray(0, 15).toString()).toBe('SQLite format 3');
  });
});

describe('probe', () => {
  it('takes no more room the more often it is made', () => {
    const desk = new Desk(folder);
    for (let i = 0; i < 3; i++) expect(desk.journal.probe()).toBe(true);
    const { size } = statSync(`${desk.path}-wal`);
    for (let i = 0; i < 20; i++) expect(desk.journal.probe()).toBe(true);
    expect(statSync(`${desk.path}-wal`).size).toBe(size);
  });
});

describe('prune', () => {
  const HOUR = 3_600_000;
  const fill = (desk: Desk): void => {
    for (let i = 0; i < 1200; i++) {
      desk.journal.receiveEnded({ ...bundleOf([`d${i}`]), frame: 'f'.repeat(2000) }, { outcome: 'declined' });
    }
    for (const [name, news] of [
      ['good', success],
      ['bad', failure],
    ] as const) {
      const bundle = { ...bundleOf([name]), frame: 'f', details: { some: 'thing' } };
      desk.journal.receive(bundle);
      desk.journal.planAttempt({ ...attemptOf(`tx ${name}`, [bundle.id]), details: { tip: 1 } });
      desk.journal.recordAttemptState(`tx ${name}`, news);
    }
    desk.journal.finish(bundleIdOf(['bad']), { outcome: 'failed' });
    desk.journal.receiveEnded(bundleOf(['w']), {
      outcome: 'would-settle',
      expected: { reward: 3n, fee: 1n, profit: 2n },
    });
    desk.plan('tx open', 'open');
  };

  it('keeps amounts and counts, and whatever is open', () => {
    const desk = new Desk(folder);
    fill(desk);
    const before = desk.journal.counters();
    expect(desk.journal.prune({ olderThan: HOUR })).toMatchObject({ payloads: 0, details: 0, bundles: 0 });
    desk.now += 2 * HOUR;
    const size = desk.journal.size();
    const pruned = desk.journal.prune({ olderThan: HOUR });
    expect(pruned).toMatchObject({ payloads: 2, details: 1202, bundles: 1200 });
    expect(pruned.size).toBeLessThan(size / 5);
    expect(statSync(desk.path).size).toBeLessThan(size / 2);
    expect(desk.journal.counters()).toEqual(before);
    expect(desk.reopen().counters()).toEqual(before);
    expect([...desk.journal.bundles({ oldestFirst: true })]).toEqual([
      expect.objectContaining({ status: 'settled', feeCharged: success.fee, details: undefined }),
      expect.objectContaining({ status: 'failed', xrdChange: failure.xrdChange }),
      expect.objectContaining({ status: 'would-settle', expected: { reward: 3n, fee: 1n, profit: 2n } }),
      expect.objectContaining({ status: 'in-flight' }),
    ]);
    expect(desk.journal.openAttempts()[0]!.payload.toString()).toBe('bytes of tx open');
    expect(desk.journal.verify()).toMatchObject({ received: before.received, violations: [] });
  });

  it('step by step ends where it does at once', () => {
    const [desk, other] = [new Desk(folder), new Desk(folder)];
    for (const each of [desk, other]) {
      fill(each);
      expect(each.journal.pruneSome({ olderThan: HOUR })).toBe(false);
      each.now += 2 * HOUR;
    }
    const before = desk.journal.counters();
    let steps = 0;
    while (desk.journal.pruneSome({ olderThan: HOUR })) steps++;
    // 2 payloads; 1200 frames and details; 1200 bundles; 500 at a time.
    expect(steps).toBe(1 + 3 + 3);
    other.journal.prune({ olderThan: HOUR });
    expect([...desk.journal.bundles()]).toEqual([...other.journal.bundles()]);
    expect(desk.journal.counters()).toEqual(before);
    expect(desk.journal.verify().violations).toEqual([]);
  });

  it('step by step stops at the size that is asked for', () => {
    const desk = new Desk(folder);
    fill(desk);
    desk.now += 2 * HOUR;
    const size = desk.journal.size();
    expect(desk.journal.pruneSome({ maxSize: size })).toBe(false);
    while (desk.journal.pruneSome({ maxSize: size / 2 })) expect(desk.journal.size()).toBeLessThan(size + 1);
    expect(desk.journal.size()).toBeLessThanOrEqual(size / 2);
    expect([...desk.journal.bundles()]).toHaveLength(1204);
  });

  it('drops no more than size asks for, and nothing young', () => {
    const desk = new Desk(folder);
    fill(desk);
    expect(desk.journal.prune({ maxSize: 1 })).toMatchObject({ payloads: 0, details: 0, bundles: 0 });
    desk.now += 2 * HOUR;
    const size = desk.journal.size();
    expect(desk.journal.prune({ maxSize: size })).toMatchObject({ payloads: 0, details: 0, bundles: 0, size });
    const pruned = desk.journal.prune({ maxSize: size - 10_000 });
    expect(pruned).toMatchObject({ payloads: 2, details: 500, bundles: 0 });
    expect(desk.journal.prune({ maxSize: 1 })).toMatchObject({ payloads: 0, bundles: 1200 });
    expect(desk.rules).toEqual([]);
  });
});
