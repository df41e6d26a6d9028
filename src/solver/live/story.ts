import type { WrappedOrder } from '../../anthic/wrappedOrder.js';
import { formatAmount } from '../../base/amount.js';
import type { AttemptStory, CandidateStory, OrderStory } from '../../journal/story.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Candidate, SettleDecision } from '../../settlement/planner/model.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { formatAddress, formatId } from '../../transaction/address.js';
import { subintentHash } from '../../transaction/hash.js';
import { preallocatedAccount } from '../../transaction/key.js';
import type { Preview } from './preview.js';

/** Bound of what is kept: a planner may look at many. */
const MAX_CANDIDATES = 50;

/** An order as the journal keeps it. The maker is known of what was verified. */
export function orderStory(item: WrappedOrder, verified: SettledOrder | undefined, network: number): OrderStory {
  const { limitOrder, script, wrapper } = item;
  const { account, sell, buy } = limitOrder;
  const amountOf = ({ resource, amount }: { resource: NodeId; amount: bigint }) => ({
    resource: formatAddress(resource, network),
    amount: formatAmount(amount),
  });
  return {
    wrapperId: formatId('subtxid', subintentHash(wrapper), network),
    account: formatAddress(account, network),
    maker: verified && makerOf(verified),
    sells: amountOf(sell),
    buys: amountOf(buy),
    reward: formatAmount(script.reward),
  };
}

/** The hash in the address that the signing key owns: 29 bytes. */
function makerOf({ signers, ownerUnproven }: SettledOrder): string | undefined {
  const [key] = signers.order;
  return ownerUnproven || key === undefined ? undefined : preallocatedAccount(key).slice(2);
}

export function consideredOf(candidates: readonly Candidate[]): CandidateStory[] {
  return candidates.slice(0, MAX_CANDIDATES).map((candidate) => {
    const { bundleIds, succeeds, fails, chosen, reason } = candidate;
    const { reward, surplus, fee, tip, failureCost, expected } = candidate;
    return {
      bundleIds: [...bundleIds],
      reward: formatAmount(reward),
      surplus: formatAmount(surplus),
      fee: formatAmount(fee),
      tip: formatAmount(tip),
      ...{ succeeds, fails },
      failureCost: formatAmount(failureCost),
      expected: formatAmount(expected),
      ...{ chosen, reason },
    };
  });
}

export function attemptStory(
  { proposal, considered }: SettleDecision,
  policy: string,
  preview: Preview | undefined,
  stages: Readonly<Record<string, number>> | undefined,
): AttemptStory {
  const { quote, signed } = proposal;
  return {
    policy,
    tipBasisPoints: signed.transactionIntent.transactionHeader.value.tipBasisPoints,
    feeKnown: quote.feeKnown,
    assumed: quote.assumed,
    preview: previewStory(preview),
    considered: consideredOf(considered),
    stages,
  };
}

function previewStory(preview: Preview | undefined): AttemptStory['preview'] {
  if (preview === undefined || preview.type === 'none') return undefined;
  const isSuccess = preview.type === 'succeeded';
  return { outcome: outcomeOf(preview), fee: isSuccess ? formatAmount(preview.fee) : undefined };
}

/** In the words of a receipt. */
export function outcomeOf(preview: Preview): 'Succeeded' | 'Failed' | 'Rejected' | 'unavailable' {
  switch (preview.type) {
    case 'succeeded':
      return 'Succeeded';
    case 'spoiled':
      return preview.outcome;
    case 'none':
      return 'unavailable';
  }
}
