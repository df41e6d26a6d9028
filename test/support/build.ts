import type { Bytes } from '../../src/base/bytes.js';
import { array, type Kept, keep, struct } from '../../src/sbor/codec.js';
import type { Value } from '../../src/sbor/value.js';
import { secp256k1, sodium } from '../../src/transaction/crypto.js';
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
  intentCore,
  intentHeader,
  type NotarizedTransaction,
  type PreviewTransaction,
  type SignedPartialTransaction,
  type Subintent,
  type TransactionIntent,
  transactionHeader,
} from '../../src/transaction/model.js';

/**
 * Makes transactions for tests, signed by test keys. Everything has a default, so that a test names only what it is
 * about; the defaults make a valid transaction. Nothing here checks a rule: invalid transactions are made alike.
 */

// ------------------------------------------------------------------------------------------------------------ keys

export interface TestKey {
  readonly publicKey: PublicKey;
  /** As a notary signs. */
  sign(hash: Bytes): Signature;
  /** As an intent is signed. */
  signIntent(hash: Bytes): SignatureWithPublicKey;
}

function privateKey(n: number): Buffer {
  const key = Buffer.alloc(32);
  key.writeUInt32BE(n, 28);
  return key;
}

/** The Ed25519 key whose private key is the number `n`. */
export function ed25519Key(n: number): TestKey {
  const key = Buffer.alloc(32);
  const secret = Buffer.alloc(64);
  sodium.crypto_sign_seed_keypair(key, secret, privateKey(n));
  const signed = (hash: Bytes) => {
    const bytes = Buffer.alloc(64);
    sodium.crypto_sign_detached(bytes, hash, secret);
    return { type: 'Ed25519', signature: { bytes } } as const;
  };
  return {
    publicKey: { type: 'Ed25519', key },
    sign: signed,
    signIntent: (hash) => ({ ...signed(hash), publicKey: key }),
  };
}

/** The Secp256k1 key whose private key is the number `n`. */
export function secp256k1Key(n: number): TestKey {
  const secret = privateKey(n);
  const signed = (hash: Bytes) => {
    const { signature, recid } = secp256k1.ecdsaSign(hash, secret);
    return { type: 'Secp256k1', signature: { bytes: Buffer.concat([Buffer.from([recid]), signature]) } } as const;
  };
  return { publicKey: { type: 'Secp256k1', key: secp256k1.publicKeyCreate(secret) }, sign: signed, signIntent: signed };
}

export const NOTARY = ed25519Key(1337);

// --------------------------------------------------------------------------------------------------- instructions

export const SIMULATOR = 242;
export const XRD = '5da66318c6318c61f5a61b4c6318c6318cf794aa8d295f14e6318c6318c6';
/** A non-fungible resource: the badge of Ed25519 signatures. */
export const BADGE = '9a4c6318c6318c6cb554820c6318c6318cf7a951d7a9e547c6318c6318c6';
export const FAUCET = 'c0566318c6318c64f798cacc6318c6318cf7be8af78a78f8a6318c6318c6';
export const VAULT = `58${'51'.repeat(29)}`;

export function tuple(...fields: Value[]): Value {
  return { kind: 'Tuple', fields };
}

export const NO_ARGUMENTS = tuple();

export function bucketValue(id: number): Value {
  return { kind: 'Bucket', value: id };
}

export function proofValue(id: number): Value {
  return { kind: 'Proof', value: id };
}

export function yieldToParent(...fields: Value[]): Instruction {
  return { type: 'YIELD_TO_PARENT', args: tuple(...fields) };
}

export function yieldToChild(child: number, ...fields: Value[]): Instruction {
  return { type: 'YIELD_TO_CHILD', child, args: tuple(...fields) };
}

export function callMethod(address: string, method: string, ...fields: Value[]): Instruction {
  return { type: 'CALL_METHOD', address, method, args: tuple(...fields) };
}

// --------------------------------------------------------------------------------------------------------- intents

export interface CoreOptions {
  readonly network?: number;
  readonly startEpoch?: bigint;
  readonly endEpoch?: bigint;
  readonly minTimestamp?: bigint;
  readonly maxTimestamp?: bigint;
  readonly discriminator?: bigint;
  readonly blobs?: readonly Bytes[];
  readonly message?: Message;
  readonly childHashes?: readonly Bytes[];
  readonly instructions?: readonly Instruction[];
}

export function makeCore(options: CoreOptions = {}): IntentCore {
  return {
    header: keep(intentHeader, {
      networkId: options.network ?? SIMULATOR,
      startEpochInclusive: options.startEpoch ?? 0n,
      endEpochExclusive: options.endEpoch ?? 100n,
      minProposerTimestampInclusive: options.minTimestamp,
      maxProposerTimestampExclusive: options.maxTimestamp,
      intentDiscriminator: options.discriminator ?? 0n,
    }),
    blobs: options.blobs ?? [],
    message: keep(messageCodec, options.message ?? { type: 'None' }),
    children: options.childHashes ?? [],
    instructions: keep(instructionsCodec, options.instructions ?? []),
  };
}

