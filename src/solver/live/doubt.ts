import { callsForeign } from '../../anthic/wrappedOrder.js';
import { type Attos, formatAmount, units } from '../../base/amount.js';
import { LOAN_UNITS, predictFee, withFacts } from '../../settlement/fee/predict.js';
import type { SettleDecision } from '../../settlement/planner/model.js';
import type { Proposal } from '../../settlement/settle.js';
import type { Cohort } from './cohort.js';
import type { LiveContext } from './context.js';
import { blameFor } from './culprit.js';
import type { Given } from './ending.js';
import type { Preview } from './preview.js';
import type { LiveBundle } from './pursuit.js';

/** Why a settlement is not submitted before a preview was asked for. */
export interface Doubt {
  /** Orders behind the lock, in company, are not known to be able to pay. */
  readonly payers: boolean;
  /** What is not known of the fee could make it a loss. */
  readonly fee: boolean;
}

/** What follows from a preview. */
export type Judgement =
  | { readonly type: 'go' }
  /** Together it is not wanted. `blind`: no preview is to be had. */
  | { readonly type: 'alone'; readonly blind: boolean }
  | { readonly type: 'earlier-lock'; readonly extraMargin: number }
  /** One of them spoils it; `isUsed`: another transaction has used up a subintent of it. */
  | { readonly type: 'drop'; readonly culprit: string; readonly isUsed: boolean; readonly message: string }
  /** One of them spoils it, and it is not known which. */
  | { readonly type: 'search' }
  | { readonly type: 'end'; readonly given: Given };

/** More than a vault or an account that is not there yet adds to a fee (docs/economics.md §5). */
const UNKNOWN_COST: Attos = units(1) / 10n;

/** What a preview has to decide; undefined: nothing. */
export function doubtOf(
  decision: SettleDecision,
  cohort: Cohort,
  { policy: { minProfit: floor }, facts }: Pick<LiveContext, 'policy' | 'facts'>,
): Doubt | undefined {
  const { bundles, unsure } = decision;
  const isMerged = bundles.length > 1;
  const payers = unsure.length > 0 && (isMerged || cohort.suspect);
  const fee = floor !== undefined && worstOf(decision, facts) < floor;
  return payers || fee || (cohort.suspect && isMerged) ? { payers, fee } : undefined;
}

/** What it earns at least, with all that is not known of the fee against us. */
function worstOf({ proposal, chosen }: SettleDecision, facts: LiveContext['facts']): Attos {
  const { fee, quote, orders } = proposal;
  const earns = chosen.reward + chosen.surplus - quote.networkFee;
  // What a foreign call costs has no bound that is known.
  if (!quote.feeKnown && orders.some(callsForeign)) return -quote.networkFee;
  return earns - UNKNOWN_COST * BigInt(fee.unknown.length) - unusualCost(proposal, facts);
}

/** What it adds to a fee if tokens of which not all is known are the dearest that they may be. */
function unusualCost({ fee, input, execution }: Proposal, facts: LiveContext['facts']): Attos {
  if (fee.supposed.length === 0) return 0n;
  const dearest = withFacts(facts, {
    features: (resource) => facts.features(resource) ?? facts.tokens.dearestFeatures(resource),
  });
  return predictFee(input, execution, dearest).total - fee.total;
}

/** Decides by a preview. Of a settlement that nothing was in doubt of, none is asked but to show what would be. */
export function judge(
  decision: SettleDecision,
  preview: Preview,
  doubt: Doubt | undefined,
  { cohort, bundles, context }: { cohort: Cohort; bundles: readonly LiveBundle[]; context: LiveContext },
): Judgement {
  if (doubt === undefined) return { type: 'go' };
  const isMerged = decision.bundles.length > 1;
  switch (preview.type) {
    case 'none':
      if (isMerged && (doubt.payers || doubt.fee)) return { type: 'alone', blind: true };
      return doubt.fee ? { type: 'end', given: feeUnknown(preview.why) } : { type: 'go' };
    case 'succeeded':
      return judgeFee(decision, preview.fee, context.policy.minProfit);
    case 'spoiled': {
      const blame = blameFor(preview.error, bundles, context);
      if (blame.type === 'want-of-fee' && cohort.extraMargin < LOAN_UNITS) {
        return { type: 'earlier-lock', extraMargin: cohort.extraMargin + LOAN_UNITS / 4 };
      }
      const drop = { type: 'drop', message: preview.error } as const;
      if (blame.type === 'finalized') return { ...drop, culprit: blame.culprit.bundleId, isUsed: true };
      if (isMerged && blame.type === 'named') return { ...drop, culprit: blame.culprit.bundleId, isUsed: false };
      return isMerged ? { type: 'search' } : { type: 'end', given: spoiled(preview.error) };
    }
  }
}

function judgeFee({ bundles, proposal, chosen }: SettleDecision, fee: Attos, floor: Attos | undefined): Judgement {
  const earns = chosen.reward + chosen.surplus - fee;
  const isEnough = floor === undefined || earns >= floor;
  if (isEnough && fee <= proposal.lock) return { type: 'go' };
  if (bundles.length > 1) return { type: 'alone', blind: false };
  const what = isEnough
    ? `a preview costs ${formatAmount(fee)}, more than ${formatAmount(proposal.lock)} would be locked`
    : `profit ${formatAmount(earns)}, by a preview, is below ${formatAmount(floor!)}`;
  return {
    type: 'end',
    given: { outcome: 'declined', reason: { code: isEnough ? 'max-fee' : 'min-profit', message: what } },
  };
}

/** A settlement of one bundle that may not go without a preview, where none is to be had. */
export function declineBlind(decision: SettleDecision, doubt: Doubt | undefined): Given | undefined {
  if (doubt?.fee) return feeUnknown('no Gateway previews it in time');
  if (decision.unsure.length === 0) return undefined;
  const message = 'an order behind the lock is not known to be able to pay, and no Gateway previews it in time';
  return { outcome: 'declined', reason: { code: 'preview-unavailable', message } };
}

function feeUnknown(why: string): Given {
  const message = `what is not known of the fee could make it a loss, and there is no preview: ${why}`;
  return { outcome: 'declined', reason: { code: 'fee-unknown', message } };
}

function spoiled(error: string): Given {
  return { outcome: 'declined', reason: { code: 'preview-failed', message: error } };
}
