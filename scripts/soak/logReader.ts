import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What the soak wants to know of a solver's log. */
export class LogReader {
  /** From the frame to the first byte of its submission, and of that the journal's wait for the disk; milliseconds. */
  readonly frameToSubmission: number[] = [];
  readonly fsync: number[] = [];
  readonly outcomes: Record<string, number> = {};
  readonly errors: string[] = [];
  finished = 0;
  /** By `performance.now()`. */
  lastFinishAt = 0;
  private readonly seen = new Set<string>();

  constructor(log: Readable) {
    createInterface({ input: log }).on('line', (line) => {
      if (line.startsWith('{')) this.read(JSON.parse(line));
    });
  }

  /** Hears bundles, and has a balance to hold its limits against. */
  get ready(): boolean {
    return this.seen.has('stream-open') && this.seen.has('balance');
  }

  private read(line: { readonly event: string; readonly [field: string]: any }): void {
    switch (line.event) {
      case 'submission-started':
        this.frameToSubmission.push(line.sinceFrameMicros / 1000);
        break;
      case 'attempt-journaled':
        this.fsync.push(line.tookMicros / 1000);
        break;
      case 'bundle-finished':
        this.outcomes[line.outcome] = (this.outcomes[line.outcome] ?? 0) + 1;
        this.finished += 1;
        this.lastFinishAt = performance.now();
        break;
      case 'internal-error':
      case 'clock-stale':
      case 'journal-state':
      case 'limit-reached':
        this.errors.push(JSON.stringify(line));
        break;
      case 'stream-open':
      case 'balance':
        this.seen.add(line.event);
    }
  }
}
