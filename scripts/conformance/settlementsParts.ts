import { units } from '../../src/base/amount.js';
import type { LocalId, NodeId } from '../../src/sbor/custom.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { bucketValue, callMethod, FAUCET, XRD, yieldToChild, yieldToParent } from '../../test/support/build.js';
import { address, decimal, ENTIRE_WORKTOP, type OrderOptions, requireBadge } from '../../test/support/bundles.js';
import type { Chance, RandomItem } from '../../test/support/randomBundles.js';
import { EPOCH, type Party, PROPOSER_MS, type World } from './world.js';

/** What orders and wrappers of the suites are put together from. */

export type Trade = Pick<OrderOptions, 'sell' | 'buy'>;

/** Valid now, and for as long as Anthic asks. */
export const HEADER = {
  startEpoch: BigInt(EPOCH),
  endEpoch: BigInt(EPOCH + 2),
  maxTimestamp: BigInt(Math.floor(PROPOSER_MS / 1000) + 15),
};

export interface ItemOptions extends Partial<OrderOptions> {
  readonly anthic?: Party;
  readonly reward?: bigint;
  readonly rebate?: bigint;
  /** The wrapper hands out its reward with its first yield, not with its last. */
  readonly early?: boolean;
}

/** An order of `party` in a wrapper of Anthic's. */
export function item(world: World, chance: Chance, party: Party, trade: Trade, options: ItemOptions = {}): RandomItem {
  const { anthic = world.of('anthic')[0]!, reward, rebate, early, ...rest } = options;
  const discriminator = () => BigInt(chance.below(2 ** 31));
  const order: OrderOptions = {
    user: party.key,
    account: party.account,
    rule: requireBadge(anthic.key),
    header: { ...HEADER, discriminator: discriminator() },
    ...trade,
    ...rest,
  };
  const paid = reward ?? units(1) / 2n;
  return {
    order,
    wrapper: {
      anthic: anthic.key,
      reward: paid,
      ...(rebate === undefined ? {} : { rebate }),
      header: { startEpoch: HEADER.startEpoch, endEpoch: HEADER.endEpoch, discriminator: discriminator() },
      ...(early ? { edit: (list) => rewardFirst(list, order, anthic, paid) } : {}),
    },
  };
}

function rewardFirst(list: Instruction[], order: OrderOptions, anthic: Party, reward: bigint): Instruction[] {
  const kept = list[5]!;
  if (kept.type !== 'TAKE_FROM_WORKTOP') throw new Error('the wrapper of test/support/bundles.ts has changed');
  return [
    callMethod(anthic.account, 'withdraw', address(XRD), decimal(reward)),
    { type: 'TAKE_FROM_WORKTOP', resource: XRD, amount: reward },
    yieldToChild(0),
    { type: 'TAKE_FROM_WORKTOP', resource: order.sell.resource, amount: order.sell.amount },
    yieldToParent(bucketValue(0), bucketValue(1)),
    { type: 'TAKE_ALL_FROM_WORKTOP', resource: order.buy.resource },
    yieldToChild(0, bucketValue(2)),
    kept,
    callMethod(anthic.account, 'deposit', bucketValue(3)),
    yieldToChild(0, ENTIRE_WORKTOP),
    yieldToParent(),
  ];
}

function withdrawn(party: Party, resource: NodeId, amount: bigint, taken = amount): Instruction[] {
  return [
    callMethod(party.account, 'withdraw', address(resource), decimal(amount)),
    { type: 'TAKE_FROM_WORKTOP', resource, amount: taken },
  ];
}

