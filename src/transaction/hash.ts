import { type Bytes, bufferOf } from '../base/bytes.js';
import { blake2b } from './crypto.js';
import type {
  IntentCore,
  NotarizedTransaction,
  SignedTransactionIntent,
  Subintent,
  TransactionIntent,
} from './model.js';

/**
 * The hashes of V2 (docs/protocol.md §3): over bodies as they came, lists element by element. Models are
 * never changed, so a hash that was computed holds.
 */

/** First byte of what is hashed, followed by the payload's discriminator. */
const PREIMAGE = 0x54;
const TRANSACTION_INTENT = 9;
const SIGNED_INTENT = 10;
const SUBINTENT = 11;
const NOTARIZED = 12;

const EMPTY_LIST = blake2b(Buffer.alloc(0));
const NO_MESSAGE = blake2b(Buffer.from([0, 0]));

/** Remembers the last: a hash is asked for again right after it was needed for another. */
function once<T extends object>(compute: (model: T) => Bytes): (model: T) => Bytes {
  let last: T | undefined;
  let hash: Bytes | undefined;
  return (model) => {
    if (model !== last || hash === undefined) {
      hash = compute(model);
      last = model;
    }
    return hash;
  };
}

const HASH = 32;
// Joining is for the moment of hashing only, and a ledger's limits keep it short: one buffer serves all.
const joined = Buffer.alloc(2 + 64 * HASH);

/** Of hashes, behind so many bytes that stand there already. */
function hashJoined(hashes: readonly Bytes[], target: Buffer, start = 0): Bytes {
  let end = start;
  for (const hash of hashes) {
    target.set(hash, end);
    end += HASH;
  }
  return blake2b(target.subarray(0, end));
}

function hashList(hashes: readonly Bytes[]): Bytes {
  if (hashes.length === 0) return EMPTY_LIST;
  const length = hashes.length * HASH;
  return hashJoined(hashes, length <= joined.length ? joined : Buffer.alloc(length));
}

function hashPreimage(discriminator: number, ...hashes: Bytes[]): Bytes {
  joined[0] = PREIMAGE;
  joined[1] = discriminator;
  return hashJoined(hashes, joined, 2);
}

/** The five component hashes of an intent core, in order. */
export function intentCoreComponents(
  core: IntentCore,
): Record<'header' | 'blobs' | 'message' | 'children' | 'instructions', Bytes> {
  return {
    header: blake2b(core.header.body),
    blobs: core.blobs.length === 0 ? EMPTY_LIST : hashList(core.blobs.map(blake2b)),
    message: core.message.value.type === 'None' ? NO_MESSAGE : blake2b(core.message.body),
    children: hashList(core.children),
    instructions: blake2b(core.instructions.body),
  };
}

export function intentCoreHash(core: IntentCore): Bytes {
  const { header, blobs, message, children, instructions } = intentCoreComponents(core);
  return hashJoined([header, blobs, message, children, instructions], joined);
}

/** What subintent signers sign, and what a parent names its child by. */
export function subintentHash(subintent: Subintent): Bytes {
  subintent.hash ??= hashPreimage(SUBINTENT, intentCoreHash(subintent.value.intentCore));
  return subintent.hash;
}

/** A hash as the key of a map. */
export function hashKey(hash: Bytes): string {
  return bufferOf(hash).toString('latin1');
}

/** What root signers sign; its id is the transaction id. */
export const transactionIntentHash = once((intent: TransactionIntent) =>
  hashPreimage(
    TRANSACTION_INTENT,
    blake2b(intent.transactionHeader.body),
    intentCoreHash(intent.rootIntentCore),
    hashList(intent.nonRootSubintents.map(subintentHash)),
  ),
);

/** What the notary signs. */
export const signedIntentHash = once((signed: SignedTransactionIntent) =>
  hashPreimage(
    SIGNED_INTENT,
    transactionIntentHash(signed.transactionIntent),
    blake2b(signed.transactionIntentSignatures.body),
    hashList(signed.nonRootSubintentSignatures.map((batch) => blake2b(batch.body))),
  ),
);

/** The hash of the payload as submitted. */
export const notarizedHash = once((notarized: NotarizedTransaction) =>
  hashPreimage(NOTARIZED, signedIntentHash(notarized.signedTransactionIntent), blake2b(notarized.notarySignature.body)),
);
