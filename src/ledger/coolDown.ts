import { type Backoff, fullJitter } from './backoff.js';
import type { GatewayError } from './error.js';
import type { Surroundings } from './surroundings.js';

/** A server that asks for a year of silence is not taken at its word. */
const MAX_PAUSE_MS = 300_000;
/** A throttled client that is not told how long waits at least so long, twice as long each time. */
const RATE_LIMIT_MS = 1_000;
const MAX_RATE_LIMIT_MS = 30_000;

/** How long an endpoint is left alone after failures. */
export class CoolDown {
  private failures_ = 0;
  private until_ = -Infinity;
  private pausedUntil_ = -Infinity;

  constructor(
    private readonly backoff: Backoff,
    private readonly surroundings: Pick<Surroundings, 'now' | 'random'>,
  ) {}

  /** In a row. */
  get failures(): number {
    return this.failures_;
  }

  /** Until when it is better not asked. */
  get until(): number {
    return Math.max(this.until_, this.pausedUntil_);
  }

  /** Until when the server itself wants no calls: that binds submissions too. */
  get pausedUntil(): number {
    return this.pausedUntil_;
  }

  get isCooling(): boolean {
    return this.until > this.surroundings.now();
  }

  succeeded(): void {
    this.failures_ = 0;
    this.until_ = -Infinity;
  }

  failed({ code, retryAfterMs }: Pick<GatewayError, 'code' | 'retryAfterMs'>): void {
    const { now, random } = this.surroundings;
    // Calls that fail together are one failure.
    if (!this.isCooling) this.failures_ += 1;
    const failures = Math.max(1, this.failures_);
    const floor = code === 'rate-limited' ? Math.min(RATE_LIMIT_MS * 2 ** (failures - 1), MAX_RATE_LIMIT_MS) : 0;
    const pause = floor + fullJitter(failures, this.backoff, random);
    this.until_ = Math.max(this.until_, now() + pause);
    if (retryAfterMs !== undefined) {
      this.pausedUntil_ = Math.max(this.pausedUntil_, now() + Math.min(retryAfterMs, MAX_PAUSE_MS));
    }
  }
}
