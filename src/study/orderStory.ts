import type { WrappedOrder } from '../anthic/wrappedOrder.js';
import { formatAmount } from '../base/amount.js';
import type { OrderStory } from '../journal/story.js';
import type { NodeId } from '../sbor/custom.js';
import type { SettledOrder } from '../settlement/settle.js';
import { formatAddress, formatId } from '../transaction/address.js';
import { subintentHash } from '../transaction/hash.js';
import { publicKeyHash } from '../transaction/key.js';

/** An order of a recording as the journal would have kept it. The maker is known of what was verified. */
export function orderStory(item: WrappedOrder, verified: SettledOrder | undefined, network: number): OrderStory {
  const { account, sell, buy } = item.limitOrder;
  const side = ({ resource, amount }: { resource: NodeId; amount: bigint }) => ({
    resource: formatAddress(resource, network),
    amount: formatAmount(amount),
  });
  return {
    wrapperId: formatId('subtxid', subintentHash(item.wrapper), network),
    account: formatAddress(account, network),
    maker: verified && makerOf(verified),
    sells: side(sell),
    buys: side(buy),
    reward: formatAmount(item.script.reward),
  };
}

function makerOf({ signers, ownerUnproven }: SettledOrder): string | undefined {
  const [key] = signers.order;
  return ownerUnproven || key === undefined ? undefined : publicKeyHash(key.key);
}
