/**
 * What happens to a stream. `url` is the label of url.ts: no credentials, no query. No event holds a payload; `detail`
 * is for people and may quote the peer, cut and without control characters.
 */
export type StreamEvent =
  | { readonly type: 'stream-open'; readonly url: string; readonly tookMs: number; readonly attempts: number }
  /** The link has shown that it works: the next back-off starts small again. */
  | { readonly type: 'stream-proven'; readonly url: string; readonly by: 'frame' | 'time' }
  | ({
      readonly type: 'stream-closed';
      readonly url: string;
      readonly openMs: number;
      readonly reason: ClosedReason;
    } & Cause)
  /** No link came about. */
  | ({
      readonly type: 'stream-refused';
      readonly url: string;
      readonly reason: RefusedReason;
      /** HTTP status, where an answer came. */
      readonly status?: number;
    } & Cause)
  | {
      readonly type: 'stream-retry';
      readonly url: string;
      readonly delayMs: number;
      /** Connections since the last proven one. */
      readonly attempts: number;
      /** Whether a Retry-After asked for it. */
      readonly asked: boolean;
    }
  /** A binary frame, which the Solver API never sends; told for the first, second, fourth, … of a link. */
  | {
      readonly type: 'stream-ignored';
      readonly url: string;
      readonly reason: 'binary';
      readonly bytes: number;
      readonly count: number;
    }
  /** `onFrame` threw or rejected: a fault of this program, not of the stream. */
  | ({ readonly type: 'stream-consumer-failed'; readonly url: string } & Cause)
  | { readonly type: 'stream-stopped'; readonly url: string };

export interface Cause {
  /** A close code (docs/interfaces.md §7), or the name of an error: `ECONNRESET`, `WS_ERR_INVALID_OPCODE`, … */
  readonly code?: number | string;
  readonly detail?: string;
}

/**
 * - `closed-by-peer`: a close frame came, with or without code;
 * - `lost`: the connection ended without one (close code 1006);
 * - `silent`: no frame and no pong within interval and grace;
 * - `protocol-error`: bytes that are no websocket frames, or a frame longer than allowed;
 * - `abandoned`: by this side, since the peer does not do what was agreed.
 */
export type ClosedReason = 'closed-by-peer' | 'lost' | 'silent' | 'protocol-error' | 'abandoned';

/**
 * - `unreachable`: no connection, or one that ended early;
 * - `timeout`: the handshake was not complete within its limit, however busy the peer looked;
 * - `status`: an answer other than 101 (redirects are not followed);
 * - `bad-handshake`: an answer that is no websocket handshake.
 */
export type RefusedReason = 'unreachable' | 'timeout' | 'status' | 'bad-handshake';

const MAX_DETAIL = 160;

/** Text of the peer or of an error, fit for a terminal. */
export function detailText(text: string): string {
  const cut = text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

/** What an error says about itself. Fields that say nothing are left out. */
export function causeOf(error: unknown): Cause {
  if (!(error instanceof Error)) return { detail: detailText(String(error)) };
  const { code } = error as { code?: unknown };
  return {
    ...(typeof code === 'string' ? { code } : error.name === 'Error' ? {} : { code: error.name }),
    ...(error.message === '' ? {} : { detail: detailText(error.message) }),
  };
}

/** The counts at which a repeated event is told: 1, 2, 4, 8, … A flood then cannot flood the log. */
export function isTold(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}
