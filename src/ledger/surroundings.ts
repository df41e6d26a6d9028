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
  /** Rejects with the signal's reason when that fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export function systemSurroundings(): Surroundings {
  return {
    fetch: (url, init) => fetch(url, init),
    now: () => performance.now(),
    wallNow: () => Date.now(),
    random: Math.random,
    sleep,
  };
}

/** Every call has one that is nearly always cut short: that of node:timers/promises would make an error with a stack. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
