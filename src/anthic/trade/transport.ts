import { excerpt } from '../../base/excerpt.js';
import type { ApiKey } from '../apiKey.js';
import { Backoff } from '../stream/backoff.js';
import { retryAfterMs } from '../stream/retryAfter.js';
import { TradeApiError } from './error.js';
import { failureWire } from './wire.js';

/** What this client takes from the outside: tests pass their own. */
export interface TradeSurroundings {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Unix milliseconds: only what a `Retry-After` date is compared with. */
  readonly wallNow: () => number;
  /** From 0, inclusive, to 1, exclusive. */
  readonly random: () => number;
  /** Rejects with the signal's reason when that fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface TransportOptions {
  /** Of each attempt. */
  readonly timeoutMs?: number;
  /** Of calls that can be repeated without harm. */
  readonly attempts?: number;
}

export interface TradeRequest {
  readonly method: 'GET' | 'POST';
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly key?: ApiKey | undefined;
  /** Whether it may be sent again when nobody knows what became of it. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;
const BACKOFF_MS = { base: 250, cap: 2_000 };
/** Far above the longest order book; below what would hurt. */
const MAX_BODY = 4 * 1024 * 1024;

/** One Trade API over HTTP: sends, reads the whole answer within its time and size, and judges the status. */
export class TradeTransport {
  private readonly timeoutMs: number;
  private readonly attempts: number;

  constructor(
    private readonly base: string,
    private readonly surroundings: TradeSurroundings,
    options: TransportOptions = {},
  ) {
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.attempts = options.attempts ?? ATTEMPTS;
  }

  /** The JSON of a good answer. Errors: `TradeApiError`, or the reason of the caller's signal. */
  async call(request: TradeRequest): Promise<unknown> {
    const { random, sleep } = this.surroundings;
    const backoff = new Backoff(BACKOFF_MS.base, BACKOFF_MS.cap, random);
    let uncertain = false;
    for (;;) {
      try {
        return await this.attempt(request);
      } catch (error) {
        request.signal?.throwIfAborted();
        if (!(error instanceof TradeApiError)) throw error;
        // A refusal may be of the copy alone: the first, whose answer is missing, may have been taken.
        uncertain ||= error.uncertain;
        error.uncertain = uncertain;
        const pause = backoff.next();
        if (!error.retry || !request.repeatable || backoff.attempts >= this.attempts) throw error;
        await sleep(error.retryAfterMs ?? pause, request.signal);
      }
    }
  }

  private async attempt(request: TradeRequest): Promise<unknown> {
    const { method, path, body, key, signal } = request;
    const endpoint = endpointOf(request);
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`;
    const timer = new AbortController();
    const late = new AbortController();
    this.surroundings.sleep(this.timeoutMs, timer.signal).then(
      () => late.abort(),
      () => {},
    );
    try {
      const response = await this.surroundings.fetch(`${this.base}${path}${query}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...key?.header(),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // Whoever is named there would get the order, and the key.
        redirect: 'manual',
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      });
      const text = await readBody(response, endpoint);
      if (response.status >= 200 && response.status < 300) return parseJson(text, endpoint, response.status);
      throw this.classify(response, text, request);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof TradeApiError) throw cause;
      if (late.signal.aborted) throw new TradeApiError('timeout', endpoint, `no answer within ${this.timeoutMs} ms`);
      throw new TradeApiError('unreachable', endpoint, `no connection${causeCode(cause)}`);
    } finally {
      timer.abort();
    }
  }

  private classify({ status, headers }: Response, text: string, request: TradeRequest): TradeApiError {
    const { wallNow } = this.surroundings;
    const failure = failureWire.safeParse(maybeJson(text)).data?.error;
    const clean = (said: string) => excerpt(request.key?.redact(said) ?? said);
    const said = failure === undefined ? '' : `: ${clean(failure.message)}`;
    const error = (code: TradeApiError['code'], message: string) =>
      new TradeApiError(code, endpointOf(request), message, {
        status,
        reason: failure === undefined ? undefined : clean(failure.code),
        retryAfterMs: retryAfterMs(status, headers.get('retry-after') ?? undefined, wallNow(), MAX_RETRY_AFTER_MS),
      });
    if (status >= 300 && status < 400) return error('redirected', `HTTP ${status} to elsewhere, which is not followed`);
    if (status === 401 || status === 403) return error('unauthorized', `HTTP ${status}${said}`);
    if (status === 404) return error('not-found', `HTTP 404${said}`);
    if (status === 408) return error('timeout', 'it ran out of time itself (408)');
    if (status === 429) return error('rate-limited', 'too many requests (429)');
    if (status >= 500) return error('server-error', `HTTP ${status}${said}`);
    if (failure === undefined) return error('bad-answer', `HTTP ${status} that is no answer of a Trade API`);
    return error('refused', `HTTP ${status}${said}`);
  }
}

/** A header may not put a command to sleep. */
const MAX_RETRY_AFTER_MS = 10_000;

function endpointOf({ method, path }: TradeRequest): string {
  return `${method} ${path}`;
}

async function readBody({ body, status }: Response, endpoint: string): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY) {
      throw new TradeApiError('bad-answer', endpoint, `an answer of more than ${MAX_BODY} bytes`, { status });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string, endpoint: string, status: number): unknown {
  const json = maybeJson(text);
  if (json === undefined) throw new TradeApiError('bad-answer', endpoint, `HTTP ${status} that is no JSON`, { status });
  return json;
}

function maybeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The message of a failed fetch may quote the request; its code does not. */
function causeCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return ` (${excerpt(code)})`;
  }
  return '';
}
