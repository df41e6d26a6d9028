import { type Group, OTHERS, STATUSES } from '../figures/group.js';
import { MONEY, type Money } from '../figures/money.js';
import { UNKNOWN_WINNER } from './losses.js';
import type { Report } from './report.js';
import { type Cell, type CellKind, column, type Section, type SectionColumn } from './section.js';

/** Names of the tables, in their order. */
export const SECTIONS = [
  'outcomes',
  'money',
  'reasons',
  'days',
  'hours',
  'pairs',
  'makers',
  'attempts',
  'fees',
  'latency',
  'losses',
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** A table of the report. Rows of time stand in its order, others by how much they tell. */
export function section(report: Report, name: SectionName): Section {
  return { name, ...TABLES[name](report) };
}

/** The tables for people: those with rows, and the outcomes also where their note says of what no table has rows. */
export function toldSections(report: Report): Section[] {
  return SECTIONS.map((name) => section(report, name)).filter(
    ({ name, rows, note }) => rows.length > 0 || (name === 'outcomes' && note !== undefined),
  );
}

type Table = Omit<Section, 'name'>;

const TABLES: Readonly<Record<SectionName, (report: Report) => Table>> = {
  outcomes: (report) => ({
    title: 'Bundles by outcome',
    note: uncountedNote(report),
    columns: [column('outcome', 'text'), column('bundles', 'count'), column('pruned', 'count')],
    rows: STATUSES.map((status): Cell[] => [
      status,
      report.total.byStatus[status],
      report.pruned.entries.get(status)?.count ?? 0,
    ]).filter(([, held, pruned]) => held !== 0 || pruned !== 0),
  }),
  money: ({ total }) => ({
    title: 'Money',
    note: 'In XRD. Profit is reward and surplus less the fee; the tip is a part of the fee, as predicted; tokens are what is kept beside, at the prices of the decision.',
    columns: [column('of', 'text'), ...MONEY_COLUMNS],
    rows: [
      ['submitted', ...money(total.actual)],
      ['simulated', ...money(total.simulated)],
    ],
  }),
  reasons: ({ reasons }) => ({
    title: 'Why bundles ended without profit',
    columns: [column('reason', 'text'), column('bundles', 'count')],
    rows: [...reasons.entries].map(([name, { count }]): Cell[] => [name, count]).sort(byNumber(1)),
  }),
  days: (report) => groups('By day (UTC)', 'day', 'time', report.days.entries),
  hours: (report) => groups('By hour (UTC)', 'hour', 'time', report.hours.entries),
  pairs: (report) => groups('By pair of tokens', 'pair', 'pair', report.pairs.entries),
  makers: (report) => ({
    ...groups('By maker', 'maker', 'id', report.makers.entries, 'orders'),
    note: "Whoever signed an order, else its account. A bundle's money belongs to its orders in equal parts.",
  }),
  attempts: ({ attempts }) => ({
    title: 'Transactions by state',
    columns: [column('state', 'text'), column('transactions', 'count')],
    rows: [...attempts.entries].map(([state, { count }]): Cell[] => [state, count]).sort(byNumber(1)),
  }),
  fees: ({ fees }) => ({
    title: 'Fee, predicted against charged',
    note: 'Of transactions that succeeded. The error is relative to what was charged.',
    columns: [column('of', 'text'), column('transactions', 'count'), ...XRD_PAIR, ...quantileColumns('ppm', ERROR)],
    rows: [
      ['all', fees.all.count, fees.predicted, fees.charged, ...quantiles(fees.all, ERROR)],
      ['every fact known', fees.known.count, null, null, ...quantiles(fees.known, ERROR)],
    ],
  }),
  latency: ({ latencies: { steps, stages } }) => ({
    title: 'Latency',
    note: 'Steps of the first attempts by the journal, then stages within the solver from the frame on.',
    columns: [column('step', 'text'), column('transactions', 'count'), ...quantileColumns('ms', TIME)],
    rows: [
      ...[...steps].map(([name, times]): Cell[] => [name, times.count, ...quantiles(times, TIME)]),
      ...[...stages.entries].map(([name, times]): Cell[] => [
        `stage ${name}`,
        times.count,
        ...quantiles(times, TIME).map((micros) => (micros === null ? null : micros / 1000)),
      ]),
    ],
  }),
  losses: ({ losses }) => ({
    title: 'Lost to whom',
    note: 'Value is the profit that was expected. Later by: how long after the winner had committed ours was sent.',
    columns: [
      column('winner', 'id'),
      column('bundles', 'count'),
      column('value', 'xrd'),
      column('lateMsP50', 'ms', 'later by p50'),
      column('lateMsMax', 'ms', 'max'),
      column('sentEarlier', 'count', 'sent earlier'),
      column('tipsKnown', 'count', 'tips known'),
      column('winnerTips', 'xrd', "winners' tips"),
      column('ourTips', 'xrd', 'our tips'),
    ],
    rows: [...losses.winners.entries]
      .map(([winner, lost]): Cell[] => {
        const { count, value, late, earlier, tipsKnown, winnerTips, ourTips } = lost;
        return [winner, count, value, ...quantiles(late, ['p50', 'max']), earlier, tipsKnown, winnerTips, ourTips];
      })
      .sort(byNumber(1)),
  }),
};

const MONEY_COLUMNS: readonly SectionColumn[] = MONEY.map((field) => column(field, 'xrd'));
const XRD_PAIR = [column('predicted', 'xrd'), column('charged', 'xrd')];

const money = (sums: Money): Cell[] => MONEY.map((field) => sums[field]);

/** Outcomes worth a column in every table. */
const TOLD = ['settled', 'would-settle', 'failed', 'lost'] as const;

function groups(
  title: string,
  key: string,
  kind: CellKind,
  entries: ReadonlyMap<string, Group>,
  counted = 'bundles',
): Table {
  const rows = [...entries].map(([name, group]): Cell[] => [
    name,
    group.count,
    ...TOLD.map((status) => group.byStatus[status]),
    ...money(group.actual),
    group.simulated.profit,
  ]);
  return {
    title,
    columns: [
      column(key, kind),
      column(counted, 'count'),
      ...TOLD.map((status) => column(status, 'count')),
      ...MONEY_COLUMNS,
      column('simulatedProfit', 'xrd', 'simulated profit'),
    ],
    rows: kind === 'time' ? rows.sort(([a], [b]) => (a! < b! ? -1 : 1)) : rows.sort(byNumber(1)),
  };
}

const ERROR = ['p50', 'p95', 'max'] as const;
const TIME = ['p50', 'p90', 'p99', 'max'] as const;
type Quantile = (typeof ERROR)[number] | (typeof TIME)[number];

function quantileColumns(kind: CellKind, names: readonly Quantile[]): SectionColumn[] {
  return names.map((name) => column(`${kind}${name[0]!.toUpperCase()}${name.slice(1)}`, kind, name));
}

function quantiles(
  { quantiles: found }: { readonly quantiles: Readonly<Record<Quantile, number>> | undefined },
  names: readonly Quantile[],
): (number | null)[] {
  return names.map((name) => (found === undefined ? null : Math.round(found[name] * 1000) / 1000));
}

/** The largest first; what is gathered or unknown stands last. */
function byNumber(index: number) {
  const last = ([name]: readonly Cell[]): number => (name === OTHERS || name === UNKNOWN_WINNER ? 1 : 0);
  return (a: readonly Cell[], b: readonly Cell[]): number =>
    last(a) - last(b) || Number(b[index]) - Number(a[index]) || (a[0]! < b[0]! ? -1 : 1);
}

function uncountedNote({ pruned, strayFrames, unreadLines }: Report): string | undefined {
  const notes: string[] = [];
  if (pruned.entries.size > 0) notes.push('Pruned bundles are only counted: no other table has them.');
  if (strayFrames > 0) notes.push(`Frames that were no bundle: ${strayFrames}.`);
  if (unreadLines > 0) notes.push(`Lines that were no recording: ${unreadLines}.`);
  return notes.length === 0 ? undefined : notes.join(' ');
}
