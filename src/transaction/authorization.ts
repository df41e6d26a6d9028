import type { Attos } from '../base/amount.js';
import type { LocalId, NodeId } from '../sbor/custom.js';
import type { AccessRule, BasicRequirement, CompositeRequirement, ResourceOrNonFungible } from './accessRule.js';
import type { NonFungibleGlobalId } from './key.js';

/** A proof in an auth zone: so much of a resource, and for a non-fungible one which. */
export interface Proof {
  readonly resource: NodeId;
  readonly amount: Attos;
  readonly ids: readonly LocalId[];
}

/** What an intent can show: badges of its signers, and proofs made by its instructions. */
export interface AuthZone {
  readonly badges: readonly NonFungibleGlobalId[];
  readonly proofs: readonly Proof[];
}

/**
 * Whether an auth zone meets a rule, as the engine decides it (docs/protocol.md §6.4, §11 C1). Signature badges meet only
 * a requirement that names the very non-fungible.
 */
export function meetsRule(rule: AccessRule, zone: AuthZone): boolean {
  if (rule.type === 'Protected') return meetsComposite(rule.requirement, zone);
  return rule.type === 'AllowAll';
}

function meetsComposite(rule: CompositeRequirement, zone: AuthZone): boolean {
  switch (rule.type) {
    case 'Basic':
      return meetsBasic(rule.requirement, zone);
    case 'AnyOf':
      return rule.rules.some((each) => meetsComposite(each, zone));
    case 'AllOf':
      return rule.rules.every((each) => meetsComposite(each, zone));
  }
}

function meetsBasic(rule: BasicRequirement, zone: AuthZone): boolean {
  switch (rule.type) {
    case 'Require':
      return shows(rule.badge, zone);
    case 'AmountOf':
      // One proof must be enough by itself.
      return zone.proofs.some((proof) => proof.resource === rule.resource && proof.amount >= rule.amount);
    case 'CountOf':
      // A badge listed twice counts twice.
      return rule.badges.filter((badge) => shows(badge, zone)).length >= rule.count;
    case 'AllOf':
      return rule.badges.every((badge) => shows(badge, zone));
    case 'AnyOf':
      return rule.badges.some((badge) => shows(badge, zone));
  }
}

function shows(wanted: ResourceOrNonFungible, zone: AuthZone): boolean {
  if (wanted.type === 'Resource') return zone.proofs.some((proof) => proof.resource === wanted.resource);
  const { resource, localId } = wanted.id;
  return (
    zone.badges.some((badge) => badge.resource === resource && badge.localId === localId) ||
    zone.proofs.some((proof) => proof.resource === resource && proof.ids.includes(localId))
  );
}
