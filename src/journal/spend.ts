import type { Attos } from '../base/amount.js';
import { UNRESOLVED } from './model.js';
import type { Store } from './store.js';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Fees of this long count as one: a day is then a few thousand numbers, whatever the traffic. */
const GRAIN = 10_000;

interface Charge {
  readonly at: number;
  fee: Attos;
}

/** The fees of the last hour or day. Errs towards too much: a charge counts until all of its grain is old enough. */
export class SpendWindow {
  private charges: Charge[] = [];
  private first = 0;
  private total: Attos = 0n;

  constructor(readonly length: number) {}

  add(fee: Attos, at: number): void {
    const end = (Math.floor(at / GRAIN) + 1) * GRAIN;
    const last = this.charges.at(-1);
    // A clock that was set back adds to the newest grain: the order stays, and nothing is forgotten too early.
    if (last !== undefined && this.first < this.charges.length && end <= last.at) last.fee += fee;
    else this.charges.push({ at: end, fee });
    this.total += fee;
  }

  spent(now: number): Attos {
    while (this.first < this.charges.length && this.charges[this.first]!.at + this.length <= now) {
      this.total -= this.charges[this.first]!.fee;
      this.first++;
    }
    if (this.first > 1000) {
      this.charges = this.charges.slice(this.first);
      this.first = 0;
    }
    return this.total;
  }

  /** When at most `allowed` will be left of what was spent; undefined where that never is. */
  until(allowed: Attos, now: number): number | undefined {
    if (allowed < 0n) return undefined;
    let left = this.spent(now);
    for (let index = this.first; left > allowed; index++) {
      const { at, fee } = this.charges[index]!;
      left -= fee;
      if (left <= allowed) return at + this.length;
    }
    return now;
  }

  clear(): void {
    this.charges = [];
    this.first = 0;
    this.total = 0n;
  }
}

/** Names of limits as they stand in the journal. */
export const LIMIT_NAMES = ['max-fee', 'max-fee-per-hour', 'max-fee-per-day', 'max-failures', 'min-balance'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** What the journal knows of a limit. */
export interface LimitRecord {
  readonly name: LimitName;
  /** As configured when a solver last started, in words. */
  readonly maximum: string | null;
  /** Since when it stops submissions until it is reset; null where it does not, or is lifted by time. */
  readonly stoppedAt: number | null;
  readonly why: string | null;
  readonly resetAt: number | null;
  /** Failures in a row that cost a fee; of `max-failures` only. */
  readonly count: number;
}

export function readLimits(store: Store): LimitRecord[] {
  const columns = ['name', 'maximum', 'stopped_at as stoppedAt', 'why', 'reset_at as resetAt', 'count'] as const;
  return store.all(store.query.selectFrom('limit_state').select(columns).orderBy('name')) as LimitRecord[];
}

/** What was spent and what may be: kept in memory, since every submission asks, and read from the file at start. */
export class Ledger {
  private readonly hour = new SpendWindow(HOUR);
  private readonly day = new SpendWindow(DAY);
  private readonly resets = new Map<string, number | null>();
  /** What all attempts whose end is not known can cost. */
  exposure: Attos = 0n;

  constructor(
    private readonly store: Store,
    now: number,
  ) {
    for (const { name, resetAt } of readLimits(store)) this.resets.set(name, resetAt);
    this.fill(this.hour, 'max-fee-per-hour', now);
    this.fill(this.day, 'max-fee-per-day', now);
    for (const { lock } of store.all(
      store.query.selectFrom('attempt').select('lock').where('state', 'in', UNRESOLVED),
    )) {
      this.exposure += BigInt(lock);
    }
  }

  plan(lock: Attos): void {
    this.exposure += lock;
  }

  conclude(lock: Attos, fee: Attos, at: number): void {
    this.exposure -= lock;
    if (fee === 0n) return;
    this.hour.add(fee, at);
    this.day.add(fee, at);
  }

  /** Inside a transaction. */
  countFailure(costly: boolean): void {
    this.store.run(
      this.store.query
        .insertInto('limit_state')
        .values({ name: 'max-failures', count: costly ? 1 : 0 })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet(({ ref, lit, eb }) =>
              costly ? { count: eb(ref('limit_state.count'), '+', 1) } : { count: lit(0) },
            ),
        ),
    );
  }

  /** The windows, after what an operator reset meanwhile, perhaps from another process, was taken out. */
  windows(limits: readonly LimitRecord[], now: number): { readonly hour: SpendWindow; readonly day: SpendWindow } {
    for (const { name, resetAt } of limits) {
      if (this.resets.get(name) === resetAt) continue;
      this.resets.set(name, resetAt);
      if (name === 'max-fee-per-hour') this.fill(this.hour, name, now);
      if (name === 'max-fee-per-day') this.fill(this.day, name, now);
    }
    return { hour: this.hour, day: this.day };
  }

  private fill(window: SpendWindow, name: LimitName, now: number): void {
    window.clear();
    const since = Math.max(now - window.length - GRAIN, (this.resets.get(name) ?? -1) + 1);
    const rows = this.store.all(
      this.store.query
        .selectFrom('attempt')
        .select(['concluded_at', 'fee_charged'])
        .where('concluded_at', '>=', since)
        .where('fee_charged', 'is not', null)
        .orderBy('concluded_at'),
    );
    for (const { concluded_at, fee_charged } of rows) window.add(BigInt(fee_charged!), concluded_at!);
  }
}
