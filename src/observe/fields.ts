import { formatAmount } from '../base/amount.js';
import type { SolverEvent } from './event.js';

const BUNDLE_ID = 12;
const ID = /^([a-z]+_[a-z0-9_]+?1)([02-9ac-hj-np-z]{40,})$/;
const ID_DATA = 12;
const LONG_HEX = /[0-9a-f]{64,}/gi;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const MAX_TEXT = 300;

/** The beginning of an id: enough to tell it, and to hand to `journal show`. */
export function shortId(id: string): string {
  const [, head, data] = ID.exec(id) ?? [];
  return head === undefined ? id.slice(0, BUNDLE_ID) : head + data!.slice(0, ID_DATA);
}

/**
 * What a line of the log says of an event: ids shortened, amounts as decimals, text cut and without what could be a
 * payload or a key.
 */
export function fieldsOf(event: SolverEvent): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) {
    if (name !== 'type' && value !== undefined) fields[name] = fieldOf(name, value);
  }
  return fields;
}

function fieldOf(name: string, value: unknown): unknown {
  if (IDS.has(name)) return shortId(value as string);
  if (typeof value === 'bigint') return WHOLE.has(name) ? Number(value) : formatAmount(value);
  if (typeof value === 'number') return Math.round(value);
  if (typeof value === 'string') return name === 'account' ? value : clean(value);
  if (Array.isArray(value)) return value.map((each) => (typeof each === 'string' ? listed(name, each) : nested(each)));
  return typeof value === 'object' ? nested(value as object) : value;
}

const IDS: ReadonlySet<string> = new Set(['bundleId', 'txid', 'winner', 'subintentId']);
const WHOLE: ReadonlySet<string> = new Set(['epoch', 'timestamp']);

function listed(name: string, value: string): string {
  return name === 'bundleIds' ? shortId(value) : clean(value);
}

function nested(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fieldOf(name, each)]));
}

function clean(text: string): string {
  const line = text
    .slice(0, 10 * MAX_TEXT)
    .replace(LONG_HEX, '…')
    .replace(CONTROL, ' ');
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}
