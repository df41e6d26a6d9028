import { JournalError } from '../../journal/error.js';
import type { Journal } from '../../journal/journal.js';
import type { Observer } from '../../observe/observers.js';

/** Faults of the file: they may pass, and what could not be written must be written then. */
const FILE_FAULTS: ReadonlySet<string> = new Set([
  'journal-full',
  'journal-locked',
  'journal-corrupt',
  'journal-unwritable',
]);

export function isFileFault(error: unknown): error is JournalError {
  return error instanceof JournalError && FILE_FAULTS.has(error.code);
}

/**
 * Writes to the journal what has happened already. What the file does not take now is kept, and written in the same
 * order when it takes something again: nothing that was learned about a submission is forgotten for a full disk.
 */
export class Desk {
  private readonly waiting: (() => void)[] = [];
  private wasWritable = true;

  constructor(
    readonly journal: Journal,
    private readonly emit: Observer,
  ) {}

  /** Whether what comes next can be written down before it happens. */
  get open(): boolean {
    return this.waiting.length === 0 && this.journal.writable();
  }

  /** Writes now, or as soon as the file allows. */
  write(change: (journal: Journal) => void): void {
    const attempt = () => change(this.journal);
    if (this.waiting.length > 0) {
      this.waiting.push(attempt);
      return;
    }
    try {
      attempt();
    } catch (error) {
      if (!isFileFault(error)) throw error;
      this.waiting.push(attempt);
      this.tell(false, error.code);
    }
  }

  /** Tries again what waits; called from time to time. */
  retry(): void {
    if (this.waiting.length === 0 && this.journal.writable()) return this.tell(true);
    if (!this.journal.probe()) return this.tell(false, this.journal.fault?.code);
    while (this.waiting.length > 0) {
      try {
        this.waiting[0]!();
      } catch (error) {
        if (isFileFault(error)) return this.tell(false, error.code);
        this.waiting.shift();
        throw error;
      }
      this.waiting.shift();
    }
    this.tell(true);
  }

  private tell(writable: boolean, code?: string): void {
    if (writable === this.wasWritable) return;
    this.wasWritable = writable;
    this.emit({ type: 'journal-state', writable, code });
  }
}
