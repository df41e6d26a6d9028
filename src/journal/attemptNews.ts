import type { Attos } from '../base/amount.js';
import type { AttemptBooks } from './attempts.js';
import { type Books, endBundle, setState, type Taken } from './bundles.js';
import { JournalError } from './error.js';
import {
  type AttemptNews,
  type AttemptState,
  type Committed,
  FINAL_STATES,
  FOLLOWED_STATES,
  isFinal,
  isLive,
  UNRESOLVED,
} from './model.js';
import { chargedShares } from './shares.js';
import type { Store } from './store.js';

/**
 * What may follow what. There is no way back: a node that refused a transaction may have been alone with that, but the
 * bundle was free to be tried again from then on.
 */
const NEXT: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
  planned: ['submitted', 'accepted', ...FOLLOWED_STATES, ...FINAL_STATES],
  submitted: ['accepted', ...FOLLOWED_STATES, ...FINAL_STATES],
  accepted: [...FOLLOWED_STATES, ...FINAL_STATES],
  refused: ['temporarily-rejected', ...FINAL_STATES],
  'temporarily-rejected': ['refused', ...FINAL_STATES],
  'committed-success': [],
  'committed-failure': [],
  lost: [],
  rejected: [],
  dead: [],
};

interface AttemptRow {
  readonly id: number;
  readonly transaction_id: string;
  readonly state: AttemptState;
  readonly lock: string;
  readonly submitted_at: number | null;
}

/** Error: `unknown-attempt`. */
export function findAttempt({ store }: Books, transactionId: string): AttemptRow {
  const found = store.get(
    store.query
      .selectFrom('attempt')
      .select(['id', 'transaction_id', 'state', 'lock', 'submitted_at'])
      .where('transaction_id', '=', transactionId),
  );
  if (found === undefined) throw new JournalError('unknown-attempt', `the journal holds no attempt ${transactionId}`);
  return found;
}

/** The first byte is about to leave, or has left. False where that was known. */
export function submitAttempt({ store }: Books, { id, state, submitted_at }: AttemptRow, at: number): boolean {
  if (submitted_at !== null) return false;
  const change = state === 'planned' ? { state: 'submitted' as const, submitted_at: at } : { submitted_at: at };
  store.run(store.query.updateTable('attempt').set(change).where('id', '=', id));
  return true;
}

/** Writes news down. False where they are none. Error: `attempt-final`. */
export function updateAttempt(books: AttemptBooks, row: AttemptRow, news: AttemptNews, at: number): boolean {
  const { store } = books;
  if (row.state === news.state) return false;
  if (!NEXT[row.state].includes(news.state)) {
    // What a slow endpoint says late of a transaction that is further on is no contradiction.
    if (!isFinal(news.state)) return false;
    throw new JournalError(
      'attempt-final',
      `attempt ${row.transaction_id} is ${row.state}, it cannot be ${news.state}`,
    );
  }
  if (!isFinal(news.state)) {
    const change = { state: news.state, answered_at: at, message: news.message ?? null };
    store.run(store.query.updateTable('attempt').set(change).where('id', '=', row.id));
    if (!isLive(news.state)) {
      store.run(store.query.updateTable('share').set({ live: 0 }).where('attempt', '=', row.id));
    }
    return true;
  }
  if ('fee' in news) chargeShares(store, row.id, news);
  conclude(books, row, news, at);
  if (news.state === 'committed-success') settle(books, row, at);
  else release(books, row.id);
  return true;
}

/** Ends an attempt for good. */
function conclude({ store, ledger }: AttemptBooks, row: AttemptRow, news: AttemptNews, at: number): void {
  const fee = 'fee' in news ? news.fee : undefined;
  store.run(
    store.query
      .updateTable('attempt')
      .set({
        state: news.state,
        concluded_at: at,
        message: news.message ?? null,
        winner: 'winner' in news ? (news.winner ?? null) : null,
        ...('fee' in news && {
          fee_charged: `${news.fee}`,
          xrd_change: `${news.xrdChange}`,
          state_version: news.stateVersion,
        }),
      })
      .where('id', '=', row.id),
  );
  store.run(store.query.updateTable('share').set({ live: 0 }).where('attempt', '=', row.id));
  if (fee !== undefined) ledger.countFailure(news.state === 'committed-failure' && fee > 0n);
  store.onCommit(() => ledger.conclude(BigInt(row.lock), fee ?? 0n, at));
}

/** Error: `bad-shares` where they do not add up. */
function chargeShares(store: Store, attempt: number, news: Committed): void {
  const rows = store.all(
    store.query
      .selectFrom('share')
      .innerJoin('received', 'received.seq', 'share.received')
      .select(['share.received', 'received.bundle', 'share.fee', 'share.reward'])
      .where('share.attempt', '=', attempt)
      .orderBy('share.received'),
  );
  const parts = rows.map(({ bundle, fee, reward }) => ({ bundleId: bundle, fee: BigInt(fee), reward: BigInt(reward) }));
  const given = news.shares ?? chargedShares(parts, news);
  const add = (field: 'fee' | 'xrdChange'): Attos => given.reduce((sum, share) => sum + share[field], 0n);
  const bundles = new Set(given.map(({ bundleId }) => bundleId));
  const complete = given.length === rows.length && rows.every(({ bundle }) => bundles.has(bundle));
  if (!complete || add('fee') !== news.fee || add('xrdChange') !== news.xrdChange) {
    throw new JournalError('bad-shares', 'expected a share for each bundle that add up to what was charged');
  }
  for (const { bundleId, fee, xrdChange } of given) {
    const { received } = rows.find(({ bundle }) => bundle === bundleId)!;
    const change = { fee_charged: `${fee}`, xrd_change: `${xrdChange}` };
    const share = store.query.updateTable('share').set(change);
    store.run(share.where('attempt', '=', attempt).where('received', '=', received));
  }
}

/** A success settles every bundle of the attempt, and ends the other attempts for them: they lost to this one. */
function settle(books: AttemptBooks, row: AttemptRow, at: number): void {
  for (const bundle of bundlesOf(books.store, row.id)) {
    for (const rival of unresolvedOf(books.store, bundle.seq)) {
      conclude(books, rival, { state: 'lost', winner: row.transaction_id }, at);
      release(books, rival.id);
    }
    endBundle(books, { ...bundle, state: currentState(books.store, bundle.seq) }, { outcome: 'settled', at });
  }
}

/** What has no attempt left whose end is unknown is to be planned again, or ended. */
function release(books: AttemptBooks, attempt: number): void {
  for (const bundle of bundlesOf(books.store, attempt)) {
    if (bundle.outcome === null && unresolvedOf(books.store, bundle.seq).length === 0) {
      setState(books, bundle, 'planning');
    }
  }
}

function bundlesOf(store: Store, attempt: number): Taken[] {
  return store.all(
    store.query
      .selectFrom('share')
      .innerJoin('received', 'received.seq', 'share.received')
      .select(['received.seq', 'received.state', 'received.outcome'])
      .where('share.attempt', '=', attempt),
  );
}

function unresolvedOf(store: Store, seq: number): AttemptRow[] {
  return store.all(
    store.query
      .selectFrom('share')
      .innerJoin('attempt', 'attempt.id', 'share.attempt')
      .select(['attempt.id', 'attempt.transaction_id', 'attempt.state', 'attempt.lock', 'attempt.submitted_at'])
      .where('share.received', '=', seq)
      .where('attempt.state', 'in', UNRESOLVED),
  );
}

function currentState(store: Store, seq: number): Taken['state'] {
  return store.get(store.query.selectFrom('received').select('state').where('seq', '=', seq))!.state;
}
