import { setTimeout as sleep } from 'node:timers/promises';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What this room takes from the outside: tests pass their own. */
export interface Surroundings {
  readonly fetch: Fetch;
  /** Local milliseconds that never go back and that nobody can set. */
  readonly now: () => number;
  /** Unix milliseconds as this machine believes them. It may jump: only plausibility is judged by it. */
  readonly wallNow: () => number;
  /** From 0, inclusive, to 1, exclusive. */
  readonly random: () => number;
  /** Rejects when the signal fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export function systemSurroundings(): Surroundings {
  return {
    fetch: (url, init) => fetch(url, init),
    now: () => performance.now(),
    wallNow: () => Date.now(),
    random: Math.random,
    sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  };
}
