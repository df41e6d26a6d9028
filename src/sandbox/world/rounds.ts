import type { World } from './world.js';

/** Goes a round every `intervalMs`, or as soon as the one before is over. Returns what stops that, and waits for it. */
export function runRounds(world: World, intervalMs: number, onError: (error: unknown) => void): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      running = go();
    }, ms);
  };
  const go = async (): Promise<void> => {
    const started = performance.now();
    try {
      await world.round();
    } catch (error) {
      if (!stopped) onError(error);
      return;
    }
    if (!stopped) schedule(Math.max(0, intervalMs - (performance.now() - started)));
  };
  schedule(intervalMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}
