import { setMaxListeners } from 'node:events';
import type { Surroundings } from './surroundings.js';

/** What `withDeadline` aborts with when time is up. */
export class DeadlinePassed extends Error {}

const DONE = 'done';

/** Calls back when the signal fires; returns what ends that. One signal of a shutdown may stop thousands of things. */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {};
  setMaxListeners(0, signal);
  const listener = () => callback(signal.reason);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/**
 * Runs `work` with a signal that fires after `ms` or with the caller's own. Whatever the work does with its signal, the
 * promise settles then. The listeners are removed: the caller's signal may live for months.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  signal: AbortSignal | undefined,
  { sleep }: Pick<Surroundings, 'sleep'>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const timer = new AbortController();
  const stopListening = onAbort(signal, (reason) => controller.abort(reason));
  const aborted = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  const expire = () => controller.abort(new DeadlinePassed(`no answer within ${Math.round(ms)} ms`));
  sleep(ms, timer.signal).then(expire, () => {});
  try {
    return await Promise.race([work(controller.signal), aborted]);
  } finally {
    timer.abort(DONE);
    stopListening();
    aborted.catch(() => {});
  }
}
