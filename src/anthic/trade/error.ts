import { SolverError } from '../../base/error.js';

/** Every way in which a call of the Trade API can fail. */
export type TradeApiErrorCode =
  /** The URL is none that may be called. */
  | 'bad-trade-url'
  /** The method needs an API key, and there is none. */
  | 'no-api-key'
  /** No complete answer in time. */
  | 'timeout'
  /** No connection, or it broke before the answer was complete. */
  | 'unreachable'
  | 'rate-limited'
  | 'server-error'
  /** It sends the caller elsewhere, where nobody goes. */
  | 'redirected'
  /** Not JSON, too long, or not of the shape that the method has. `path` leads to the field. */
  | 'bad-answer'
  | 'unauthorized'
  | 'not-found'
  /** It understood and says no; `reason` is its own code. */
  | 'refused';

export interface TradeApiErrorDetails {
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** The server's own code, e.g. `order-invalid`. */
  readonly reason?: string | undefined;
  /** How long to stay away, where the server said so. */
  readonly retryAfterMs?: number | undefined;
  /** Of `bad-answer`: the field. */
  readonly path?: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

const LATER: ReadonlySet<TradeApiErrorCode> = new Set(['timeout', 'unreachable', 'rate-limited', 'server-error']);
const UNCERTAIN: ReadonlySet<TradeApiErrorCode> = new Set(['timeout', 'unreachable', 'server-error', 'bad-answer']);

export class TradeApiError extends SolverError {
  declare readonly code: TradeApiErrorCode;
  /** Method and path, e.g. `GET /trade/info`: never the host's credentials, nor a query. */
  readonly endpoint: string;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** What was asked for may have been done all the same, by this attempt or by an earlier one. */
  uncertain: boolean;

  constructor(code: TradeApiErrorCode, endpoint: string, message: string, details: TradeApiErrorDetails = {}) {
    const { path, hint, cause } = details;
    super(code, `${endpoint}: ${message}`, {
      retry: LATER.has(code),
      ...(path === undefined ? {} : { path }),
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.endpoint = endpoint;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterMs = details.retryAfterMs;
    this.uncertain = UNCERTAIN.has(code);
  }
}