const subintentFields = struct({ intentCore });

/** A subintent; without instructions given, one that just yields to its parent. */
export function makeSubintent(options: CoreOptions = {}): Subintent {
  return keep(subintentFields, { intentCore: makeCore({ instructions: [yieldToParent()], ...options }) });
}

const signatureList = array(signatureWithPublicKey);
type SignatureList = Kept<readonly SignatureWithPublicKey[]>;

export function signatures(hash: Bytes, signers: readonly TestKey[]): SignatureList {
  return keep(
    signatureList,
    signers.map((key) => key.signIntent(hash)),
  );
}

// -------------------------------------------------------------------------------------------------------- payloads

interface TreeOptions extends CoreOptions {
  /** Signed partial transactions to hang below the root. Without instructions given, each is yielded to once. */
  readonly children?: readonly SignedPartialTransaction[];
  readonly signers?: readonly TestKey[];
  /** In place of the children's: what a broken transaction would hold. */
  readonly subintents?: readonly Subintent[];
  readonly batches?: readonly SignatureList[];
}

/** The root's core, and the subintents below it with their signatures, in the order of the official builder. */
function makeTree(options: TreeOptions, last: readonly Instruction[]) {
  const children = options.children ?? [];
  const core = makeCore({
    childHashes: children.map((child) => subintentHash(child.partialTransaction.rootSubintent)),
    instructions: [...children.map((_, i) => yieldToChild(i)), ...last],
    ...options,
  });
  return {
    core,
    subintents: options.subintents ?? children.flatMap(subintentsOf),
    batches: options.batches ?? children.flatMap(batchesOf),
  };
}

function subintentsOf({ partialTransaction }: SignedPartialTransaction): Subintent[] {
  return [partialTransaction.rootSubintent, ...partialTransaction.nonRootSubintents];
}

function batchesOf(partial: SignedPartialTransaction): SignatureList[] {
  return [partial.rootSubintentSignatures, ...partial.nonRootSubintentSignatures];
}

export function makeSignedPartial(options: TreeOptions = {}): SignedPartialTransaction {
  const { core, subintents, batches } = makeTree(options, [yieldToParent()]);
  const rootSubintent = keep(subintentFields, { intentCore: core });
  return {
    partialTransaction: { rootSubintent, nonRootSubintents: subintents },
    rootSubintentSignatures: signatures(subintentHash(rootSubintent), options.signers ?? []),
    nonRootSubintentSignatures: batches,
  };
}

export interface TransactionOptions extends TreeOptions {
  readonly notary?: TestKey;
  readonly notaryIsSignatory?: boolean;
  readonly tipBasisPoints?: number;
}

function makeIntent(options: TransactionOptions) {
  const { core, subintents, batches } = makeTree(options, []);
  const intent: TransactionIntent = {
    transactionHeader: keep(transactionHeader, {
      notaryPublicKey: (options.notary ?? NOTARY).publicKey,
      notaryIsSignatory: options.notaryIsSignatory ?? false,
      tipBasisPoints: options.tipBasisPoints ?? 0,
    }),
    rootIntentCore: core,
    nonRootSubintents: subintents,
  };
  return { intent, batches };
}

export function makeNotarized(options: TransactionOptions = {}): NotarizedTransaction {
  const { intent, batches } = makeIntent(options);
  const signed = {
    transactionIntent: intent,
    transactionIntentSignatures: signatures(transactionIntentHash(intent), options.signers ?? []),
    nonRootSubintentSignatures: batches,
  };
  return notarize(signed, options.notary ?? NOTARY);
}

export function notarize(
  signed: NotarizedTransaction['signedTransactionIntent'],
  notary: TestKey = NOTARY,
): NotarizedTransaction {
  return {
    signedTransactionIntent: signed,
    notarySignature: keep(signatureCodec, notary.sign(signedIntentHash(signed))),
  };
}

/** The keys stand for signatures: the root's are `signers`, each subintent's are `subintentSigners` of its index. */
export function makePreview(
  options: TransactionOptions & { readonly subintentSigners?: readonly (readonly TestKey[])[] } = {},
): PreviewTransaction {
  const { intent } = makeIntent(options);
  const keys = (signers: readonly TestKey[]) => signers.map((key) => key.publicKey);
  return {
    transactionIntent: intent,
    rootSignerPublicKeys: keys(options.signers ?? []),
    nonRootSubintentSignerPublicKeys: (options.subintentSigners ?? intent.nonRootSubintents.map(() => [])).map(keys),
  };
}
