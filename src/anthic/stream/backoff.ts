/**
 * Full jitter (docs/interfaces.md §7): the n-th delay is random(0, min(cap, base × 2^n)), so that the clients a server
 * lost together do not come back together.
 */
export class Backoff {
  private attempts_ = 0;

  constructor(
    private readonly baseMs: number,
    private readonly capMs: number,
    /** From 0 up to, not including, 1. */
    private readonly random: () => number,
  ) {}

  /** Delays given out since the last reset. */
  get attempts(): number {
    return this.attempts_;
  }

  next(): number {
    const ceiling = Math.min(this.capMs, this.baseMs * 2 ** this.attempts_++);
    return Math.floor(this.random() * ceiling);
  }

  reset(): void {
    this.attempts_ = 0;
  }
}
