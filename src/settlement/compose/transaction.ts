import type { WrappedOrder } from '../../anthic/wrappedOrder.js';
import type { Bytes } from '../../base/bytes.js';
import { array, type Kept, keep } from '../../sbor/codec.js';
import { randomBytes } from '../../transaction/crypto.js';
import { signedIntentHash, subintentHash } from '../../transaction/hash.js';
import { type Instruction, instructions } from '../../transaction/instruction.js';
import { type PublicKey, signature, signatureWithPublicKey } from '../../transaction/key.js';
import { message } from '../../transaction/message.js';
import {
  intentHeader,
  type NotarizedTransaction,
  type Signatures,
  type SignedTransactionIntent,
  type Subintent,
  type TransactionHeader,
  type TransactionIntent,
  transactionHeader,
} from '../../transaction/model.js';
import type { SolverKey } from '../../transaction/solverKey.js';

/** What a root intent is made for, beside its instructions. */
export interface RootHeader {
  readonly network: number;
  readonly startEpoch: bigint;
  readonly endEpoch: bigint;
  readonly tipBasisPoints: number;
  /** Tells two roots of the same content apart: 64 random bits. */
  readonly discriminator: bigint;
  readonly notary: PublicKey;
}

// Drawn in advance: asking the operating system each time costs as much as a signature.
let pool: Buffer = Buffer.alloc(512);
let drawn = pool.length;

export function randomDiscriminator(): bigint {
  if (drawn === pool.length) {
    pool = randomBytes(pool.length);
    drawn = 0;
  }
  drawn += 8;
  return pool.readBigUInt64LE(drawn - 8);
}

const NO_MESSAGE = keep(message, { type: 'None' });
const NO_SIGNATURES = keep(array(signatureWithPublicKey), []);

/** The same for every root of one key and tip, so the last one serves again. */
let lastHeader:
  | { readonly notary: PublicKey; readonly tip: number; readonly header: Kept<TransactionHeader> }
  | undefined;

function transactionHeaderOf({ notary, tipBasisPoints: tip }: RootHeader): Kept<TransactionHeader> {
  if (lastHeader === undefined || lastHeader.notary !== notary || lastHeader.tip !== tip) {
    const fields = { notaryPublicKey: notary, notaryIsSignatory: true, tipBasisPoints: tip };
    lastHeader = { notary, tip, header: keep(transactionHeader, fields) };
  }
  return lastHeader.header;
}

/** All of a root intent but its instructions, which may be tried in several ways. */
export type RootFrame = (list: readonly Instruction[]) => TransactionIntent;

/**
 * The root intent over the wrappers. Their subintents are spliced in as the bytes that came, each wrapper followed by its
 * order. It has no timestamps of its own: the children's bind it anyway, and one costs nine bytes.
 */
export function rootFrame(orders: readonly WrappedOrder[], root: RootHeader): RootFrame {
  const header = transactionHeaderOf(root);
  const coreHeader = keep(intentHeader, {
    networkId: root.network,
    startEpochInclusive: root.startEpoch,
    endEpochExclusive: root.endEpoch,
    minProposerTimestampInclusive: undefined,
    maxProposerTimestampExclusive: undefined,
    intentDiscriminator: root.discriminator,
  });
  const children = orders.map((order) => subintentHash(order.wrapper));
  const nonRootSubintents: Subintent[] = [];
  for (const { wrapper, order } of orders) nonRootSubintents.push(wrapper, order);
  return (list) => ({
    transactionHeader: header,
    rootIntentCore: {
      header: coreHeader,
      blobs: [],
      message: NO_MESSAGE,
      children,
      instructions: keep(instructions, list),
    },
    nonRootSubintents,
  });
}

/** The intent with the subintents' signatures as they came and none of the root's: its notary signs for it. */
export function attachSignatures(intent: TransactionIntent, orders: readonly WrappedOrder[]): SignedTransactionIntent {
  const batches: Signatures[] = [];
  for (const { partial } of orders)
    batches.push(partial.rootSubintentSignatures, ...partial.nonRootSubintentSignatures);
  return {
    transactionIntent: intent,
    transactionIntentSignatures: NO_SIGNATURES,
    nonRootSubintentSignatures: batches,
  };
}

/** The one signature a settlement needs (docs/architecture.md). */
export function notarize(signed: SignedTransactionIntent, key: SolverKey): NotarizedTransaction {
  const hash: Bytes = signedIntentHash(signed);
  return { signedTransactionIntent: signed, notarySignature: keep(signature, key.sign(hash)) };
}
