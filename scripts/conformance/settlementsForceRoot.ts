import { units } from '../../src/base/amount.js';
import type { NodeId } from '../../src/sbor/custom.js';
import type { Value } from '../../src/sbor/value.js';
import { XRD } from '../../src/transaction/address.js';
import type { ResourceConstraint } from '../../src/transaction/constraint.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { callMethod, NO_ARGUMENTS, tuple } from '../../test/support/build.js';
import { address, decimal, ENTIRE_WORKTOP } from '../../test/support/bundles.js';
import type { Chance } from '../../test/support/randomBundles.js';
import type { Bundle } from './settlementsCase.js';
import type { World } from './world.js';

export interface ChangeContext {
  readonly world: World;
  readonly chance: Chance;
  readonly bundle: Bundle;
}

type Change = (list: readonly Instruction[], context: ChangeContext) => Instruction[] | undefined;

/** What can go wrong in a root; the first instruction locks the fee. Some changes do no harm: both sides must see that. */
export const ROOT_CHANGES: Readonly<Record<string, Change>> = {
  leftover: (list) => (isDeposit(list.at(-1)!) ? list.slice(0, -1) : undefined),
  take: (list, { chance, world }) =>
    change(list, chance, 'TAKE_FROM_WORKTOP', (taken) => {
      const by = chance.pick([1n, world.unit(taken.resource)]);
      return { ...taken, amount: taken.amount + (chance.often(0.5) ? by : -by) };
    }),
  'take-all': (list, { chance }) =>
    change(list, chance, 'TAKE_FROM_WORKTOP', ({ resource }) => ({ type: 'TAKE_ALL_FROM_WORKTOP', resource })),
  swap: (list, { chance }) => {
    const at = 1 + chance.below(list.length - 2);
    return [...list.slice(0, at), list[at + 1]!, list[at]!, ...list.slice(at + 2)];
  },
  pass: (list, { chance }) =>
    change(list, chance, 'YIELD_TO_CHILD', (call) => {
      const nothing = call.args.kind === 'Tuple' && call.args.fields.length === 0;
      return { ...call, args: nothing ? tuple(ENTIRE_WORKTOP) : NO_ARGUMENTS };
    }),
  child: (list, { chance, bundle }) =>
    change(list, chance, 'YIELD_TO_CHILD', (call) => ({ ...call, child: chance.below(bundle.items.length) })),
  'late-lock': (list) => [...list.slice(1), list[0]!],
  'two-locks': (list) => [list[0]!, ...list],
  'foreign-deposit': (list, { chance, bundle }) =>
    isDeposit(list.at(-1)!)
      ? [
          ...list.slice(0, -1),
          chance.often(0.5)
            ? callMethod(stranger(bundle, chance), 'deposit_batch', ENTIRE_WORKTOP)
            : callMethod(stranger(bundle, chance), 'try_deposit_batch_or_abort', ENTIRE_WORKTOP, NONE),
        ]
      : undefined,
  proof: (list, { chance, bundle, world }) => {
    const at = 1 + chance.below(list.length - 1);
    const { account } = bundle.solver;
    const more: Instruction[] = [callMethod(account, 'create_proof_of_amount', address(XRD), decimal(units(1)))];
    if (chance.often(0.5))
      more.push({ type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource: XRD, amount: units(1 + chance.below(2)) });
    if (chance.often(0.3)) more.push({ type: 'DROP_ALL_PROOFS' });
    if (chance.often(0.2)) more.push({ type: 'DROP_PROOF', proof: 0 });
    if (chance.often(0.2))
      more.push(
        callMethod(account, 'withdraw', address(XRD), decimal(world.balance(account, XRD)! - units(chance.below(60)))),
      );
    return [...list.slice(0, at), ...more, ...list.slice(at)];
  },
  'worktop-assertion': (list, context) => insert(list, context, worktopAssertion(context)),
  'call-assertion': (list, context) => {
    const calls = list.flatMap((each, at) => (at > 0 && each.type === 'YIELD_TO_CHILD' ? [at] : []));
    const at = context.chance.pick(calls);
    return [...list.slice(0, at), callAssertion(context), ...list.slice(at)];
  },
  'bucket-assertion': (list, { chance, bundle }) => {
    const takes = list.flatMap((each, at) => (each.type.startsWith('TAKE_') ? [at] : []));
    if (takes.length === 0) return undefined;
    const nth = chance.below(takes.length);
    const constraint = randomConstraint(chance, bundle);
    const at = takes[nth]! + 1;
    return [...list.slice(0, at), { type: 'ASSERT_BUCKET_CONTENTS', bucket: nth, constraint }, ...list.slice(at)];
  },
};

