import type { WrappedOrder } from '../anthic/wrappedOrder.js';
import { formatAmount } from '../base/amount.js';
import type { AttemptStory, CandidateStory, OrderStory } from '../journal/story.js';
import type { NodeId } from '../sbor/custom.js';
import type { FeePrediction } from '../settlement/fee/predict.js';
import type { Candidate } from '../settlement/planner/model.js';
import type { SettledOrder } from '../settlement/settle.js';
import { formatAddress, formatId } from '../transaction/address.js';
import { subintentHash } from '../transaction/hash.js';
import { preallocatedIdentity } from '../transaction/key.js';

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
    maker: verified && makerOf(verified, network),
    sells: amountOf(sell),
    buys: amountOf(buy),
    reward: formatAmount(script.reward),
  };
}

/** As a party is known (`partiesOf`): by the identity that the signing key owns. */
function makerOf({ signers, ownerUnproven }: SettledOrder, network: number): string | undefined {
  const [key] = signers.order;
  return ownerUnproven || key === undefined ? undefined : formatAddress(preallocatedIdentity(key), network);
}

/** A candidate as the journal keeps it. */
export function candidateStory(candidate: Candidate): CandidateStory {
  const { reward, surplus, fee, tip, failureCost, expected, ...rest } = candidate;
  return {
    ...rest,
    reward: formatAmount(reward),
    surplus: formatAmount(surplus),
    fee: formatAmount(fee),
    tip: formatAmount(tip),
    failureCost: formatAmount(failureCost),
    expected: formatAmount(expected),
  };
}

const NODE = /\b[0-9a-f]{60}\b/g;

/** What a prediction lacked, with addresses as people write them. */
export function gapsOf(
  { unknown, supposed }: FeePrediction,
  network: number,
): Pick<AttemptStory, 'unknown' | 'supposed'> {
  const inWords = unknown.map((what) => what.replace(NODE, (node) => formatAddress(node, network)));
  const tokens = supposed.map((token) => formatAddress(token, network));
  return { unknown: some(inWords), supposed: some(tokens) };
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Bound of what is kept: a planner may look at many. */
const MAX_CANDIDATES = 50;

export function consideredOf(candidates: readonly Candidate[]): CandidateStory[] {
  return candidates.slice(0, MAX_CANDIDATES).map(candidateStory);
}
