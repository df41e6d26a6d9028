/** Statuses whose Retry-After is honoured: too many requests, service unavailable. */
const STATUSES: ReadonlySet<number> = new Set([429, 503]);

/**
 * The wait a refused handshake asks for, in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3). Undefined where it
 * asks for none that can be read. Never more than `capMs`: no header may put the solver to sleep for good.
 */
export function retryAfterMs(
  status: number,
  header: string | undefined,
  now: number,
  capMs: number,
): number | undefined {
  if (!STATUSES.has(status) || header === undefined) return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : parseHttpDate(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), capMs);
}

/** Date.parse reads far more than HTTP dates ("-5" is a month): only what begins with a day's name is one. */
function parseHttpDate(text: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
}
