import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Value } from '../../sbor/value.js';
import type { Instruction } from '../../transaction/instruction.js';
import type { Plan, Step } from './plan.js';

/** Where and how much fee is locked: before the root's step of that number. */
export interface Lock {
  readonly beforeStep: number;
  readonly amount: Attos;
}

const NOTHING: Value = { kind: 'Tuple', fields: [] };
const ENTIRE_WORKTOP: Value = {
  kind: 'Tuple',
  fields: [{ kind: 'Expression', value: 'ENTIRE_WORKTOP' }],
};

/** The root manifest of a plan: its steps, the fee lock among them, and the deposit of what is left. */
export function rootInstructions(plan: Plan, account: NodeId, lock: Lock): Instruction[] {
  const instructions = plan.steps.map((step) => instructionOf(step, account));
  instructions.splice(lock.beforeStep, 0, {
    type: 'CALL_METHOD',
    address: account,
    method: 'lock_fee',
    args: { kind: 'Tuple', fields: [{ kind: 'Decimal', value: lock.amount }] },
  });
  if (plan.left.size > 0) {
    instructions.push({ type: 'CALL_METHOD', address: account, method: 'deposit_batch', args: ENTIRE_WORKTOP });
  }
  return instructions;
}

function instructionOf(step: Step, account: NodeId): Instruction {
  if (step.type === 'withdraw') {
    const { resource, amount } = step;
    const fields: Value[] = [
      { kind: 'Address', value: resource },
      { kind: 'Decimal', value: amount },
    ];
    return { type: 'CALL_METHOD', address: account, method: 'withdraw', args: { kind: 'Tuple', fields } };
  }
  if (step.type === 'take') {
    const { resource, amount } = step;
    return amount === 'all'
      ? { type: 'TAKE_ALL_FROM_WORKTOP', resource }
      : { type: 'TAKE_FROM_WORKTOP', resource, amount };
  }
  return { type: 'YIELD_TO_CHILD', child: step.child, args: argumentsOf(step.pass) };
}

function argumentsOf(pass: 'nothing' | 'worktop' | number): Value {
  if (pass === 'nothing') return NOTHING;
  if (pass === 'worktop') return ENTIRE_WORKTOP;
  return { kind: 'Tuple', fields: [{ kind: 'Bucket', value: pass }] };
}
