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

type Change = (journal: Journal) => void;

/** How long something may be later. */
const LATER_MS = 20;

/** What is counted of pushes that found neither a journal nor room to wait for it. */
const UNWRITTEN = 'journal-unwritable';

/**
 * Writes to the journal what has happened already. What the file does not take now is kept, and written in the same
 * order when it takes something again: nothing that was learned about a submission is forgotten for a full disk.
 */
export class Desk {
  private readonly waiting: Change[] = [];
  /** What the file has not been asked to take yet. */
  private soon: Change[] = [];
  private wasWritable = true;
  private unwritten = 0;
  /** What had to be written before it happens was refused, though smaller writes may still succeed. */
  private refused = false;

  /** `limit`: how many pushes may wait for the file. What attempts did always may: there are only so many. */
  constructor(
    readonly journal: Journal,
    private readonly emit: Observer,
    private readonly limit: number,
    private readonly after: (ms: number, run: () => void) => void,
  ) {}

  /** Whether what comes next can be written down before it happens. */
  get open(): boolean {
    return !this.refused && this.waiting.length === 0 && this.journal.writable();
  }

  /** The file did not take an attempt: until it takes as much again, nothing is submitted. */
  refuse(error: JournalError): void {
    this.refused = true;
    this.tell(false, error.code);
  }

  /** Writes now, or as soon as the file allows. Throws what the change throws, but errors of the file. */
  write(change: Change): void {
    this.soon.push(change);
    this.flush(change);
  }

  /**
   * Writes with what is written next, in a moment at the latest: for what a next start finds out again where the process
   * ends before that.
   */
  later(change: Change): void {
    this.soon.push(change);
    if (this.soon.length === 1) this.after(LATER_MS, () => this.flush());
  }

  private flush(urgent?: Change): void {
    const changes = this.soon;
    if (changes.length === 0) return;
    this.soon = [];
    if (this.waiting.length > 0) {
      this.waiting.push(...changes);
      return;
    }
    const thrown = new Map<Change, unknown>();
    try {
      if (changes.length === 1) this.run(changes[0]!, thrown);
      else {
        this.journal.together(() => {
          for (const change of changes) this.run(change, thrown);
        });
      }
    } catch (error) {
      if (!isFileFault(error)) throw error;
      this.waiting.push(...changes);
      return this.tell(false, error.code);
    }
    for (const [change, error] of thrown) {
      if (change === urgent) throw error;
      // Nobody who writes something else can do anything about it.
      this.after(0, () => {
        throw error;
      });
    }
  }

  private run(change: Change, thrown: Map<Change, unknown>): void {
    try {
      change(this.journal);
    } catch (error) {
      if (isFileFault(error)) throw error;
      thrown.set(change, error);
    }
  }

  /** The same for what a stranger can send without end: where too much waits, it is only counted. */
  offer(change: Change): void {
    if (this.waiting.length >= this.limit) this.unwritten++;
    else this.write(change);
  }

  /** Tries again what waits; called from time to time. */
  retry(): void {
    this.flush();
    if (this.open) return this.tell(true);
    if (!this.journal.probe()) return this.tell(false, this.journal.fault?.code);
    this.refused = false;
    for (; this.unwritten > 0; this.unwritten--) this.waiting.push((journal) => journal.countStray(UNWRITTEN));
    while (this.waiting.length > 0) {
      try {
        this.waiting[0]!(this.journal);
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
