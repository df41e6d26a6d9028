import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Checkpointer } from '../../src/journal/checkpointer.js';

describe('the write-back of a log', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anthic-checkpoint-'));
    path = join(folder, 'a.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Pages of the log that are not in the database yet. */
  function behind(db: Sqlite.Database): number {
    const [{ log, checkpointed }] = db.pragma('wal_checkpoint(noop)') as [{ log: number; checkpointed: number }];
    return log - checkpointed;
  }

  function openLog(): Sqlite.Database {
    const db = new Sqlite(path);
    db.pragma('journal_mode = wal');
    db.pragma('wal_autocheckpoint = 0');
    db.exec('create table t (x text)');
    db.prepare('insert into t values (?)').run('x'.repeat(100_000));
    return db;
  }

  it('happens beside the writer, again and again', async () => {
    const db = openLog();
    const checkpointer = new Checkpointer(path);
    for (let round = 0; round < 3; round++) {
      db.prepare('insert into t values (?)').run('y'.repeat(50_000));
      expect(behind(db)).toBeGreaterThan(0);
      await vi.waitFor(
        () => {
          checkpointer.run();
          expect(behind(db)).toBe(0);
        },
        { timeout: 15_000, interval: 20 },
      );
    }
    expect(db.prepare('select count(*) from t').pluck().get()).toBe(4);
    checkpointer.close();
    db.close();
  });

  it('survives a file that is not there, and works once it is', async () => {
    const checkpointer = new Checkpointer(path);
    checkpointer.run();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const db = openLog();
    await vi.waitFor(
      () => {
        checkpointer.run();
        expect(behind(db)).toBe(0);
      },
      { timeout: 15_000, interval: 20 },
    );
    checkpointer.close();
    checkpointer.close();
    db.close();
  });
});
