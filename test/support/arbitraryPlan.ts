import type { Bytes } from '../../src/base/bytes.js';
import { array, keep, struct } from '../../src/sbor/codec.js';
import { signedIntentHash, subintentHash, transactionIntentHash } from '../../src/transaction/hash.js';
import { type Instruction, instructions as instructionsCodec } from '../../src/transaction/instruction.js';
import {
  type PublicKey,
  type Signature,
  type SignatureWithPublicKey,
  signature as signatureCodec,
  signatureWithPublicKey,
} from '../../src/transaction/key.js';
import { type Message, message as messageCodec } from '../../src/transaction/message.js';
import {
  type IntentCore,
  type IntentHeader,
  intentCore,
  intentHeader,
  type Subintent,
  type TransactionIntent,
  transactionHeader,
} from '../../src/transaction/model.js';
import { encodeTransaction, type PayloadKind } from '../../src/transaction/payload.js';
import type { TestKey } from './build.js';

/** What a payload is made from. Everything can be changed before it is hashed, signed and encoded. */

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface IntentPlan {
  header: Mutable<IntentHeader>;
  blobs: Bytes[];
  message: Message;
  children: IntentPlan[];
  /** Hashes behind those of `children`: of nothing, or once more of one of them. */
  moreChildren: Bytes[];
  instructions: Instruction[];
  signers: TestKey[];
  /** Changes the encoded instructions, which are then hashed and signed as they are. */
  editInstructions?: (body: Buffer) => Buffer;
}

export interface TransactionPlan {
  kind: PayloadKind;
  root: IntentPlan;
  /** The non-root subintents in payload order. */
  listed: IntentPlan[];
  notary: TestKey;
  notaryPublicKey: PublicKey | undefined;
  notaryIsSignatory: boolean;
  tipBasisPoints: number;
  /** Changes the signatures of intents, before the notary signs them. */
  editSignatures?: (signed: SignedIntents) => void;
  editNotary?: (signature: Signature, hash: Bytes) => Signature;
  /** Changes the keys that a preview names. */
  editKeys?: (keys: PublicKey[][]) => void;
  /** Written as the plain tuple that Anthic pushes. */
  tupleForm: boolean;
}

/** The intents that are signed, root first, each with its hash and its signatures. */
export interface SignedIntents {
  readonly hashes: readonly Bytes[];
  readonly lists: SignatureWithPublicKey[][];
}

const subintentFields = struct({ intentCore });
const signatureList = array(signatureWithPublicKey);

function coreOf(plan: IntentPlan, hashOf: (child: IntentPlan) => Bytes): IntentCore {
  const instructions = keep(instructionsCodec, plan.instructions);
  const edited = plan.editInstructions?.(Buffer.from(instructions.body));
  return {
    header: keep(intentHeader, plan.header),
    blobs: plan.blobs,
    message: keep(messageCodec, plan.message),
    children: [...plan.children.map(hashOf), ...plan.moreChildren],
    instructions: edited === undefined ? instructions : { ...instructions, body: edited },
  };
}

/** Hashes, signs and encodes. */
export function buildPayload(plan: TransactionPlan): Bytes {
  const made = new Map<IntentPlan, Subintent>();
  const subintentOf = (intent: IntentPlan): Subintent => {
    let subintent = made.get(intent);
    if (subintent === undefined) {
      subintent = keep(subintentFields, { intentCore: coreOf(intent, hashOf) });
      made.set(intent, subintent);
    }
    return subintent;
  };
  const hashOf = (intent: IntentPlan): Bytes => subintentHash(subintentOf(intent));
  const bytes = encode(plan, subintentOf, hashOf);
  return plan.tupleForm ? toTupleForm(bytes) : bytes;
}

/** `4d 22 0e 03 …` to `4d 21 03 …` (docs/protocol.md §2.1). */
function toTupleForm(bytes: Bytes): Bytes {
  return Buffer.concat([Buffer.from([0x4d, 0x21]), bytes.subarray(3)]);
}

function encode(
  plan: TransactionPlan,
  subintentOf: (intent: IntentPlan) => Subintent,
  hashOf: (intent: IntentPlan) => Bytes,
): Bytes {
  const { kind, root, listed } = plan;
  if (kind === 'SubintentV2') return encodeTransaction(kind, subintentOf(root));
  if (kind === 'PartialTransactionV2' || kind === 'SignedPartialTransactionV2') {
    const partial = { rootSubintent: subintentOf(root), nonRootSubintents: listed.map(subintentOf) };
    if (kind === 'PartialTransactionV2') return encodeTransaction(kind, partial);
    const [rootSignatures, ...others] = sign(plan, hashOf(root), listed.map(hashOf));
    return encodeTransaction(kind, {
      partialTransaction: partial,
      rootSubintentSignatures: keep(signatureList, rootSignatures!),
      nonRootSubintentSignatures: others.map((each) => keep(signatureList, each)),
    });
  }
  const intent: TransactionIntent = {
    transactionHeader: keep(transactionHeader, {
      notaryPublicKey: plan.notaryPublicKey ?? plan.notary.publicKey,
      notaryIsSignatory: plan.notaryIsSignatory,
      tipBasisPoints: plan.tipBasisPoints,
    }),
    rootIntentCore: coreOf(root, hashOf),
    nonRootSubintents: listed.map(subintentOf),
  };
  if (kind === 'TransactionIntentV2') return encodeTransaction(kind, intent);
  if (kind === 'PreviewTransactionV2') {
    const keys = [root, ...listed].map((each) => each.signers.map((key) => key.publicKey));
    plan.editKeys?.(keys);
    const [rootSignerPublicKeys, ...others] = keys;
    return encodeTransaction(kind, {
      transactionIntent: intent,
      rootSignerPublicKeys: rootSignerPublicKeys!,
      nonRootSubintentSignerPublicKeys: others,
    });
  }
  const [rootSignatures, ...others] = sign(plan, transactionIntentHash(intent), listed.map(hashOf));
  const signed = {
    transactionIntent: intent,
    transactionIntentSignatures: keep(signatureList, rootSignatures!),
    nonRootSubintentSignatures: others.map((each) => keep(signatureList, each)),
  };
  if (kind === 'SignedTransactionIntentV2') return encodeTransaction(kind, signed);
  const hash = signedIntentHash(signed);
  const signature = plan.notary.sign(hash);
  return encodeTransaction(kind, {
    signedTransactionIntent: signed,
    notarySignature: keep(signatureCodec, plan.editNotary?.(signature, hash) ?? signature),
  });
}

function sign(plan: TransactionPlan, rootHash: Bytes, listedHashes: readonly Bytes[]): SignatureWithPublicKey[][] {
  const hashes = [rootHash, ...listedHashes];
  const lists = [plan.root, ...plan.listed].map((intent, i) => intent.signers.map((key) => key.signIntent(hashes[i]!)));
  plan.editSignatures?.({ hashes, lists });
  return lists;
}
