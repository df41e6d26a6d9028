import { parseAmount } from '../../base/amount.js';
import type { SettledOrder } from '../../settlement/settle.js';

/** A vault held too little (of the amount that was asked of it), or was not there. Worktops and fee reserves lack things, too. */
const UNPAID = /VaultError\(ResourceError\(InsufficientBalance \{ requested: (\d+(?:\.\d{1,18})?)|VaultDoesNotExist/;

/**
 * The orders that could not pay, as far as a message tells: none where it tells of something else. A vault names the
 * amount that was asked of it, which mostly tells the order; where it does not, any of them may be the one.
 */
export function unpaidOrders(message: string, orders: readonly SettledOrder[]): readonly SettledOrder[] {
  const found = UNPAID.exec(message);
  if (found === null) return [];
  const [, requested] = found;
  if (requested === undefined) return orders;
  const amount = parseAmount(requested);
  const named = orders.filter(({ limitOrder }) => limitOrder.withdrawn === amount);
  return named.length > 0 ? named : orders;
}
