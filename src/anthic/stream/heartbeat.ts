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
 * Pings at every interval and watches that something is heard within interval and grace. The Solver stream may be silent
 * for hours (docs/interfaces.md §7), so only the pongs tell a quiet feed from a dead one.
 */
export class Heartbeat {
  private heardAt: number;
  private pingAt: number;
  private cancel: () => void;

  constructor(private readonly options: HeartbeatOptions) {
    const now = options.clock.monotonic();
    this.heardAt = now;
    this.pingAt = now + options.intervalMs;
    this.cancel = options.clock.after(options.intervalMs, () => this.wake());
  }

  heard(): void {
    this.heardAt = this.options.clock.monotonic();
  }

  stop(): void {
    this.cancel();
  }

  private get deadline(): number {
    return this.heardAt + this.options.intervalMs + this.options.graceMs;
  }

  private wake(): void {
    const { clock, intervalMs, ping } = this.options;
    const now = clock.monotonic();
    if (now >= this.deadline) {
      // Timers run before sockets are read: after a busy while, what was heard may still wait to be read. One more turn
      // of the event loop reads it.
      this.cancel = clock.after(0, () => this.judge());
      return;
    }
    if (now >= this.pingAt) {
      ping();
      this.pingAt = now + intervalMs;
    }
    this.sleep(now);
  }

  private judge(): void {
    if (this.options.clock.monotonic() >= this.deadline) this.options.onSilent();
    else this.wake();
  }

  /** Until the next ping or the deadline, whichever is earlier; timers may fire a little early, hence the ceiling. */
  private sleep(now: number): void {
    const wait = Math.max(1, Math.ceil(Math.min(this.pingAt, this.deadline) - now));
    this.cancel = this.options.clock.after(wait, () => this.wake());
  }
}
