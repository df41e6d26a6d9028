import { schemaObjects } from './migrations.js';
import { bundleIdOf, LIVE_STATES, OPEN_STATES, OUTCOMES, UNRESOLVED } from './model.js';
import type { Store } from './store.js';

/** Something in the journal that cannot be. */
export interface Violation {
  readonly rule: string;
  /** The bundle, transaction or object that breaks it. */
  readonly subject: string;
  readonly message: string;
}

export interface Verification {
  readonly received: number;
  readonly open: number;
  readonly attempts: number;
  readonly violations: Violation[];
}

const words = (list: readonly string[]): string => list.map((word) => `'${word}'`).join(', ');
const unresolved = `attempt.state in (${words(UNRESOLVED)})`;
const attemptsWith = (condition: string): string =>
  `(select count(*) from share join attempt on attempt.id = share.attempt
    where share.received = received.seq and ${condition})`;

/** Each rule with a query for what breaks it. Their subjects are bundles or transactions. */
const RULES: readonly (readonly [rule: string, message: string, sql: string])[] = [
  [
    'one-end',
    'expected either a state or an outcome, of those there are',
    `select bundle as subject from received where (state is null) = (outcome is null)
       or state not in (${words(OPEN_STATES)}) or outcome not in (${words(OUTCOMES)})
       or (outcome is null) <> (finished_at is null)`,
  ],
  [
    'one-identity',
    'expected a bundle to be taken once',
    `select bundle as subject from received where outcome is null or outcome not in ('duplicate', 'invalid')
     group by bundle having count(*) > 1`,
  ],
  [
    'in-flight',
    'in flight, but there is no attempt whose end is unknown',
    `select bundle as subject from received where state = 'in-flight' and ${attemptsWith(unresolved)} = 0`,
  ],
  [
    'not-in-flight',
    'not in flight, but there is an attempt whose end is unknown',
    `select distinct received.bundle as subject from attempt join share on share.attempt = attempt.id
     join received on received.seq = share.received where ${unresolved} and received.state is not 'in-flight'`,
  ],
  [
    'one-live-attempt',
    'expected at most one live attempt',
    `select bundle as subject from received join share on share.received = received.seq
     join attempt on attempt.id = share.attempt and attempt.state in (${words(LIVE_STATES)})
     group by received.seq having count(*) > 1`,
  ],
  [
    'live-flag',
    'a share does not know whether its attempt is live',
    `select transaction_id as subject from attempt join share on share.attempt = attempt.id
     where share.live <> (attempt.state in (${words(LIVE_STATES)}))`,
  ],
  [
    'no-live-overlap',
    'two live attempts hold the same wrapper',
    `select item.wrapper_id as subject from share join item on item.received = share.received
     where share.live = 1 group by item.wrapper_id having count(*) > 1`,
  ],
  [
    'settled',
    'settled, but without exactly one attempt that was committed as a success',
    `select bundle as subject from received
     where outcome = 'settled' and ${attemptsWith("attempt.state = 'committed-success'")} <> 1`,
  ],
  [
    'not-settled',
    'not settled, but an attempt was committed as a success',
    `select distinct received.bundle as subject from attempt join share on share.attempt = attempt.id
     join received on received.seq = share.received
     where attempt.state = 'committed-success' and received.outcome is not 'settled'`,
  ],
  [
    'settled-once',
    'one wrapper was settled in two bundles',
    `select item.wrapper_id as subject from received join item on item.received = received.seq
     where received.outcome = 'settled' group by item.wrapper_id having count(*) > 1`,
  ],
  [
    'failed',
    'failed, but no attempt was committed as a failure',
    `select bundle as subject from received
     where outcome = 'failed' and ${attemptsWith("attempt.state = 'committed-failure'")} = 0`,
  ],
  [
    'rejected',
    'rejected, but it was never submitted',
    `select bundle as subject from received where outcome = 'rejected' and ${attemptsWith('1')} = 0`,
  ],
  [
    'never-submitted',
    'ended as one that is never submitted, but there is an attempt',
    `select distinct received.bundle as subject from share join received on received.seq = share.received
     where received.outcome in ('unmatched', 'invalid', 'duplicate', 'would-settle')`,
  ],
  [
    'numbering',
    'attempts are not numbered from 1 on',
    `select bundle as subject from received join share on share.received = received.seq
     group by received.seq having max(share.n) <> count(*) or min(share.n) <> 1`,
  ],
  [
    'has-bundle',
    'an attempt holds no bundle',
    `select transaction_id as subject from attempt where not exists (select 1 from share where share.attempt = attempt.id)`,
  ],
  [
    'has-bytes',
    'the bytes of an attempt whose end is unknown are missing',
    `select transaction_id as subject from attempt
     where ${unresolved} and not exists (select 1 from payload where payload.attempt = attempt.id)`,
  ],
  [
    'concluded',
    'expected a time of the end, and a fee, of exactly those attempts that have them',
    `select transaction_id as subject from attempt where (concluded_at is null) <> (${unresolved})
       or (fee_charged is not null) <> (state in ('committed-success', 'committed-failure'))
       or (xrd_change is not null) <> (state in ('committed-success', 'committed-failure'))`,
  ],
  [
    'pruned',
    'expected a count of bundles under one of the outcomes there are',
    `select outcome as subject from pruned where outcome not in (${words(OUTCOMES)}) or count < 1`,
  ],
];

