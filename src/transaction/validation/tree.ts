import { hashKey, subintentHash } from '../hash.js';
import type {
  IntentCore,
  NotarizedTransaction,
  PreviewTransaction,
  SignedPartialTransaction,
  Subintent,
  TransactionHeader,
  TransactionIntent,
} from '../model.js';
import type { Location } from './error.js';

/** What three payload kinds have in common: a root intent and the subintents below it, in payload order. */
export interface IntentTree {
  readonly rootLocation: Location;
  /** Undefined where the root is a subintent. */
  readonly transactionHeader: TransactionHeader | undefined;
  readonly root: IntentCore;
  readonly subintents: readonly Subintent[];
}

function ofIntent(intent: TransactionIntent): IntentTree {
  return {
    rootLocation: 'RootTransactionIntent',
    transactionHeader: intent.transactionHeader.value,
    root: intent.rootIntentCore,
    subintents: intent.nonRootSubintents,
  };
}

export function treeOfNotarized(transaction: NotarizedTransaction): IntentTree {
  return ofIntent(transaction.signedTransactionIntent.transactionIntent);
}

export function treeOfPreview(transaction: PreviewTransaction): IntentTree {
  return ofIntent(transaction.transactionIntent);
}

export function treeOfSignedPartial(transaction: SignedPartialTransaction): IntentTree {
  const { rootSubintent, nonRootSubintents } = transaction.partialTransaction;
  return {
    rootLocation: 'RootSubintent',
    transactionHeader: undefined,
    root: rootSubintent.value.intentCore,
    subintents: nonRootSubintents,
  };
}

export function subintentKey(subintent: Subintent): string {
  return hashKey(subintentHash(subintent));
}
