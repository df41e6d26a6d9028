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

/** What a frame is opened with: everything that lies outside it. */
export interface OpenContext extends Admission {
  readonly time: LedgerTime;
  /** Whether a bundle of these wrappers was seen before; remembers it if not. */
  readonly isDuplicate: (bundleId: string) => boolean;
}

/** What a frame is processed with, by itself. */
export interface FrameContext extends OpenContext {
  readonly key: SolverKey;
  readonly account: NodeId;
  readonly facts: StateFacts;
  readonly composition: Composition;
  readonly minProfit: Attos | undefined;
  readonly maxFee: Attos | undefined;
}

/** How a bundle ends when nothing is submitted. */
export type FrameResult =
  | { readonly outcome: 'invalid' | 'duplicate' | 'expired' | 'unmatched'; readonly reason: Reason }
  | { readonly outcome: 'declined'; readonly reason: Reason; readonly quote?: Quote | undefined }
  | {
      readonly outcome: 'would-settle';
      /** Of a settlement of several bundles, this one's share. */
      readonly quote: Quote;
      readonly settlement: Settlement;
      /** How many bundles it settles. */
      readonly bundles: number;
    };
export type FrameOutcome = FrameResult['outcome'];

export type Processed = FrameResult & {
  readonly orders: readonly ReadOrder[];
  /** False for a frame that is no bundle at all: those are counted apart. */
  readonly isBundle: boolean;
};

/** A bundle that was read and verified, is neither new by name only nor over, and waits for a settlement. */
export interface WaitingFrame {
  readonly bundle: OpenedBundle & { readonly id: string };
  readonly orders: readonly ReadOrder[];
}

/** From a pushed frame to a bundle that waits, or to the reason why it does not. Never throws on bad input. */
export function openWaiting(frame: string, context: OpenContext): WaitingFrame | Processed {
  const orders: ReadOrder[] = [];
  const ended = (outcome: 'invalid' | 'duplicate' | 'expired', reason: Reason, isBundle = true): Processed => {
    return { outcome, reason, orders, isBundle };
  };
  try {
    const bundle = openFrame(frame, context, orders);
    refuseEarly(bundle, context.time);
    const id = wrapperSet(bundle);
    if (context.isDuplicate(id)) {
      return ended('duplicate', { code: 'duplicate', message: 'the same wrappers came before' });
    }
    const over = findExpired(bundle, context.time);
    if (over >= 0) return ended('expired', { code: 'expired', message: `params[${over}] can no longer commit` });
    return { bundle: { orders: bundle.orders, window: bundle.window, id }, orders };
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    return ended('invalid', reasonOf(error), !(error instanceof FrameError));
  }
}

export function isWaiting(opened: WaitingFrame | Processed): opened is WaitingFrame {
  return 'bundle' in opened;
}

/** From a pushed frame to the signed transaction of that bundle alone, or to the reason why there is none. */
export function processFrame(frame: string, context: FrameContext): Processed {
  const opened = openWaiting(frame, context);
  if (!isWaiting(opened)) return opened;
  try {
    return settleAlone(opened, context);
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    const outcome = error instanceof UnmatchedError ? 'unmatched' : 'invalid';
    return { outcome, reason: reasonOf(error), orders: opened.orders, isBundle: true };
  }
}

function settleAlone({ bundle, orders }: WaitingFrame, context: FrameContext): Processed {
  const proposal = propose(bundle.orders, {
    network: context.network,
    epoch: context.time.epoch,
    solver: { account: context.account, publicKey: context.key.publicKey },
    facts: context.facts,
    composition: context.composition,
    tipBasisPoints: 0,
    discriminator: randomDiscriminator(),
  });
  const { quote } = proposal;
  const reason = decline(quote, context);
  if (reason !== undefined) return { outcome: 'declined', reason, quote, orders, isBundle: true };
  const settlement = sign(proposal, context.key);
  return { outcome: 'would-settle', quote, settlement, bundles: 1, orders, isBundle: true };
}

/** A bundle is the set of its wrappers, whatever their order. */
function wrapperSet({ orders }: OpenedBundle): string {
  return orders
    .map(({ wrapper }) => hashKey(subintentHash(wrapper)))
    .sort()
    .join('');
}
