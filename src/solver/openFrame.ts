import { OrderError } from '../anthic/error.js';
import { parseFrame } from '../anthic/frame.js';
import { readWrappedOrder, verifyWrappedOrder, type WrappedOrder } from '../anthic/wrappedOrder.js';
import { fromHex } from '../base/bytes.js';
import { SolverError, under } from '../base/error.js';
import type { SettledOrder } from '../settlement/settle.js';
import { hashKey, subintentHash } from '../transaction/hash.js';
import { intersectWindows, type LedgerTime, placeInWindow, type Window } from '../transaction/window.js';

/** An order of a frame that could be read, whatever became of the bundle. */
export interface ReadOrder {
  readonly item: WrappedOrder;
  ownerUnproven: boolean;
}

/** Which items are admitted. */
export interface Admission {
  readonly network: number;
  /** Public keys, as hex, one of which must have signed each wrapper; undefined admits any that the order admits. */
  readonly pinned: ReadonlySet<string> | undefined;
}

/** A bundle that was read and verified. */
export interface OpenedBundle {
  readonly orders: readonly SettledOrder[];
  /** When all of it may commit. */
  readonly window: Window;
}

/**
 * Reads and verifies a pushed frame. Every item that can be read is added to `read`, also when another is refused: it is
 * reported all the same. Errors: `FrameError` where it is no bundle; else what is wrong with the first bad item.
 */
export function openFrame(frame: string, admission: Admission, read: ReadOrder[]): OpenedBundle {
  const orders: SettledOrder[] = [];
  let failure: unknown;
  for (const [index, hex] of parseFrame(frame).entries()) {
    try {
      const item = readWrappedOrder(fromHex(hex));
      const entry: ReadOrder = { item, ownerUnproven: false };
      read.push(entry);
      if (failure !== undefined) continue;
      const order = verifyItem(item, admission);
      entry.ownerUnproven = order.ownerUnproven;
      orders.push(order);
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      failure ??= under(error, `params[${index}]`);
    }
  }
  if (failure !== undefined) throw failure;
  refuseRepetition(orders);
  return { orders, window: intersectWindows(orders.map((order) => order.window)) };
}

function verifyItem(item: WrappedOrder, { network, pinned }: Admission): SettledOrder {
  const { signers, assumed, ownerUnproven } = verifyWrappedOrder(item, network, pinned);
  const { partial, wrapper, order, limitOrder, script, window } = item;
  return { partial, wrapper, order, limitOrder, script, window, signers, assumed, ownerUnproven };
}

/** A subintent settles once, so a frame that names one twice cannot be settled. */
function refuseRepetition(orders: readonly SettledOrder[]): void {
  const seen = new Set<string>();
  for (const [index, { wrapper, order }] of orders.entries()) {
    for (const subintent of [wrapper, order]) {
      const hash = hashKey(subintentHash(subintent));
      if (seen.has(hash)) throw new OrderError('duplicate-order', 'expected no subintent twice', at(index));
      seen.add(hash);
    }
  }
}

/** Where the time lies for the whole bundle; `early` is an error: nobody pushes what cannot be settled yet. */
export function refuseEarly({ orders }: OpenedBundle, time: LedgerTime): void {
  const early = orders.findIndex((order) => placeInWindow(order.window, time) === 'early');
  if (early >= 0) throw new OrderError('not-yet-valid', 'expected an intent that is valid now', at(early));
}

/** The index of an item whose time is over, or -1. */
export function findExpired({ orders }: OpenedBundle, time: LedgerTime): number {
  return orders.findIndex((order) => placeInWindow(order.window, time) === 'over');
}

function at(index: number): { path: string } {
  return { path: `params[${index}]` };
}
