import type { Outcome } from './model.js';
import type { Store } from './store.js';

/** What to keep. At least one of the two. */
export interface Retention {
  /** Milliseconds: what ended longer ago loses what accounting does not need. */
  readonly olderThan?: number | undefined;
  /** Bytes: the oldest loses it until the journal is as small. */
  readonly maxSize?: number | undefined;
}

export interface Pruned {
  /** Transactions whose bytes, and bundles whose text and details, were dropped. */
  readonly payloads: number;
  readonly details: number;
  /** Bundles that never were submitted, by outcome: they are only counted from now on. */
  readonly bundles: number;
  /** Bytes in use now. */
  readonly size: number;
}

/** Rows to a transaction: each takes a few milliseconds, and the solver may go on in between. */
const BATCH = 500;

/** Below this age nothing is dropped for the sake of size: a copy of a bundle must be known while it can come. */
const MIN_AGE = 3_600_000;

/** Outcomes that cost and bring nothing, and say little once counted. */
const COUNTED_ONLY = `('expired', 'declined', 'unmatched', 'invalid', 'duplicate')`;

/**
 * Drops first what is largest and least needed: bytes of transactions whose end is known, then frames and details,
 * then whole bundles that never were submitted, which stay in the counters. Outcomes, amounts and fees of the rest are
 * never dropped.
 */
export function prune(store: Store, { olderThan, maxSize }: Retention, now: number): Pruned {
  const total = { payloads: 0, details: 0, bundles: 0 };
  const run = (before: number, enough: () => boolean): void => {
    for (const [name, stage] of STAGES) {
      for (let count = BATCH; count === BATCH && !enough(); ) {
        count = store.write('deferred', () => stage(store, before));
        total[name] += count;
      }
    }
  };
  if (olderThan !== undefined) run(now - olderThan, () => false);
  if (maxSize !== undefined) run(now - MIN_AGE, () => usedBytes(store) <= maxSize);
  store.shrink();
  return { ...total, size: usedBytes(store) };
}

/**
 * The same in one step that takes a few milliseconds, for a solver that runs. Pages that become free are used again instead
 * of given back. False where nothing was left to drop.
 */
export function pruneSome(store: Store, { olderThan, maxSize }: Retention, now: number): boolean {
  const drop = (before: number): boolean =>
    STAGES.some(([, stage]) => store.write('deferred', () => stage(store, before)) > 0);
  if (olderThan !== undefined && drop(now - olderThan)) return true;
  return maxSize !== undefined && usedBytes(store) > maxSize && drop(now - MIN_AGE);
}

/** Bytes of the pages in use. */
export function usedBytes(store: Store): number {
  const [row] = store.sql<{ bytes: number }>(
    `select (page_count - freelist_count) * page_size as bytes
     from pragma_page_count, pragma_freelist_count, pragma_page_size`,
  );
  return row!.bytes;
}

function prunePayloads(store: Store, before: number): number {
  return store.change(
    `delete from payload where attempt in (select payload.attempt from payload
       join attempt on attempt.id = payload.attempt where attempt.concluded_at < ? order by attempt.id limit ${BATCH})`,
    before,
  );
}

function pruneDetails(store: Store, before: number): number {
  const frames = store.change(
    `delete from frame where received in (select frame.received from frame
       join received on received.seq = frame.received where received.finished_at < ? order by seq limit ${BATCH})`,
    before,
  );
  const bundles = store.change(
    `update received set details = null where seq in
       (select seq from received where details is not null and finished_at < ? order by seq limit ${BATCH})`,
    before,
  );
  const attempts = store.change(
    `update attempt set details = null where id in
       (select id from attempt where details is not null and concluded_at < ? order by id limit ${BATCH})`,
    before,
  );
  return Math.max(frames, bundles, attempts);
}

function pruneBundles(store: Store, before: number): number {
  const rows = store.sql<{ seq: number; outcome: Outcome }>(
    `select seq, outcome from received where outcome in ${COUNTED_ONLY} and finished_at < ?
       and coalesce(expires_at, 0) < ? and not exists (select 1 from share where share.received = seq)
     order by seq limit ${BATCH}`,
    before,
    before,
  );
  for (const { seq, outcome } of rows) {
    store.change('delete from received where seq = ?', seq);
    store.change(
      `insert into pruned (outcome, count) values (?, 1) on conflict (outcome) do update set count = count + 1`,
      outcome,
    );
  }
  return rows.length;
}

/** What goes first. */
const STAGES = [
  ['payloads', prunePayloads],
  ['details', pruneDetails],
  ['bundles', pruneBundles],
] as const;
