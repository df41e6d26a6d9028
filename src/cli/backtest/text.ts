import type { Assumed, AssumptionName } from '../../study/backtest/assumptions.js';
import type { Backtest } from '../../study/backtest/backtest.js';
import { type Compared, compare, methodOf } from '../../study/backtest/comparison.js';
import type { Interval } from '../../study/backtest/interval.js';
import { readableAmount, readableMs, readablePercent } from '../../study/figures/readable.js';
import { formatFields, indent } from '../output.js';
import { type Column, formatTable } from '../table.js';

const COLUMNS: readonly Column[] = [
  { title: 'policy' },
  ...['settled', 'lost', 'failed', 'other', 'sent', 'merged', 'fee', 'failures cost', 'profit', 'a bundle'].map(
    (title): Column => ({ title, align: 'right' }),
  ),
  { title: '95 % of profit' },
  { title: 'more than the first' },
];

/** The comparison for people: what was assumed, then a row a policy. */
export function backtestText(backtest: Backtest, seed: number, assumed: Assumed): string {
  const compared = compare(backtest, seed);
  const { bundles, unread, strayFrames } = backtest;
  const others = [
    ...(strayFrames > 0 ? [`${strayFrames} frames that were no bundle`] : []),
    ...(unread > 0 ? [`${unread} lines that were no recording`] : []),
  ];
  return [
    `${[`${bundles} bundles`, ...others].join(', ')}; seed ${seed}`,
    `assumed\n${indent(assumptions(assumed))}`,
    formatTable(COLUMNS, compared.map(row)),
    `Amounts in XRD. Intervals: ${methodOf(backtest)}${compared[0]!.interval === undefined ? '; too few for an interval' : ''}.`,
  ].join('\n\n');
}

function row({ name, result, interval, more }: Compared): string[] {
  const { ends, sent, merged, fee, failureCosts, profit, bundles } = result;
  const { settled, lost, failed } = ends;
  return [
    name,
    `${settled}`,
    `${lost}`,
    `${failed}`,
    `${bundles - settled - lost - failed}`,
    `${sent}`,
    `${merged}`,
    readableAmount(fee),
    readableAmount(failureCosts),
    readableAmount(profit),
    bundles === 0 ? '' : readableAmount(profit / BigInt(bundles)),
    intervalText(interval),
    more === undefined ? '' : `${signed(more.profit)}  ${intervalText(more.interval)}`.trimEnd(),
  ];
}

function signed(amount: bigint): string {
  return `${amount > 0n ? '+' : ''}${readableAmount(amount)}`;
}

function intervalText(interval: Interval | undefined): string {
  return interval === undefined ? '' : `${readableAmount(interval.low)} … ${readableAmount(interval.high)}`;
}

function assumptions({ values, origins }: Assumed): string {
  const { latency, contested, rivalLatency, rivalTip, round, cannotPay, preview } = values;
  const share = (value: number): string => readablePercent(Math.round(value * 1e6), 1e6);
  const texts: Record<AssumptionName, string> = {
    latency: `p50 ${readableMs(latency.p50)}, p95 ${readableMs(latency.p95)} from a decision to the ledger`,
    contested: `${share(contested)} of the bundles a rival settles too`,
    rivalLatency: `p50 ${readableMs(rivalLatency.p50)}, p95 ${readableMs(rivalLatency.p95)} from the push to the rival's`,
    rivalTip: `${rivalTip / 100} % at most`,
    round: round === 0 ? 'only time decides' : `within ${readableMs(round)} the higher tip goes first`,
    cannotPay: `${share(cannotPay)} of the orders`,
    preview: preview === null ? 'none' : `of merged roots, ${readableMs(preview)}`,
  };
  return formatFields(
    Object.entries(texts).map(([name, text]) => [name, `${text}  (${origins[name as AssumptionName]})`] as const),
  );
}
