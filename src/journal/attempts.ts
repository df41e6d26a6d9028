import type { Attos } from '../base/amount.js';
import { bufferOf } from '../base/bytes.js';
import { type Books, setState, type Taken, taken } from './bundles.js';
import { JournalError } from './error.js';
import { isFinal, type NewAttempt, type NewShare } from './model.js';
import type { Ledger } from './spend.js';
import type { Store } from './store.js';

/** Writes about attempts. Each runs inside a transaction of the caller's. */
export interface AttemptBooks extends Books {
  readonly ledger: Ledger;
}

/** An overlapping bundle, or the same, that has a live attempt. */
export interface Conflict {
  readonly bundleId: string;
  readonly transactionId: string;
}

/** Live attempts of any bundle that holds one of these wrappers. */
export function liveConflicts({ store }: { readonly store: Store }, wrapperIds: readonly string[]): Conflict[] {
  if (wrapperIds.length === 0) return [];
  return store.all(
    store.query
      .selectFrom('item')
      .innerJoin('share', 'share.received', 'item.received')
      .innerJoin('received', 'received.seq', 'item.received')
      .innerJoin('attempt', 'attempt.id', 'share.attempt')
      .select(['received.bundle as bundleId', 'attempt.transaction_id as transactionId'])
      .distinct()
      .where('item.wrapper_id', 'in', wrapperIds)
      .where('share.live', '=', 1),
  );
}

/**
 * What a bundle's attempts can cost together: what was charged, and what those may cost whose end is not known.
 */
export function potentialCost(store: Store, seq: number): Attos {
  const rows = store.all(
    store.query
      .selectFrom('share')
      .innerJoin('attempt', 'attempt.id', 'share.attempt')
      .select(['share.lock', 'share.fee_charged', 'attempt.state'])
      .where('share.received', '=', seq),
  );
  return rows.reduce((sum, { lock, fee_charged, state }) => {
    return sum + (isFinal(state) ? BigInt(fee_charged ?? 0) : BigInt(lock));
  }, 0n);
}

/** Writes an attempt down. Returns its number within each bundle, in the order of `attempt.bundles`. */
export function insertAttempt(books: AttemptBooks, attempt: NewAttempt, at: number): number[] {
  const { store, ledger } = books;
  if (attempt.bundles.length === 0) throw new JournalError('bad-shares', 'expected an attempt to hold a bundle');
  if (new Set(attempt.bundles.map(({ bundleId }) => bundleId)).size < attempt.bundles.length) {
    throw new JournalError('bad-shares', 'expected one share a bundle');
  }
  const { transactionId } = attempt;
  const same = store.query.selectFrom('attempt').select('id').where('transaction_id', '=', transactionId);
  if (store.get(same) !== undefined) {
    throw new JournalError('attempt-conflict', `attempt ${transactionId} was written down before`);
  }
  const bundles = attempt.bundles.map((share) => admit(books, share));
  const wrappers = store.all(
    store.query
      .selectFrom('item')
      .select('wrapper_id')
      .where(
        'received',
        'in',
        bundles.map(({ seq }) => seq),
      ),
  );
  refuseOverlap(
    books,
    wrappers.map(({ wrapper_id }) => wrapper_id),
  );

  const sum = (field: 'lock' | 'reward' | 'fee' | 'profit'): Attos =>
    attempt.bundles.reduce((total, share) => total + share[field], 0n);
  const lock = sum('lock');
  const { id } = store.run(
    store.query.insertInto('attempt').values({
      transaction_id: transactionId,
      state: 'planned',
      lock: `${lock}`,
      reward: `${sum('reward')}`,
      fee: `${sum('fee')}`,
      profit: `${sum('profit')}`,
      expires_at: attempt.expiresAt,
      end_epoch: attempt.endEpoch ?? null,
      planned_at: at,
      details: attempt.details === undefined ? null : JSON.stringify(attempt.details),
    }),
  );
  store.run(store.query.insertInto('payload').values({ attempt: id, bytes: bufferOf(attempt.payload) }));
  const numbers = attempt.bundles.map((share, index) => insertShare(books, id, bundles[index]!, share));
  store.onCommit(() => ledger.plan(lock));
  return numbers;
}

/** Errors: `unknown-bundle`, `bundle-finished`, `attempt-over-cap`. */
function admit(books: AttemptBooks, share: NewShare): Taken {
  const bundle = taken(books, share.bundleId);
  if (bundle.outcome !== null) {
    throw new JournalError('bundle-finished', `bundle ${share.bundleId} has ended as ${bundle.outcome}`);
  }
  if (share.cap !== undefined) {
    const cost = potentialCost(books.store, bundle.seq) + share.lock;
    if (cost > share.cap) {
      const what = `all attempts of bundle ${share.bundleId} could cost ${cost} attos together`;
      throw new JournalError('attempt-over-cap', `${what}, its cap is ${share.cap}`);
    }
  }
  return bundle;
}

function refuseOverlap(books: AttemptBooks, wrapperIds: readonly string[]): void {
  if (new Set(wrapperIds).size < wrapperIds.length) {
    throw new JournalError('attempt-conflict', 'expected bundles that share no wrapper');
  }
  const [conflict] = liveConflicts(books, wrapperIds);
  if (conflict === undefined) return;
  const { transactionId, bundleId } = conflict;
  throw new JournalError('attempt-conflict', `attempt ${transactionId} of bundle ${bundleId} is live`);
}

function insertShare(books: AttemptBooks, attempt: number, bundle: Taken, share: NewShare): number {
  const { store } = books;
  const last = store.get(
    store.query
      .selectFrom('share')
      .select(({ fn }) => fn.max('n').as('n'))
      .where('received', '=', bundle.seq),
  );
  const n = (last?.n ?? 0) + 1;
  store.run(
    store.query.insertInto('share').values({
      attempt,
      received: bundle.seq,
      n,
      live: 1,
      lock: `${share.lock}`,
      reward: `${share.reward}`,
      fee: `${share.fee}`,
      profit: `${share.profit}`,
    }),
  );
  setState(books, bundle, 'in-flight');
  return n;
}
