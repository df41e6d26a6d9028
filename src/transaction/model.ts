import type { Bytes } from '../base/bytes.js';
import { toHex } from '../base/bytes.js';
import {
  array,
  bool,
  bytes,
  type Codec,
  fixedBytes,
  type Infer,
  i64,
  kept,
  option,
  struct,
  u8,
  u32,
  u64,
} from '../sbor/codec.js';
import { DecodeError } from '../sbor/error.js';
import { tooMany } from './error.js';
import { instructions } from './instruction.js';
import { publicKey, signature, signatureWithPublicKey } from './key.js';
import { LIMITS } from './limits.js';
import { message } from './message.js';

/**
 * The V2 models, field by field in wire order (docs/protocol.md §2.2). What is hashed as a whole, and every subintent, is
 * `kept`: its value beside its very bytes.
 */

export const transactionHeader = struct({
  notaryPublicKey: publicKey,
  notaryIsSignatory: bool,
  tipBasisPoints: u32,
});
export type TransactionHeader = Infer<typeof transactionHeader>;

/** Epochs are half-open; timestamps are Unix seconds, half-open, each optional. */
export const intentHeader = struct({
  networkId: u8,
  startEpochInclusive: u64,
  endEpochExclusive: u64,
  minProposerTimestampInclusive: option(i64),
  maxProposerTimestampExclusive: option(i64),
  intentDiscriminator: u64,
});
export type IntentHeader = Infer<typeof intentHeader>;

/** The hashes of the child subintents. A repetition is found only after the whole list was read. */
const children: Codec<readonly Bytes[]> = (() => {
  const list = array(fixedBytes(32), (length) => tooMany('ChildSubintentSpecifier', length, LIMITS.childrenPerIntent));
  return {
    ...list,
    decode(reader, kind) {
      const hashes = list.decode(reader, kind);
      if (hashes.length > 1 && new Set(hashes.map(toHex)).size !== hashes.length) {
        throw new DecodeError('DuplicateKey', reader.offset, 'expected no child twice');
      }
      return hashes;
    },
  };
})();

export const intentCore = struct({
  header: kept(intentHeader),
  blobs: array(bytes, (length) => tooMany('Blob', length, LIMITS.blobsPerIntent)),
  message: kept(message),
  children,
  instructions: kept(instructions),
});
export type IntentCore = Infer<typeof intentCore>;

export const subintent = kept(struct({ intentCore }));
export type Subintent = Infer<typeof subintent>;

const nonRootSubintents = array(subintent, (length) => tooMany('Subintent', length, LIMITS.subintents));

export const transactionIntent = struct({
  transactionHeader: kept(transactionHeader),
  rootIntentCore: intentCore,
  nonRootSubintents,
});
export type TransactionIntent = Infer<typeof transactionIntent>;

const signatures = kept(array(signatureWithPublicKey));
const signatureBatches = array(signatures, (length) => tooMany('SubintentSignatureBatches', length, LIMITS.subintents));
export type Signatures = Infer<typeof signatures>;

export const signedTransactionIntent = struct({
  transactionIntent,
  transactionIntentSignatures: signatures,
  nonRootSubintentSignatures: signatureBatches,
});
export type SignedTransactionIntent = Infer<typeof signedTransactionIntent>;

export const notarizedTransaction = struct({
  signedTransactionIntent,
  notarySignature: kept(signature),
});
export type NotarizedTransaction = Infer<typeof notarizedTransaction>;

export const partialTransaction = struct({
  rootSubintent: subintent,
  nonRootSubintents,
});
export type PartialTransaction = Infer<typeof partialTransaction>;

export const signedPartialTransaction = struct({
  partialTransaction,
  rootSubintentSignatures: signatures,
  nonRootSubintentSignatures: signatureBatches,
});
export type SignedPartialTransaction = Infer<typeof signedPartialTransaction>;

export const previewTransaction = struct({
  transactionIntent,
  rootSignerPublicKeys: array(publicKey),
  nonRootSubintentSignerPublicKeys: array(array(publicKey)),
});
export type PreviewTransaction = Infer<typeof previewTransaction>;
