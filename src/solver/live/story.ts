import { formatAmount } from '../../base/amount.js';
import type { AttemptStory } from '../../journal/story.js';
import type { Supply } from '../../settlement/compose/supply.js';
import type { SettleDecision } from '../../settlement/planner/model.js';
import { formatAddress } from '../../transaction/address.js';
import { consideredOf, gapsOf } from '../story.js';
import type { Preview } from './preview.js';

export function attemptStory(
  { proposal, considered }: SettleDecision,
  policy: string,
  preview: Preview | undefined,
  stages: Readonly<Record<string, number>> | undefined,
): AttemptStory {
  const { quote, signed, fee } = proposal;
  const header = signed.transactionIntent.rootIntentCore.header.value;
  return {
    policy,
    tipBasisPoints: signed.transactionIntent.transactionHeader.value.tipBasisPoints,
    feeKnown: quote.feeKnown,
    ...gapsOf(fee, header.networkId),
    assumed: quote.assumed,
    preview: previewStory(preview),
    considered: consideredOf(considered),
    inventory: inventoryStory(quote.inventory, header.networkId),
    stages,
  };
}

function inventoryStory(supplies: readonly Supply[], network: number): AttemptStory['inventory'] {
  if (supplies.length === 0) return undefined;
  return supplies.map(({ resource, amount }) => ({
    resource: formatAddress(resource, network),
    amount: formatAmount(amount),
  }));
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
