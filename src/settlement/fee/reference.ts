import { ENTITY, entityOf, type NodeId } from '../../sbor/custom.js';
import type { Value } from '../../sbor/value.js';
import type { CompositeRequirement, ResourceOrNonFungible } from '../../transaction/accessRule.js';
import { XRD } from '../../transaction/address.js';
import type { Instruction } from '../../transaction/instruction.js';
import { SIGNATURE_BADGE } from '../../transaction/key.js';
import type { IntentCore } from '../../transaction/model.js';

/**
 * Entities every transaction may use without naming them; a reference to one is free (docs/protocol.md §12.3). The same
 * bytes on every network.
 */
const ALWAYS_VISIBLE: ReadonlySet<NodeId> = new Set([
  // Resources: XRD, signature and caller badges, owner badges.
  XRD,
  SIGNATURE_BADGE.Secp256k1,
  SIGNATURE_BADGE.Ed25519,
  '9a4c6318c6318c68120b34cc6318c6318cf7ab478c5547c7c6318c6318c6',
  '9a4c6318c6318c60db1ff8cc6318c6318cf7c75456aba2fbc6318c6318c6',
  '9a4c6318c6318c647f1ff8cc6318c6318cf7aa347bdfaa51e6318c6318c6',
  '9a4c6318c6318c60d90e98cc6318c6318cf7aa943d291a3e86318c6318c6',
  '9a4c6318c6318c66346e98cc6318c6318cf7d63aa2a913c6a6318c6318c6',
  '9a4c6318c6318c66cd6e98cc6318c6318cf7a8fed56b52a8e6318c6318c6',
  '9a4c6318c6318c6ee30e98cc6318c6318cf7eb5aabd4a7e946318c6318c6',
  // Packages: package, resource, identity, consensus manager, account, access controller, transaction processor,
  // metadata, royalty, role assignment, genesis helper, faucet, pool, transaction tracker, locker.
  '0d906318c6318c60f716464c6318c6318cf7bfcad6a3152b46318c6318c6',
  '0d906318c6318c61e603c64c6318c6318cf7be913d63aafbc6318c6318c6',
  '0d906318c6318c66cd64318c6318c6318cf79e9a7f8f179ca6318c6318c6',
  '0d906318c6318c6c4e1b40cc6318c6318cf7bfd5d45f48c686318c6318c6',
  '0d906318c6318c6ee313598c6318c6318cf7bcaa2e954a9626318c6318c6',
  '0d906318c6318c6c4d63f8cc6318c6318cf7bf553d3ca51686318c6318c6',
  '0d906318c6318c659a6130cc6318c6318cf7a8ba5295eabf46318c6318c6',
  '0d906318c6318c6dadbd5f4c6318c6318cf7d155d53de568a6318c6318c6',
  '0d906318c6318c6193bf590c6318c6318cf7c4f52d3d189746318c6318c6',
  '0d906318c6318c6e8f9fcc0c6318c6318cf7aa2fad74a29e26318c6318c6',
  '0d906318c6318c646670818c6318c6318cf7d63e56aaaf7a26318c6318c6',
  '0d906318c6318c64f798cacc6318c6318cf7bdf1ac6943ea26318c6318c6',
  '0d906318c6318c60fcc6318c6318c6318cf53e3e2a94fa2aa6318c6318c6',
  '0d906318c6318c659963ed8c6318c6318cf7be85a17d48bca6318c6318c6',
  '0d906318c6318c6fe2d9198c6318c6318cf7bd4f3bf55557c6318c6318c6',
  // Components: consensus manager, transaction tracker.
  '860c6318c6318c6c4e1b40cc6318c6318cf7bca52eb54a6a86318c6318c6',
  '82cc6318c6318c659963ed8c6318c6318cf7e8f5ae8f4a96a6318c6318c6',
]);

const PREALLOCATED: ReadonlySet<number> = new Set([
  ENTITY.GlobalPreallocatedSecp256k1Account,
  ENTITY.GlobalPreallocatedEd25519Account,
  ENTITY.GlobalPreallocatedSecp256k1Identity,
  ENTITY.GlobalPreallocatedEd25519Identity,
]);

/** The entities whose existence is checked, and charged, before an intent runs: each once per intent. */
export function checkedReferences(core: IntentCore): readonly NodeId[] {
  const found = new Set<NodeId>();
  for (const instruction of core.instructions.value) collect(instruction, found);
  const nodes: NodeId[] = [];
  for (const node of found) if (!ALWAYS_VISIBLE.has(node) && !PREALLOCATED.has(entityOf(node))) nodes.push(node);
  return nodes;
}

function collect(instruction: Instruction, found: Set<NodeId>): void {
  switch (instruction.type) {
    case 'TAKE_FROM_WORKTOP':
    case 'TAKE_NON_FUNGIBLES_FROM_WORKTOP':
    case 'TAKE_ALL_FROM_WORKTOP':
    case 'ASSERT_WORKTOP_CONTAINS':
    case 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES':
    case 'ASSERT_WORKTOP_CONTAINS_ANY':
    case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT':
    case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES':
    case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL':
      found.add(instruction.resource);
      return;
    case 'ASSERT_WORKTOP_RESOURCES_ONLY':
    case 'ASSERT_WORKTOP_RESOURCES_INCLUDE':
    case 'ASSERT_NEXT_CALL_RETURNS_ONLY':
    case 'ASSERT_NEXT_CALL_RETURNS_INCLUDE':
      for (const [resource] of instruction.constraints) found.add(resource);
      return;
    case 'CALL_METHOD':
    case 'CALL_ROYALTY_METHOD':
    case 'CALL_METADATA_METHOD':
    case 'CALL_ROLE_ASSIGNMENT_METHOD':
    case 'CALL_DIRECT_VAULT_METHOD':
      if (typeof instruction.address === 'string') found.add(instruction.address);
      return inValue(instruction.args, found);
    case 'CALL_FUNCTION':
      if (typeof instruction.package === 'string') found.add(instruction.package);
      return inValue(instruction.args, found);
    case 'ALLOCATE_GLOBAL_ADDRESS':
      found.add(instruction.package);
      return;
    case 'YIELD_TO_CHILD':
    case 'YIELD_TO_PARENT':
      return inValue(instruction.args, found);
    case 'VERIFY_PARENT':
      if (instruction.rule.type === 'Protected') inRequirement(instruction.rule.requirement, found);
  }
}

function inValue(value: Value, found: Set<NodeId>): void {
  switch (value.kind) {
    case 'Address':
      if (typeof value.value === 'string') found.add(value.value);
      return;
    case 'Tuple':
    case 'Enum':
      for (const field of value.fields) inValue(field, found);
      return;
    case 'Array':
      for (const element of value.elements) inValue(element, found);
      return;
    case 'Map':
      for (const [key, item] of value.entries) {
        inValue(key, found);
        inValue(item, found);
      }
  }
}

function inRequirement(rule: CompositeRequirement, found: Set<NodeId>): void {
  if (rule.type !== 'Basic') {
    for (const each of rule.rules) inRequirement(each, found);
    return;
  }
  const basic = rule.requirement;
  if (basic.type === 'AmountOf') found.add(basic.resource);
  else if (basic.type === 'Require') found.add(resourceOf(basic.badge));
  else for (const badge of basic.badges) found.add(resourceOf(badge));
}

function resourceOf(badge: ResourceOrNonFungible): NodeId {
  return badge.type === 'Resource' ? badge.resource : badge.id.resource;
}
