import type { Followed } from '../../ledger/observation.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { formatId } from '../../transaction/address.js';
import { subintentHash, transactionIntentHash } from '../../transaction/hash.js';
import { decodeTransaction } from '../../transaction/payload.js';
import { intersectWindows, type Window, windowOf } from '../../transaction/window.js';

/** The largest time there is: for what never expires. */
const NEVER = 8_640_000_000_000_000;

/** When a window closes, by its timestamp, in Unix milliseconds. */
export function closesAt(window: Pick<Window, 'maxTimestamp'>): number {
  const { maxTimestamp } = window;
  if (maxTimestamp === undefined || maxTimestamp * 1000n > BigInt(NEVER)) return NEVER;
  return Math.max(0, Number(maxTimestamp) * 1000);
}

/** The ids of a bundle's wrappers. */
export function wrapperIds(orders: readonly SettledOrder[], network: number): string[] {
  return orders.map(({ wrapper }) => formatId('subtxid', subintentHash(wrapper), network));
}

/** All that following a transaction needs, read from its own bytes. */
export function followedOf(payload: Uint8Array, network: number): Followed & { readonly window: Window } {
  const { transactionIntent } = decodeTransaction('NotarizedTransactionV2', payload).signedTransactionIntent;
  const { rootIntentCore, nonRootSubintents } = transactionIntent;
  const cores = [rootIntentCore, ...nonRootSubintents.map(({ value }) => value.intentCore)];
  return {
    id: formatId('txid', transactionIntentHash(transactionIntent), network),
    subintents: nonRootSubintents.map((subintent) => formatId('subtxid', subintentHash(subintent), network)),
    window: intersectWindows(cores.map((core) => windowOf(core.header.value))),
  };
}
