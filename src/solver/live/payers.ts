import type { Attos } from '../../base/amount.js';
import type { Ppm } from '../../settlement/chance.js';
import type { Odds } from '../../settlement/planner/model.js';
import type { SettledOrder } from '../../settlement/settle.js';
import type { AccountFacts } from './facts.js';

/** Of an order whose account held less than it withdraws, moments ago: something may have come in since. */
const SHORT: Ppm = 900_000;

/**
 * Odds that know what accounts held moments ago. No order fails for want of funds whose account held enough for all of its
 * orders that wait or are in flight (`pending`); one that is short for those of a single root is not to be relied upon.
 */
export function withBalances(odds: Odds, facts: Pick<AccountFacts, 'held'>, pending: Iterable<SettledOrder>): Odds {
  const wanted = new Map<string, Attos>();
  for (const order of pending) wanted.set(keyOf(order), (wanted.get(keyOf(order)) ?? 0n) + order.limitOrder.withdrawn);
  // A plan asks again and again, and a record is found by the hash of a key.
  const recorded = new Map<SettledOrder, Ppm>();
  const recordOf = (order: SettledOrder): Ppm => {
    const found = recorded.get(order) ?? odds.cannotPay(order);
    recorded.set(order, found);
    return found;
  };
  return {
    winsRace: (tip) => odds.winsRace(tip),
    cannotPay: (order, company = [order]) => {
      const { account, sell, foreignCall } = order.limitOrder;
      // One with flash liquidity makes what it sells.
      const held = foreignCall === undefined ? facts.held(account, sell.resource) : undefined;
      if (held === undefined) return recordOf(order);
      const key = keyOf(order);
      if (held.atLeast >= (wanted.get(key) ?? 0n) && held.atLeast >= order.limitOrder.withdrawn) return 0;
      const isShort = held.isAll && held.atLeast < withdrawnBy(company, key);
      return isShort ? Math.max(recordOf(order), SHORT) : recordOf(order);
    },
  };
}

function withdrawnBy(orders: readonly SettledOrder[], key: string): Attos {
  let sum = 0n;
  for (const order of orders) if (keyOf(order) === key) sum += order.limitOrder.withdrawn;
  return sum;
}

/** A vault: the account, and what is in it. */
function keyOf({ limitOrder: { account, sell } }: SettledOrder): string {
  return account + sell.resource;
}
