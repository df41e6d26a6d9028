import { parseAmount } from '../../base/amount.js';
import type { StateFacts } from '../../settlement/fee/predict.js';
import type { SettledOrder } from '../../settlement/settle.js';

/** A vault held less than was asked of it. Worktops and fee reserves lack things, too, and say so in other words. */
const SHORT = /VaultError\(ResourceError\(InsufficientBalance \{ requested: (\d+(?:\.\d{1,18})?)/;
/** An account never held the token. */
const NO_VAULT = /VaultDoesNotExist(?: \{ resource_address: ResourceAddress\(([0-9a-f]{60})\))?/;

/**
 * The orders that could not pay, as far as a message tells: none where it tells of something else. It names no account, but
 * the amount or the token, which mostly tells the order; where it does not, any of them may be the one.
 */
export function unpaidOrders(
  message: string,
  orders: readonly SettledOrder[],
  facts: Pick<StateFacts, 'holdsVault'>,
): readonly SettledOrder[] {
  const short = SHORT.exec(message);
  if (short !== null) {
    const amount = parseAmount(short[1]!);
    return named(orders, ({ limitOrder }) => limitOrder.withdrawn === amount);
  }
  const missing = NO_VAULT.exec(message);
  if (missing === null) return [];
  return named(orders, ({ limitOrder: { account, sell } }) => {
    // A vault that was there is there for ever.
    return (missing[1] ?? sell.resource) === sell.resource && facts.holdsVault(account, sell.resource) !== true;
  });
}

function named(orders: readonly SettledOrder[], isNamed: (order: SettledOrder) => boolean): readonly SettledOrder[] {
  const found = orders.filter(isNamed);
  return found.length > 0 ? found : orders;
}
