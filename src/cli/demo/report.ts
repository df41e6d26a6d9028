import { formatAmount } from '../../base/amount.js';
import { formatTable } from '../table.js';
import type { Balance, Line } from './books.js';
import type { LoadReport } from './load.js';
import type { StepTold } from './steps.js';

/** A step as one line. */
export function stepLine({ step, of, who, what }: StepTold): string {
  return `${String(step).padStart(2)}  ${of.padEnd(4)}  ${who.padEnd(7)}  ${what}`;
}

const right = (title: string) => ({ title, align: 'right' }) as const;

/** Everybody's balances, and what their own books say beside the ledger. */
export function balanceText({ lines, networkFees, differences }: Balance): string {
  const columns = [
    { title: 'account' },
    { title: 'token' },
    ...['before', 'after', 'change', 'by its own books'].map(right),
  ];
  const rows = lines.map(({ name, symbol, before, after, booked }) => [
    ...[name, symbol, formatAmount(before), formatAmount(after), formatAmount(after - before)],
    after - before === booked ? formatAmount(booked) : `${formatAmount(booked)} DIFFERS`,
  ]);
  const earned = lines.filter(isSolvers).map(({ name, before, after, booked }) => {
    return `${name} earned ${formatAmount(booked)} XRD by its journal, ${formatAmount(after - before)} by the ledger`;
  });
  const verdict =
    differences.length === 0
      ? 'all books agree with the ledger to the atto, and nothing came from nowhere'
      : differences.map((difference) => `DIFFERS: ${difference}`).join('\n');
  return [
    formatTable(columns, rows),
    [...earned, `network fees ${formatAmount(networkFees)} XRD`, verdict].join('\n'),
  ].join('\n\n');
}

export function balanceJson({ lines, networkFees, differences }: Balance): object[] {
  const balances = lines.map(({ name, symbol, before, after, booked }) => ({
    ...{ event: 'balance', name, symbol, before: formatAmount(before), after: formatAmount(after) },
    ...{ change: formatAmount(after - before), booked: formatAmount(booked) },
  }));
  const earnings = lines.filter(isSolvers).map(({ name, before, after, booked }) => ({
    ...{ event: 'earnings', name, booked: formatAmount(booked), ledger: formatAmount(after - before) },
  }));
  return [...balances, ...earnings, { event: 'books', networkFees: formatAmount(networkFees), differences }];
}

function isSolvers({ name, symbol }: Line): boolean {
  return name.startsWith('solver') && symbol === 'XRD';
}

export function loadText({ sent, ends, lost, perSecond, fillRate, transactions, latency }: LoadReport): string {
  const ended = Object.entries(ends).map(([end, count]) => `${count} ${end}`);
  const columns = [{ title: 'milliseconds' }, ...['p50', 'p95', 'p99'].map(right)];
  const rows = Object.entries(latency).map(([step, { p50, p95, p99 }]) => [step, ...[p50, p95, p99].map(String)]);
  return [
    [
      `${sent} orders: ${ended.join(', ')}; ${lost.length} lost`,
      `${perSecond.toFixed(1)} trades a second, ${transactions} transactions, ${(100 * fillRate).toFixed(1)} % of what was accepted was filled`,
    ].join('\n'),
    formatTable(columns, rows),
  ].join('\n\n');
}
