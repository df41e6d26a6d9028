import { formatAmount, units } from '../../base/amount.js';
import type { LocalId, NodeId } from '../../sbor/custom.js';
import { isFungible } from '../../transaction/address.js';
import type { GeneralConstraint, ResourceConstraint, ResourceConstraints } from '../../transaction/constraint.js';
import type { Bucket } from './asset.js';
import { CheckError } from './error.js';

/** What an assertion looks at: per resource the amount, and for a non-fungible one the ids (unknown: undefined). */
export interface Balance {
  readonly resource: NodeId;
  amount: bigint;
  ids: readonly LocalId[] | undefined;
}

/** Adds up buckets; empty ones do not count (docs/protocol.md §6.3). */
export function totals(buckets: readonly Bucket[]): Balance[] {
  const list: Balance[] = [];
  for (const { resource, amount, ids } of buckets) {
    if (amount === 0n) continue;
    const known = list.find((balance) => balance.resource === resource);
    if (known === undefined) {
      list.push({ resource, amount, ids });
    } else {
      known.amount += amount;
      known.ids = known.ids === undefined || ids === undefined ? undefined : [...known.ids, ...ids];
    }
  }
  return list;
}

/**
 * Tests balances against constraints (docs/protocol.md §4.1, §6.3). `only`: nothing else may be there. The result says
 * whether it holds for sure; where unknown ids decide, it is assumed.
 */
export function satisfies(balances: readonly Balance[], constraints: ResourceConstraints, only: boolean): boolean {
  if (only) {
    for (const { resource } of balances) {
      if (!constraints.some(([listed]) => listed === resource)) {
        throw new CheckError('AssertionFailed', `expected nothing but what is listed, got some of ${resource}`);
      }
    }
  }
  let sure = true;
  for (const [resource, constraint] of constraints) {
    const balance = balances.find((each) => each.resource === resource);
    const none = balance === undefined;
    if (!holds(constraint, resource, none ? 0n : balance.amount, none ? [] : balance.ids)) sure = false;
  }
  return sure;
}

/** Tests one constraint: throws where it is broken, false where unknown ids decide. */
export function holds(
  constraint: ResourceConstraint,
  resource: NodeId,
  amount: bigint,
  ids: readonly LocalId[] | undefined,
): boolean {
  switch (constraint.type) {
    case 'NonZeroAmount':
      if (amount === 0n) throw broken(resource, 'some', amount);
      return true;
    case 'ExactAmount':
      if (amount !== constraint.amount) throw broken(resource, formatAmount(constraint.amount), amount);
      return true;
    case 'AtLeastAmount':
      if (amount < constraint.amount) throw broken(resource, `at least ${formatAmount(constraint.amount)}`, amount);
      return true;
    case 'ExactNonFungibles':
    case 'AtLeastNonFungibles':
      if (isFungible(resource)) throw broken(resource, 'a non-fungible resource', amount);
      if (constraint.type === 'ExactNonFungibles' && amount !== units(constraint.ids.length)) {
        throw broken(resource, `exactly ${constraint.ids.join(', ')}`, amount);
      }
      return includes(resource, ids, constraint.ids);
    case 'General':
      return general(constraint.constraint, resource, amount, ids);
  }
}

function general(
  { lowerBound, upperBound, requiredIds, allowedIds }: GeneralConstraint,
  resource: NodeId,
  amount: bigint,
  ids: readonly LocalId[] | undefined,
): boolean {
  if (lowerBound.type === 'NonZero' ? amount === 0n : amount < lowerBound.amount) {
    throw broken(
      resource,
      lowerBound.type === 'NonZero' ? 'some' : `at least ${formatAmount(lowerBound.amount)}`,
      amount,
    );
  }
  if (upperBound.type === 'Inclusive' && amount > upperBound.amount) {
    throw broken(resource, `at most ${formatAmount(upperBound.amount)}`, amount);
  }
  // Of a fungible resource only the bounds are tested.
  if (isFungible(resource)) return true;
  const required = includes(resource, ids, requiredIds);
  if (allowedIds.type === 'Any') return required;
  if (ids === undefined) return false;
  const odd = ids.find((id) => !allowedIds.ids.includes(id));
  if (odd !== undefined) throw new CheckError('AssertionFailed', `expected no ${odd} of ${resource}`);
  return required;
}

function includes(resource: NodeId, ids: readonly LocalId[] | undefined, wanted: readonly LocalId[]): boolean {
  if (wanted.length === 0) return true;
  if (ids === undefined) return false;
  const missing = wanted.find((id) => !ids.includes(id));
  if (missing !== undefined) throw new CheckError('AssertionFailed', `expected ${missing} of ${resource}`);
  return true;
}

function broken(resource: NodeId, wanted: string, amount: bigint): CheckError {
  return new CheckError('AssertionFailed', `expected ${wanted} of ${resource}, got ${formatAmount(amount)}`);
}
