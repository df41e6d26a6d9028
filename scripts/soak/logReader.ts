import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What the soak wants to know of a solver's log. */
export class LogReader {
  /**
   * From the frame to the first byte of its first submission, and of that the journal's wait for the disk; milliseconds. Of
   * several bundles in one transaction the oldest counts. What goes again after a failure has its own wait behind it.
   */
  readonly frameToSubmission: number[] = [];
  readonly fsync: number[] = [];
  again = 0;
  /** Transactions, by how many bundles were in them. */
  readonly company: Record<number, number> = {};
  readonly outcomes: Record<string, number> = {};
  readonly errors: string[] = [];
  finished = 0;
  /** By `performance.now()`. */
  lastFinishAt = 0;
  private readonly seen = new Set<string>();
  private readonly first = new Set<string>();

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
      case 'settlement-planned': {
        const { length } = line.bundleIds;
        this.company[length] = (this.company[length] ?? 0) + 1;
        if (line.attempt === 1) this.first.add(line.txid);
        else this.again += 1;
        break;
      }
      case 'submission-started':
        if (!this.first.delete(line.txid)) break;
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
