import { units } from '../../src/base/amount.js';
import { toHex } from '../../src/base/bytes.js';
import { encodePayload } from '../../src/sbor/codec.js';
import type { NodeId } from '../../src/sbor/custom.js';
import type { AccessRule } from '../../src/transaction/accessRule.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { preallocatedAccount, signatureBadge } from '../../src/transaction/key.js';
import { type SignedPartialTransaction, signedPartialTransaction } from '../../src/transaction/model.js';
import {
  bucketValue,
  type CoreOptions,
  callMethod,
  ed25519Key,
  makeSignedPartial,
  type TestKey,
  XRD,
  yieldToChild,
  yieldToParent,
} from './build.js';

/** Makes limit orders, wrappers and bundles as Anthic makes them; every part can be replaced. */

export const ANTHIC = ed25519Key(900);
export const ANTHIC_ACCOUNT = preallocatedAccount(ANTHIC.publicKey);

/** A made-up fungible resource. */
export function token(n: number): NodeId {
  return `5d${n.toString(16).padStart(58, '0')}`;
}

export interface OrderOptions {
  readonly user?: TestKey;
  readonly account?: NodeId;
  readonly sell: { readonly resource: NodeId; readonly amount: bigint };
  readonly buy: { readonly resource: NodeId; readonly amount: bigint; readonly exact?: boolean };
  /** Amounts of the fee buckets: Anthic's and the settlement's. */
  readonly fees?: readonly bigint[];
  readonly withdrawn?: bigint;
  readonly rebateConstraint?: boolean;
  readonly prefix?: readonly Instruction[];
  readonly rule?: AccessRule;
  readonly signers?: readonly TestKey[];
  readonly header?: Omit<CoreOptions, 'instructions'>;
  /** Changes the finished list, for what is not of the schema. */
  readonly edit?: (list: Instruction[]) => Instruction[];
}

/** The rule of an order that only Anthic may wrap. */
export function requireBadge(key: TestKey): AccessRule {
  const id = signatureBadge(key.publicKey);
  return {
    type: 'Protected',
    requirement: { type: 'Basic', requirement: { type: 'Require', badge: { type: 'NonFungible', id } } },
  };
}

export function decimal(value: bigint) {
  return { kind: 'Decimal', value } as const;
}

export function address(value: NodeId) {
  return { kind: 'Address', value } as const;
}

export const ENTIRE_WORKTOP = { kind: 'Expression', value: 'ENTIRE_WORKTOP' } as const;

export function orderInstructions(options: OrderOptions): Instruction[] {
  const { sell, buy, fees = [0n, 0n], prefix = [], rule = requireBadge(ANTHIC) } = options;
  const user = options.user ?? ed25519Key(1);
  const account = options.account ?? preallocatedAccount(user.publicKey);
  const withdrawn = options.withdrawn ?? fees.reduce((sum, fee) => sum + fee, sell.amount);
  // The ledger numbers buckets one by one, and some may have been made in front.
  const first = prefix.filter((each) => each.type.startsWith('TAKE_')).length;
  const bought = { type: buy.exact ? 'ExactAmount' : 'AtLeastAmount', amount: buy.amount } as const;
  const list: Instruction[] = [
    ...prefix,
    { type: 'VERIFY_PARENT', rule },
    callMethod(account, 'withdraw', address(sell.resource), decimal(withdrawn)),
    { type: 'TAKE_FROM_WORKTOP', resource: sell.resource, amount: sell.amount },
    { type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints: [[buy.resource, bought]] },
    yieldToParent(bucketValue(first)),
    ...fees.map((amount): Instruction => ({ type: 'TAKE_FROM_WORKTOP', resource: sell.resource, amount })),
  ];
  if (options.rebateConstraint) {
    const any = { type: 'AtLeastAmount', amount: 0n } as const;
    list.push({ type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints: [[sell.resource, any]] });
  }
  list.push(
    yieldToParent(...fees.map((_, index) => bucketValue(first + 1 + index))),
    callMethod(account, 'deposit_batch', ENTIRE_WORKTOP),
    yieldToParent(),
  );
  return options.edit ? options.edit(list) : list;
}

export function makeOrder(options: OrderOptions): SignedPartialTransaction {
  const user = options.user ?? ed25519Key(1);
  return makeSignedPartial({
    maxTimestamp: 1000n,
    ...options.header,
    instructions: orderInstructions(options),
    signers: options.signers ?? [user],
  });
}

export interface WrapperOptions {
  readonly anthic?: TestKey;
  readonly reward?: bigint;
  /** What it gives back of the fees; by default nothing beyond what it did not take. */
  readonly rebate?: bigint;
  readonly signers?: readonly TestKey[];
  readonly header?: Omit<CoreOptions, 'instructions'>;
  readonly edit?: (list: Instruction[]) => Instruction[];
}

/** The script of the recorded wrapper. */
export function wrapperInstructions(order: OrderOptions, options: WrapperOptions = {}): Instruction[] {
  const { sell, buy, fees = [0n, 0n] } = order;
  const { reward = units(1) / 2n, rebate = 0n } = options;
  const anthic = preallocatedAccount((options.anthic ?? ANTHIC).publicKey);
  const kept = fees.reduce((sum, fee) => sum + fee, 0n) - rebate;
  const list: Instruction[] = [
    yieldToChild(0),
    { type: 'TAKE_FROM_WORKTOP', resource: sell.resource, amount: sell.amount },
    yieldToParent(bucketValue(0)),
    { type: 'TAKE_ALL_FROM_WORKTOP', resource: buy.resource },
    yieldToChild(0, bucketValue(1)),
    { type: 'TAKE_FROM_WORKTOP', resource: sell.resource, amount: kept },
    callMethod(anthic, 'deposit', bucketValue(2)),
    yieldToChild(0, ENTIRE_WORKTOP),
    callMethod(anthic, 'withdraw', address(XRD), decimal(reward)),
    { type: 'TAKE_FROM_WORKTOP', resource: XRD, amount: reward },
    yieldToParent(bucketValue(3)),
  ];
  return options.edit ? options.edit(list) : list;
}

/** An item of a bundle: an order in its wrapper. */
export function makeItem(order: OrderOptions, wrapper: WrapperOptions = {}): SignedPartialTransaction {
  const { anthic = ANTHIC } = wrapper;
  return makeSignedPartial({
    ...wrapper.header,
    children: [makeOrder(order)],
    instructions: wrapperInstructions(order, wrapper),
    signers: wrapper.signers ?? [anthic],
  });
}

/** As Anthic pushes it: the plain tuple. */
export function itemHex(item: SignedPartialTransaction): string {
  return toHex(encodePayload(signedPartialTransaction, item));
}

export function makeFrame(items: readonly SignedPartialTransaction[]): string {
  const params = items.map(itemHex);
  return JSON.stringify({ id: null, jsonrpc: '2.0', method: 'new_subintent_bundle', params });
}

/** Two orders that want just what the other sells. */
export function makePair(a: NodeId, b: NodeId, amountA: bigint, amountB: bigint, seed = 0): OrderOptions[] {
  return [
    {
      user: ed25519Key(100 + 2 * seed),
      sell: { resource: a, amount: amountA },
      buy: { resource: b, amount: amountB },
      fees: [amountA / 1000n, 1n],
      header: { discriminator: BigInt(2 * seed) },
    },
    {
      user: ed25519Key(101 + 2 * seed),
      sell: { resource: b, amount: amountB },
      buy: { resource: a, amount: amountA },
      header: { discriminator: BigInt(2 * seed + 1) },
    },
  ];
}
