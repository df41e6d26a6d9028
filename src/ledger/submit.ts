import { type Backoff, fullJitter } from './backoff.js';
import type { GatewayEndpoint } from './endpoint.js';
import { GatewayError } from './error.js';
import type { Surroundings } from './surroundings.js';

export interface SubmitOptions {
  /** By the local monotonic clock: after it nothing more is sent. */
  readonly deadline: number;
  /** Ends the attempts that are under way, too: what they did is then unknown. */
  readonly signal?: AbortSignal | undefined;
  readonly maxAttempts?: number;
  /** Of one attempt: a retry within the budget is worth more than a long wait. Default: the endpoint's own. */
  readonly attemptTimeoutMs?: number;
  readonly retry?: Backoff;
  /** Called right before the bytes are handed to an endpoint. */
  readonly onSend?: (endpoint: string, attempt: number) => void;
  readonly onResult?: (result: EndpointResult) => void;
}

/** What became of a submission at one endpoint. */
export type EndpointResult = {
  readonly endpoint: string;
  readonly attempts: number;
  readonly tookMs: number;
} & (
  | { readonly type: 'accepted'; readonly duplicate: boolean }
  /** `certain`: no earlier attempt there may have gone through. */
  | { readonly type: 'refused'; readonly reason: string; readonly permanent: boolean; readonly certain: boolean }
  /** `arrived`: it may have the bytes. */
  | { readonly type: 'unknown'; readonly error: GatewayError | undefined; readonly arrived: boolean }
);

export type Verdict =
  /** A Gateway has read it: that promises nothing (T15), so follow it. */
  | { readonly type: 'accepted-somewhere'; readonly endpoints: readonly string[] }
  /**
   * Every Gateway that may have read these bytes said no to them. Of bytes that were sent before (a recovery) it proves
   * nothing: a Gateway refuses expired bytes, whether they are committed or not.
   */
  | { readonly type: 'refused-everywhere'; readonly reason: string; readonly permanent: boolean }
  /** `arrived: false`: no Gateway has got the bytes. */
  | { readonly type: 'unknown'; readonly arrived: boolean };

export interface Submission {
  /** As soon as it is certain: at the first acceptance, else when all have ended. Never rejects. */
  readonly verdict: Promise<Verdict>;
  readonly results: Promise<readonly EndpointResult[]>;
}

const MAX_ATTEMPTS = 5;
const RETRY: Backoff = { baseMs: 150, capMs: 2_000 };

/**
 * Sends the bytes to all endpoints at once, each with retries of its own: the same bytes do no harm (T16), and one bad
 * endpoint delays no other.
 */
export function submitEverywhere(
  endpoints: readonly GatewayEndpoint[],
  notarizedHex: string,
  options: SubmitOptions,
  surroundings: Surroundings,
): Submission {
  let onFirst: (verdict: Verdict) => void = () => {};
  const first = new Promise<Verdict>((resolve) => {
    onFirst = resolve;
  });
  const each = endpoints.map(async (endpoint) => {
    const result = await submitTo(endpoint, notarizedHex, options, surroundings);
    if (result.type === 'accepted') onFirst({ type: 'accepted-somewhere', endpoints: [endpoint.name] });
    options.onResult?.(result);
    return result;
  });
  const results = Promise.all(each);
  return { results, verdict: Promise.race([first, results.then(verdictOf)]) };
}

export function verdictOf(results: readonly EndpointResult[]): Verdict {
  const accepted = results.filter(({ type }) => type === 'accepted').map(({ endpoint }) => endpoint);
  if (accepted.length > 0) return { type: 'accepted-somewhere', endpoints: accepted };
  const refused = results.filter((result) => result.type === 'refused');
  const inDoubt =
    refused.some(({ certain }) => !certain) || results.some((result) => result.type === 'unknown' && result.arrived);
  if (inDoubt || refused.length === 0) return { type: 'unknown', arrived: inDoubt };
  const permanent = refused.every((result) => result.permanent);
  return { type: 'refused-everywhere', reason: refused[0]!.reason, permanent };
}

async function submitTo(
  endpoint: GatewayEndpoint,
  hex: string,
  options: SubmitOptions,
  { now, random, sleep }: Surroundings,
): Promise<EndpointResult> {
  const { deadline, signal, maxAttempts = MAX_ATTEMPTS, retry = RETRY } = options;
  const started = now();
  let attempts = 0;
  let arrived = false;
  let error: GatewayError | undefined;
  const facts = () => ({ endpoint: endpoint.name, attempts, tookMs: now() - started });
  while (attempts < maxAttempts && !signal?.aborted) {
    // Our own cool-down is no reason to hold a transaction back; the server's word is.
    const jitter = attempts === 0 ? 0 : fullJitter(attempts, retry, random);
    const pause = Math.max(jitter, endpoint.coolDown.pausedUntil - now());
    if (now() + pause >= deadline) break;
    if (pause > 0) await sleep(pause, signal).catch(() => {});
    if (signal?.aborted) break;
    attempts += 1;
    options.onSend?.(endpoint.name, attempts);
    const timeoutMs = Math.max(1, Math.min(options.attemptTimeoutMs ?? endpoint.timeoutMs, deadline - now()));
    try {
      const { duplicate } = await endpoint.submit(hex, { timeoutMs, signal });
      return { ...facts(), type: 'accepted', duplicate };
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) {
        // The caller's signal, while the bytes were on their way.
        arrived = true;
        break;
      }
      error = thrown;
      if (thrown.code === 'refused') {
        const [reason, permanent] = [thrown.message, !NOT_YET.test(thrown.message)];
        return { ...facts(), type: 'refused', reason, permanent, certain: !arrived };
      }
      arrived ||= thrown.arrived;
    }
  }
  return { ...facts(), type: 'unknown', error, arrived };
}

/** A root whose epochs have not begun is refused too, and can be taken later (docs/interfaces.md §1.1, step 4). */
const NOT_YET = /not[ -]?yet[ -]?valid|not valid until/i;
