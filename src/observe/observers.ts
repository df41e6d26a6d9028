import type { SolverEvent } from './event.js';

export type Observer = (event: SolverEvent) => void;

interface Entry {
  readonly name: string;
  readonly observe: Observer;
  failures: number;
}

/** Tells events to all who listen. One that throws harms neither the others nor whoever emits. */
export class Observers {
  private readonly entries = new Set<Entry>();

  /** `name` says who it was that failed. Returns what removes it again. */
  add(name: string, observe: Observer): () => void {
    const entry: Entry = { name, observe, failures: 0 };
    this.entries.add(entry);
    return () => void this.entries.delete(entry);
  }

  /** Bound, so that it can be handed on as a function. Calls everyone before it returns; never throws. */
  readonly emit = (event: SolverEvent): void => {
    for (const entry of this.entries) {
      try {
        entry.observe(event);
      } catch (error) {
        this.tellOthers(entry, error);
      }
    }
  };

  /** At the first, second, fourth, … failure. Who fails at this news, too, is left at that. */
  private tellOthers(failed: Entry, error: unknown): void {
    failed.failures += 1;
    if (!Number.isInteger(Math.log2(failed.failures))) return;
    const event: SolverEvent = {
      type: 'internal-error',
      code: 'observer-failed',
      where: failed.name,
      detail: error instanceof Error ? error.message : String(error),
    };
    for (const entry of this.entries) {
      if (entry === failed) continue;
      try {
        entry.observe(event);
      } catch {
        // Its own next event tells.
      }
    }
  }
}
