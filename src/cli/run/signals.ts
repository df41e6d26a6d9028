import type { EventEmitter } from 'node:events';
import { SolverError } from '../../base/error.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** As a shell says of a program that a signal ended. */
const INTERRUPTED = 130;

export interface Stopping {
  /** Fires at the first signal, with its name as the reason. */
  readonly signal: AbortSignal;
  /**
   * Error `internal` where one came that nobody caught: the end was in order, but whoever restarts it after failures must
   * see one.
   */
  readonly throwIfCrashed: () => void;
  readonly close: () => void;
}

/**
 * The first signal asks to stop, the second ends the process at once: the journal is safe at any moment. `onCrash` hears
 * of errors that nobody caught, which must not end the process without a word.
 */
export function listenForStop(
  signals: EventEmitter,
  exit: (status: number) => void,
  onCrash: (error: unknown) => void,
): Stopping {
  const stopping = new AbortController();
  let crashed = false;
  const listeners = SIGNALS.map((name) => {
    const listener = () => (stopping.signal.aborted ? exit(INTERRUPTED) : stopping.abort(name));
    signals.on(name, listener);
    return [name, listener] as const;
  });
  const crashes = (['uncaughtException', 'unhandledRejection'] as const).map((name) => {
    const listener = (error: unknown) => {
      crashed = true;
      onCrash(error);
      if (!stopping.signal.aborted) stopping.abort(name);
    };
    signals.on(name, listener);
    return [name, listener] as const;
  });
  return {
    signal: stopping.signal,
    throwIfCrashed() {
      if (!crashed) return;
      throw new SolverError('internal', 'it ended for a mistake of its own', {
        hint: 'report the internal-error in its log; the next start looks up what is in flight',
      });
    },
    close() {
      for (const [name, listener] of [...listeners, ...crashes]) signals.off(name, listener);
    },
  };
}
