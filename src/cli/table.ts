/** A column of a table: its heading, and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/**
 * A table in plain text: headings, a rule, aligned columns. Cells may hold several lines. Trailing space is dropped, so
 * that the text can be compared and copied.
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map((column) => column.title);
  const cells = [titles, ...rows].map((row) => columns.map((_, index) => (row[index] ?? '').split('\n')));
  const widths = columns.map((_, index) => Math.max(...cells.flatMap((row) => row[index]!.map(displayWidth))));
  const lines = cells.flatMap((row) => formatRow(row, columns, widths));
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join(GAP));
  return lines.join('\n');
}

function formatRow(
  row: readonly (readonly string[])[],
  columns: readonly Column[],
  widths: readonly number[],
): string[] {
  const height = Math.max(...row.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map(({ align }, index) => pad(row[index]![line] ?? '', widths[index]!, align))
      .join(GAP)
      .trimEnd(),
  );
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(width - displayWidth(text));
  return align === 'left' ? text + space : space + text;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const NARROWLESS = /\p{Mark}|\p{Control}|\p{Format}/u;

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (NARROWLESS.test(character)) continue;
    width += character > '\u10ff' && WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** A long id cut in its middle: `account_rdx1…q4xyz`. */
export function shorten(text: string, start = 14, end = 6): string {
  return text.length <= start + end + 1 ? text : `${text.slice(0, start)}…${text.slice(-end)}`;
}
