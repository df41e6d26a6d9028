import { readableCell } from '../../study/report/readableCell.js';
import type { Report } from '../../study/report/report.js';
import type { Section } from '../../study/report/section.js';
import { toldSections } from '../../study/report/sections.js';
import { iso } from '../journal/format.js';
import { formatFields } from '../output.js';
import { formatTable } from '../table.js';

/** Rows of a table on a terminal: the page and the CSV have them all. */
const MOST_ROWS = 24;

const LEFT: ReadonlySet<string> = new Set(['text', 'id', 'pair', 'time']);

export function reportText(report: Report): string {
  const { source, total, first, last } = report;
  const head = formatFields([
    [source.kind, source.files.join(', ')],
    ['bundles', `${total.count}${first === undefined ? '' : `, received ${iso(first)} to ${iso(last)}`}`],
    ...(source.assumed === undefined ? [] : ([['assumed', source.assumed]] as const)),
  ]);
  return [head, ...toldSections(report).map(sectionText)].join('\n\n');
}

function sectionText({ title, note, columns, rows }: Section): string {
  // Of times the newest say most; other tables begin with what counts most.
  const isTime = columns[0]!.kind === 'time';
  const shown = isTime ? rows.slice(-MOST_ROWS) : rows.slice(0, MOST_ROWS);
  const table = formatTable(
    columns.map(({ title, kind }) => ({ title, align: LEFT.has(kind) ? 'left' : 'right' })),
    shown.map((row) => row.map((cell, index) => readableCell(cell, columns[index]!.kind))),
  );
  const left = rows.length - shown.length;
  const more = left > 0 ? [`${left} ${isTime ? 'earlier' : 'more'}: see --csv, --json or --html`] : [];
  return [title.toUpperCase(), ...(note === undefined ? [] : [note]), table, ...more].join('\n');
}
