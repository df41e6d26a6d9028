import type { Clock } from '../stream/clock.js';
import { detailText } from '../stream/event.js';
import { CallRefused, FlashError } from './error.js';
import type { RpcMessage } from './jsonrpc.js';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: FlashError) => void;
  readonly cancel: () => void;
}

/** Calls of one connection that wait for their answers. */
export class PendingCalls {
  private readonly pending = new Map<number, Pending>();
  private next = 1;

  constructor(private readonly clock: Clock) {}

  /**
   * A new call, which `send` sends under its id. Rejects with `CallRefused`, `call-unanswered`, `not-connected` (nothing
   * was sent), or what `fail` says.
   */
  make(timeoutMs: number, send: (id: number) => boolean): Promise<unknown> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(Math.max(1, Math.ceil(timeoutMs)), () => {
        this.pending.delete(id);
        reject(new FlashError('call-unanswered', `no answer within ${Math.ceil(timeoutMs)} ms`, { retry: true }));
      });
      this.pending.set(id, { resolve, reject, cancel });
      if (send(id)) return;
      this.take(id);
      reject(new FlashError('not-connected', 'there is no open connection', { retry: true }));
    });
  }

  /** False where nobody waits for this answer: it came too late, or is to nothing that was asked. */
  settle(message: Exclude<RpcMessage, { type: 'request' }>): boolean {
    const waiting = typeof message.id === 'number' ? this.take(message.id) : undefined;
    if (waiting === undefined) return false;
    if (message.type === 'result') waiting.resolve(message.result);
    else waiting.reject(new CallRefused(message.fault.code, detailText(message.fault.message)));
    return true;
  }

  /** The connection is gone, and the answers with it. */
  fail(error: FlashError): void {
    for (const id of [...this.pending.keys()]) this.take(id)!.reject(error);
  }

  private take(id: number): Pending | undefined {
    const found = this.pending.get(id);
    this.pending.delete(id);
    found?.cancel();
    return found;
  }
}
