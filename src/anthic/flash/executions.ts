import { SolverError } from '../../base/error.js';
import type { Clock } from '../stream/clock.js';
import { detailText } from '../stream/event.js';
import type { FlashEvent } from './event.js';
import type { FlashSession } from './session.js';
import type { FillExecution } from './wire.js';

export interface ExecutionsOptions {
  /** Number of the last execution that is known; 0 before the first. */
  readonly position: number;
  readonly clock: Clock;
  readonly retryMs: number;
  /** Must have written down what it is told when it returns. What it throws leaves the position where it is. */
  readonly onExecution: (execution: FillExecution) => void;
  readonly onEvent: (event: FlashEvent) => void;
}

/**
 * Brings the executions of all connections into one sequence without gaps or copies. What is ahead of its turn is dropped
 * and asked for again, on the connection that showed the gap, until the gap is closed.
 */
export class Executions {
  private position: number;
  /** The highest number seen: until the position is there, something is missing. */
  private seen = 0;
  /** Connections that have been asked for what is missing a moment ago. */
  private readonly asked = new Map<FlashSession, () => void>();

  constructor(private readonly options: ExecutionsOptions) {
    this.position = options.position;
  }

  get next(): number {
    return this.position + 1;
  }

  received(execution: FillExecution, session: FlashSession): void {
    const { sequence } = execution;
    if (sequence <= this.position) return;
    this.seen = Math.max(this.seen, sequence);
    if (sequence === this.next && this.deliver(execution, session)) return;
    if (this.asked.has(session)) return;
    if (sequence !== this.next) {
      this.options.onEvent({ type: 'flash-gap', url: session.url, expected: this.next, got: sequence });
      void session.startExecutions().catch(() => {});
    }
    this.askLater(session);
  }

  /** A new connection starts from the right number by itself. */
  forget(session: FlashSession): void {
    this.asked.get(session)?.();
    this.asked.delete(session);
  }

  private deliver(execution: FillExecution, { url }: FlashSession): boolean {
    try {
      this.options.onExecution(execution);
      this.position = execution.sequence;
      return true;
    } catch (error) {
      const code = error instanceof SolverError ? error.code : 'internal';
      const detail = detailText(error instanceof Error ? error.message : String(error));
      this.options.onEvent({ type: 'flash-consumer-failed', url, code, detail });
      return false;
    }
  }

  private askLater(session: FlashSession): void {
    const { clock, retryMs } = this.options;
    const cancel = clock.after(retryMs, () => {
      this.asked.delete(session);
      if (this.position >= this.seen) return;
      void session.startExecutions().catch(() => {});
      this.askLater(session);
    });
    this.asked.set(session, cancel);
  }
}
