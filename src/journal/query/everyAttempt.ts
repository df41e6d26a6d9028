import type { Attos } from '../../base/amount.js';
import type { AttemptState } from '../model.js';
import type { Store } from '../store.js';
import type { Period } from './bundles.js';

/** An attempt as a whole, all of its bundles together: for figures over many. */
export interface WholeAttempt {
  readonly transactionId: string;
  readonly state: AttemptState;
  readonly bundles: number;
  /** Whether it was the first of each of its bundles. */
  readonly first: boolean;
  /** When the youngest of its bundles came. */
  readonly receivedAt: number;
  readonly plannedAt: number;
  readonly submittedAt: number | undefined;
  readonly answeredAt: number | undefined;
  readonly concludedAt: number | undefined;
  /** Predicted network fee. */
  readonly fee: Attos;
  readonly feeCharged: Attos | undefined;
  readonly details: unknown;
}

interface Row {
  readonly id: number;
  readonly transaction_id: string;
  readonly state: AttemptState;
  readonly planned_at: number;
  readonly submitted_at: number | null;
  readonly answered_at: number | null;
  readonly concluded_at: number | null;
  readonly fee: string;
  readonly fee_charged: string | null;
  readonly details: string | null;
  readonly bundles: number;
  readonly n: number;
  readonly received_at: number;
}

/** See `bundles`. */
const PAGE = 200;

/** Attempts of bundles received within a time, oldest first, in pages: see `bundles`. */
export function* everyAttempt(
  store: Store,
  { since = 0, until = Number.MAX_SAFE_INTEGER }: Period,
): IterableIterator<WholeAttempt> {
  for (let after = 0; ; ) {
    const page = store.sql<Row>(
      `select attempt.id, transaction_id, attempt.state, planned_at, submitted_at, answered_at, concluded_at,
         attempt.fee, attempt.fee_charged, attempt.details,
         count(*) as bundles, max(share.n) as n, max(received.received_at) as received_at
       from attempt join share on share.attempt = attempt.id join received on received.seq = share.received
       where attempt.id in (select id from attempt where id > ? order by id limit ${PAGE})
       group by attempt.id order by attempt.id`,
      after,
    );
    for (const row of page) if (row.received_at >= since && row.received_at < until) yield describe(row);
    if (page.length === 0) return;
    after = page.at(-1)!.id;
  }
}

function describe(row: Row): WholeAttempt {
  return {
    transactionId: row.transaction_id,
    state: row.state,
    bundles: row.bundles,
    first: row.n === 1,
    receivedAt: row.received_at,
    plannedAt: row.planned_at,
    submittedAt: row.submitted_at ?? undefined,
    answeredAt: row.answered_at ?? undefined,
    concludedAt: row.concluded_at ?? undefined,
    fee: BigInt(row.fee),
    feeCharged: row.fee_charged === null ? undefined : BigInt(row.fee_charged),
    details: row.details === null ? undefined : JSON.parse(row.details),
  };
}

/** How many bundles were received within a time, and attempts made of which such a one was the youngest. */
export function countRows(store: Store, { since = 0, until = Number.MAX_SAFE_INTEGER }: Period): number {
  const [row] = store.sql<{ count: number }>(
    `select (select count(*) from received where received_at >= @since and received_at < @until)
       + (select count(*) from (select max(received_at) as youngest from share join received on seq = received group by attempt)
         where youngest >= @since and youngest < @until) as count`,
    { since, until },
  );
  return row!.count;
}
