import type { WrappedOrder } from '../../anthic/wrappedOrder.js';
import type { Bytes } from '../../base/bytes.js';
import { array, keep } from '../../sbor/codec.js';
import { randomBytes } from '../../transaction/crypto.js';
import { signedIntentHash, subintentHash } from '../../transaction/hash.js';
import { type Instruction, instructions } from '../../transaction/instruction.js';
import { type PublicKey, signature, signatureWithPublicKey } from '../../transaction/key.js';
import { message } from '../../transaction/message.js';
import {
  intentHeader,
  type NotarizedTransaction,
  type SignedTransactionIntent,
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

export function randomDiscriminator(): bigint {
  return randomBytes(8).readBigUInt64LE();
}

const NO_MESSAGE = keep(message, { type: 'None' });
const NO_SIGNATURES = keep(array(signatureWithPublicKey), []);

/**
 * The root intent over the wrappers. Their subintents are spliced in as the bytes that came, each wrapper followed by its
 * order. It has no timestamps of its own: the children's bind it anyway, and one costs nine bytes.
 */
export function buildIntent(orders: readonly WrappedOrder[], root: RootHeader, list: Instruction[]): TransactionIntent {
  return {
    transactionHeader: keep(transactionHeader, {
      notaryPublicKey: root.notary,
      notaryIsSignatory: true,
      tipBasisPoints: root.tipBasisPoints,
    }),
    rootIntentCore: {
      header: keep(intentHeader, {
        networkId: root.network,
        startEpochInclusive: root.startEpoch,
        endEpochExclusive: root.endEpoch,
        minProposerTimestampInclusive: undefined,
        maxProposerTimestampExclusive: undefined,
        intentDiscriminator: root.discriminator,
      }),
      blobs: [],
      message: NO_MESSAGE,
      children: orders.map((order) => subintentHash(order.wrapper)),
      instructions: keep(instructions, list),
    },
    nonRootSubintents: orders.flatMap((order) => [order.wrapper, order.order]),
  };
}

/** The intent with the subintents' signatures as they came and none of the root's: its notary signs for it. */
export function attachSignatures(intent: TransactionIntent, orders: readonly WrappedOrder[]): SignedTransactionIntent {
  return {
    transactionIntent: intent,
    transactionIntentSignatures: NO_SIGNATURES,
    nonRootSubintentSignatures: orders.flatMap(({ partial }) => [
      partial.rootSubintentSignatures,
      ...partial.nonRootSubintentSignatures,
    ]),
  };
}

/** The one signature a settlement needs (docs/architecture.md). */
export function notarize(signed: SignedTransactionIntent, key: SolverKey): NotarizedTransaction {
  const hash: Bytes = signedIntentHash(signed);
  return { signedTransactionIntent: signed, notarySignature: keep(signature, key.sign(hash)) };
}
