import { readableAmount } from '../figures/readable.js';
import { readableCell } from '../report/readableCell.js';
import type { Report } from '../report/report.js';
import type { CellKind, Section } from '../report/section.js';
import { toldSections } from '../report/sections.js';
import { feeChart, latencyChart, outcomeChart, profitChart } from './charts.js';
import { html, Markup } from './markup.js';
import { slotsOf } from './series.js';
import { STYLE } from './style.js';

/** Rows of a table on the page; CSV and JSON have them all. */
const MOST_ROWS = 500;

/** Tables that stand open. */
const OPEN: ReadonlySet<string> = new Set(['outcomes', 'money']);

const LEFT: ReadonlySet<CellKind> = new Set(['text', 'id', 'pair', 'time']);

/**
 * The report as one page: no script, nothing loaded from anywhere, which the policy in its head forbids besides. What
 * strangers wrote (addresses, reasons) is escaped like everything else.
 */
export function reportPage(report: Report): string {
  const slots = slotsOf(report);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>anthic-solver report</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
${header(report)}
<div class="tiles">${tiles(report)}</div>
<div class="charts">
${profitChart(slots)}${outcomeChart(slots)}${feeChart(report.fees)}${latencyChart(report.latencies)}</div>
${toldSections(report).map(table)}
</main>
</body>
</html>
`;
  return page.text;
}

function header({ source, first, last }: Report): Markup {
  const period =
    first === undefined ? 'no bundle' : `${new Date(first).toISOString()} to ${new Date(last!).toISOString()}`;
  return html`<header><h1>${source.assumed === undefined ? 'What was earned' : 'What would have been earned'}</h1>
<p>${source.kind} ${source.files.join(', ')}</p>
<p>${period}</p>${source.assumed === undefined ? undefined : html`<p>assumed: ${source.assumed}</p>`}</header>`;
}

function tiles({ total }: Report): Markup[] {
  const { byStatus, actual, simulated, count } = total;
  const wouldSettle = byStatus['would-settle'];
  const tile = (value: string, name: string, style = ''): Markup =>
    html`<div class="tile ${style}"><b>${value}</b><span>${name}</span></div>`;
  const profit = (amount: bigint, name: string): Markup =>
    tile(readableAmount(amount), name, amount > 0n ? 'gain' : amount < 0n ? 'loss' : '');
  return [
    ...(wouldSettle === 0 || actual.fee > 0n ? [profit(actual.profit, 'XRD profit')] : []),
    ...(wouldSettle === 0 ? [] : [profit(simulated.profit, 'XRD profit, simulated')]),
    tile(readableAmount(actual.reward + simulated.reward), 'XRD rewards'),
    tile(readableAmount(actual.fee + simulated.fee), 'XRD fees'),
    tile(`${count}`, 'bundles'),
    ...(wouldSettle === 0 || byStatus.settled > 0 ? [tile(`${byStatus.settled}`, 'settled')] : []),
    ...(wouldSettle === 0 ? [] : [tile(`${wouldSettle}`, 'would settle')]),
    tile(`${byStatus.failed}`, 'failed'),
    tile(`${byStatus.lost}`, 'lost'),
  ];
}

function table({ name, title, note, columns, rows }: Section): Markup {
  const isTime = columns[0]!.kind === 'time';
  // The newest first, as who opens a page wants them.
  const shown = (isTime ? rows.toReversed() : rows).slice(0, MOST_ROWS);
  const side = (kind: CellKind): string => (LEFT.has(kind) ? 'left' : '');
  const head = columns.map(({ title, kind }) => html`<th class="${side(kind)}">${title}</th>`);
  const body = shown.map((row) => {
    const cells = row.map((cell, index) => {
      const { kind } = columns[index]!;
      return html`<td class="${side(kind)}">${readableCell(cell, kind)}</td>`;
    });
    return html`<tr>${cells}</tr>
`;
  });
  const count = shown.length < rows.length ? `${shown.length} of ${rows.length}` : `${rows.length}`;
  const opening = OPEN.has(name) ? new Markup('<details open>') : new Markup('<details>');
  return html`${opening}<summary><h2>${title}</h2><span>${count}</span></summary>${
    note === undefined ? undefined : html`<p class="note">${note}</p>`
  }<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div></details>
`;
}
