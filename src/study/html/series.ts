import { type Attos, formatAmount } from '../../base/amount.js';
import { emptyGroup, type Group, OTHERS, STATUSES } from '../figures/group.js';
import { addMoney } from '../figures/money.js';
import { HOUR, type Report } from '../report/report.js';

/** Bars that a chart has room for. */
const MOST_BARS = 72;

/** A stretch of time and what happened in it. */
export interface Slot {
  readonly from: number;
  readonly length: number;
  readonly group: Group;
}

/** Lengths of slots people think in. */
const LENGTHS = [1, 2, 3, 6, 12, 24, 48, 168, 336, 672, 2016, 8760, 87_600].map((hours) => hours * HOUR);

/** The hours of a report in slots of even length without gaps, at most so many. */
export function slotsOf({ hours }: Report): Slot[] {
  const times = [...hours.entries]
    .filter(([key]) => key !== OTHERS)
    .map(([key, group]) => [Date.parse(key), group] as const);
  if (times.length === 0) return [];
  const first = times.reduce((least, [time]) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, [time]) => Math.max(most, time), 0);
  const fitting = LENGTHS.find((each) => Math.floor(last / each) - Math.floor(first / each) < MOST_BARS);
  const length = fitting ?? LENGTHS.at(-1)!;
  const start = Math.floor(first / length);
  const count = Math.min(MOST_BARS, Math.floor(last / length) - start + 1);
  const slots = Array.from({ length: count }, (_, index) => ({
    from: (start + index) * length,
    length,
    group: emptyGroup(),
  }));
  // A clock that leapt by centuries ends in the last slot rather than in a gap that nothing could draw.
  for (const [time, group] of times) merge(slots[Math.min(count - 1, Math.floor(time / length) - start)]!.group, group);
  return slots;
}

function merge(sum: Group, { count, byStatus, actual, simulated }: Group): void {
  sum.count += count;
  for (const status of STATUSES) sum.byStatus[status] += byStatus[status];
  addMoney(sum.actual, actual);
  addMoney(sum.simulated, simulated);
}

/** An amount as a place in a drawing; never for a sum. */
export function drawn(amount: Attos): number {
  return Number(formatAmount(amount));
}

/** `15:00` of a day, `01-31` of a longer time. */
export function timeLabel(time: number, length: number): string {
  const iso = new Date(time).toISOString();
  return length < 24 * HOUR && time % (24 * HOUR) !== 0 ? iso.slice(11, 16) : iso.slice(5, 10);
}

export function slotTitle({ from, length }: Slot): string {
  const end = new Date(from + length).toISOString().slice(0, 16).replace('T', ' ');
  return `${new Date(from).toISOString().slice(0, 16).replace('T', ' ')} to ${end}`;
}
