import { formatAmount } from '../../base/amount.js';
import type { Report } from './report.js';
import type { Cell, Section } from './section.js';
import { SECTIONS, section } from './sections.js';

/** The shape of `report --json`; it changes with this number only, except for what is added. */
const VERSION = 1;

/**
 * The report as JSON: what it is about, then each table as an array of objects. Amounts are decimal text in XRD, times ISO
 * 8601, errors parts of a million; null is what is not known.
 */
export function reportObject(report: Report): Record<string, unknown> {
  const { kind, files, since, until, assumed } = report.source;
  return {
    version: VERSION,
    source: { kind, files, since: iso(since), until: iso(until), assumed: assumed ?? null },
    bundles: report.total.count,
    first: iso(report.first),
    last: iso(report.last),
    strayFrames: report.strayFrames,
    unreadLines: report.unreadLines,
    ...Object.fromEntries(SECTIONS.map((name) => [name, rowObjects(section(report, name))])),
  };
}

function rowObjects({ columns, rows }: Section): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, exactCell(row[index]!)])));
}

/** A cell for a program: nothing is rounded. */
export function exactCell(cell: Cell): string | number | null {
  return typeof cell === 'bigint' ? formatAmount(cell) : cell;
}

function iso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
