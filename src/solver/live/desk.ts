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

type Run = (journal: Journal) => void;

interface Change {
  readonly run: Run;
  /** Of the message that it keeps in memory while it waits. */
  readonly bytes: number;
}

/** Messages that wait for the file may be large, however few they are. */
const MAX_BYTES = 64 * 1024 * 1024;

/** After so many of those that waited the log goes into the database: there may be room for some of them, but not for all. */
const PART = 8;

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
  /** Of all that wait. */
  private bytes = 0;
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
  write(run: Run): void {
    this.put({ run, bytes: 0 });
  }

  /**
   * Writes with what is written next, in a moment at the latest: for what a next start finds out again where the process
   * ends before that.
   */
  later(run: Run): void {
    this.soon.push({ run, bytes: 0 });
    if (this.soon.length === 1) this.after(LATER_MS, () => this.flush());
  }

  private put(change: Change): void {
    this.soon.push(change);
    this.flush(change);
  }

  private flush(urgent?: Change): void {
    const changes = this.soon;
    if (changes.length === 0) return;
    this.soon = [];
    if (this.waiting.length > 0) {
      this.wait(changes);
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
      this.wait(changes);
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
      change.run(this.journal);
    } catch (error) {
      if (isFileFault(error)) throw error;
      thrown.set(change, error);
    }
  }

  /** The same for what a stranger can send without end: where too much waits, it is only counted. */
  offer(run: Run, bytes = 0): void {
    if (this.waiting.length >= this.limit || this.bytes + bytes > MAX_BYTES) this.unwritten++;
    else this.put({ run, bytes });
  }

  private wait(changes: readonly Change[]): void {
    this.waiting.push(...changes);
    for (const { bytes } of changes) this.bytes += bytes;
  }

  /** Tries again what waits; called from time to time. */
  retry(): void {
    this.flush();
    if (this.open) return this.tell(true);
    if (!this.journal.probe()) return this.tell(false, this.journal.fault?.code);
    this.refused = false;
    const { unwritten } = this;
    this.unwritten = 0;
    if (unwritten > 0) this.wait([{ run: (journal) => journal.countStray(UNWRITTEN, unwritten), bytes: 0 }]);
    for (let done = 0; this.waiting.length > 0; done++) {
      if (done % PART === 0) this.checkpoint();
      try {
        this.waiting[0]!.run(this.journal);
      } catch (error) {
        if (isFileFault(error)) return this.tell(false, error.code);
        this.shift();
        throw error;
      }
      this.shift();
    }
    this.tell(true);
  }

  private checkpoint(): void {
    try {
      this.journal.checkpointNow();
    } catch (error) {
      // The next write says whether that matters.
      if (!isFileFault(error)) throw error;
    }
  }

  private shift(): void {
    this.bytes -= this.waiting.shift()!.bytes;
  }

  private tell(writable: boolean, code?: string): void {
    if (writable === this.wasWritable) return;
    this.wasWritable = writable;
    this.emit({ type: 'journal-state', writable, code });
  }
}
