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
    for (const entry of this.entries) this.tell(entry, event);
  };

  private tell(entry: Entry, event: SolverEvent): void {
    try {
      const returned: unknown = entry.observe(event);
      // A function that turned out to be asynchronous: its rejection would end the process.
      if (returned instanceof Promise) returned.catch((error) => this.failed(entry, error));
    } catch (error) {
      this.failed(entry, error);
    }
  }

  /** Told to the others at the first, second, fourth, … failure; it ends where all have failed. */
  private failed(failed: Entry, error: unknown): void {
    failed.failures += 1;
    if (!Number.isInteger(Math.log2(failed.failures))) return;
    const detail = error instanceof Error ? error.message : String(error);
    const event: SolverEvent = { type: 'internal-error', code: 'observer-failed', where: failed.name, detail };
    for (const entry of this.entries) if (entry !== failed) this.tell(entry, event);
  }
}
