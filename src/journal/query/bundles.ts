import type { Attos } from '../../base/amount.js';
import type { Expected, Item, OpenState, Outcome } from '../model.js';
import type { Store } from '../store.js';
import { type Attempt, attemptsOf } from './attempts.js';
import { among, byBundle } from './ofBundles.js';

/** A push of a bundle, and what became of it. */
export interface Bundle {
  readonly seq: number;
  readonly id: string;
  readonly receivedAt: number;
  readonly source: string;
  /** When the first of its orders expires. */
  readonly expiresAt: number | undefined;
  /** Where it stands or how it ended. */
  readonly status: OpenState | Outcome;
  readonly finishedAt: number | undefined;
  readonly reason: { readonly code: string; readonly message: string } | undefined;
  readonly winner: string | undefined;
  /** What it was expected to bring, of its last attempt or where it was not submitted. */
  readonly expected: Expected | undefined;
  /** Fees charged for all of its attempts, and the change of the solver's XRD, the fees included. */
  readonly feeCharged: Attos;
  readonly xrdChange: Attos;
  readonly attempts: number;
  /** Of the attempt that settled it, else of the last. */
  readonly transactionId: string | undefined;
  readonly details: unknown;
}

/** Received at or after, before: milliseconds since 1970. */
export interface Period {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface BundleFilter extends Period {
  readonly status?: readonly (OpenState | Outcome)[] | undefined;
  readonly limit?: number | undefined;
  readonly oldestFirst?: boolean | undefined;
}

const COLUMNS = [
  'seq',
  'bundle',
  'received_at',
  'source',
  'expires_at',
  'state',
  'outcome',
  'finished_at',
  'reason_code',
  'reason_message',
  'winner',
  'reward',
  'fee',
  'profit',
  'details',
] as const;

/** Rows that are read at once: few enough to be gone before the collector takes them for lasting. */
const PAGE = 200;

export function* bundles(store: Store, filter: BundleFilter): IterableIterator<Bundle> {
  for (const page of pages(store, filter, (rows) => describe(store, rows))) yield* page;
}

/** Bundles with their attempts, first to last: for figures over many, to which a query for each would be most of the work. */
export function* bundlesWithAttempts(
  store: Store,
  filter: BundleFilter,
): IterableIterator<readonly [Bundle, readonly Attempt[]]> {
  const both = pages(store, filter, (rows) => {
    const attempts = attemptsOf(store, seqsOf(rows));
    return describe(store, rows).map((bundle) => [bundle, attempts.get(bundle.seq) ?? []] as const);
  });
  for (const page of both) yield* page;
}

/** In pages: a statement that stands open would keep the log of a running solver from being written back. */
function* pages<T>(
  store: Store,
  filter: BundleFilter,
  read: (rows: readonly Row[]) => readonly T[],
): IterableIterator<readonly T[]> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  let after = filter.oldestFirst ? 0 : Number.MAX_SAFE_INTEGER;
  while (left > 0) {
    // At one moment, whatever the solver writes between the queries.
    const [rows, page] = store.snapshot(() => {
      const found = readPage(store, filter, after, Math.min(left, PAGE));
      return [found, read(found)] as const;
    });
    yield page;
    if (rows.length === 0) return;
    left -= rows.length;
    after = rows.at(-1)!.seq;
  }
}

function readPage(store: Store, filter: BundleFilter, after: number, limit: number) {
  const { status, since, until, oldestFirst } = filter;
  return store.all(
    store.query
      .selectFrom('received')
      .select(COLUMNS)
      .where('seq', oldestFirst ? '>' : '<', after)
      .$if(status !== undefined, (query) =>
        query.where(({ fn }) => fn.coalesce('outcome', 'state'), 'in', status as Outcome[]),
      )
      .$if(since !== undefined, (query) => query.where('received_at', '>=', since!))
      .$if(until !== undefined, (query) => query.where('received_at', '<', until!))
      .orderBy('seq', oldestFirst ? 'asc' : 'desc')
      .limit(limit),
  );
}

type Row = ReturnType<typeof readPage>[number];

function describe(store: Store, rows: readonly Row[]): Bundle[] {
  const shares = byBundle(sharesOf(store, seqsOf(rows)));
  return rows.map((row) => describeOne(row, shares.get(row.seq) ?? []));
}

