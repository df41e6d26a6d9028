import type Sqlite from 'better-sqlite3';
import { MakerError } from './error.js';

/** Marks the file as a maker's store ("antm"). */
const APPLICATION_ID = 0x616e746d;

/** Each step brings a store from the version of its index to the next. A step that was released is never changed. */
const MIGRATIONS: readonly string[] = [
  `
  create table meta (key text primary key, value text not null) strict, without rowid;

  create table fill (
    order_id text primary key,
    subintent_id text not null unique,
    payload blob not null,
    base text not null,
    quote text not null,
    sold_symbol text not null,
    sold_resource text not null,
    sold text not null check (sold not glob '*[^0-9]*'),
    anthic_fee text not null check (anthic_fee not glob '*[^0-9]*'),
    settlement_fee text not null check (settlement_fee not glob '*[^0-9]*'),
    bought_symbol text not null,
    bought_resource text not null,
    bought text not null check (bought not glob '*[^0-9]*'),
    written_at integer not null,
    fill_before integer not null,
    expires_at integer not null,
    state text not null check (state in ('open', 'settled', 'expired')),
    answer text check (answer in ('accepted', 'refused', 'not-sent')),
    detail text,
    started_at integer,
    outcome text,
    transaction_id text,
    state_version integer,
    ended_at integer,
    check ((state = 'open') = (ended_at is null)),
    check ((state = 'settled') = (transaction_id is not null))
  ) strict;
  create index fill_open on fill (state) where state = 'open';
  create index fill_transaction on fill (transaction_id) where transaction_id is not null;
  create trigger end_is_final before update of state, transaction_id on fill when old.state <> 'open'
    begin select raise(abort, 'the end of a fill is final'); end;

  create table execution (
    sequence integer primary key check (sequence > 0),
    occurred_at integer,
    order_id text,
    kind text not null,
    detail text
  ) strict;

  create table declined (
    order_id text primary key,
    declined_at integer not null,
    code text not null,
    detail text not null,
    sell_symbol text not null,
    sell text not null,
    buy_symbol text not null,
    buy text not null
  ) strict;
  create index declined_at on declined (declined_at);

  create table change (
    transaction_id text not null,
    resource text not null,
    amount text not null,
    primary key (transaction_id, resource)
  ) strict, without rowid;

  create table quoted (base text not null, quote text not null, primary key (base, quote)) strict, without rowid;
  `,
];

export const STORE_VERSION = MIGRATIONS.length;

/** The schema's version, 0 for a new file. Errors: `store-foreign`, `store-newer`. */
export function storeVersion(db: Sqlite.Database, path: string): number {
  const application = db.pragma('application_id', { simple: true });
  const version = db.pragma('user_version', { simple: true }) as number;
  if (application !== APPLICATION_ID) {
    const tables = db.prepare('select count(*) from sqlite_schema').pluck().get();
    if (application === 0 && version === 0 && tables === 0) return 0;
    throw new MakerError('store-foreign', `${path} is an SQLite database, but no store of a market maker`, {
      hint: 'name another file',
    });
  }
  if (version > STORE_VERSION) {
    throw new MakerError('store-newer', `${path} has version ${version}, this program knows ${STORE_VERSION}`, {
      hint: 'run the newer program',
    });
  }
  return version;
}

/** Brings the schema up to date, each step wholly or not at all. */
export function migrate(db: Sqlite.Database, from: number): void {
  for (let version = from; version < STORE_VERSION; version++) {
    db.transaction(() => {
      db.exec(MIGRATIONS[version]!);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${version + 1}`);
    }).exclusive();
  }
}
