import type { EventEmitter } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** As a shell says of a program that a signal ended. */
const INTERRUPTED = 130;

export interface Stopping {
  /** Fires at the first signal, with its name as the reason. */
  readonly signal: AbortSignal;
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
  const listeners = SIGNALS.map((name) => {
    const listener = () => (stopping.signal.aborted ? exit(INTERRUPTED) : stopping.abort(name));
    signals.on(name, listener);
    return [name, listener] as const;
  });
  const crashes = (['uncaughtException', 'unhandledRejection'] as const).map((name) => {
    const listener = (error: unknown) => {
      onCrash(error);
      if (!stopping.signal.aborted) stopping.abort(name);
    };
    signals.on(name, listener);
    return [name, listener] as const;
  });
  return {
    signal: stopping.signal,
    close() {
      for (const [name, listener] of [...listeners, ...crashes]) signals.off(name, listener);
    },
  };
}
