import { formatAmount } from '../../base/amount.js';
import { toHex } from '../../base/bytes.js';
import type { ReadOrder } from '../../solver/openFrame.js';
import { formatAddress, formatId } from '../../transaction/address.js';
import { subintentHash } from '../../transaction/hash.js';
import type { Replayed } from './replayed.js';

/** One line of `replay --json`: every field is there, null where it has no value; amounts are decimal text. */
export function replayObject({ file, line, network, processed, micros }: Replayed): object {
  const quote = 'quote' in processed ? processed.quote : undefined;
  const settlement = 'settlement' in processed ? processed.settlement : undefined;
  return {
    file,
    line,
    outcome: processed.outcome,
    reason: 'reason' in processed ? processed.reason : null,
    orders: network === undefined ? [] : processed.orders.map((order) => orderObject(order, network)),
    transactionId: settlement ? formatId('txid', settlement.transactionIntentHash, network!) : null,
    transaction: settlement ? toHex(settlement.payload) : null,
    reward: rewardOf(processed.orders),
    networkFee: quote ? formatAmount(quote.networkFee) : null,
    feeKnown: quote ? quote.feeKnown : null,
    assumed: quote ? quote.assumed : null,
    surplus: quote
      ? quote.surplus.map(({ resource, amount }) => ({
          resource: formatAddress(resource, network!),
          amount: formatAmount(amount),
        }))
      : null,
    profit: quote ? formatAmount(quote.profit) : null,
    micros: Math.round(micros * 10) / 10,
  };
}

/** What the readable wrappers pay, known whatever the outcome; null where none could be read. */
function rewardOf(orders: readonly ReadOrder[]): string | null {
  if (orders.length === 0) return null;
  return formatAmount(orders.reduce((sum, { item }) => sum + item.script.reward, 0n));
}

function orderObject({ item, ownerUnproven }: ReadOrder, network: number): object {
  const { account, sell, buy, fees } = item.limitOrder;
  const { maxTimestamp } = item.window;
  return {
    orderId: formatId('subtxid', subintentHash(item.order), network),
    wrapperId: formatId('subtxid', subintentHash(item.wrapper), network),
    account: formatAddress(account, network),
    sell: { resource: formatAddress(sell.resource, network), amount: formatAmount(sell.amount) },
    buy: {
      resource: formatAddress(buy.resource, network),
      amount: formatAmount(buy.amount),
      constraint: buy.exact ? 'exact' : 'at-least',
    },
    fees: formatAmount(fees.reduce((sum, fee) => sum + fee, 0n)),
    reward: formatAmount(item.script.reward),
    expiresAt: maxTimestamp === undefined ? null : formatTime(maxTimestamp),
    ownerUnproven,
  };
}

const LAST_TIME = 8_640_000_000_000n;

/** Unix seconds as ISO 8601 in UTC; a time beyond the calendar as its seconds. */
function formatTime(seconds: bigint): string {
  if (seconds > LAST_TIME || seconds < -LAST_TIME) return `${seconds}`;
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
