import { SolverError } from '../../base/error.js';

/** The proposers' clock. It runs by itself or stands still; either can be put forward, and none goes back. */
export class SandboxClock {
  private constructor(private read: () => number) {}

  /** Runs with the system's clock, from `startMs` on if given. */
  static running(startMs?: number, system: () => number = Date.now): SandboxClock {
    const offset = startMs === undefined ? 0 : startMs - system();
    return new SandboxClock(() => system() + offset);
  }

  /** Stands still: a test moves it. */
  static standing(startMs: number): SandboxClock {
    return new SandboxClock(() => startMs);
  }

  readonly now = (): number => this.read();

  advance(ms: number): void {
    if (ms < 0) throw new SolverError('clock-back', `expected to go forward, got ${ms} ms`);
    const before = this.read;
    this.read = () => before() + ms;
  }

  advanceTo(ms: number): void {
    this.advance(ms - this.now());
  }
}
