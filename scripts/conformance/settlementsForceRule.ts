import { units } from '../../src/base/amount.js';
import type { AccessRule, CompositeRequirement, ResourceOrNonFungible } from '../../src/transaction/accessRule.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { signatureBadge } from '../../src/transaction/key.js';
import { callMethod } from '../../test/support/build.js';
import { address, decimal } from '../../test/support/bundles.js';
import type { Chance } from '../../test/support/randomBundles.js';
import type { Party, World } from './world.js';

/** Rules for VERIFY_PARENT of every form, and proofs in the wrapper that meet some of them. */

const SHOWN = units(5);

/** Proofs that a wrapper makes before it calls its order. */
export function anthicProofs(world: World, chance: Chance, anthic: Party): Instruction[] {
  const { resource } = world.tokens[0]!;
  const proofs: Instruction[] = [];
  if (chance.often(0.6) && world.balance(anthic.account, resource) !== undefined) {
    proofs.push(callMethod(anthic.account, 'create_proof_of_amount', address(resource), decimal(SHOWN)));
  }
  if (chance.often(0.6) && anthic.badge !== undefined) {
    const elements = ['#1#', '#2#'].map((value) => ({ kind: 'NonFungibleLocalId', value }) as const);
    proofs.push(
      callMethod(anthic.account, 'create_proof_of_non_fungibles', address(anthic.badge), {
        kind: 'Array',
        elementKind: 'NonFungibleLocalId',
        elements,
      }),
    );
  }
  return proofs;
}

export function randomRule(world: World, chance: Chance, anthic: Party): AccessRule {
  if (chance.often(0.1)) return { type: chance.often(0.5) ? 'AllowAll' : 'DenyAll' };
  return { type: 'Protected', requirement: composite(world, chance, anthic, 3) };
}

function composite(world: World, chance: Chance, anthic: Party, depth: number): CompositeRequirement {
  if (depth > 0 && chance.often(0.5)) {
    const rules = Array.from({ length: chance.below(4) }, () => composite(world, chance, anthic, depth - 1));
    return { type: chance.often(0.5) ? 'AnyOf' : 'AllOf', rules };
  }
  const badges = () => Array.from({ length: chance.below(4) }, () => badge(world, chance, anthic));
  switch (chance.below(5)) {
    case 0: {
      const amount = chance.pick([0n, 1n, SHOWN, SHOWN + 1n]);
      const resource = chance.pick([world.tokens[0]!.resource, anthic.badge ?? world.tokens[1]!.resource]);
      return { type: 'Basic', requirement: { type: 'AmountOf', amount, resource } };
    }
    case 1:
      return { type: 'Basic', requirement: { type: 'CountOf', count: chance.below(4), badges: badges() } };
    case 2:
      return { type: 'Basic', requirement: { type: 'AllOf', badges: badges() } };
    case 3:
      return { type: 'Basic', requirement: { type: 'AnyOf', badges: badges() } };
    default:
      return { type: 'Basic', requirement: { type: 'Require', badge: badge(world, chance, anthic) } };
  }
}

/** A requirement that is met, one that is not, or one that depends on the proofs made. */
function badge(world: World, chance: Chance, anthic: Party): ResourceOrNonFungible {
  const signed = signatureBadge(anthic.key.publicKey);
  const holder = anthic.badge ?? world.of('user')[0]!.badge!;
  return chance.pick<ResourceOrNonFungible>([
    { type: 'NonFungible', id: signed },
    { type: 'NonFungible', id: signatureBadge(world.of('sink')[0]!.key.publicKey) },
    { type: 'Resource', resource: signed.resource },
    { type: 'Resource', resource: world.tokens[0]!.resource },
    { type: 'Resource', resource: holder },
    { type: 'NonFungible', id: { resource: holder, localId: '#2#' } },
    { type: 'NonFungible', id: { resource: holder, localId: '#3#' } },
  ]);
}
