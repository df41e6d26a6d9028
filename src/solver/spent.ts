import type { SettledOrder } from '../settlement/settle.js';
import { hashKey, subintentHash } from '../transaction/hash.js';

/** Subintents remembered. Those that were used up longest ago have expired since, and come no more. */
const MOST = 100_000;

/** Orders that a settlement has used up: another bundle that holds one can no longer settle. */
export class Spent {
  private readonly hashes = new Set<string>();

  add(orders: readonly SettledOrder[]): void {
    for (const { order } of orders) this.hashes.add(hashKey(subintentHash(order)));
    for (const oldest of this.hashes) {
      if (this.hashes.size <= MOST) break;
      this.hashes.delete(oldest);
    }
  }

  holdsAny(orders: readonly SettledOrder[]): boolean {
    return orders.some(({ order }) => this.hashes.has(hashKey(subintentHash(order))));
  }
}
