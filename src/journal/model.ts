import { createHash } from 'node:crypto';
import type { Attos } from '../base/amount.js';
import type { Bytes } from '../base/bytes.js';

/** Where a bundle without an end stands. In flight: there is an attempt whose end is not known. */
export const OPEN_STATES = ['queued', 'planning', 'in-flight'] as const;
export type OpenState = (typeof OPEN_STATES)[number];

/** How a bundle ends: exactly one of these, for ever (design.md, decision 10). */
export const OUTCOMES = [
  'settled',
  'lost',
  'failed',
  'rejected',
  'expired',
  'declined',
  'unmatched',
  'invalid',
  'duplicate',
  'would-settle',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Of an attempt. *Live*: it may commit, and no other may be made. *Followed*: refused by some node, so another may be
 * made, but it may commit still until it is dead. *Final*: nothing can change any more.
 */
export const LIVE_STATES = ['planned', 'submitted', 'accepted'] as const;
export const FOLLOWED_STATES = ['refused', 'temporarily-rejected'] as const;
export const FINAL_STATES = ['committed-success', 'committed-failure', 'lost', 'rejected', 'dead'] as const;
export type LiveState = (typeof LIVE_STATES)[number];
export type FollowedState = (typeof FOLLOWED_STATES)[number];
export type FinalState = (typeof FINAL_STATES)[number];
export type AttemptState = LiveState | FollowedState | FinalState;

export const UNRESOLVED: readonly AttemptState[] = [...LIVE_STATES, ...FOLLOWED_STATES];
export const ATTEMPT_STATES: readonly AttemptState[] = [...UNRESOLVED, ...FINAL_STATES];

export function isLive(state: AttemptState): state is LiveState {
  return (LIVE_STATES as readonly string[]).includes(state);
}

export function isFinal(state: AttemptState): state is FinalState {
  return (FINAL_STATES as readonly string[]).includes(state);
}

/** A wrapper with its order, as far as they could be read. */
export interface Item {
  readonly wrapperId: string;
  readonly orderId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
}

/** A bundle as it came. */
export interface NewBundle {
  /** `bundleIdOf` its wrappers, or `frameIdOf` its text where none could be read. */
  readonly id: string;
  readonly items: readonly Item[];
  readonly receivedAt: number;
  /** Where it came from, e.g. the URL of the stream. */
  readonly source: string;
  /** The text as it came, so that what was queued can go on after a restart. */
  readonly frame?: string | undefined;
  /** Anything worth keeping for a while, as JSON. */
  readonly details?: unknown;
}

export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** What was expected of a settlement. */
export interface Expected {
  readonly reward: Attos;
  readonly fee: Attos;
  readonly profit: Attos;
}

/** A bundle's part of an attempt. The parts add up to the attempt. */
export interface NewShare extends Expected {
  readonly bundleId: string;
  /** Of the amount that `lock_fee` locks: the most this bundle can cost by this attempt. */
  readonly lock: Attos;
  /** What all attempts of this bundle may cost together. Error: `attempt-over-cap`. */
  readonly cap?: Attos | undefined;
}

/** What is about to be submitted. */
export interface NewAttempt {
  readonly transactionId: string;
  /** The notarized transaction. */
  readonly payload: Bytes;
  /** When the first of its intents expires, milliseconds since 1970. */
  readonly expiresAt: number;
  /** The first epoch in which it can no longer commit. */
  readonly endEpoch?: number | undefined;
  readonly bundles: readonly NewShare[];
  readonly details?: unknown;
}

/** What a bundle really paid and got, where the proportions of what was expected are not good enough. */
export interface ChargedShare {
  readonly bundleId: string;
  readonly fee: Attos;
  readonly xrdChange: Attos;
}

/** What the ledger charged and gave. */
export interface Committed {
  readonly state: 'committed-success' | 'committed-failure';
  readonly fee: Attos;
  /** Of the solver's account, the fee included. */
  readonly xrdChange: Attos;
  readonly stateVersion: number;
  /** Default: fee and change in proportion to the fees and rewards expected. */
  readonly shares?: readonly ChargedShare[] | undefined;
  readonly message?: string | undefined;
}

/** News of an attempt. */
export type AttemptNews =
  | { readonly state: 'accepted' | FollowedState | 'rejected' | 'dead'; readonly message?: string | undefined }
  | { readonly state: 'lost'; readonly winner?: string | undefined; readonly message?: string | undefined }
  | Committed;

/** A bundle is the set of its wrappers, whatever their order: 64 hex digits. */
export function bundleIdOf(wrapperIds: readonly string[]): string {
  return digest([...new Set(wrapperIds)].sort().join('\n'));
}

/** Identity of a bundle of which no wrapper could be read. */
export function frameIdOf(frame: string): string {
  return digest(`frame\n${frame}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