/** Calls in front of an order, by name. */
export const PREFIX = {
  proof: (party: Party, resource: NodeId, amount: bigint): Instruction[] => [
    callMethod(party.account, 'create_proof_of_amount', address(resource), decimal(amount)),
  ],
  /** Beside the proof itself, what one may do with it. */
  proofs: (party: Party, resource: NodeId, amount: bigint): Instruction[] => [
    ...PREFIX.proof(party, resource, amount),
    { type: 'POP_FROM_AUTH_ZONE' },
    { type: 'CLONE_PROOF', proof: 0 },
    { type: 'PUSH_TO_AUTH_ZONE', proof: 1 },
    { type: 'DROP_PROOF', proof: 0 },
  ],
  badge: (party: Party, ...ids: LocalId[]): Instruction[] => [
    callMethod(party.account, 'create_proof_of_non_fungibles', address(party.badge!), {
      kind: 'Array',
      elementKind: 'NonFungibleLocalId',
      elements: (ids.length > 0 ? ids : ['#1#']).map((value) => ({ kind: 'NonFungibleLocalId', value })),
    }),
  ],
  /** Two badges, then one of them again, and what one may do with them. */
  badges: (party: Party): Instruction[] => [
    ...PREFIX.badge(party, '#1#', '#2#'),
    { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES', resource: party.badge!, ids: ['#2#'] },
    { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource: party.badge! },
    { type: 'CLONE_PROOF', proof: 0 },
    { type: 'DROP_AUTH_ZONE_REGULAR_PROOFS' },
    { type: 'DROP_PROOF', proof: 1 },
    { type: 'PUSH_TO_AUTH_ZONE', proof: 2 },
    ...PREFIX.badge(party, '#2#', '#3#'),
  ],
  /** Proofs of a bucket, also together with one of the vault. */
  bucket: (party: Party, resource: NodeId, amount: bigint): Instruction[] => [
    ...PREFIX.proof(party, resource, amount),
    ...withdrawn(party, resource, amount * 2n),
    { type: 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT', bucket: 0, amount },
    { type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket: 0 },
    { type: 'CLONE_PROOF', proof: 0 },
    { type: 'PUSH_TO_AUTH_ZONE', proof: 1 },
    { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource },
    { type: 'PUSH_TO_AUTH_ZONE', proof: 3 },
    { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource, amount },
    { type: 'DROP_NAMED_PROOFS' },
    { type: 'DROP_AUTH_ZONE_REGULAR_PROOFS' },
    callMethod(party.account, 'deposit', bucketValue(0)),
  ],
  /** Burns twice. */
  burn: (party: Party, resource: NodeId, amount: bigint): Instruction[] => [
    ...withdrawn(party, resource, amount * 3n, amount),
    { type: 'BURN_RESOURCE', bucket: 0 },
    { type: 'TAKE_ALL_FROM_WORKTOP', resource },
    { type: 'BURN_RESOURCE', bucket: 1 },
  ],
  empty: (): Instruction[] => [{ type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [] }],
  contingent: (party: Party, amount: bigint): Instruction[] => [
    callMethod(party.account, 'lock_contingent_fee', decimal(amount)),
  ],
  /** A call of a WASM component, which mints what is sold (XRD), and the account keeps it until it is withdrawn. */
  mint: (party: Party): Instruction[] => [
    callMethod(FAUCET, 'free'),
    { type: 'TAKE_ALL_FROM_WORKTOP', resource: XRD },
    callMethod(party.account, 'deposit', bucketValue(0)),
  ],
} as const;

/** What calls in front of an order burn: all they withdraw, or nothing. */
export function burnt(prefix: readonly Instruction[] = []): bigint {
  if (!prefix.some(({ type }) => type === 'BURN_RESOURCE')) return 0n;
  return prefix.reduce((sum, instruction) => {
    if (instruction.type !== 'CALL_METHOD' || instruction.args.kind !== 'Tuple') return sum;
    const [, amount] = instruction.args.fields;
    return amount?.kind === 'Decimal' ? sum + amount.value : sum;
  }, 0n);
}

/** Users that can pay so much of a resource, the lean ones (which hold nothing else) or the rich ones. */
export function payers(world: World, resource: NodeId, lean?: boolean): Party[] {
  return world.of('user').filter((party) => {
    if (world.balance(party.account, resource) === undefined) return false;
    const others = world.tokens.some(
      (token) => token.resource !== resource && world.balance(party.account, token.resource) !== undefined,
    );
    return lean === undefined || lean !== others;
  });
}
