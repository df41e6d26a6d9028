/** Time as the stream sees it. It is passed in, so that a test decides how late it is. */
export interface Clock {
  /** Unix milliseconds, for people and recordings. May jump: the operator's machine sets its clock. */
  now(): number;
  /** Milliseconds since some instant; never jumps. Every interval is measured by it. */
  monotonic(): number;
  /** Calls `run` once after `ms`; what it returns cancels that. */
  after(ms: number, run: () => void): () => void;
}

/** The clocks and timers of the process, looked up at each call. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
