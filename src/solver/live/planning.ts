import type { Attos } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { Expected } from '../../journal/model.js';
import { randomDiscriminator } from '../../settlement/compose/transaction.js';
import { decline, reasonOf } from '../../settlement/decline.js';
import { type Proposal, propose, type Quote, type Settlement, sign } from '../../settlement/settle.js';
import { findExpired, type OpenedBundle } from '../openFrame.js';
import type { LiveContext } from './context.js';
import type { Given } from './ending.js';

/** A settlement that is worth submitting, and lacks but its signature. */
export interface Planned {
  readonly quote: Quote;
  readonly expected: Expected;
  readonly lock: Attos;
  /** The first epoch in which it can no longer commit. */
  readonly endEpoch: bigint;
  /** By the monotonic clock. */
  readonly startedAt: number;
  readonly plannedAt: number;
  readonly sign: () => Settlement;
}

/** Whether an intent can no longer commit, or only just. */
export function tooLate(bundle: OpenedBundle, deadline: number, context: LiveContext): boolean {
  const { epoch, timestamp } = context.ledger.clock.clockAt()!;
  return findExpired(bundle, { epoch, timestamp }) >= 0 || context.ledgerNow() + context.expiryMarginMs >= deadline;
}

/** Finds the settlement of a bundle, or why there is none that is wanted. The clock was found fresh. */
export function planAttempt(bundle: OpenedBundle, context: LiveContext, extraMargin: number): Planned | Given {
  const { epoch } = context.ledger.clock.clockAt()!;
  const startedAt = context.now();
  let proposal: Proposal;
  try {
    proposal = propose(bundle.orders, {
      network: context.network,
      epoch,
      solver: { account: context.account, publicKey: context.key.publicKey },
      facts: context.facts,
      composition: context.composition,
      tipBasisPoints: 0,
      discriminator: randomDiscriminator(),
      extraMargin,
    });
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    return { outcome: 'unmatched', reason: reasonOf(error) };
  }
  const { quote, lock, signed } = proposal;
  const expected = { reward: quote.reward, fee: quote.networkFee, profit: quote.profit };
  const declined = decline(quote, { minProfit: context.minProfit, maxFee: undefined });
  if (declined !== undefined) return { outcome: 'declined', reason: declined, expected };
  const { endEpochExclusive } = signed.transactionIntent.rootIntentCore.header.value;
  return {
    ...{ quote, expected, lock, startedAt },
    endEpoch: endEpochExclusive,
    plannedAt: context.now(),
    sign: () => sign(proposal, context.key),
  };
}
