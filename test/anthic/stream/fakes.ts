import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../src/anthic/stream/clock.js';

/** Time that a test moves. `wall` jumps apart from the time that passes. */
export class FakeClock implements Clock {
  wall = 1_700_000_000_000;
  private passed = 0;
  private readonly timers = new Map<number, { at: number; run: () => void }>();
  private next = 0;

  now = (): number => this.wall + this.passed;
  monotonic = (): number => this.passed;
  after = (ms: number, run: () => void): (() => void) => {
    const id = this.next++;
    this.timers.set(id, { at: this.passed + ms, run });
    return () => this.timers.delete(id);
  };

  get pending(): number {
    return this.timers.size;
  }

  /** Time passes while the event loop is busy: no timer fires before `advance`. */
  block(ms: number): void {
    this.passed += ms;
  }

  advance(ms: number): void {
    const end = this.passed + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, run }] = due;
      this.timers.delete(id);
      this.passed = Math.max(this.passed, at);
      run();
    }
    this.passed = Math.max(this.passed, end);
  }
}

/** A socket that does nothing by itself. */
export class FakeSocket extends EventEmitter {
  readyState = 0;
  readonly calls: string[] = [];
  ping(): void {
    this.calls.push('ping');
  }
  close(code: number): void {
    this.calls.push(`close ${code}`);
  }
  terminate(): void {
    this.calls.push('terminate');
  }
  opens(): void {
    this.readyState = 1;
    this.emit('open');
  }
  asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}
