import { FrameError } from '../anthic/frame.js';
import type { Attos } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import type { Composition } from '../settlement/compose/choose.js';
import { randomDiscriminator } from '../settlement/compose/transaction.js';
import { decline, type Reason, reasonOf } from '../settlement/decline.js';
import { UnmatchedError } from '../settlement/error.js';
import type { StateFacts } from '../settlement/fee/predict.js';
import { propose, type Quote, type Settlement, sign } from '../settlement/settle.js';
import { hashKey, subintentHash } from '../transaction/hash.js';
import type { SolverKey } from '../transaction/solverKey.js';
import type { LedgerTime } from '../transaction/window.js';
import { type Admission, findExpired, type OpenedBundle, openFrame, type ReadOrder, refuseEarly } from './openFrame.js';

/** What a frame is processed with: everything that lies outside it. */
export interface FrameContext extends Admission {
  readonly time: LedgerTime;
  readonly key: SolverKey;
  readonly account: NodeId;
  readonly facts: StateFacts;
  readonly composition: Composition;
  readonly minProfit: Attos | undefined;
  readonly maxFee: Attos | undefined;
  /** Whether a bundle of these wrappers was seen before; remembers it if not. */
  readonly isDuplicate: (bundleId: string) => boolean;
}

/** How a bundle ends when nothing is submitted. */
export type FrameResult =
  | { readonly outcome: 'invalid' | 'duplicate' | 'expired' | 'unmatched'; readonly reason: Reason }
  | { readonly outcome: 'declined'; readonly reason: Reason; readonly quote: Quote }
  | { readonly outcome: 'would-settle'; readonly quote: Quote; readonly settlement: Settlement };
export type FrameOutcome = FrameResult['outcome'];

export type Processed = FrameResult & {
  readonly orders: readonly ReadOrder[];
  /** False for a frame that is no bundle at all: those are counted apart. */
  readonly isBundle: boolean;
};

/** From a pushed frame to the signed transaction, or to the reason why there is none. Never throws on bad input. */
export function processFrame(frame: string, context: FrameContext): Processed {
  const orders: ReadOrder[] = [];
  try {
    return settleFrame(frame, context, orders);
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    const outcome = error instanceof UnmatchedError ? 'unmatched' : 'invalid';
    return { outcome, reason: reasonOf(error), orders, isBundle: !(error instanceof FrameError) };
  }
}

function settleFrame(frame: string, context: FrameContext, orders: ReadOrder[]): Processed {
  const bundle = openFrame(frame, context, orders);
  refuseEarly(bundle, context.time);
  if (context.isDuplicate(wrapperSet(bundle))) {
    const reason = { code: 'duplicate', message: 'the same wrappers came before' };
    return { outcome: 'duplicate', reason, orders, isBundle: true };
  }
  const over = findExpired(bundle, context.time);
  if (over >= 0) {
    const reason = { code: 'expired', message: `params[${over}] can no longer commit` };
    return { outcome: 'expired', reason, orders, isBundle: true };
  }
  const proposal = propose(bundle.orders, {
    network: context.network,
    epoch: context.time.epoch,
    solver: { account: context.account, publicKey: context.key.publicKey },
    facts: context.facts,
    composition: context.composition,
    tipBasisPoints: 0,
    discriminator: randomDiscriminator(),
  });
  const declined = decline(proposal.quote, context);
  const { quote } = proposal;
  if (declined !== undefined) return { outcome: 'declined', reason: declined, quote, orders, isBundle: true };
  return { outcome: 'would-settle', quote, settlement: sign(proposal, context.key), orders, isBundle: true };
}

/** A bundle is the set of its wrappers, whatever their order. */
function wrapperSet({ orders }: OpenedBundle): string {
  return orders
    .map(({ wrapper }) => hashKey(subintentHash(wrapper)))
    .sort()
    .join('');
}
