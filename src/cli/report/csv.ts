import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exactCell } from '../../study/report/object.js';
import type { Report } from '../../study/report/report.js';
import { SECTIONS, type SectionName, section } from '../../study/report/sections.js';
import { CliError, EXIT, systemMessage, usageError } from '../error.js';
import { csvLine } from '../journal/format.js';

/** One table of the report as CSV. */
export function* csvLines(report: Report, name: SectionName): Generator<string> {
  const { columns, rows } = section(report, name);
  yield csvLine(columns.map((column) => column.name));
  for (const row of rows) yield csvLine(row.map(exactCell).map(harmless));
}

/**
 * What a spreadsheet would take for a formula stands behind an apostrophe: ids and reasons come from strangers. Numbers
 * with a sign stay numbers.
 */
function harmless(cell: string | number | null): string | number | null {
  return typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
}

/** Every table as a file of its own in a folder, which is made where it does not exist. */
export function writeCsvFolder(report: Report, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of SECTIONS) {
      writeFileSync(join(folder, `${name}.csv`), `${[...csvLines(report, name)].join('\n')}\n`);
    }
  } catch (cause) {
    throw new CliError(EXIT.failure, 'unwritable-file', `cannot write ${folder}: ${systemMessage(cause)}`, { cause });
  }
}

/** `--csv` names a table, or a folder for all of them. */
export function csvTarget(text: string): { readonly section: SectionName } | { readonly folder: string } {
  const name = SECTIONS.find((each) => each === text);
  if (name !== undefined) return { section: name };
  if (text.includes('/') || statSync(text, { throwIfNoEntry: false })?.isDirectory()) return { folder: text };
  throw usageError(`--csv: expected a table or a folder, got ${text}`, {
    hint: `tables: ${SECTIONS.join(', ')}; a folder that does not exist yet is written as ./${text}`,
  });
}
