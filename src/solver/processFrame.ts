import { OrderError } from '../anthic/error.js';
import { FrameError, parseFrame } from '../anthic/frame.js';
import { readWrappedOrder, verifyWrappedOrder, type WrappedOrder } from '../anthic/wrappedOrder.js';
import { type Attos, formatAmount } from '../base/amount.js';
import { fromHex, toHex } from '../base/bytes.js';
import { SolverError, under } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import type { Composition } from '../settlement/compose/choose.js';
import { randomDiscriminator } from '../settlement/compose/transaction.js';
import { UnmatchedError } from '../settlement/error.js';
import type { StateFacts } from '../settlement/fee/predict.js';
import { propose, type Quote, type SettledOrder, type Settlement, sign } from '../settlement/settle.js';
import { subintentHash } from '../transaction/hash.js';
import type { SolverKey } from '../transaction/solverKey.js';
import { type LedgerTime, placeInWindow } from '../transaction/window.js';

/** What a frame is processed with: everything that lies outside it. */
export interface FrameContext {
  readonly network: number;
  readonly time: LedgerTime;
  readonly key: SolverKey;
  readonly account: NodeId;
  readonly facts: StateFacts;
  readonly composition: Composition;
  /** Public keys, as hex, one of which must have signed each wrapper; undefined admits any that the order admits. */
  readonly pinned: ReadonlySet<string> | undefined;
  readonly minProfit: Attos | undefined;
  readonly maxFee: Attos | undefined;
  /** Whether a bundle of these wrappers was seen before; remembers it if not. */
  readonly isDuplicate: (bundleId: string) => boolean;
}

/** Why a bundle ends as it does. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** How a bundle ends when nothing is submitted. */
export type FrameResult =
  | { readonly outcome: 'invalid' | 'duplicate' | 'expired' | 'unmatched'; readonly reason: Reason }
  | { readonly outcome: 'declined'; readonly reason: Reason; readonly quote: Quote }
  | { readonly outcome: 'would-settle'; readonly quote: Quote; readonly settlement: Settlement };
export type FrameOutcome = FrameResult['outcome'];

/** An order of the frame that could be read, whatever became of the bundle. */
export interface ReadOrder {
  readonly item: WrappedOrder;
  readonly ownerUnproven: boolean;
}

export type Processed = FrameResult & {
  readonly orders: readonly ReadOrder[];
  /** False for a frame that is no bundle at all: those are counted apart. */
  readonly isBundle: boolean;
};

/** From a pushed frame to the signed transaction, or to the reason why there is none. Never throws on bad input. */
export function processFrame(frame: string, context: FrameContext): Processed {
  const orders: ReadOrder[] = [];
  try {
    return { ...settleFrame(frame, context, orders), orders, isBundle: true };
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    const outcome = error instanceof UnmatchedError ? 'unmatched' : 'invalid';
    return { outcome, reason: reasonOf(error), orders, isBundle: !(error instanceof FrameError) };
  }
}

function settleFrame(frame: string, context: FrameContext, orders: ReadOrder[]): FrameResult {
  const settled = readOrders(parseFrame(frame), context, orders);
  refuseRepetition(settled);
  const places = settled.map((order) => placeInWindow(order.window, context.time));
  const early = places.indexOf('early');
  if (early >= 0) throw new OrderError('not-yet-valid', 'expected an intent that is valid now', at(early));
  const id = bundleId(settled);
  if (context.isDuplicate(id)) return refuse('duplicate', 'duplicate', 'the same wrappers came before');
  const over = places.indexOf('over');
  if (over >= 0) return refuse('expired', 'expired', `params[${over}] can no longer commit`);
  const proposal = propose(settled, {
    network: context.network,
    epoch: context.time.epoch,
    solver: { account: context.account, publicKey: context.key.publicKey },
    facts: context.facts,
    composition: context.composition,
    tipBasisPoints: 0,
    discriminator: randomDiscriminator(),
  });
  const declined = decline(proposal.quote, context);
  if (declined !== undefined) return { outcome: 'declined', reason: declined, quote: proposal.quote };
  return { outcome: 'would-settle', quote: proposal.quote, settlement: sign(proposal, context.key) };
}

/**
 * Reads and verifies every item; the first error wins, but the others are read all the same, since what can be read is
 * reported.
 */
function readOrders(params: readonly string[], context: FrameContext, orders: ReadOrder[]): SettledOrder[] {
  const settled: SettledOrder[] = [];
  let failure: unknown;
  for (const [index, hex] of params.entries()) {
    try {
      const item = readWrappedOrder(fromHex(hex));
      const read = { item, ownerUnproven: false };
      orders.push(read);
      if (failure !== undefined) continue;
      const verified = verifyItem(item, context);
      read.ownerUnproven = verified.ownerUnproven;
      settled.push(verified);
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      failure ??= under(error, `params[${index}]`);
    }
  }
  if (failure !== undefined) throw failure;
  return settled;
}

function verifyItem(item: WrappedOrder, { network, pinned }: FrameContext): SettledOrder {
  const { signers, assumed, ownerUnproven } = verifyWrappedOrder(item, network, pinned);
  const { partial, wrapper, order, limitOrder, script, window } = item;
  return { partial, wrapper, order, limitOrder, script, window, signers, assumed, ownerUnproven };
}

/** A subintent settles once, so a frame that names one twice cannot be settled. */
function refuseRepetition(orders: readonly SettledOrder[]): void {
  const seen = new Set<string>();
  for (const [index, { wrapper, order }] of orders.entries()) {
    for (const hash of [subintentHash(wrapper), subintentHash(order)].map(toHex)) {
      if (seen.has(hash)) throw new OrderError('duplicate-order', 'expected no subintent twice', at(index));
      seen.add(hash);
    }
  }
}

/** A bundle is the set of its wrappers, whatever their order. */
function bundleId(orders: readonly SettledOrder[]): string {
  return orders
    .map(({ wrapper }) => toHex(subintentHash(wrapper)))
    .sort()
    .join('');
}

function decline(quote: Quote, { minProfit, maxFee }: FrameContext): Reason | undefined {
  if (maxFee !== undefined && quote.networkFee > maxFee) {
    return { code: 'max-fee', message: `fee ${formatAmount(quote.networkFee)} is above ${formatAmount(maxFee)}` };
  }
  if (minProfit !== undefined && quote.profit < minProfit) {
    return { code: 'min-profit', message: `profit ${formatAmount(quote.profit)} is below ${formatAmount(minProfit)}` };
  }
  return undefined;
}

function refuse(outcome: 'duplicate' | 'expired', code: string, message: string): FrameResult {
  return { outcome, reason: { code, message } };
}

function at(index: number): { path: string } {
  return { path: `params[${index}]` };
}

/** The path belongs to the message: what went wrong is half known without where. */
export function reasonOf(error: SolverError): Reason {
  return { code: error.code, message: error.path === '' ? error.message : `${error.path}: ${error.message}` };
}
