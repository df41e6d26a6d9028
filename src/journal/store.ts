import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Compilable } from 'kysely';
import { isFileError, JournalError, journalError } from './error.js';
import { migrate, SCHEMA_VERSION, schemaVersion } from './migrations.js';
import { queryBuilder } from './queryBuilder.js';
import type { Tables } from './schema.js';

/**
 * `durable`: on the disk before the call returns, and with it all that was written earlier (`synchronous=FULL` syncs
 * the whole write-ahead log). `deferred`: survives the end of the process in any manner, but a power cut may take the
 * last of them (`NORMAL`).
 */
export type Durability = 'durable' | 'deferred';

export interface StoreOptions {
  /** How long to wait for another process that is writing: the event loop waits too. */
  readonly busyTimeout?: number | undefined;
}

/** Pages in the log at which a commit writes them back by itself: the backstop, 64 MiB, of `checkpoint`. */
const AUTO_CHECKPOINT = 16_384;

const builder = queryBuilder<Tables>();

/** The database file: typed queries, run synchronously, and transactions of chosen durability. */
export class Store {
  readonly query = builder;
  private readonly prepared = new Map<string, Sqlite.Statement>();
  private afterCommit: (() => void)[] = [];
  private fault: JournalError | undefined;
  private isTogether = false;

  private constructor(
    readonly path: string,
    readonly db: Sqlite.Database,
  ) {}

  /** Opens for writing; makes the file, checks it, and brings its schema up to date. */
  static open(path: string, { busyTimeout = 1000 }: StoreOptions = {}): Store {
    return Store.connect(path, { timeout: busyTimeout }, (db) => {
      const version = schemaVersion(db, path);
      // Only before the first table: pruned pages can then be given back without copying the file.
      if (version === 0) db.pragma('auto_vacuum = incremental');
      const mode = db.pragma('journal_mode = wal', { simple: true });
      if (mode !== 'wal') {
        throw new JournalError('journal-unwritable', `the file system of ${path} cannot hold a write-ahead log`);
      }
      db.pragma('synchronous = normal');
      db.pragma('foreign_keys = on');
      db.pragma(`wal_autocheckpoint = ${AUTO_CHECKPOINT}`);
      db.pragma('journal_size_limit = 67108864');
      quickCheck(db, path);
      migrate(db, version);
    });
  }

  /** Opens for reading, beside a solver that writes. Errors: `journal-missing`, `journal-older`, `journal-newer`. */
  static openReader(path: string, { busyTimeout = 1000 }: StoreOptions = {}): Store {
    if (!existsSync(path)) throw new JournalError('journal-missing', `there is no journal ${path}`);
    return Store.connect(path, { timeout: busyTimeout, readonly: true, fileMustExist: true }, (db) => {
      if (schemaVersion(db, path) === SCHEMA_VERSION) return;
      throw new JournalError('journal-older', `${path} is of an older version of this program`, {
        hint: 'start the solver: it brings the journal up to date',
      });
    });
  }

  /** Opens for writing beside a solver that owns the journal: for what it expects from others, and nothing else. */
  static openBeside(path: string, { busyTimeout = 5000 }: StoreOptions = {}): Store {
    Store.openReader(path).close();
    return Store.connect(path, { timeout: busyTimeout, fileMustExist: true }, (db) => {
      db.pragma('synchronous = normal');
      db.pragma('foreign_keys = on');
    });
  }

  private static connect(path: string, options: Sqlite.Options, prepare: (db: Sqlite.Database) => void): Store {
    let db: Sqlite.Database | undefined;
    try {
      db = new Sqlite(path, options);
      prepare(db);
      return new Store(path, db);
    } catch (error) {
      db?.close();
      throw journalError(error, path);
    }
  }

  all<Row>(query: Compilable<Row>): Row[] {
    return this.reading(() => this.execute(query, (statement, values) => statement.all(...values) as Row[]));
  }

  get<Row>(query: Compilable<Row>): Row | undefined {
    return this.reading(() => this.execute(query, (statement, values) => statement.get(...values) as Row | undefined));
  }

  /** For what kysely has no words: plain SQL with positional parameters, or an object of named ones. */
  sql<Row>(text: string, ...values: unknown[]): Row[] {
    return this.reading(() => this.statement(text).all(...values) as Row[]);
  }

  /** Rows of plain SQL one by one. */
  *each<Row>(text: string): IterableIterator<Row> {
    try {
      // A statement of its own: one that is being iterated cannot serve anything else.
      yield* this.db.prepare(text).iterate() as IterableIterator<Row>;
    } catch (error) {
      throw journalError(error, this.path);
    }
  }

