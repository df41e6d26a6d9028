import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { JournalError, journalError } from './error.js';

/**
 * Makes one process the owner of a journal, for as long as it lives: SQLite's write lock on an empty database beside
 * the journal. The operating system drops it with the process, however that ends, so no lock is ever stale; and
 * readers of the journal itself are not disturbed.
 */
export class OwnerLock {
  private constructor(private readonly db: Sqlite.Database) {}

  /** Error: `journal-locked` where another process, or another journal of this one, owns it. */
  static take(journal: string): OwnerLock {
    const path = `${journal}.lock`;
    let db: Sqlite.Database | undefined;
    try {
      db = new Sqlite(path, { timeout: 0 });
      db.exec('begin immediate');
      return new OwnerLock(db);
    } catch (cause) {
      db?.close();
      const error = journalError(cause, path);
      if (!(error instanceof JournalError) || error.code !== 'journal-locked') throw error;
      throw new JournalError('journal-locked', `another process owns the journal ${journal}`, {
        hint: 'run one solver a journal: end the other one, or name another file',
        cause,
        retry: true,
      });
    }
  }

  release(): void {
    this.db.close();
  }
}

/** Whether some process owns the journal now. */
export function isOwned(journal: string): boolean {
  if (!existsSync(`${journal}.lock`)) return false;
  try {
    OwnerLock.take(journal).release();
    return false;
  } catch {
    return true;
  }
}

/** The one path of a journal, whatever links lead to it: two names must not get two locks. */
export function canonicalPath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const folder = dirname(absolute);
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute;
}
