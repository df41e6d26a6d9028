import { sql } from 'kysely';
import { JournalError } from './error.js';
import type { Expected, NewBundle, OpenState, Outcome, Reason } from './model.js';
import type { Store } from './store.js';
import type { Tally } from './tally.js';

/** Writes about bundles. Each runs inside a transaction of the caller's. */
export interface Books {
  readonly store: Store;
  readonly tally: Tally;
}

/** A bundle that was taken: its row, and where it stands. */
export interface Taken {
  readonly seq: number;
  readonly state: OpenState | null;
  readonly outcome: Outcome | null;
}

export interface End {
  readonly outcome: Outcome;
  readonly reason?: Reason | undefined;
  /** The transaction that finalised a subintent first. */
  readonly winner?: string | undefined;
  /** What a bundle that is not submitted would have earned. */
  readonly expected?: Expected | undefined;
}

/** Longest message that is kept: part of it may come from a stranger. */
const MAX_MESSAGE = 500;

/** The row that holds the identity, if the bundle came before. */
export function findTaken({ store }: Books, bundleId: string): Taken | undefined {
  return store.get(
    store.query
      .selectFrom('received')
      .select(['seq', 'state', 'outcome'])
      .where('bundle', '=', bundleId)
      // In the very words of the index `received_taken`, else a thousand copies would be searched for the original.
      .where(sql<boolean>`(outcome is null or outcome not in ('duplicate', 'invalid'))`),
  );
}

/** Error: `unknown-bundle`. */
export function taken(books: Books, bundleId: string): Taken {
  const found = findTaken(books, bundleId);
  if (found === undefined) throw new JournalError('unknown-bundle', `the journal holds no bundle ${bundleId}`);
  return found;
}

/** Writes down a push, with its end where it has one already. Returns its row. */
export function insertBundle({ store, tally }: Books, bundle: NewBundle, end?: End & { readonly at: number }): number {
  const expiries = bundle.items.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt]));
  const { id } = store.run(
    store.query.insertInto('received').values({
      bundle: bundle.id,
      received_at: bundle.receivedAt,
      source: bundle.source,
      expires_at: expiries.length === 0 ? null : Math.min(...expiries),
      state: end === undefined ? 'queued' : null,
      // A copy says nothing new: its original has the rest.
      details: end?.outcome === 'duplicate' || bundle.details === undefined ? null : JSON.stringify(bundle.details),
      ...endColumns(end),
    }),
  );
  if (end?.outcome !== 'duplicate') insertParts(store, id, bundle);
  store.onCommit(() => tally.move(undefined, end?.outcome ?? 'queued'));
  return id;
}

function insertParts(store: Store, seq: number, { items, frame }: NewBundle): void {
  if (items.length > 0) {
    const rows = items.map(({ wrapperId, orderId, expiresAt }, position) => ({
      received: seq,
      position,
      wrapper_id: wrapperId,
      order_id: orderId ?? null,
      expires_at: expiresAt ?? null,
    }));
    store.run(store.query.insertInto('item').values(rows));
  }
  if (frame !== undefined) store.run(store.query.insertInto('frame').values({ received: seq, text: frame }));
}

function endColumns(end: (End & { readonly at: number }) | undefined) {
  return {
    outcome: end?.outcome ?? null,
    finished_at: end?.at ?? null,
    reason_code: end?.reason?.code ?? null,
    reason_message: end?.reason?.message.slice(0, MAX_MESSAGE) ?? null,
    winner: end?.winner ?? null,
    reward: end?.expected?.reward.toString() ?? null,
    fee: end?.expected?.fee.toString() ?? null,
    profit: end?.expected?.profit.toString() ?? null,
  };
}

/** Adds to what is kept beside a bundle's columns; a part that was there already is replaced. */
export function patchDetails({ store }: Books, { seq }: Taken, patch: object): void {
  const row = store.get(store.query.selectFrom('received').select('details').where('seq', '=', seq))!;
  const details = { ...(row.details === null ? {} : JSON.parse(row.details)), ...patch };
  store.run(
    store.query
      .updateTable('received')
      .set({ details: JSON.stringify(details) })
      .where('seq', '=', seq),
  );
}

/** Moves an open bundle between the open states. */
export function setState({ store, tally }: Books, { seq, state }: Taken, to: OpenState): void {
  if (state === null || state === to) return;
  store.run(store.query.updateTable('received').set({ state: to }).where('seq', '=', seq));
  store.onCommit(() => tally.move(state, to));
}

/** Ends an open bundle. */
export function endBundle({ store, tally }: Books, { seq, state }: Taken, end: End & { readonly at: number }): void {
  store.run(
    store.query
      .updateTable('received')
      .set({ state: null, ...endColumns(end) })
      .where('seq', '=', seq),
  );
  store.onCommit(() => tally.move(state!, end.outcome));
}

/**
 * Whether what is known of a bundle's attempts admits an outcome. An attempt whose end is not known admits none: such
 * a bundle is in flight, whatever else is believed. Errors: `bundle-finished`, `bad-outcome`.
 */
export function checkEnd(books: Books, bundleId: string, bundle: Taken, outcome: Outcome): void {
  if (bundle.outcome !== null) {
    throw new JournalError('bundle-finished', `bundle ${bundleId} has ended as ${bundle.outcome}, not ${outcome}`);
  }
  const refuse = (why: string): never => {
    throw new JournalError('bad-outcome', `bundle ${bundleId} cannot end as ${outcome}: ${why}`);
  };
  if (bundle.state === 'in-flight') refuse('the end of an attempt is not known');
  if (outcome === 'settled') refuse('no attempt of it was committed');
  if (outcome === 'duplicate') refuse('it is the first of its kind');
  const { store } = books;
  const attempts = store.all(
    store.query
      .selectFrom('share')
      .innerJoin('attempt', 'attempt.id', 'share.attempt')
      .select('attempt.state')
      .where('share.received', '=', bundle.seq),
  );
  if (NEEDS_NONE.has(outcome) && attempts.length > 0) refuse('it was submitted');
  if (outcome === 'rejected' && attempts.length === 0) refuse('it was never submitted');
  if (outcome === 'failed' && !attempts.some(({ state }) => state === 'committed-failure')) {
    refuse('no attempt of it was committed as a failure');
  }
}

/** Outcomes of bundles that never were submitted. */
export const NEEDS_NONE: ReadonlySet<Outcome> = new Set(['unmatched', 'invalid', 'duplicate', 'would-settle']);
