export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** Full jitter: anything up to a limit that doubles with each failure, so that clients do not come back in step. */
export function fullJitter(failures: number, { baseMs, capMs }: Backoff, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
}

/** A `Retry-After` header, seconds or a date, as milliseconds from now. What cannot be read counts as absent. */
export function parseRetryAfter(header: string | null, wallNow: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallNow);
}
