import { units } from '../../src/base/amount.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { callMethod, XRD } from '../../test/support/build.js';
import { address, decimal, requireBadge } from '../../test/support/bundles.js';
import type { RandomItem } from '../../test/support/randomBundles.js';
import { randomProofs } from './settlementsForceProof.js';
import type { ChangeContext } from './settlementsForceRoot.js';
import { anthicProofs, randomRule } from './settlementsForceRule.js';
import { PREFIX } from './settlementsParts.js';

type Change = (item: RandomItem, context: ChangeContext) => RandomItem | undefined;

/** What can be wrong with an order or its wrapper, everything else as it was. */
export const ITEM_CHANGES: Readonly<Record<string, Change>> = {
  greedy: ({ order, wrapper }, { world }) => {
    const amount = order.buy.amount + world.unit(order.buy.resource);
    return { order: { ...order, buy: { ...order.buy, amount } }, wrapper };
  },
  'exact-less': ({ order, wrapper }, { world }) => {
    const amount = order.buy.amount - world.unit(order.buy.resource);
    return { order: { ...order, buy: { ...order.buy, amount, exact: true } }, wrapper };
  },
  'other-badge': ({ order, wrapper }, { world }) => ({
    order: { ...order, rule: requireBadge(world.of('sink')[0]!.key) },
    wrapper,
  }),
  rule: ({ order, wrapper }, { world, chance }) => {
    const anthic = world.of('anthic').find((party) => party.key.publicKey === wrapper.anthic!.publicKey)!;
    const edit = (list: Instruction[]): Instruction[] => [
      ...anthicProofs(world, chance, anthic),
      ...(wrapper.edit === undefined ? list : wrapper.edit(list)),
    ];
    return { order: { ...order, rule: randomRule(world, chance, anthic) }, wrapper: { ...wrapper, edit } };
  },
  'not-owner': ({ order, wrapper }, { world }) => ({
    order: { ...order, signers: [world.of('sink')[0]!.key] },
    wrapper,
  }),
  'no-signer': ({ order, wrapper }, { chance }) =>
    chance.often(0.5) ? { order: { ...order, signers: [] }, wrapper } : { order, wrapper: { ...wrapper, signers: [] } },
  'no-vault': ({ order, wrapper }, { world, chance }) => {
    const party = chance.pick(
      world.of('user').filter((each) => world.balance(each.account, order.sell.resource) === undefined),
    );
    return { order: { ...order, user: party.key, account: party.account, prefix: [] }, wrapper };
  },
  /** All it has is fine as long as nothing else of the bundle lives of it. */
  'too-much': ({ order, wrapper }, { world, chance }) => {
    const withdrawn =
      world.balance(order.account!, order.sell.resource)! + chance.pick([0n, 1n, world.unit(order.sell.resource)]);
    return { order: { ...order, withdrawn }, wrapper };
  },
  'too-fine': ({ order, wrapper }) => {
    const withdrawn = (order.fees ?? [0n]).reduce((sum, fee) => sum + fee, order.sell.amount) + 1n;
    return { order: { ...order, withdrawn }, wrapper };
  },
  'locked-by-proof': ({ order, wrapper }, { world, chance }) => {
    const { resource, amount } = order.sell;
    const needed = (order.fees ?? []).reduce((sum, fee) => sum + fee, amount);
    const free = world.balance(order.account!, resource)! - needed;
    const party = world.partyOf(order.account!);
    const shown = chance.often(0.5) ? free : free + world.unit(resource);
    return { order: { ...order, prefix: PREFIX.proof(party, resource, shown) }, wrapper };
  },
  proofs: ({ order, wrapper }, { world, chance }) => {
    const prefix = randomProofs(world, chance, world.partyOf(order.account!), order.sell.resource);
    return { order: { ...order, prefix }, wrapper };
  },
  'late-contingent': ({ order, wrapper }) => {
    const lock = callMethod(order.account!, 'lock_contingent_fee', decimal(units(1)));
    return { order: { ...order, edit: (list) => after(list, 'withdraw', lock) }, wrapper };
  },
  'lock-fee': ({ order, wrapper }) => ({
    order: { ...order, prefix: [callMethod(order.account!, 'lock_fee', decimal(units(1)))] },
    wrapper,
  }),
  'keeps-nothing': ({ order, wrapper }) => ({
    order: {
      ...order,
      edit: (list) => list.filter((each) => !(each.type === 'CALL_METHOD' && each.method === 'deposit_batch')),
    },
    wrapper,
  }),
  'poor-anthic': ({ order, wrapper }, { world }) => ({
    order,
    wrapper: { ...wrapper, reward: world.balance(world.of('anthic')[0]!.account, XRD)! + units(1) },
  }),
  'withdraws-more': ({ order, wrapper }, { world }) => {
    const more = callMethod(
      order.account!,
      'withdraw',
      address(order.sell.resource),
      decimal(world.unit(order.sell.resource)),
    );
    return { order: { ...order, edit: (list) => after(list, 'withdraw', more) }, wrapper };
  },
};

function after(list: readonly Instruction[], method: string, more: Instruction): Instruction[] {
  const at = list.findIndex((each) => each.type === 'CALL_METHOD' && each.method === method);
  return [...list.slice(0, at + 1), more, ...list.slice(at + 1)];
}
