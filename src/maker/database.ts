import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Compilable } from 'kysely';
import { queryBuilder } from '../journal/queryBuilder.js';
import { MakerError } from './error.js';
import { migrate, STORE_VERSION, storeVersion } from './migrations.js';
import type { Tables } from './schema.js';

const builder = queryBuilder<Tables>();

/**
 * The database file: typed queries, run synchronously. What is written survives the end of the process at any moment, and
 * what is written durably a power cut, too.
 */
export class Database {
  readonly query = builder;
  private readonly statements = new Map<string, Sqlite.Statement>();

  private constructor(private readonly db: Sqlite.Database) {}

  /** Opens for writing; makes the file, and brings its schema up to date. Errors: `store-foreign`, `store-newer`. */
  static open(path: string): Database {
    return Database.connect(path, { timeout: 1000 }, (db) => {
      const version = storeVersion(db, path);
      db.pragma('journal_mode = wal');
      db.pragma('synchronous = normal');
      migrate(db, version);
    });
  }

  /** Opens for reading, beside a maker that writes. Error: `store-missing`, also of a store of an older version. */
  static openReader(path: string): Database {
    if (!existsSync(path)) throw new MakerError('store-missing', `there is no store ${path}`);
    return Database.connect(path, { timeout: 1000, readonly: true, fileMustExist: true }, (db) => {
      if (storeVersion(db, path) === STORE_VERSION) return;
      throw new MakerError('store-missing', `${path} is of an older version, or empty`, {
        hint: 'start the maker: it brings the store up to date',
      });
    });
  }

  private static connect(path: string, options: Sqlite.Options, prepare: (db: Sqlite.Database) => void): Database {
    const db = new Sqlite(path, options);
    try {
      prepare(db);
      return new Database(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  all<Row>(query: Compilable<Row>): Row[] {
    return this.execute(query, (statement, values) => statement.all(...values)) as Row[];
  }

  get<Row>(query: Compilable<Row>): Row | undefined {
    return this.execute(query, (statement, values) => statement.get(...values)) as Row | undefined;
  }

  /** Returns how many rows it changed. */
  run(query: Compilable): number {
    return this.execute(query, (statement, values) => statement.run(...values)).changes;
  }

  /** Wholly or not at all. */
  write<T>(change: () => T): T {
    return this.db.transaction(change).immediate();
  }

  /** As `write`, and on the disk before the call returns: for what is promised to others. */
  writeDurably<T>(change: () => T): T {
    this.db.pragma('synchronous = full');
    try {
      return this.write(change);
    } finally {
      this.db.pragma('synchronous = normal');
    }
  }

  close(): void {
    this.db.close();
  }

  private execute<T>(query: Compilable, run: (statement: Sqlite.Statement, values: readonly unknown[]) => T): T {
    const { sql, parameters } = query.compile();
    const statement = this.statements.get(sql) ?? this.db.prepare(sql);
    this.statements.set(sql, statement);
    return run(statement, parameters);
  }
}
