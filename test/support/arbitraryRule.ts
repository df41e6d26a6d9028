import { units } from '../../src/base/amount.js';
import type { NodeId } from '../../src/sbor/custom.js';
import type { AccessRule, BasicRequirement, CompositeRequirement } from '../../src/transaction/accessRule.js';
import { isFungible } from '../../src/transaction/address.js';
import type { GeneralConstraint, ResourceConstraint, ResourceConstraints } from '../../src/transaction/constraint.js';
import { isConstraintValid } from '../../src/transaction/validation/constraint.js';
import {
  arbitraryAmount,
  arbitraryIds,
  arbitraryLocalId,
  arbitraryResource,
  arbitrarySigned,
} from './arbitraryLeaf.js';
import type { Chance } from './randomBundles.js';

type Badge = Extract<BasicRequirement, { type: 'Require' }>['badge'];

function arbitraryBadge(chance: Chance): Badge {
  const resource = arbitraryResource(chance);
  if (chance.often(0.5)) return { type: 'Resource', resource };
  return { type: 'NonFungible', id: { resource, localId: arbitraryLocalId(chance) } };
}

function arbitraryBasic(chance: Chance): BasicRequirement {
  const badges = Array.from({ length: chance.below(4) }, () => arbitraryBadge(chance));
  switch (chance.below(5)) {
    case 0:
      return { type: 'Require', badge: arbitraryBadge(chance) };
    case 1:
      return { type: 'AmountOf', amount: arbitrarySigned(chance, 192), resource: arbitraryResource(chance) };
    case 2:
      return { type: 'CountOf', count: chance.below(256), badges };
    case 3:
      return { type: 'AllOf', badges };
    default:
      return { type: 'AnyOf', badges };
  }
}

function arbitraryComposite(chance: Chance, nesting: number): CompositeRequirement {
  if (nesting === 0 || chance.often(0.5)) return { type: 'Basic', requirement: arbitraryBasic(chance) };
  const rules = Array.from({ length: chance.below(4) }, () => arbitraryComposite(chance, nesting - 1));
  return { type: chance.often(0.5) ? 'AnyOf' : 'AllOf', rules };
}

export function arbitraryRule(chance: Chance): AccessRule {
  switch (chance.below(8)) {
    case 0:
      return { type: 'AllowAll' };
    case 1:
      return { type: 'DenyAll' };
    default:
      return { type: 'Protected', requirement: arbitraryComposite(chance, 3) };
  }
}

/** Any constraint of the format; about half of them make no sense for their resource. */
export function anyConstraint(chance: Chance): ResourceConstraint {
  const amount = chance.often(0.3) ? arbitrarySigned(chance, 192) : arbitraryAmount(chance);
  switch (chance.below(6)) {
    case 0:
      return { type: 'NonZeroAmount' };
    case 1:
      return { type: 'ExactAmount', amount };
    case 2:
      return { type: 'AtLeastAmount', amount };
    case 3:
      return { type: 'ExactNonFungibles', ids: arbitraryIds(chance) };
    case 4:
      return { type: 'AtLeastNonFungibles', ids: arbitraryIds(chance) };
    default:
      return { type: 'General', constraint: arbitraryGeneral(chance) };
  }
}

/** Bounds close to each other and to the number of ids, so that both sides of every comparison come up. */
export function arbitraryGeneral(chance: Chance): GeneralConstraint {
  const allowed = arbitraryIds(chance);
  const required = allowed.filter(() => chance.often(0.4));
  const stray = arbitraryLocalId(chance);
  if (chance.often(0.15) && !required.includes(stray)) required.push(stray);
  const counts = [0, required.length, allowed.length];
  const bound = () => units(chance.pick(counts) + chance.below(3) - 1) + (chance.often(0.1) ? 1n : 0n);
  return {
    requiredIds: chance.often(0.6) ? required : [],
    lowerBound: chance.often(0.4) ? { type: 'NonZero' } : { type: 'Inclusive', amount: bound() },
    upperBound: chance.often(0.4) ? { type: 'Unbounded' } : { type: 'Inclusive', amount: bound() },
    allowedIds: chance.often(0.5) ? { type: 'Any' } : { type: 'Allowlist', ids: chance.often(0.8) ? allowed : [] },
  };
}

export function validConstraint(chance: Chance, resource: NodeId): ResourceConstraint {
  for (;;) {
    const constraint = anyConstraint(chance);
    if (isConstraintValid(constraint, resource)) return constraint;
  }
}

/** One that each rule in turn refuses, for that kind of resource. */
export function invalidConstraint(chance: Chance, resource: NodeId): ResourceConstraint {
  const general = (change: Partial<GeneralConstraint>): ResourceConstraint => ({
    type: 'General',
    constraint: {
      requiredIds: [],
      lowerBound: { type: 'NonZero' },
      upperBound: { type: 'Unbounded' },
      allowedIds: { type: 'Any' },
      ...change,
    },
  });
  const inclusive = (amount: bigint) => ({ type: 'Inclusive', amount }) as const;
  const common: ResourceConstraint[] = [
    { type: 'ExactAmount', amount: -1n },
    { type: 'AtLeastAmount', amount: -(2n ** 191n) },
    general({ lowerBound: inclusive(-1n) }),
    general({ upperBound: inclusive(-1n) }),
    general({ upperBound: inclusive(0n) }),
    general({ lowerBound: inclusive(units(2)), upperBound: inclusive(units(1)) }),
    general({ allowedIds: { type: 'Allowlist', ids: [] } }),
    general({ allowedIds: { type: 'Allowlist', ids: [] }, upperBound: inclusive(units(1)) }),
  ];
  const fungible: ResourceConstraint[] = [
    { type: 'ExactNonFungibles', ids: [] },
    { type: 'AtLeastNonFungibles', ids: ['#1#'] },
    general({ requiredIds: ['#1#'] }),
    general({ lowerBound: inclusive(0n), allowedIds: { type: 'Allowlist', ids: ['#1#'] } }),
  ];
  const nonFungible: ResourceConstraint[] = [
    { type: 'ExactAmount', amount: 1n },
    { type: 'AtLeastAmount', amount: units(1) - 1n },
    general({ lowerBound: inclusive(1n) }),
    general({ upperBound: inclusive(units(1) + 1n) }),
    general({ requiredIds: ['#1#', '#2#'], upperBound: inclusive(units(1)) }),
    general({ requiredIds: ['#1#'], allowedIds: { type: 'Allowlist', ids: ['#2#', '#3#'] } }),
    general({ lowerBound: inclusive(units(3)), allowedIds: { type: 'Allowlist', ids: ['#2#', '#3#'] } }),
  ];
  return chance.pick([...common, ...(isFungible(resource) ? fungible : nonFungible)]);
}

export function validConstraints(chance: Chance): ResourceConstraints {
  const resources = new Set(Array.from({ length: chance.below(4) }, () => arbitraryResource(chance)));
  return [...resources].map((resource) => [resource, validConstraint(chance, resource)]);
}
