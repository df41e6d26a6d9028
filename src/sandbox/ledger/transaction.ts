import { fromHex, toHex } from '../../base/bytes.js';
import { formatId } from '../../transaction/address.js';
import { notarizedHash, subintentHash, transactionIntentHash } from '../../transaction/hash.js';
import type { TransactionIntent } from '../../transaction/model.js';
import type { Network } from '../../transaction/network.js';
import { decodeTransaction } from '../../transaction/payload.js';
import { type Validity, validateNotarized, validatePreview } from '../../transaction/validate.js';

/** A notarized transaction as the sandbox handles it: its bytes, and what mempool and Gateway ask of it. */
export interface UserTransaction {
  readonly hex: string;
  readonly intentHash: string;
  readonly intentId: string;
  readonly payloadHash: string;
  readonly payloadId: string;
  /** Of the root intent. */
  readonly children: readonly string[];
  readonly subintents: readonly SubintentIds[];
  readonly tipBasisPoints: number;
  /** The root's own epochs: all that the Gateway looks at. */
  readonly rootStartEpoch: number;
  readonly rootEndEpoch: number;
  /** When all of its intents are valid. */
  readonly validity: Validity;
}

export interface SubintentIds {
  readonly hash: string;
  readonly id: string;
  readonly children: readonly string[];
}

/** A transaction as a preview shows it: keys in place of signatures. */
export type PreviewedTransaction = Pick<UserTransaction, 'hex' | 'subintents' | 'tipBasisPoints' | 'validity'>;

/** Decodes and validates. Errors: those of decoding and of validation, with their official names. */
export function readTransaction(hex: string, network: Network): UserTransaction {
  const notarized = decodeTransaction('NotarizedTransactionV2', fromHex(hex));
  const { validity } = validateNotarized(notarized, network.id);
  const intent = notarized.signedTransactionIntent.transactionIntent;
  const header = intent.rootIntentCore.header.value;
  const childId = (hash: Uint8Array) => formatId('subtxid', hash, network);
  return {
    hex: hex.toLowerCase(),
    intentHash: toHex(transactionIntentHash(intent)),
    intentId: formatId('txid', transactionIntentHash(intent), network),
    payloadHash: toHex(notarizedHash(notarized)),
    payloadId: formatId('notarizedtransaction', notarizedHash(notarized), network),
    children: intent.rootIntentCore.children.map(childId),
    subintents: subintentIds(intent, network),
    tipBasisPoints: intent.transactionHeader.value.tipBasisPoints,
    rootStartEpoch: Number(header.startEpochInclusive),
    rootEndEpoch: Number(header.endEpochExclusive),
    validity,
  };
}

/** Decodes and validates. Errors: those of decoding and of validation. */
export function readPreview(hex: string, network: Network): PreviewedTransaction {
  const preview = decodeTransaction('PreviewTransactionV2', fromHex(hex));
  const { validity } = validatePreview(preview, network.id);
  const { transactionIntent: intent } = preview;
  const { tipBasisPoints } = intent.transactionHeader.value;
  return { hex: hex.toLowerCase(), subintents: subintentIds(intent, network), tipBasisPoints, validity };
}

function subintentIds({ nonRootSubintents }: TransactionIntent, network: Network): SubintentIds[] {
  const childId = (hash: Uint8Array) => formatId('subtxid', hash, network);
  return nonRootSubintents.map((subintent) => ({
    hash: toHex(subintentHash(subintent)),
    id: childId(subintentHash(subintent)),
    children: subintent.value.intentCore.children.map(childId),
  }));
}
