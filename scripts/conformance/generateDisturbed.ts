import type { Instruction } from '../../src/transaction/instruction.js';
import { freshAddress } from '../../test/support/arbitraryLeaf.js';
import type { IntentPlan, TransactionPlan } from '../../test/support/arbitraryPlan.js';
import { anyConstraint, arbitraryRule } from '../../test/support/arbitraryRule.js';
import { ARGUMENT_LEVELS } from '../../test/support/arbitraryTree.js';
import { anyIds, arbitraryValue } from '../../test/support/arbitraryValue.js';
import type { Chance } from '../../test/support/randomBundles.js';

/** One intent of a payload, the root half of the time. */
export function pickIntent(chance: Chance, plan: TransactionPlan): IntentPlan {
  return plan.listed.length === 0 || chance.often(0.5) ? plan.root : chance.pick(plan.listed);
}

export function levelsOf(plan: TransactionPlan, intent: IntentPlan): number {
  return ARGUMENT_LEVELS[plan.kind][intent === plan.root ? 0 : 1];
}

/** Puts instructions where they fit no longer, takes some out, or shuffles them: the format does not care. */
export function disturb(chance: Chance, plan: TransactionPlan): void {
  const intent = pickIntent(chance, plan);
  for (let edits = 1 + chance.below(3); edits > 0; edits--) editInstructions(chance, intent, levelsOf(plan, intent));
}

export function editInstructions(chance: Chance, intent: IntentPlan, levels: number): void {
  const { instructions } = intent;
  const at = chance.below(instructions.length + 1);
  switch (chance.below(4)) {
    case 0:
      instructions.splice(at, 1);
      break;
    case 1:
      if (instructions.length > 0) instructions.splice(at, 0, chance.pick(instructions));
      break;
    case 2:
      intent.instructions = chance.shuffle(instructions);
      break;
    default:
      instructions.splice(at, 0, strayInstruction(chance, levels));
  }
}

/** An instruction with ids and amounts of nothing in particular. */
export function strayInstruction(chance: Chance, levels: number): Instruction {
  const id = chance.below(3);
  const resource = freshAddress(chance, chance.often(0.5) ? 0x5d : 0x9a);
  const args = () => arbitraryValue(chance, Math.min(4, levels), anyIds(chance));
  const stray: readonly (() => Instruction)[] = [
    () => ({ type: 'TAKE_ALL_FROM_WORKTOP', resource }),
    () => ({ type: 'RETURN_TO_WORKTOP', bucket: id }),
    () => ({ type: 'BURN_RESOURCE', bucket: id }),
    () => ({ type: 'ASSERT_BUCKET_CONTENTS', bucket: id, constraint: anyConstraint(chance) }),
    () => ({ type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [[resource, anyConstraint(chance)]] }),
    () => ({ type: 'ASSERT_NEXT_CALL_RETURNS_INCLUDE', constraints: [[resource, anyConstraint(chance)]] }),
    () => ({ type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket: id }),
    () => ({ type: 'CLONE_PROOF', proof: id }),
    () => ({ type: 'DROP_PROOF', proof: id }),
    () => ({ type: 'PUSH_TO_AUTH_ZONE', proof: id }),
    () => ({ type: 'POP_FROM_AUTH_ZONE' }),
    () => ({ type: 'DROP_ALL_PROOFS' }),
    () => ({ type: 'ALLOCATE_GLOBAL_ADDRESS', package: freshAddress(chance, 0x0d), blueprint: 'Stray' }),
    () => ({ type: 'YIELD_TO_PARENT', args: args() }),
    () => ({ type: 'YIELD_TO_CHILD', child: id, args: args() }),
    () => ({ type: 'VERIFY_PARENT', rule: arbitraryRule(chance) }),
    () => ({ type: 'CALL_METHOD', address: { namedAddress: id }, method: 'stray', args: args() }),
    () => ({
      type: 'CALL_FUNCTION',
      package: { namedAddress: id },
      blueprint: 'Stray',
      function: 'stray',
      args: args(),
    }),
  ];
  return chance.pick(stray)();
}
