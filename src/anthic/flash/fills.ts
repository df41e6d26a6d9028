import type { Clock } from '../stream/clock.js';
import { CallRefused, FlashError, RPC } from './error.js';
import type { FlashSession } from './session.js';

export interface Fill {
  readonly orderId: string;
  /** The signed partial transaction, as hex. */
  readonly transaction: string;
  /** Unix ms; at that time it is too late. */
  readonly fillBefore: number;
}

export interface FillsOptions {
  readonly clock: Clock;
  /** The longest that one connection is waited for. */
  readonly timeoutMs: number;
  /** The connections that can be used, the preferred first. */
  readonly sessions: () => readonly FlashSession[];
}

const PAUSE_MS = 50;

/** Refusals that say nothing of the fill: it may be sent again as it is. */
const AGAIN: ReadonlySet<number> = new Set([RPC.internal, RPC.tooManyRequests, RPC.unavailable]);

/**
 * Sends fills: over one connection, and over another where the first does not answer, while there is time. The same order
 * id with the same bytes may arrive twice; that fills it once.
 */
export class Fills {
  private readonly running = new Map<string, Promise<void>>();
  private stopped = false;

  constructor(private readonly options: FillsOptions) {}

  /**
   * Resolves when the fill was accepted. Errors: `CallRefused`; `fill-too-late`, when nothing was sent in time;
   * `call-unanswered`, when it was sent and nobody knows what became of it.
   */
  fill(fill: Fill): Promise<void> {
    const running = this.running.get(fill.orderId);
    if (running !== undefined) return running;
    const promise = this.send(fill).finally(() => this.running.delete(fill.orderId));
    this.running.set(fill.orderId, promise);
    return promise;
  }

  /** Nothing is sent from here on. */
  stop(): void {
    this.stopped = true;
  }

  private async send({ orderId, transaction, fillBefore }: Fill): Promise<void> {
    const { clock, timeoutMs, sessions } = this.options;
    let wasSent = false;
    for (let turn = 0; ; turn++) {
      const left = fillBefore - clock.now();
      if (left <= 0 || this.stopped) break;
      const ready = sessions();
      const session = ready[turn % Math.max(1, ready.length)];
      if (session === undefined) {
        await this.pause(left);
        continue;
      }
      try {
        await session.fill(orderId, transaction, Math.min(timeoutMs, left));
        return;
      } catch (error) {
        if (error instanceof CallRefused) {
          // The answer to an earlier sending was lost, and this is a copy of it.
          if (error.rpcCode === RPC.alreadyFilled && wasSent) return;
          if (!AGAIN.has(error.rpcCode)) throw error;
        }
        if (!(error instanceof FlashError)) throw error;
        if (error.code !== 'not-connected') wasSent = true;
        // What failed at once would fail again at once.
        if (error.code !== 'call-unanswered') await this.pause(left);
      }
    }
    if (wasSent) {
      throw new FlashError('call-unanswered', `whether ${orderId} was filled in time is not known`, { retry: true });
    }
    throw new FlashError('fill-too-late', `${orderId} could not be sent before its time was over`);
  }

  private pause(left: number): Promise<void> {
    return new Promise((resolve) => this.options.clock.after(Math.min(PAUSE_MS, left), resolve));
  }
}