/**
 * Checks every rule in one snapshot, so that a solver may write meanwhile: no two rules see different journals. The
 * database's own checks come first, since nothing else means much without them.
 */
export function verify(store: Store): Verification {
  return store.snapshot(() => {
    const violations: Violation[] = [...checkFile(store), ...checkSchema(store)];
    for (const [rule, message, sql] of RULES) {
      violations.push(
        ...attempt(store, rule, () =>
          store.sql<{ subject: string }>(sql).map(({ subject }) => ({ rule, subject, message })),
        ),
      );
    }
    violations.push(...attempt(store, 'shares', () => checkSums(store)));
    violations.push(...attempt(store, 'identity', () => checkIdentities(store)));
    return { ...count(store), violations };
  });
}

/** A rule that cannot be asked, since the file is damaged or a table is missing, is one that does not hold. */
function attempt(store: Store, rule: string, check: () => Violation[]): Violation[] {
  try {
    return check();
  } catch (error) {
    return [{ rule, subject: store.path, message: (error as Error).message }];
  }
}

function count(store: Store): Omit<Verification, 'violations'> {
  const [row] = store.sql<{ received: number; open: number; attempts: number }>(
    `select (select count(*) from received) + (select coalesce(sum(count), 0) from pruned) as received,
       (select count(*) from received where state is not null) as open,
       (select count(*) from attempt) as attempts`,
  );
  return row!;
}

function checkFile(store: Store): Violation[] {
  const damage = store.sql<{ message: string }>('select quick_check as message from pragma_quick_check');
  const dangling = store.sql<{ subject: string }>('select distinct "table" as subject from pragma_foreign_key_check');
  return [
    ...damage.flatMap(({ message }) => (message === 'ok' ? [] : [{ rule: 'file', subject: store.path, message }])),
    ...dangling.map(({ subject }) => ({ rule: 'reference', subject, message: 'it refers to a row that is gone' })),
  ];
}

function checkSchema(store: Store): Violation[] {
  const found = new Set(store.sql<{ name: string }>('select name from sqlite_schema').map(({ name }) => name));
  return schemaObjects()
    .filter((name) => !found.has(name))
    .map((name) => ({ rule: 'schema', subject: name, message: 'a table, an index or a trigger is missing' }));
}

const AMOUNTS = ['lock', 'reward', 'fee', 'profit', 'fee_charged', 'xrd_change'] as const;
type Amounts = Readonly<Record<(typeof AMOUNTS)[number], string | null>>;

/** The parts of an attempt add up to it, to the atto: sums that SQLite cannot do. */
function checkSums(store: Store): Violation[] {
  const columns = (table: string): string => AMOUNTS.map((name) => `${table}.${name} as ${name}`).join(', ');
  const violations: Violation[] = [];
  const shares = new Map<number, Map<string, bigint>>();
  for (const share of store.each<Amounts & { attempt: number }>(
    `select attempt, ${columns('share')} from share order by attempt`,
  )) {
    const sums = shares.get(share.attempt) ?? new Map<string, bigint>();
    for (const name of AMOUNTS) sums.set(name, (sums.get(name) ?? 0n) + (amount(share[name]) ?? 0n));
    shares.set(share.attempt, sums);
  }
  for (const attempt of store.each<Amounts & { id: number; subject: string }>(
    `select id, transaction_id as subject, ${columns('attempt')} from attempt`,
  )) {
    for (const name of AMOUNTS) {
      const [whole, parts] = [amount(attempt[name]), shares.get(attempt.id)?.get(name)];
      if (whole === parts) continue;
      const message = `the shares of ${name} add up to ${parts} attos, the attempt has ${attempt[name]}`;
      violations.push({ rule: 'shares', subject: attempt.subject, message });
    }
  }
  return violations;
}

/** Nothing counts as 0; what is no amount, as undefined. */
function amount(text: string | null): bigint | undefined {
  if (text === null) return 0n;
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

/** A bundle is the set of its wrappers. Malformed ones may have lost some, and of copies none are kept. */
function checkIdentities(store: Store): Violation[] {
  const violations: Violation[] = [];
  for (const { subject, wrappers } of store.each<{ subject: string; wrappers: string }>(
    `select received.bundle as subject, json_group_array(item.wrapper_id) as wrappers from received
     join item on item.received = received.seq where received.outcome is not 'invalid' group by received.seq`,
  )) {
    if (bundleIdOf(JSON.parse(wrappers)) === subject) continue;
    violations.push({ rule: 'identity', subject, message: 'the id is not that of its wrappers' });
  }
  return violations;
}
