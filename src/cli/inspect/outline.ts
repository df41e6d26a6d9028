import type { Bytes } from '../../base/bytes.js';
import { formatId } from '../../transaction/address.js';
import { subintentHash, transactionIntentHash } from '../../transaction/hash.js';
import type { SignatureWithPublicKey } from '../../transaction/key.js';
import {
  notarizedLength,
  signedIntentLength,
  subintentLength,
  transactionIntentLength,
} from '../../transaction/length.js';
import type {
  IntentCore,
  Signatures,
  SignedTransactionIntent,
  Subintent,
  TransactionHeader,
  TransactionIntent,
} from '../../transaction/model.js';
import type { Payload } from '../../transaction/payload.js';

/** One intent of a payload. */
export interface Intent {
  readonly id: string;
  readonly hash: Bytes;
  readonly core: IntentCore;
  /** Undefined in payloads that carry no signatures. */
  readonly signatures: readonly SignatureWithPublicKey[] | undefined;
}

/** What all kinds of payload have in common. */
export interface Outline {
  /** The root first, then the others in payload order. */
  readonly intents: readonly [root: Intent, ...others: Intent[]];
  /** Undefined where the root is a subintent. */
  readonly header: TransactionHeader | undefined;
  /** Undefined for kinds that docs/protocol.md §3.6 has no formula for. */
  readonly effectiveLength: number | undefined;
  /** Signature lists, which must be as many as the intents beside the root. */
  readonly batches: number | undefined;
}

export function outlineOf(payload: Payload): Outline {
  switch (payload.kind) {
    case 'TransactionIntentV2':
      return ofIntent(payload.value, transactionIntentLength(payload.value));
    case 'SignedTransactionIntentV2':
      return ofSigned(payload.value, signedIntentLength(payload.value));
    case 'NotarizedTransactionV2':
      return ofSigned(payload.value.signedTransactionIntent, notarizedLength(payload.value));
    case 'PreviewTransactionV2':
      return ofIntent(payload.value.transactionIntent, undefined);
    case 'SubintentV2':
      return ofSubintents(payload.value, [], subintentLength(payload.value));
    case 'PartialTransactionV2':
      return ofSubintents(payload.value.rootSubintent, payload.value.nonRootSubintents, undefined);
    case 'SignedPartialTransactionV2': {
      const { partialTransaction, rootSubintentSignatures, nonRootSubintentSignatures } = payload.value;
      const { rootSubintent, nonRootSubintents } = partialTransaction;
      return ofSubintents(
        rootSubintent,
        nonRootSubintents,
        undefined,
        rootSubintentSignatures,
        nonRootSubintentSignatures,
      );
    }
  }
}

function ofSigned(signed: SignedTransactionIntent, length: number): Outline {
  const { transactionIntent, transactionIntentSignatures, nonRootSubintentSignatures } = signed;
  return ofIntent(transactionIntent, length, transactionIntentSignatures, nonRootSubintentSignatures);
}

function ofIntent(
  intent: TransactionIntent,
  effectiveLength: number | undefined,
  signatures?: Signatures,
  batches?: readonly Signatures[],
): Outline {
  const core = intent.rootIntentCore;
  const hash = transactionIntentHash(intent);
  const id = formatId('txid', hash, core.header.value.networkId);
  return {
    intents: [{ id, hash, core, signatures: signatures?.value }, ...others(intent.nonRootSubintents, batches)],
    header: intent.transactionHeader.value,
    effectiveLength,
    batches: batches?.length,
  };
}

function ofSubintents(
  root: Subintent,
  nonRoot: readonly Subintent[],
  effectiveLength: number | undefined,
  signatures?: Signatures,
  batches?: readonly Signatures[],
): Outline {
  return {
    intents: [ofSubintent(root, signatures), ...others(nonRoot, batches)],
    header: undefined,
    effectiveLength,
    batches: batches?.length,
  };
}

function others(subintents: readonly Subintent[], batches: readonly Signatures[] | undefined): Intent[] {
  return subintents.map((subintent, index) => ofSubintent(subintent, batches?.[index]));
}

/** Every id is written for the network that its own intent names. */
function ofSubintent(subintent: Subintent, signatures: Signatures | undefined): Intent {
  const core = subintent.value.intentCore;
  const hash = subintentHash(subintent);
  const id = formatId('subtxid', hash, core.header.value.networkId);
  return { id, hash, core, signatures: signatures?.value };
}
