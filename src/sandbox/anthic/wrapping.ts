import type { LimitOrder } from '../../anthic/limitOrder.js';
import { type Signer, signSubintent } from '../../anthic/order/sign.js';
import type { Attos } from '../../base/amount.js';
import { type Bytes, toHex } from '../../base/bytes.js';
import { encodePayload, keep, struct } from '../../sbor/codec.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Value } from '../../sbor/value.js';
import type { AccessRule } from '../../transaction/accessRule.js';
import { XRD } from '../../transaction/address.js';
import { subintentHash } from '../../transaction/hash.js';
import { type Instruction, instructions } from '../../transaction/instruction.js';
import { preallocatedAccount, signatureBadge } from '../../transaction/key.js';
import { message } from '../../transaction/message.js';
import {
  intentCore,
  intentHeader,
  type SignedPartialTransaction,
  signedPartialTransaction,
} from '../../transaction/model.js';

/** How a wrapper is made, beside the order in it. */
export interface Wrapping {
  readonly key: Signer;
  readonly network: number;
  readonly epoch: bigint;
  readonly reward: Attos;
  /** What the order gets back of its fees. */
  readonly rebate: Attos;
  readonly discriminator: bigint;
}

/** This epoch and the next: the order's own expiry ends it much sooner. */
const EPOCHS = 2n;
const NO_MESSAGE = keep(message, { type: 'None' });
const subintentFields = struct({ intentCore });

/** The rule that only a parent signed by this key meets. */
export function ruleOf({ publicKey }: Signer): AccessRule {
  const badge = { type: 'NonFungible', id: signatureBadge(publicKey) } as const;
  return { type: 'Protected', requirement: { type: 'Basic', requirement: { type: 'Require', badge } } };
}

/** Wraps an order in a subintent of Anthic's own, by the script of the recorded one (docs/interfaces.md §4.3). */
export function wrapOrder(
  order: SignedPartialTransaction,
  of: LimitOrder,
  wrapping: Wrapping,
): SignedPartialTransaction {
  const { key, network, epoch, discriminator } = wrapping;
  const child = order.partialTransaction.rootSubintent;
  const wrapper = keep(subintentFields, {
    intentCore: {
      header: keep(intentHeader, {
        networkId: network,
        startEpochInclusive: epoch,
        endEpochExclusive: epoch + EPOCHS,
        minProposerTimestampInclusive: undefined,
        maxProposerTimestampExclusive: undefined,
        intentDiscriminator: discriminator,
      }),
      blobs: [],
      message: NO_MESSAGE,
      children: [subintentHash(child)],
      instructions: keep(instructions, script(of, preallocatedAccount(key.publicKey), wrapping)),
    },
  });
  const { rootSubintentSignatures } = signSubintent(wrapper, key);
  return {
    partialTransaction: { rootSubintent: wrapper, nonRootSubintents: [child] },
    rootSubintentSignatures,
    nonRootSubintentSignatures: [order.rootSubintentSignatures],
  };
}

/** In the form in which bundles are pushed: the plain tuple, `4d2103…`. */
export function bundleItem(wrapped: SignedPartialTransaction): string {
  const payload: Bytes = encodePayload(signedPartialTransaction, wrapped);
  return toHex(payload);
}

function script({ sell, buy, fees }: LimitOrder, account: NodeId, { reward, rebate }: Wrapping): Instruction[] {
  const paid = fees.reduce((sum, fee) => sum + fee, 0n);
  const kept = paid > rebate ? paid - rebate : 0n;
  return [
    callOrder(),
    { type: 'TAKE_FROM_WORKTOP', resource: sell.resource, amount: sell.amount },
    { type: 'YIELD_TO_PARENT', args: tuple(bucket(0)) },
    { type: 'TAKE_ALL_FROM_WORKTOP', resource: buy.resource },
    callOrder(bucket(1)),
    { type: 'TAKE_FROM_WORKTOP', resource: sell.resource, amount: kept },
    callAccount(account, 'deposit', bucket(2)),
    callOrder({ kind: 'Expression', value: 'ENTIRE_WORKTOP' }),
    callAccount(account, 'withdraw', { kind: 'Address', value: XRD }, { kind: 'Decimal', value: reward }),
    { type: 'TAKE_FROM_WORKTOP', resource: XRD, amount: reward },
    { type: 'YIELD_TO_PARENT', args: tuple(bucket(3)) },
  ];
}

function callOrder(...fields: Value[]): Instruction {
  return { type: 'YIELD_TO_CHILD', child: 0, args: tuple(...fields) };
}

function callAccount(address: NodeId, method: string, ...fields: Value[]): Instruction {
  return { type: 'CALL_METHOD', address, method, args: tuple(...fields) };
}

function tuple(...fields: Value[]): Value {
  return { kind: 'Tuple', fields };
}

function bucket(value: number): Value {
  return { kind: 'Bucket', value };
}
