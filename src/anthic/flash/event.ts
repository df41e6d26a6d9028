import type { StreamEvent } from '../stream/event.js';

/**
 * What happens on the connections of a maker. `url` is the connection's label, without credentials. No event holds a
 * payload or the API key; `detail` is for people and may quote the peer, cut and without control characters.
 */
export type FlashEvent =
  | StreamEvent
  /** Its streams run, and all that was missed has been told. */
  | { readonly type: 'flash-ready'; readonly url: string }
  /** A stream could not be started: the connection is given up for another. */
  | { readonly type: 'flash-not-started'; readonly url: string; readonly method: string; readonly detail: string }
  /** Told for the first, second, fourth, … of a connection. */
  | { readonly type: 'flash-bad-message'; readonly url: string; readonly detail: string; readonly count: number }
  | { readonly type: 'flash-unknown-method'; readonly url: string; readonly method: string; readonly count: number }
  /** Fill execution jumped: it is asked for again from `expected` on. */
  | { readonly type: 'flash-gap'; readonly url: string; readonly expected: number; readonly got: number }
  /** The form of `historical_starting_point` that the peer takes turned out to be the other one. */
  | { readonly type: 'flash-starting-point'; readonly url: string; readonly form: 'object' | 'number' }
  /** What was told an order or an execution threw: a fault of this program. */
  | { readonly type: 'flash-consumer-failed'; readonly url: string; readonly code: string; readonly detail: string };
