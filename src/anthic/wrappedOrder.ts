import type { Bytes } from '../base/bytes.js';
import { under } from '../base/error.js';
import { DecodeError } from '../sbor/error.js';
import { MAX_DEPTH } from '../sbor/kind.js';
import type { PublicKey } from '../transaction/key.js';
import type { SignedPartialTransaction, Subintent } from '../transaction/model.js';
import { checkEmbeddable, decodeTransaction, EMBEDDED_DEEPER } from '../transaction/payload.js';
import { validateSignedPartial } from '../transaction/validate.js';
import { intersectWindows, type Window, windowOf } from '../transaction/window.js';
import { OrderError } from './error.js';
import { type LimitOrder, parseLimitOrder } from './limitOrder.js';
import { checkTrust, type Trust } from './trust.js';
import { readWrapper, type WrapperScript } from './wrapper.js';

/** One item of a bundle, read: a limit order in Anthic's wrapper. */
export interface WrappedOrder {
  readonly partial: SignedPartialTransaction;
  readonly wrapper: Subintent;
  readonly order: Subintent;
  readonly limitOrder: LimitOrder;
  readonly script: WrapperScript;
  /** When both may commit. */
  readonly window: Window;
}

/** Whether the order calls anything but its own account: what that costs and brings, nobody can know. */
export function callsForeign({ limitOrder }: WrappedOrder): boolean {
  return limitOrder.foreignCall !== undefined;
}

/** What was verified of an item, beyond that it can be read. */
export interface Verified extends Trust {
  readonly signers: { readonly wrapper: readonly PublicKey[]; readonly order: readonly PublicKey[] };
}

/**
 * Reads an item: a signed partial transaction whose root subintent is the wrapper and whose only other is the order.
 * Errors: `DecodeError`, `PrepareError`, `OrderError`.
 */
export function readWrappedOrder(payload: Bytes): WrappedOrder {
  const partial = decodeItem(payload);
  const { rootSubintent: wrapper, nonRootSubintents } = partial.partialTransaction;
  const [order] = nonRootSubintents;
  if (order === undefined || nonRootSubintents.length !== 1) {
    throw new OrderError('not-a-wrapper', `expected one order below the wrapper, got ${nonRootSubintents.length}`);
  }
  const children = wrapper.value.intentCore.children.length;
  if (children !== 1) {
    throw new OrderError('not-a-wrapper', `expected one child, got ${children}`, { path: 'wrapper.children' });
  }
  const limitOrder = at('order', () => parseLimitOrder(order));
  const script = at('wrapper', () => readWrapper(wrapper, limitOrder));
  const window = intersectWindows([windowOfSubintent(wrapper), windowOfSubintent(order)]);
  return { partial, wrapper, order, limitOrder, script, window };
}

function windowOfSubintent(subintent: Subintent): Window {
  return windowOf(subintent.value.intentCore.header.value);
}

/**
 * Decodes a signed partial transaction that can become part of a notarized one. What is shallow enough for both, as every
 * order of the schema is, needs no second look.
 */
function decodeItem(payload: Bytes): SignedPartialTransaction {
  const kind = 'SignedPartialTransactionV2';
  try {
    return decodeTransaction(kind, payload, MAX_DEPTH - EMBEDDED_DEEPER);
  } catch (error) {
    if (!(error instanceof DecodeError) || error.code !== 'MaxDepthExceeded') throw error;
  }
  const partial = decodeTransaction(kind, payload);
  const { rootSubintent, nonRootSubintents } = partial.partialTransaction;
  for (const subintent of [rootSubintent, ...nonRootSubintents]) {
    try {
      checkEmbeddable(subintent);
    } catch (cause) {
      throw new OrderError('too-deep', 'expected values that nest less, so that a transaction can hold them', {
        cause,
      });
    }
  }
  return partial;
}

function at<T>(segment: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw under(error, segment);
  }
}

/**
 * Verifies an item for a network: the ledger's static validation with all signatures, and who signed what. Errors:
 * `ValidationError`, `OrderError`.
 */
export function verifyWrappedOrder(
  item: WrappedOrder,
  network: number,
  pinned: ReadonlySet<string> | undefined,
): Verified {
  const { signers } = validateSignedPartial(item.partial, network);
  const by = { wrapper: signers[0]!, order: signers[1]! };
  const { assumed, ownerUnproven } = checkTrust(item.wrapper, item.limitOrder, by, pinned);
  return { signers: by, assumed, ownerUnproven };
}
