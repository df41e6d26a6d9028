import type { Curve } from './key.js';
import type {
  IntentCore,
  NotarizedTransaction,
  SignedTransactionIntent,
  Subintent,
  TransactionIntent,
} from './model.js';

/**
 * The effective length: the size that fees charge for, which differs from the byte count by a few bytes
 * (docs/protocol.md §3.6). Lists that preparation hashes element by element count two bytes for their header.
 */
const HEADER = 2;
const CHILD_HASH = 34;
/** Variant, field count, 1-tuple, byte array header, signature. */
const NOTARY_SIGNATURE_BODY: Readonly<Record<Curve, number>> = { Ed25519: 2 + 2 + 3 + 64, Secp256k1: 2 + 2 + 3 + 65 };

function coreLength(core: IntentCore): number {
  let blobs = HEADER;
  for (const blob of core.blobs) blobs += HEADER + blob.length;
  return (
    HEADER +
    (core.header.body.length + 1) +
    blobs +
    (core.message.body.length + 1) +
    (HEADER + CHILD_HASH * core.children.length + 1) +
    (core.instructions.body.length + 1)
  );
}

function listLength<T>(list: readonly T[], lengthOf: (item: T) => number): number {
  let length = HEADER + 1;
  for (const item of list) length += lengthOf(item);
  return length;
}

export function subintentLength(subintent: Subintent): number {
  return HEADER + coreLength(subintent.value.intentCore) + 1;
}

export function transactionIntentLength(intent: TransactionIntent): number {
  return (
    HEADER +
    (intent.transactionHeader.body.length + 1) +
    (coreLength(intent.rootIntentCore) + 1) +
    listLength(intent.nonRootSubintents, subintentLength)
  );
}

export function signedIntentLength(signed: SignedTransactionIntent): number {
  return (
    HEADER +
    transactionIntentLength(signed.transactionIntent) +
    (signed.transactionIntentSignatures.body.length + 1) +
    listLength(signed.nonRootSubintentSignatures, (batch) => batch.body.length)
  );
}

/** The length that a signed intent will have once a notary of that curve has signed it. */
export function notarizedLengthWith(signed: SignedTransactionIntent, notary: Curve): number {
  return HEADER + signedIntentLength(signed) + (NOTARY_SIGNATURE_BODY[notary] + 1);
}

export function notarizedLength(notarized: NotarizedTransaction): number {
  return HEADER + signedIntentLength(notarized.signedTransactionIntent) + (notarized.notarySignature.body.length + 1);
}
