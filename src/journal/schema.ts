import type { Generated } from 'kysely';
import type { AttemptState, OpenState, Outcome } from './model.js';

/**
 * The tables as kysely sees them (their definition: migrations.ts). Times are milliseconds since 1970; amounts are
 * whole attos as text, since SQLite's integers have 64 bits and its reals are not exact.
 */
export interface Tables {
  meta: { key: string; value: string };
  /** A push of a bundle each: duplicates have rows of their own. */
  received: {
    seq: Generated<number>;
    bundle: string;
    received_at: number;
    source: string;
    expires_at: number | null;
    state: OpenState | null;
    outcome: Outcome | null;
    finished_at: number | null;
    reason_code: string | null;
    reason_message: string | null;
    winner: string | null;
    reward: string | null;
    fee: string | null;
    profit: string | null;
    details: string | null;
  };
  item: {
    received: number;
    position: number;
    wrapper_id: string;
    order_id: string | null;
    expires_at: number | null;
  };
  frame: { received: number; text: string };
  attempt: {
    id: Generated<number>;
    transaction_id: string;
    state: AttemptState;
    lock: string;
    reward: string;
    fee: string;
    profit: string;
    expires_at: number;
    end_epoch: number | null;
    planned_at: number;
    submitted_at: number | null;
    answered_at: number | null;
    concluded_at: number | null;
    fee_charged: string | null;
    xrd_change: string | null;
    state_version: number | null;
    winner: string | null;
    message: string | null;
    details: string | null;
  };
  /** What part of an attempt a bundle has. */
  share: {
    attempt: number;
    received: number;
    n: number;
    live: number;
    lock: string;
    reward: string;
    fee: string;
    profit: string;
    fee_charged: string | null;
    xrd_change: string | null;
  };
  payload: { attempt: number; bytes: Buffer };
  /** Frames that are no bundle, by the code of what is wrong. */
  stray: { code: string; count: number; last_at: number };
  /** Rows of `received` that were pruned: they count on. */
  pruned: { outcome: Outcome; count: number };
  limit_state: {
    name: string;
    maximum: string | null;
    stopped_at: number | null;
    why: string | null;
    reset_at: number | null;
    count: number;
  };
  fact: { key: string; value: string; learned_at: number };
  /** What orders showed of accounts and makers. */
  party: {
    kind: 'account' | 'maker';
    id: string;
    settled: number;
    could_not_pay: number;
    expired: number;
    updated_at: number;
  };
  /** What races showed of tips, in basis points. */
  race: { tip: number; won: number; lost: number; updated_at: number };
}
