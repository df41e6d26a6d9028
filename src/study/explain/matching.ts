import { type Attos, parseAmount } from '../../base/amount.js';
import type { OrderStory } from '../../journal/story.js';

/** A token that changes hands in a bundle. `left` is negative where the orders ask for more than they sell. */
export interface Matched {
  readonly resource: string;
  readonly sold: Attos;
  readonly asked: Attos;
  readonly left: Attos;
}

/** What the orders sell of each token, and what they ask for. */
export function matchingOf(orders: readonly OrderStory[]): Matched[] {
  const sums = new Map<string, { sold: Attos; asked: Attos }>();
  const of = (resource: string) => {
    const found = sums.get(resource) ?? { sold: 0n, asked: 0n };
    sums.set(resource, found);
    return found;
  };
  for (const { sells, buys } of orders) {
    of(sells.resource).sold += parseAmount(sells.amount);
    of(buys.resource).asked += parseAmount(buys.amount);
  }
  return [...sums].map(([resource, { sold, asked }]) => ({ resource, sold, asked, left: sold - asked }));
}
