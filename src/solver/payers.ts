import type { Attos } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import { CERTAIN, type Ppm } from '../settlement/chance.js';
import type { Odds } from '../settlement/planner/model.js';
import type { SettledOrder } from '../settlement/settle.js';
import type { Recording } from './recording.js';

/** Of an order whose account held less than it withdraws, moments ago: something may have come in since. */
const SHORT: Ppm = 900_000;

/** What accounts held: undefined where that is not known, `isAll` where there was no more. */
interface Balances {
  held(account: NodeId, resource: NodeId): { readonly atLeast: Attos; readonly isAll: boolean } | undefined;
}

/**
 * Odds that know what accounts held moments ago. No order fails for want of funds whose account held enough for all of its
 * orders that wait or are in flight (`pending`); one that is short for those of a single root fails with chance `short`.
 */
export function withBalances(odds: Odds, balances: Balances, pending: Iterable<SettledOrder>, short = SHORT): Odds {
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
      const held = foreignCall === undefined ? balances.held(account, sell.resource) : undefined;
      if (held === undefined) return recordOf(order);
      const key = keyOf(order);
      if (held.atLeast >= (wanted.get(key) ?? 0n) && held.atLeast >= order.limitOrder.withdrawn) return 0;
      const isShort = held.isAll && held.atLeast < withdrawnBy(company, key);
      return isShort ? Math.max(recordOf(order), short) : recordOf(order);
    },
  };
}

/** The same by what recordings tell, the newest first. A record is final: what is short by it cannot pay. */
export function withRecordedBalances(
  odds: Odds,
  recordings: readonly Pick<Recording, 'balances'>[],
  pending: Iterable<SettledOrder>,
): Odds {
  const known = recordings.filter(({ balances }) => balances.size > 0);
  if (known.length === 0) return odds;
  const held = (account: NodeId, resource: NodeId) => {
    for (const { balances } of known) {
      const atLeast = balances.get(account)?.get(resource);
      if (atLeast !== undefined) return { atLeast, isAll: true };
    }
    return undefined;
  };
  return withBalances(odds, { held }, pending, CERTAIN);
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
