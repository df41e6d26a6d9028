import { excerpt } from '../base/excerpt.js';
import { parseRetryAfter } from './backoff.js';
import { DeadlinePassed } from './deadline.js';
import { GatewayError, type GatewayErrorDetails } from './error.js';

/** An answer that came completely. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/**
 * The error that an answer other than 2xx stands for (docs/interfaces.md §1.2). Only what looks like the Gateway's own
 * words counts as its word: a proxy's HTML refuses nothing (T39).
 */
export function classifyAnswer(answer: Answer, endpoint: string, wallNow: number): GatewayError {
  const { status } = answer;
  const body = jsonObject(answer.body);
  const details = jsonObject(body?.details);
  const type = details?.type;
  const said = { endpoint, status, retryAfterMs: parseRetryAfter(answer.retryAfter, wallNow) };
  const error = (code: GatewayError['code'], message: string, more: Partial<GatewayErrorDetails> = {}) =>
    new GatewayError(code, message, { ...said, arrived: true, ...more });
  // By type, whatever the status: it is 500 and not 503 (T37). The check comes before anything is done.
  if (type === 'NotSyncedUpError') {
    const seconds = Number(details?.current_sync_delay_seconds);
    const delayMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
    return error('not-synced', `its database is behind (${seconds} s)`, { delayMs, arrived: false });
  }
  if (status === 429) return error('rate-limited', 'too many requests (429)', { arrived: false });
  if (status === 524 || status === 408) return error('timeout', `it ran out of time itself (${status})`);
  if (status >= 500 || status === 499) {
    const exception = typeof details?.exception === 'string' ? `: ${excerpt(details.exception)}` : '';
    return error('server-error', `HTTP ${status}${exception}`);
  }
  if (status === 404 && typeof type === 'string' && type.endsWith('NotFoundError')) {
    return error('not-found', type);
  }
  // Not by the type: refused submissions have their message there (T18).
  if (status === 400 && typeof body?.message === 'string') {
    return error('refused', excerpt(validationText(details) ?? body.message), { permanent: true });
  }
  return error('bad-answer', `HTTP ${status} that is no answer of a Gateway`, {
    hint: "check this Gateway's URL and headers",
  });
}

/** The error that a fetch which threw stands for (T44). */
export function classifyFailure(error: unknown, endpoint: string): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof DeadlinePassed) return new GatewayError('timeout', error.message, { endpoint, arrived: true });
  const code = causeCode(error);
  // The message of such an error may quote the request; its code does not.
  return new GatewayError('unreachable', `no connection${code === undefined ? '' : ` (${code})`}`, {
    endpoint,
    arrived: code === undefined || !NEVER_SENT.has(code),
  });
}

/** Codes of connections that never came about: what was to be submitted was not. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function causeCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return excerpt(code);
  }
  return undefined;
}

/** The useful text of a refused request, and of a refused preview in particular (T14). */
function validationText(details: Record<string, unknown> | undefined): string | undefined {
  const errors = details?.validation_errors;
  if (!Array.isArray(errors)) return undefined;
  const texts = errors.flatMap((each) => {
    const { path, errors: of } = jsonObject(each) ?? {};
    const texts = Array.isArray(of) ? of.filter((text) => typeof text === 'string') : [];
    return texts.map((text) => (typeof path === 'string' && path !== '?' && path !== '' ? `${path}: ${text}` : text));
  });
  return texts.length === 0 ? undefined : texts.join('; ');
}

function jsonObject(value: unknown): Record<string, unknown> | undefined {
  const parsed = typeof value === 'string' ? parse(value) : value;
  return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
