import { SolverError } from '../base/error.js';

/** Every way in which a call to a Gateway can fail (docs/interfaces.md §1.2). */
export type GatewayErrorCode =
  /** No answer in time, by our clock or by the Gateway's own (T38). */
  | 'timeout'
  /** No connection, or it broke before the answer was complete. */
  | 'unreachable'
  | 'rate-limited'
  /** Its database is behind (T37). */
  | 'not-synced'
  | 'server-error'
  /** An answer that no Gateway gives: HTML, torn JSON, missing fields, another network. */
  | 'bad-answer'
  /** It understood and says no. */
  | 'refused'
  | 'not-found';

export interface GatewayErrorDetails {
  readonly endpoint: string;
  readonly status?: number | undefined;
  /** How long to stay away, where the server said so. */
  readonly retryAfterMs?: number | undefined;
  /** Of `not-synced`: how far behind. */
  readonly delayMs?: number | undefined;
  /** Of `refused`: the same request can never be taken. */
  readonly permanent?: boolean;
  /** The server may have read, and acted on, the request. */
  readonly arrived: boolean;
  readonly hint?: string;
  readonly cause?: unknown;
}

export class GatewayError extends SolverError {
  declare readonly code: GatewayErrorCode;
  readonly endpoint: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly delayMs: number | undefined;
  readonly permanent: boolean;
  readonly arrived: boolean;

  constructor(code: GatewayErrorCode, message: string, details: GatewayErrorDetails) {
    const { hint, cause } = details;
    super(code, `${details.endpoint}: ${message}`, {
      retry: code !== 'refused' && code !== 'not-found',
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.endpoint = details.endpoint;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.delayMs = details.delayMs;
    this.permanent = details.permanent ?? false;
    this.arrived = details.arrived;
  }
}
