import type { ExecutionChange } from '../anthic/flash/wire.js';

/** By the ledger: whether a fill may still settle, has, or cannot any more. */
export type FillState = 'open' | 'settled' | 'expired';

/** By Anthic: what it said when it was sent the fill. Null: the answer is not known. */
export type FillAnswer = 'accepted' | 'refused' | 'not-sent';

/**
 * The tables as kysely sees them (their definition: migrations.ts). Times are milliseconds since 1970; amounts are
 * whole attos as text, since SQLite's integers have 64 bits and its reals are not exact.
 */
export interface Tables {
  meta: { key: string; value: string };
  fill: {
    order_id: string;
    subintent_id: string;
    payload: Buffer;
    base: string;
    quote: string;
    sold_symbol: string;
    /** Addresses of resources. */
    sold_resource: string;
    sold: string;
    anthic_fee: string;
    settlement_fee: string;
    bought_symbol: string;
    bought_resource: string;
    bought: string;
    written_at: number;
    fill_before: number;
    expires_at: number;
    state: FillState;
    answer: FillAnswer | null;
    detail: string | null;
    started_at: number | null;
    /** What Anthic said in the end. */
    outcome: string | null;
    /** By which transaction of the ledger, and at which of its states. */
    transaction_id: string | null;
    state_version: number | null;
    ended_at: number | null;
  };
  execution: {
    sequence: number;
    occurred_at: number | null;
    order_id: string | null;
    kind: ExecutionChange['type'];
    detail: string | null;
  };
  declined: {
    order_id: string;
    declined_at: number;
    code: string;
    detail: string;
    sell_symbol: string;
    sell: string;
    buy_symbol: string;
    buy: string;
  };
  /** What a settling transaction changed in the account, by the ledger. */
  change: { transaction_id: string; resource: string; amount: string };
  /** Pairs that were quoted at any time: after a crash the last book may still stand. */
  quoted: { base: string; quote: string };
}
