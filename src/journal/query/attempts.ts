import type { Attos } from '../../base/amount.js';
import type { AttemptState, Expected } from '../model.js';
import type { Store } from '../store.js';
import { among, byBundle } from './ofBundles.js';

/** A settlement that was written down, with the amounts of one bundle or of all, as asked. */
export interface Attempt {
  readonly transactionId: string;
  /** Which of its bundle's attempts it is. */
  readonly n: number;
  readonly state: AttemptState;
  /** The most it can cost. */
  readonly lock: Attos;
  readonly expected: Expected;
  readonly expiresAt: number;
  readonly endEpoch: number | undefined;
  readonly plannedAt: number;
  readonly submittedAt: number | undefined;
  readonly answeredAt: number | undefined;
  readonly concludedAt: number | undefined;
  readonly feeCharged: Attos | undefined;
  readonly xrdChange: Attos | undefined;
  readonly stateVersion: number | undefined;
  readonly winner: string | undefined;
  readonly message: string | undefined;
  readonly details: unknown;
  /** How many bundles it settles. */
  readonly bundles: number;
}

/** An attempt whose end is not known. */
export interface OpenAttempt extends Omit<Attempt, 'n' | 'bundles'> {
  readonly payload: Buffer;
  readonly bundles: readonly {
    readonly bundleId: string;
    readonly n: number;
    readonly wrapperIds: readonly string[];
    /** Its part of what was expected. */
    readonly reward: Attos;
    readonly fee: Attos;
  }[];
}

const HEAD = [
  'attempt.transaction_id',
  'attempt.state',
  'attempt.expires_at',
  'attempt.end_epoch',
  'attempt.planned_at',
  'attempt.submitted_at',
  'attempt.answered_at',
  'attempt.concluded_at',
  'attempt.state_version',
  'attempt.winner',
  'attempt.message',
  'attempt.details',
] as const;

/** The attempts of bundles, each with the bundle's own part of the amounts, by the bundle's number. */
export function attemptsOf(store: Store, seqs: readonly number[]): ReadonlyMap<number, readonly Attempt[]> {
  const rows = store.all(
    store.query
      .selectFrom('share')
      .innerJoin('attempt', 'attempt.id', 'share.attempt')
      .select(HEAD)
      .select(['share.received', 'share.n', 'share.lock', 'share.reward', 'share.fee', 'share.profit'])
      .select(['share.fee_charged', 'share.xrd_change'])
      .select(({ selectFrom }) =>
        selectFrom('share as other')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .whereRef('other.attempt', '=', 'share.attempt')
          .as('bundles'),
      )
      .where('share.received', 'in', among(seqs))
      .orderBy('share.n'),
  );
  const groups = [...byBundle(rows)];
  return new Map(
    groups.map(([seq, own]) => [seq, own.map((row) => ({ ...describe(row), n: row.n, bundles: row.bundles! }))]),
  );
}

export function openAttempts(store: Store): OpenAttempt[] {
  const rows = store.all(
    store.query
      .selectFrom('attempt')
      .innerJoin('payload', 'payload.attempt', 'attempt.id')
      .select(HEAD)
      .select(['attempt.id', 'attempt.lock', 'attempt.reward', 'attempt.fee', 'attempt.profit'])
      .select(['attempt.fee_charged', 'attempt.xrd_change', 'payload.bytes'])
      .where('attempt.concluded_at', 'is', null)
      .orderBy('attempt.id'),
  );
  return rows.map((row) => ({ ...describe(row), payload: row.bytes, bundles: bundlesOf(store, row.id) }));
}

function bundlesOf(store: Store, attempt: number): OpenAttempt['bundles'] {
  const rows = store.all(
    store.query
      .selectFrom('share')
      .innerJoin('received', 'received.seq', 'share.received')
      .leftJoin('item', 'item.received', 'share.received')
      .select(['received.bundle', 'share.n', 'share.reward', 'share.fee', 'item.wrapper_id'])
      .where('share.attempt', '=', attempt)
      .orderBy('share.received')
      .orderBy('item.position'),
  );
  const found = new Map<string, OpenAttempt['bundles'][number] & { readonly wrapperIds: string[] }>();
  for (const { bundle, n, reward, fee, wrapper_id } of rows) {
    const share = { bundleId: bundle, n, reward: BigInt(reward), fee: BigInt(fee) };
    const entry = found.get(bundle) ?? { ...share, wrapperIds: [] };
    if (wrapper_id !== null) entry.wrapperIds.push(wrapper_id);
    found.set(bundle, entry);
  }
  return [...found.values()];
}

interface Row {
  readonly transaction_id: string;
  readonly state: AttemptState;
  readonly lock: string;
  readonly reward: string;
  readonly fee: string;
  readonly profit: string;
  readonly expires_at: number;
  readonly end_epoch: number | null;
  readonly planned_at: number;
  readonly submitted_at: number | null;
  readonly answered_at: number | null;
  readonly concluded_at: number | null;
  readonly fee_charged: string | null;
  readonly xrd_change: string | null;
  readonly state_version: number | null;
  readonly winner: string | null;
  readonly message: string | null;
  readonly details: string | null;
}

function describe(row: Row): Omit<Attempt, 'n' | 'bundles'> {
  return {
    transactionId: row.transaction_id,
    state: row.state,
    lock: BigInt(row.lock),
    expected: { reward: BigInt(row.reward), fee: BigInt(row.fee), profit: BigInt(row.profit) },
    expiresAt: row.expires_at,
    endEpoch: row.end_epoch ?? undefined,
    plannedAt: row.planned_at,
    submittedAt: row.submitted_at ?? undefined,
    answeredAt: row.answered_at ?? undefined,
    concludedAt: row.concluded_at ?? undefined,
    feeCharged: row.fee_charged === null ? undefined : BigInt(row.fee_charged),
    xrdChange: row.xrd_change === null ? undefined : BigInt(row.xrd_change),
    stateVersion: row.state_version ?? undefined,
    winner: row.winner ?? undefined,
    message: row.message ?? undefined,
    details: row.details === null ? undefined : JSON.parse(row.details),
  };
}