const NONE: Value = { kind: 'Enum', discriminator: 0, fields: [] };

function isDeposit(instruction: Instruction): boolean {
  return instruction.type === 'CALL_METHOD' && instruction.method === 'deposit_batch';
}

function stranger(bundle: Bundle, chance: Chance): NodeId {
  return chance.pick(bundle.orders).limitOrder.account;
}

function change<T extends Instruction['type']>(
  list: readonly Instruction[],
  chance: Chance,
  type: T,
  make: (instruction: Extract<Instruction, { type: T }>) => Instruction,
): Instruction[] | undefined {
  const places = list.flatMap((each, at) => (each.type === type ? [at] : []));
  if (places.length === 0) return undefined;
  const at = chance.pick(places);
  return list.with(at, make(list[at] as Extract<Instruction, { type: T }>));
}

function insert(list: readonly Instruction[], { chance }: ChangeContext, more: Instruction): Instruction[] {
  const at = 1 + chance.below(list.length);
  return [...list.slice(0, at), more, ...list.slice(at)];
}

function worktopAssertion({ chance, bundle }: ChangeContext): Instruction {
  const [resource] = someAsset(chance, bundle);
  const constraints = randomConstraints(chance, bundle);
  return chance.pick<Instruction>([
    { type: 'ASSERT_WORKTOP_CONTAINS', resource, amount: someAsset(chance, bundle)[1] },
    { type: 'ASSERT_WORKTOP_CONTAINS_ANY', resource },
    { type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints },
    { type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE', constraints },
  ]);
}

function callAssertion({ chance, bundle }: ChangeContext): Instruction {
  const constraints = randomConstraints(chance, bundle);
  const only = chance.often(0.5);
  return { type: only ? 'ASSERT_NEXT_CALL_RETURNS_ONLY' : 'ASSERT_NEXT_CALL_RETURNS_INCLUDE', constraints };
}

/** An amount that occurs, so that assertions hold now and then. */
function someAsset(chance: Chance, bundle: Bundle): readonly [NodeId, bigint] {
  const { limitOrder, script } = chance.pick(bundle.orders);
  const { sell, buy } = limitOrder;
  return chance.pick([
    [sell.resource, sell.amount],
    [buy.resource, buy.amount],
    [XRD, script.reward],
  ] as const);
}

function randomConstraints(chance: Chance, bundle: Bundle): [NodeId, ResourceConstraint][] {
  const entries = Array.from({ length: chance.below(3) }, () => someAsset(chance, bundle));
  return [...new Map(entries)].map(([resource, amount]) => [resource, constraintOf(chance, amount)]);
}

function randomConstraint(chance: Chance, bundle: Bundle): ResourceConstraint {
  return constraintOf(chance, someAsset(chance, bundle)[1]);
}

function constraintOf(chance: Chance, amount: bigint): ResourceConstraint {
  const upper = chance.often(0.5);
  return chance.pick<ResourceConstraint>([
    { type: 'NonZeroAmount' },
    { type: 'ExactAmount', amount },
    { type: 'AtLeastAmount', amount: chance.often(0.3) ? 0n : amount },
    {
      type: 'General',
      constraint: {
        requiredIds: [],
        lowerBound: chance.often(0.5) ? { type: 'NonZero' } : { type: 'Inclusive', amount },
        upperBound: upper ? { type: 'Inclusive', amount } : { type: 'Unbounded' },
        allowedIds: { type: 'Any' },
      },
    },
  ]);
}
