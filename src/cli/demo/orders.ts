import { TradeApiError } from '../../anthic/trade/error.js';
import { SolverError } from '../../base/error.js';
import { type Deal, type Dex, signOrder, type Wish } from './dex.js';
import type { Story } from './watch.js';

export interface Tally {
  readonly sent: number;
  /** How orders ended, `refused: …` included, and how many of them did. */
  readonly ends: Readonly<Record<string, number>>;
  /** Orders without an end, or with more than one, or whose end is not the ledger's: none, if all is well. */
  readonly lost: readonly string[];
}

/** Every order that was handed in, and why those were refused that were. */
export class Orders {
  readonly deals = new Map<string, Deal>();
  private readonly refusals = new Map<string, string>();
  private count = 0;

  /** How many were to be handed in, those included that were not even composed. */
  get sent(): number {
    return this.count;
  }

  /** Before it is handed in: whatever is answered, it may have arrived. */
  add(id: string, deal: Deal): void {
    this.deals.set(id, deal);
    this.count += 1;
  }

  /** Has an order composed, signed and handed in. That it is refused is an end like any other. */
  async submit(dex: Dex, wish: Wish): Promise<void> {
    let id: string | undefined;
    try {
      const order = dex.compose(await dex.quote(wish));
      id = order.id;
      this.add(id, order.deal);
      await dex.submit(signOrder(order));
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      const reason = error instanceof TradeApiError ? (error.reason ?? error.code) : error.code;
      if (id === undefined) this.count += 1;
      this.refusals.set(id ?? `order ${this.count}`, reason);
    }
  }

  tally(stories: ReadonlyMap<string, Story>): Tally {
    const ends: Record<string, number> = {};
    const lost: string[] = [];
    const count = (end: string) => {
      ends[end] = (ends[end] ?? 0) + 1;
    };
    for (const [id, reason] of this.refusals) if (!stories.has(id)) count(`refused: ${reason}`);
    for (const id of this.deals.keys()) {
      const story = stories.get(id);
      if (story === undefined) {
        if (!this.refusals.has(id)) lost.push(`${id}: nobody knows it`);
        continue;
      }
      const { ends: times, state, commit } = story;
      if (times !== 1) lost.push(`${id}: it ended ${times} times`);
      else if ((state === 'settled') !== (commit !== undefined)) lost.push(`${id}: ${state}, and the ledger disagrees`);
      else count(state!);
    }
    return { sent: this.sent, ends, lost };
  }
}