  /** Reads everything as it was at one moment, whatever another process writes meanwhile. */
  snapshot<T>(read: () => T): T {
    return this.reading(() => this.db.transaction(read).deferred());
  }

  /** Inside `write` only: plain SQL. Returns how many rows it changed. */
  change(text: string, ...values: unknown[]): number {
    return this.statement(text).run(...values).changes;
  }

  /** Inside `write` only. */
  run(query: Compilable): { changes: number; id: number } {
    const done = this.execute(query, (statement, values) => statement.run(...values));
    return { changes: done.changes, id: Number(done.lastInsertRowid) };
  }

  /** Runs `change` wholly or not at all. Any error of the file becomes a `JournalError` and is remembered. */
  write<T>(durability: Durability, change: () => T): T {
    if (this.isTogether) return this.writePart(durability, change);
    try {
      // SQLite forbids the change of mind within a transaction.
      if (durability === 'durable') this.statement('pragma synchronous = full').run();
      this.statement('begin immediate').run();
      const result = change();
      this.statement('commit').run();
      this.fault = undefined;
      const callbacks = this.afterCommit;
      this.afterCommit = [];
      for (const callback of callbacks) callback();
      return result;
    } catch (cause) {
      this.afterCommit = [];
      const error = journalError(cause, this.path);
      if (isFileError(error)) this.fault = error;
      this.rollback();
      throw error;
    } finally {
      if (durability === 'durable') this.statement('pragma synchronous = normal').run();
    }
  }

  /**
   * Runs writes as one, deferred: a commit costs more than most of what is written. Each of them happens wholly or not at
   * all; an error of the file undoes them all.
   */
  together(writes: () => void): void {
    if (this.isTogether) return this.writePart('deferred', writes);
    this.write('deferred', () => {
      this.isTogether = true;
      try {
        writes();
      } finally {
        this.isTogether = false;
      }
    });
  }

  private writePart<T>(durability: Durability, change: () => T): T {
    if (durability === 'durable') throw new Error('what must be on the disk is written by itself');
    const callbacks = this.afterCommit.length;
    this.statement('savepoint part').run();
    try {
      const result = change();
      this.statement('release part').run();
      return result;
    } catch (cause) {
      this.afterCommit.length = callbacks;
      const error = journalError(cause, this.path);
      if (!isFileError(error)) {
        this.statement('rollback to part').run();
        this.statement('release part').run();
      }
      throw error;
    }
  }

  /** What is kept in memory beside the file changes when the file has, and only then. */
  onCommit(callback: () => void): void {
    this.afterCommit.push(callback);
  }

  /** What keeps the journal from being written, as far as the last write told. */
  get lastFault(): JournalError | undefined {
    return this.fault;
  }

  /** Writes the log back into the database, as far as readers allow, and waits for the disk. */
  checkpoint(): void {
    this.reading(() => this.db.pragma('wal_checkpoint(passive)'));
  }

  /** Gives pages that are free back to the file system. */
  shrink(): void {
    this.reading(() => {
      this.db.exec('pragma incremental_vacuum');
      this.db.pragma('wal_checkpoint(truncate)');
    });
  }

  close(): void {
    this.prepared.clear();
    this.db.close();
  }

  private reading<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw journalError(cause, this.path);
    }
  }

  private execute<T>(query: Compilable, how: (statement: Sqlite.Statement, values: readonly unknown[]) => T): T {
    const { sql, parameters } = query.compile();
    return how(this.statement(sql), parameters);
  }

  private statement(sql: string): Sqlite.Statement {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      // Queries differ by the length of their lists only, but a bound is a bound.
      if (this.prepared.size > 500) this.prepared.clear();
      statement = this.db.prepare(sql);
      this.prepared.set(sql, statement);
    }
    return statement;
  }

  /** SQLite has rolled back already after some errors, a full disk among them. */
  private rollback(): void {
    try {
      if (this.db.open && this.db.inTransaction) this.statement('rollback').run();
    } catch {
      // What cannot be rolled back now is when the file is opened next; the first error says why.
    }
  }
}

function quickCheck(db: Sqlite.Database, path: string): void {
  const found = db.pragma('quick_check(1)', { simple: true });
  if (found === 'ok') return;
  throw new JournalError('journal-corrupt', `the journal is damaged (${path}: ${String(found).replace(/\s+/g, ' ')})`, {
    hint: 'restore a backup, or move the file away: what was in flight can be seen on the ledger',
  });
}
