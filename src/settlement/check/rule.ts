import type { NodeId } from '../../sbor/custom.js';
import type {
  AccessRule,
  BasicRequirement,
  CompositeRequirement,
  ResourceOrNonFungible,
} from '../../transaction/accessRule.js';
import type { Proof } from './asset.js';
import type { AuthZone } from './zone.js';

/** How the engine got to its verdict: what it looked at costs (docs/protocol.md §12.2). */
export class RuleCheck {
  lookups = 0;
  compared = 0;
  read = 0;
  /** Set where ids decide that nobody can know beforehand. */
  assumed = false;

  constructor(private readonly zone: AuthZone) {}

  /** Whether the auth zone meets the rule (docs/protocol.md §6.4, §11 C1). Requirements are searched in order. */
  meets(rule: AccessRule): boolean {
    if (rule.type === 'Protected') return this.composite(rule.requirement);
    return rule.type === 'AllowAll';
  }

  private composite(rule: CompositeRequirement): boolean {
    if (rule.type === 'Basic') return this.basic(rule.requirement);
    for (const each of rule.rules) {
      const met = this.composite(each);
      if (rule.type === 'AnyOf' && met) return true;
      if (rule.type === 'AllOf' && !met) return false;
    }
    return rule.type === 'AllOf';
  }

  private basic(rule: BasicRequirement): boolean {
    switch (rule.type) {
      case 'Require':
        return this.shown(rule.badge);
      case 'AmountOf':
        return this.amountShown(rule.resource, rule.amount);
      case 'CountOf': {
        // Entries count each time they are listed, and counting stops as soon as there are enough.
        let left = rule.count;
        if (left === 0) return true;
        for (const badge of rule.badges) if (this.shown(badge) && --left === 0) return true;
        return false;
      }
      case 'AllOf':
        for (const badge of rule.badges) if (!this.shown(badge)) return false;
        return true;
      case 'AnyOf':
        for (const badge of rule.badges) if (this.shown(badge)) return true;
        return false;
    }
  }

  private shown(wanted: ResourceOrNonFungible): boolean {
    this.lookups++;
    if (wanted.type === 'Resource') return this.search(wanted.resource, () => true);
    const { resource, localId } = wanted.id;
    // A signature badge meets only a requirement that names the very non-fungible.
    for (const badge of this.zone.badges) if (badge.localId === localId && badge.resource === resource) return true;
    return this.search(resource, (proof) => {
      this.read++;
      if (proof.ids === undefined) this.assumed = true;
      return proof.ids === undefined || proof.ids.includes(localId);
    });
  }

  private amountShown(resource: NodeId, amount: bigint): boolean {
    this.lookups++;
    // One proof must be enough by itself.
    return this.search(resource, (proof) => {
      this.read++;
      return proof.amount >= amount;
    });
  }

  private search(resource: NodeId, enough: (proof: Proof) => boolean): boolean {
    for (const proof of this.zone.proofs) {
      this.compared++;
      if (proof.resource === resource && enough(proof)) return true;
    }
    return false;
  }
}
