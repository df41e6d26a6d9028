import type { Clock } from './clock.js';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly graceMs: number;
  readonly ping: () => void;
  /** Called once, when nothing was heard for interval and grace. */
  readonly onSilent: () => void;
}

/**
 * Pings at every interval; a ping that no frame follows within the grace means that the peer is dead. So some frame
 * arrives within interval and grace of the one before, or `onSilent` is called. The Solver stream may be silent for hours
 * (docs/interfaces.md §7): only the pongs tell a quiet feed from a dead one.
 */
export class Heartbeat {
  private pingAt: number;
  /** When the first ping was sent that nothing has followed yet. What was never asked is not owed an answer. */
  private askedAt: number | undefined;
  private cancel: () => void = () => {};

  constructor(private readonly options: HeartbeatOptions) {
    const now = options.clock.monotonic();
    this.pingAt = now + options.intervalMs;
    this.sleep(now);
  }

  heard(): void {
    this.askedAt = undefined;
  }

  stop(): void {
    this.cancel();
  }

  private wake(): void {
    const { clock, intervalMs, ping } = this.options;
    const now = clock.monotonic();
    if (this.isSilent(now)) {
      // Timers run before sockets are read: after a busy while the answer may be there, unread. One more turn reads it.
      this.cancel = clock.after(0, () => this.judge());
      return;
    }
    if (now >= this.pingAt) {
      this.pingAt = now + intervalMs;
      this.askedAt ??= now;
      ping();
    }
    this.sleep(now);
  }

  private judge(): void {
    if (this.isSilent(this.options.clock.monotonic())) this.options.onSilent();
    else this.wake();
  }

  private isSilent(now: number): boolean {
    return this.askedAt !== undefined && now >= this.askedAt + this.options.graceMs;
  }

  /** Until the next ping, or until the grace is over. Timers may fire a little early, hence the ceiling. */
  private sleep(now: number): void {
    const { clock, graceMs } = this.options;
    const next = Math.min(this.pingAt, this.askedAt === undefined ? this.pingAt : this.askedAt + graceMs);
    this.cancel = clock.after(Math.max(1, Math.ceil(next - now)), () => this.wake());
  }
}
