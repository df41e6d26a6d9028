import { OPEN_STATES, type OpenState, OUTCOMES, type Outcome } from '../../journal/model.js';
import { addMoney, type Money, noMoney } from './money.js';

export type Status = OpenState | Outcome;
export const STATUSES: readonly Status[] = [...OUTCOMES, ...OPEN_STATES];

/** Bundles that have something in common. */
export interface Group {
  count: number;
  readonly byStatus: Record<Status, number>;
  /** What they really cost and brought. */
  readonly actual: Money;
  /** What those would have brought that were only simulated. */
  readonly simulated: Money;
}

export interface Counted {
  readonly status: Status;
  readonly actual?: Money | undefined;
  readonly simulated?: Money | undefined;
}

export function emptyGroup(): Group {
  const byStatus = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<Status, number>;
  return { count: 0, byStatus, actual: noMoney(), simulated: noMoney() };
}

export function addTo(group: Group, { status, actual, simulated }: Counted): void {
  group.count++;
  group.byStatus[status]++;
  if (actual !== undefined) addMoney(group.actual, actual);
  if (simulated !== undefined) addMoney(group.simulated, simulated);
}

/** Where a group goes that finds no room: strangers choose the keys, and must not choose how much memory they take. */
export const OTHERS = 'all others';
const MOST = 10_000;

/** Something for each key, up to a bound; the rest shares one, so that sums stay whole. */
export class Keyed<T> {
  readonly entries = new Map<string, T>();

  constructor(
    private readonly make: () => T,
    private readonly most = MOST,
  ) {}

  of(key: string): T {
    const name = this.entries.has(key) || this.entries.size < this.most ? key : OTHERS;
    let entry = this.entries.get(name);
    if (entry === undefined) {
      entry = this.make();
      this.entries.set(name, entry);
    }
    return entry;
  }
}
