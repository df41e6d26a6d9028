import { OPEN_STATES, type OpenState, OUTCOMES, type Outcome } from './model.js';
import type { Store } from './store.js';

/** How many bundles came and what became of them. Duplicates count as received. */
export interface Counters {
  readonly received: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly open: Readonly<Record<OpenState, number>>;
  /** Frames that were no bundle: in none of the above. */
  readonly strayFrames: number;
}

/** The counters in memory, since metrics ask for them all the time; `verify` compares them with the file. */
export class Tally {
  private readonly counts = new Map<OpenState | Outcome, number>();
  private stray = 0;

  constructor(store: Store) {
    const rows = store.sql<{ end: OpenState | Outcome; count: number }>(
      `select coalesce(outcome, state) as end, count(*) as count from received group by 1
       union all select outcome, count from pruned`,
    );
    for (const { end, count } of rows) this.counts.set(end, (this.counts.get(end) ?? 0) + count);
    const [stray] = store.sql<{ count: number }>('select coalesce(sum(count), 0) as count from stray');
    this.stray = stray!.count;
  }

  move(from: OpenState | undefined, to: OpenState | Outcome): void {
    if (from !== undefined) this.counts.set(from, (this.counts.get(from) ?? 0) - 1);
    this.counts.set(to, (this.counts.get(to) ?? 0) + 1);
  }

  addStray(count: number): void {
    this.stray += count;
  }

  get counters(): Counters {
    const of = <K extends OpenState | Outcome>(names: readonly K[]): Record<K, number> =>
      Object.fromEntries(names.map((name) => [name, this.counts.get(name) ?? 0])) as Record<K, number>;
    const received = [...this.counts.values()].reduce((a, b) => a + b, 0);
    return { received, outcomes: of(OUTCOMES), open: of(OPEN_STATES), strayFrames: this.stray };
  }
}