function describeOne(row: Row, shares: readonly Share[]): Bundle {
  const last = shares.find(({ state }) => state === 'committed-success') ?? shares.at(-1);
  const sum = (field: 'fee_charged' | 'xrd_change'): Attos =>
    shares.reduce((total, share) => total + BigInt(share[field] ?? 0), 0n);
  return {
    seq: row.seq,
    id: row.bundle,
    receivedAt: row.received_at,
    source: row.source,
    expiresAt: row.expires_at ?? undefined,
    status: (row.outcome ?? row.state)!,
    finishedAt: row.finished_at ?? undefined,
    reason: row.reason_code === null ? undefined : { code: row.reason_code, message: row.reason_message! },
    winner: row.winner ?? undefined,
    expected: expectedOf(last ?? row),
    feeCharged: sum('fee_charged'),
    xrdChange: sum('xrd_change'),
    attempts: shares.length,
    transactionId: last?.transaction_id,
    details: row.details === null ? undefined : JSON.parse(row.details),
  };
}

function expectedOf(row: { reward: string | null; fee: string | null; profit: string | null }): Expected | undefined {
  if (row.reward === null) return undefined;
  return { reward: BigInt(row.reward), fee: BigInt(row.fee!), profit: BigInt(row.profit!) };
}

type Share = ReturnType<typeof sharesOf>[number];

function seqsOf(rows: readonly Row[]): number[] {
  return rows.map(({ seq }) => seq);
}

/** First to last. */
function sharesOf(store: Store, seqs: readonly number[]) {
  return store.all(
    store.query
      .selectFrom('share')
      .innerJoin('attempt', 'attempt.id', 'share.attempt')
      .select(['attempt.transaction_id', 'attempt.state', 'share.reward', 'share.fee', 'share.profit'])
      .select(['share.received', 'share.fee_charged', 'share.xrd_change'])
      .where('share.received', 'in', among(seqs))
      .orderBy('share.n'),
  );
}

export function findBundles(store: Store, prefix: string, limit: number): Bundle[] {
  // A range, not a pattern: it uses the index, and no character has a meaning.
  const end = `${prefix}\uffff`;
  const rows = store.all(
    store.query
      .selectFrom('received')
      .select(COLUMNS)
      .where('seq', 'in', (query) =>
        query
          .selectFrom('received')
          .select('seq')
          .where('bundle', '>=', prefix)
          .where('bundle', '<', end)
          .where((where) => where.or([where('outcome', 'is', null), where('outcome', '<>', 'duplicate')]))
          .union(
            query
              .selectFrom('attempt')
              .innerJoin('share', 'share.attempt', 'attempt.id')
              .select('share.received as seq')
              .where('attempt.transaction_id', '>=', prefix)
              .where('attempt.transaction_id', '<', end),
          ),
      )
      .orderBy('seq')
      .limit(limit),
  );
  return describe(store, rows);
}

/** The wrappers of a bundle, in the order of its frame. */
export function itemsOf(store: Store, seq: number): Item[] {
  return store
    .all(
      store.query
        .selectFrom('item')
        .select(['wrapper_id', 'order_id', 'expires_at'])
        .where('received', '=', seq)
        .orderBy('position'),
    )
    .map(({ wrapper_id, order_id, expires_at }) => ({
      wrapperId: wrapper_id,
      orderId: order_id ?? undefined,
      expiresAt: expires_at ?? undefined,
    }));
}

/** How often a bundle came again. */
export function copiesOf(store: Store, bundleId: string): number {
  const row = store.get(
    store.query
      .selectFrom('received')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('bundle', '=', bundleId)
      .where('outcome', '=', 'duplicate'),
  );
  return row!.count;
}

/** A bundle without an end. */
export interface UnfinishedBundle extends Bundle {
  readonly items: readonly Item[];
  /** The text as it came, where it was kept. */
  readonly frame: string | undefined;
}

export function unfinished(store: Store): UnfinishedBundle[] {
  const rows = store.all(
    store.query.selectFrom('received').select(COLUMNS).where('state', 'is not', null).orderBy('seq'),
  );
  return describe(store, rows).map((bundle) => ({
    ...bundle,
    items: itemsOf(store, bundle.seq),
    frame: store.get(store.query.selectFrom('frame').select('text').where('received', '=', bundle.seq))?.text,
  }));
}
