import { formatAmount } from '../../base/amount.js';
import type { Expected, Item } from '../../journal/model.js';
import type { Attempt } from '../../journal/query/attempts.js';
import type { Bundle } from '../../journal/query/bundles.js';
import { formatFields, indent } from '../output.js';
import { type Column, formatTable, shorten } from '../table.js';

/** How bundles and attempts of a journal are printed: as JSON and as text. */

export function bundleObject(bundle: Bundle) {
  return {
    bundle: bundle.id,
    status: bundle.status,
    reason: bundle.reason ?? null,
    receivedAt: iso(bundle.receivedAt),
    finishedAt: iso(bundle.finishedAt),
    expiresAt: iso(bundle.expiresAt),
    source: bundle.source,
    attempts: bundle.attempts,
    transactionId: bundle.transactionId ?? null,
    winner: bundle.winner ?? null,
    expected: expectedObject(bundle.expected),
    feeCharged: formatAmount(bundle.feeCharged),
    xrdChange: formatAmount(bundle.xrdChange),
  };
}

export function attemptObject(attempt: Attempt) {
  return {
    n: attempt.n,
    transactionId: attempt.transactionId,
    state: attempt.state,
    message: attempt.message ?? null,
    bundles: attempt.bundles,
    lock: formatAmount(attempt.lock),
    expected: expectedObject(attempt.expected),
    feeCharged: amount(attempt.feeCharged),
    xrdChange: amount(attempt.xrdChange),
    plannedAt: iso(attempt.plannedAt),
    submittedAt: iso(attempt.submittedAt),
    answeredAt: iso(attempt.answeredAt),
    concludedAt: iso(attempt.concludedAt),
    expiresAt: iso(attempt.expiresAt),
    endEpoch: attempt.endEpoch ?? null,
    stateVersion: attempt.stateVersion ?? null,
    winner: attempt.winner ?? null,
    details: attempt.details ?? null,
  };
}

function expectedObject(expected: Expected | undefined) {
  if (expected === undefined) return null;
  const { reward, fee, profit } = expected;
  return { reward: formatAmount(reward), fee: formatAmount(fee), profit: formatAmount(profit) };
}

const COLUMNS: readonly Column[] = [
  { title: 'received' },
  { title: 'bundle' },
  { title: 'status' },
  { title: 'expected', align: 'right' },
  { title: 'fee', align: 'right' },
  { title: 'XRD change', align: 'right' },
  { title: 'transaction' },
  { title: 'reason' },
];

export function bundleTable(bundles: readonly Bundle[]): string {
  const rows = bundles.map((bundle) => [
    iso(bundle.receivedAt)!,
    bundle.id.slice(0, 12),
    bundle.status,
    amount(bundle.expected?.profit) ?? '',
    bundle.attempts === 0 ? '' : formatAmount(bundle.feeCharged),
    bundle.attempts === 0 ? '' : formatAmount(bundle.xrdChange),
    bundle.transactionId === undefined ? '' : shorten(bundle.transactionId),
    bundle.reason === undefined ? '' : bundle.reason.code,
  ]);
  return formatTable(COLUMNS, rows);
}

/** The story of a bundle. */
export function bundleText(
  bundle: Bundle,
  copies: number,
  items: readonly Item[],
  attempts: readonly Attempt[],
): string {
  const head = fields([
    ['bundle', bundle.id],
    ['status', bundle.status],
    ['reason', bundle.reason && `${bundle.reason.code}: ${bundle.reason.message}`],
    ['winner', bundle.winner],
    ['received', `${iso(bundle.receivedAt)} from ${bundle.source}`],
    ['came again', copies === 0 ? undefined : `${copies} times`],
    ['expires', iso(bundle.expiresAt)],
    ['finished', iso(bundle.finishedAt)],
    ...expectedFields(bundle.expected),
    ['fees charged', formatAmount(bundle.feeCharged)],
    ['XRD change', formatAmount(bundle.xrdChange)],
  ]);
  const wrappers = items.map(({ wrapperId, orderId }) => `  ${wrapperId}\n    order ${orderId ?? 'unknown'}`);
  const parts = [head, ...(items.length === 0 ? [] : [`wrappers\n${wrappers.join('\n')}`])];
  return [...parts, ...attempts.map(attemptText)].join('\n\n');
}

function attemptText(attempt: Attempt): string {
  const title = `attempt ${attempt.n}${attempt.bundles > 1 ? ` (its share; ${attempt.bundles} bundles)` : ''}`;
  const text = fields([
    ['transaction', attempt.transactionId],
    ['state', attempt.state],
    ['message', attempt.message],
    ['winner', attempt.winner],
    ['can cost', formatAmount(attempt.lock)],
    ...expectedFields(attempt.expected),
    ['fee charged', amount(attempt.feeCharged)],
    ['XRD change', amount(attempt.xrdChange)],
    ['state version', attempt.stateVersion?.toString()],
    ['planned', iso(attempt.plannedAt)],
    ['submitted', iso(attempt.submittedAt)],
    ['answered', iso(attempt.answeredAt)],
    ['concluded', iso(attempt.concludedAt)],
    ['expires', iso(attempt.expiresAt)],
  ]);
  return `${title}\n${indent(text)}`;
}

function expectedFields(expected: Expected | undefined): (readonly [string, string])[] {
  if (expected === undefined) return [];
  const { reward, fee, profit } = expected;
  return [['expected', `reward ${formatAmount(reward)}, fee ${formatAmount(fee)}, profit ${formatAmount(profit)}`]];
}

/** Fields that have a value. Messages may hold what strangers wrote: no control character gets to the terminal. */
function fields(all: readonly (readonly [string, string | null | undefined])[]): string {
  return formatFields(
    all.flatMap(([label, value]) => (value ? [[label, value.replace(/\p{Control}+/gu, ' ')] as const] : [])),
  );
}

function amount(value: bigint | undefined): string | null {
  return value === undefined ? null : formatAmount(value);
}

export function iso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** A line of CSV (RFC 4180). */
export function csvLine(values: readonly unknown[]): string {
  return values.map(csvCell).join(',');
}

function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
