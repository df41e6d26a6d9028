import { callsForeign } from '../anthic/wrappedOrder.js';
import type { Attos } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import { CERTAIN, type Ppm } from '../settlement/chance.js';
import type { Odds } from '../settlement/planner/model.js';
import type { SettledOrder } from '../settlement/settle.js';
import type { Held } from './knowledge.js';
import type { Recording } from './recording.js';

/** Of an order whose account held less than it withdraws, moments ago: something may have come in since. */
const SHORT: Ppm = 900_000;

interface Funds extends Held {
  /** Nothing can have come in since. */
  readonly isFinal?: boolean;
}

/** What accounts held; undefined where that is not known. */
interface Balances {
  held(account: NodeId, resource: NodeId): Funds | undefined;
}

/**
 * Odds that know what accounts held moments ago. No order fails for want of funds whose account held enough for all of its
 * orders that wait or are in flight (`pending`); one that is short for those of a single root mostly fails.
 */
export function withBalances(odds: Odds, balances: Balances, pending: Iterable<SettledOrder>): Odds {
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
      return isShort ? Math.max(recordOf(order), shortOf(held)) : recordOf(order);
    },
  };
}

function shortOf({ isFinal = false }: Funds): Ppm {
  return isFinal ? CERTAIN : SHORT;
}

type Recorded = Pick<Recording, 'balances' | 'held'>;

/** The same by what recordings tell, the newest first. Their `balances` are final: what is short by one cannot pay. */
export function withRecordedBalances(
  odds: Odds,
  recordings: readonly Recorded[],
  pending: Iterable<SettledOrder>,
): Odds {
  const known = recordings.filter(({ balances, held }) => balances.size + held.size > 0);
  if (known.length === 0) return odds;
  const held = (account: NodeId, resource: NodeId) => {
    for (const recording of known) {
      const found = recordedOf(recording, account, resource);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return withBalances(odds, { held }, pending);
}

/** How likely it is that the account of an order cannot pay; undefined where the recording does not tell. */
export function cannotPay(recording: Recorded, order: SettledOrder): Ppm | undefined {
  const { account, sell, withdrawn } = order.limitOrder;
  const held = recordedOf(recording, account, sell.resource);
  if (held === undefined) return undefined;
  if (held.atLeast >= withdrawn) return 0;
  // What it lacks, its own calls may bring.
  return held.isAll && !callsForeign(order) ? shortOf(held) : undefined;
}

function recordedOf({ balances, held }: Recorded, account: NodeId, resource: NodeId): Funds | undefined {
  const balance = balances.get(account)?.get(resource);
  if (balance === undefined) return held.get(account)?.get(resource);
  return { atLeast: balance, isAll: true, isFinal: true };
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
