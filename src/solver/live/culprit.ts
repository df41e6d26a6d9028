import { toHex } from '../../base/bytes.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { formatAddress, formatId } from '../../transaction/address.js';
import { subintentHash } from '../../transaction/hash.js';
import type { LiveContext } from './context.js';
import type { LiveBundle } from './pursuit.js';
import { unpaidOrders } from './unpaid.js';

/** Whose fault it is that a transaction came to nothing, as far as its message says. */
export type Blame =
  /** Nobody's: the fee was locked too late. */
  | { readonly type: 'want-of-fee' }
  /** A subintent of this bundle was used up by another transaction: no other root of ours could change that. */
  | { readonly type: 'finalized'; readonly culprit: LiveBundle }
  /** The message names an account, or the amount that it lacked, of this bundle and of no other. */
  | { readonly type: 'named'; readonly culprit: LiveBundle }
  /** No root made now would do better. */
  | { readonly type: 'hopeless' }
  | { readonly type: 'unknown' };

/** The node ran the transaction to the end of its loan and found no fee locked by then. */
const WANT_OF_FEE = /SuccessButFeeLoanNotRepaid|CostingError\(FeeReserveError/;
const USED_UP = /Committed|Cancelled/i;
const HOPELESS = /Committed|Cancelled|No ?Longer ?Valid/i;

/** Reads the message of a refusal, a rejection, a failure or a preview (docs/interfaces.md §2). */
export function blameFor(
  message: string,
  bundles: readonly LiveBundle[],
  { network, facts }: Pick<LiveContext, 'network' | 'facts'>,
): Blame {
  if (WANT_OF_FEE.test(message)) return { type: 'want-of-fee' };
  if (USED_UP.test(message)) {
    for (const culprit of bundles) {
      const isNamed = subintentsOf(culprit, network).some(
        ({ hex, id }) => message.includes(hex) || message.includes(id),
      );
      if (isNamed) return { type: 'finalized', culprit };
    }
  }
  if (HOPELESS.test(message)) return { type: 'hopeless' };
  const orders = bundles.flatMap(ordersOf);
  const unpaid = unpaidOrders(message, orders, facts);
  const isNamed = (bundle: LiveBundle): boolean =>
    accountsOf(bundle, network).some((account) => message.includes(account)) ||
    (unpaid.length < orders.length && ordersOf(bundle).some((order) => unpaid.includes(order)));
  const named = bundles.filter(isNamed);
  return named.length === 1 ? { type: 'named', culprit: named[0]! } : { type: 'unknown' };
}

/** The bundle that holds a subintent. */
export function bundleOf(subintent: string, bundles: readonly LiveBundle[], network: number): LiveBundle | undefined {
  return bundles.find((bundle) => subintentsOf(bundle, network).some(({ id }) => id === subintent));
}

function subintentsOf({ opened, wrapperIds }: LiveBundle, network: number): readonly { hex: string; id: string }[] {
  // Without the frame the journal still has the ids of the wrappers.
  if (opened === undefined) return wrapperIds.map((id) => ({ hex: id, id }));
  return opened.orders.flatMap(({ wrapper, order }) =>
    [wrapper, order].map((each) => {
      const hash = subintentHash(each);
      return { hex: toHex(hash), id: formatId('subtxid', hash, network) };
    }),
  );
}

function ordersOf({ opened }: LiveBundle): readonly SettledOrder[] {
  return opened?.orders ?? [];
}

function accountsOf(bundle: LiveBundle, network: number): string[] {
  return ordersOf(bundle).map(({ limitOrder }) => formatAddress(limitOrder.account, network));
}
