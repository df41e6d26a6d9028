import { units } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import { isFungible } from '../address.js';
import type { GeneralConstraint, ResourceConstraint, ResourceConstraints } from '../constraint.js';

/** Whether constraints make sense for their resources (docs/protocol.md §4.1). */

const ONE = units(1);
/** What the official bounds compare as: the smallest amount above zero, and the largest there is. */
const NON_ZERO = 1n;
const UNBOUNDED = 2n ** 191n - 1n;

export function areConstraintsValid(constraints: ResourceConstraints): boolean {
  for (const [resource, constraint] of constraints) {
    if (!isConstraintValid(constraint, resource)) return false;
  }
  return true;
}

export function isConstraintValid(constraint: ResourceConstraint, resource: NodeId): boolean {
  const fungible = isFungible(resource);
  switch (constraint.type) {
    case 'NonZeroAmount':
      return true;
    case 'ExactAmount':
    case 'AtLeastAmount':
      return isBoundValid(constraint.amount, fungible);
    case 'ExactNonFungibles':
    case 'AtLeastNonFungibles':
      return !fungible;
    case 'General':
      return isGeneralValid(constraint.constraint, fungible);
  }
}

/** Amounts of non-fungibles are counts. */
function isBoundValid(amount: bigint, fungible: boolean): boolean {
  return amount >= 0n && (fungible || amount % ONE === 0n);
}

function isGeneralValid(general: GeneralConstraint, fungible: boolean): boolean {
  const { requiredIds, lowerBound, upperBound, allowedIds } = general;
  if (fungible && requiredIds.length > 0) return false;
  if (lowerBound.type === 'Inclusive' && !isBoundValid(lowerBound.amount, fungible)) return false;
  if (upperBound.type === 'Inclusive' && !isBoundValid(upperBound.amount, fungible)) return false;
  if (fungible && allowedIds.type === 'Allowlist' && allowedIds.ids.length > 0) return false;
  return isSatisfiable(general);
}

/** Whether any balance can meet the numeric bounds and the id bounds together. */
function isSatisfiable({ requiredIds, lowerBound, upperBound, allowedIds }: GeneralConstraint): boolean {
  const lower = lowerBound.type === 'NonZero' ? NON_ZERO : lowerBound.amount;
  const upper = upperBound.type === 'Unbounded' ? UNBOUNDED : upperBound.amount;
  if (lower > upper || units(requiredIds.length) > upper) return false;
  if (allowedIds.type === 'Any') return true;
  if (lower > units(allowedIds.ids.length)) return false;
  const allowed = new Set(allowedIds.ids);
  return requiredIds.every((id) => allowed.has(id));
}
