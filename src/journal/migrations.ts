import type Sqlite from 'better-sqlite3';
import { JournalError } from './error.js';

/** Marks the file as a journal ("anth"): the solver writes into no other database. */
export const APPLICATION_ID = 0x616e7468;

/**
 * Each step brings a journal from the version of its index to the next. A step that was released is never changed.
 * Plain SQL, since half of what protects the journal (strict tables, partial indexes, triggers) has no builder.
 */
const MIGRATIONS: readonly string[] = [
  `
  create table meta (key text primary key, value text not null) strict, without rowid;

  create table received (
    seq integer primary key,
    bundle text not null,
    received_at integer not null,
    source text not null,
    expires_at integer,
    state text check (state in ('queued', 'planning', 'in-flight')),
    outcome text check (outcome in ('settled', 'lost', 'failed', 'rejected', 'expired', 'declined', 'unmatched', 'invalid',
      'duplicate', 'would-settle')),
    finished_at integer,
    reason_code text,
    reason_message text,
    winner text,
    reward text,
    fee text,
    profit text,
    details text,
    check ((state is null) <> (outcome is null)),
    check ((outcome is null) = (finished_at is null))
  ) strict;
  -- A bundle is taken once. Malformed ones and copies leave the identity free: a bundle with a bad signature must not
  -- shut out the same bundle with a good one.
  create unique index received_taken on received (bundle) where outcome is null or outcome not in ('duplicate', 'invalid');
  create index received_bundle on received (bundle);
  create index received_open on received (state) where state is not null;
  create index received_at on received (received_at);
  create trigger outcome_is_final before update of bundle, state, outcome on received when old.outcome is not null
    begin select raise(abort, 'an outcome is final'); end;

  create table item (
    received integer not null references received (seq) on delete cascade,
    position integer not null,
    wrapper_id text not null,
    order_id text,
    expires_at integer,
    primary key (received, position)
  ) strict, without rowid;
  create index item_wrapper on item (wrapper_id);

  create table frame (
    received integer primary key references received (seq) on delete cascade,
    text text not null
  ) strict;

  create table attempt (
    id integer primary key,
    transaction_id text not null unique,
    state text not null check (state in ('planned', 'submitted', 'accepted', 'refused', 'temporarily-rejected',
      'committed-success', 'committed-failure', 'lost', 'rejected', 'dead')),
    lock text not null check (lock not glob '*[^0-9]*'),
    reward text not null,
    fee text not null,
    profit text not null,
    expires_at integer not null,
    end_epoch integer,
    planned_at integer not null,
    submitted_at integer,
    answered_at integer,
    concluded_at integer,
    fee_charged text check (fee_charged not glob '*[^0-9]*'),
    xrd_change text,
    state_version integer,
    winner text,
    message text,
    details text,
    check ((concluded_at is null) = (state in ('planned', 'submitted', 'accepted', 'refused',
      'temporarily-rejected'))),
    check ((fee_charged is not null) = (state in ('committed-success', 'committed-failure')))
  ) strict;
  create index attempt_unresolved on attempt (id) where concluded_at is null;
  create index attempt_concluded on attempt (concluded_at) where concluded_at is not null;
  create trigger end_is_final before update of state, fee_charged, xrd_change on attempt when old.concluded_at is not null
    begin select raise(abort, 'the end of an attempt is final'); end;

  create table share (
    attempt integer not null references attempt (id),
    received integer not null references received (seq),
    n integer not null,
    live integer not null check (live in (0, 1)),
    lock text not null check (lock not glob '*[^0-9]*'),
    reward text not null,
    fee text not null,
    profit text not null,
    fee_charged text,
    xrd_change text,
    primary key (attempt, received),
    unique (received, n)
  ) strict, without rowid;
  -- No bundle has two live attempts: not even a mistake in the code above can make one.
  create unique index share_live on share (received) where live = 1;

  create table payload (
    attempt integer primary key references attempt (id),
    bytes blob not null
  ) strict;

  create table stray (code text primary key, count integer not null, last_at integer not null) strict, without rowid;
  create table pruned (outcome text primary key, count integer not null) strict, without rowid;
  `,
  `
  create table limit_state (
    name text primary key,
    maximum text,
    stopped_at integer,
    why text,
    reset_at integer,
    count integer not null default 0
  ) strict, without rowid;
  create table fact (key text primary key, value text not null, learned_at integer not null) strict, without rowid;
  `,
  `
  create table party (
    kind text not null check (kind in ('account', 'maker')),
    id text not null,
    settled integer not null default 0,
    could_not_pay integer not null default 0,
    expired integer not null default 0,
    updated_at integer not null,
    primary key (kind, id)
  ) strict, without rowid;
  create index party_updated on party (updated_at);
  create table race (
    tip integer primary key,
    won integer not null default 0,
    lost integer not null default 0,
    updated_at integer not null
  ) strict;
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** The schema's version, 0 for a new file. Errors: `journal-foreign`, `journal-newer`. */
export function schemaVersion(db: Sqlite.Database, path: string): number {
  const application = db.pragma('application_id', { simple: true });
  const version = db.pragma('user_version', { simple: true }) as number;
  if (application !== APPLICATION_ID) {
    const tables = db.prepare('select count(*) from sqlite_schema').pluck().get();
    if (application === 0 && version === 0 && tables === 0) return 0;
    throw new JournalError('journal-foreign', `${path} is an SQLite database, but no journal`, {
      hint: 'name another file',
    });
  }
  if (version > SCHEMA_VERSION) {
    throw new JournalError('journal-newer', `${path} has version ${version}, this program knows ${SCHEMA_VERSION}`, {
      hint: 'run the newer program',
    });
  }
  return version;
}

/** Brings the schema up to date, each step wholly or not at all. */
export function migrate(db: Sqlite.Database, from: number, to = SCHEMA_VERSION): void {
  for (let version = from; version < to; version++) {
    db.transaction(() => {
      db.exec(MIGRATIONS[version]!);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${version + 1}`);
    }).exclusive();
  }
}

/** Names of the tables, indexes and triggers that must be there. */
export function schemaObjects(): string[] {
  return MIGRATIONS.flatMap((step) =>
    [...step.matchAll(/create (?:table|(?:unique )?index|trigger) (\w+)/g)].map(([, name]) => name!),
  );
}
