import type { Period } from '../../journal/query/bundles.js';
import type { JournalReader } from '../../journal/reader.js';
import { addTo, emptyGroup } from '../figures/group.js';
import { entryOf } from './entry.js';
import type { Report } from './report.js';

/** Adds a journal to a report, row by row. A solver may be writing it meanwhile. */
export function addJournal(report: Report, reader: JournalReader, period: Period, onRow: () => void = () => {}): void {
  const held = emptyGroup();
  // Counted before the rows: what comes meanwhile must not look as if it had been pruned.
  const counters = reader.counters();
  for (const [bundle, attempts] of reader.bundlesWithAttempts({ ...period, oldestFirst: true })) {
    const entry = entryOf(bundle, attempts);
    report.add(entry);
    addTo(held, { status: entry.status });
    onRow();
  }
  for (const attempt of reader.everyAttempt(period)) {
    report.addAttempt(attempt);
    onRow();
  }
  if (period.since === undefined && period.until === undefined) report.addCounters(counters, held);
}
