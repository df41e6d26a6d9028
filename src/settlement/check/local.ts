import type { Instruction } from '../../transaction/instruction.js';
import { constraintsLength, localIdsLength } from './args.js';
import { Bucket } from './asset.js';
import { holds, satisfies, totals } from './constraint.js';
import { CheckError } from './error.js';
import type { Step } from './execution.js';
import { proofInstruction } from './proof.js';
import type { Accounts } from './state.js';
import type { Thread } from './thread.js';

/** Lengths of argument tuples: prefix, kind and count; an address or a Decimal with its kind. */
const TUPLE = 3;
const ADDRESS = 31;
const DECIMAL = 25;

/** Everything that is neither a call nor a yield: the intent's own worktop, buckets, assertions and proofs (§6.2). */
export function local(instruction: Instruction, thread: Thread, accounts: Accounts, steps: Step[]): void {
  const { worktop, index: intent } = thread;
  switch (instruction.type) {
    case 'TAKE_FROM_WORKTOP': {
      const { resource, amount } = instruction;
      if (thread.open) assumeEnough(thread, resource, amount, accounts);
      const bucket = worktop.take(resource, amount);
      if (worktop.took === 'part') accounts.checkAmount(resource, amount);
      steps.push({ op: 'take', intent, by: 'amount', resource, how: worktop.took, ids: undefined });
      return thread.name(bucket);
    }
    case 'TAKE_NON_FUNGIBLES_FROM_WORKTOP': {
      const { resource } = instruction;
      const ids = [...new Set(instruction.ids)];
      if (worktop.get(resource)?.amount !== undefined && worktop.get(resource)!.ids === undefined) {
        accounts.assume('which non-fungibles a withdrawal takes');
      }
      const bucket = worktop.takeIds(resource, ids);
      steps.push({ op: 'take', intent, by: 'ids', resource, how: worktop.took, ids });
      return thread.name(bucket);
    }
    case 'TAKE_ALL_FROM_WORKTOP': {
      const { resource } = instruction;
      const bucket = worktop.takeAll(resource);
      steps.push({ op: 'take', intent, by: 'all', resource, how: worktop.took, ids: undefined });
      return thread.name(bucket);
    }
    case 'RETURN_TO_WORKTOP': {
      const bucket = thread.takeBucket(instruction.bucket);
      const how = worktop.put(bucket);
      steps.push({ op: 'put', intent, resource: bucket.resource, how, received: false });
      return;
    }
    case 'ASSERT_WORKTOP_CONTAINS':
    case 'ASSERT_WORKTOP_CONTAINS_ANY':
    case 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES':
    case 'ASSERT_WORKTOP_RESOURCES_ONLY':
    case 'ASSERT_WORKTOP_RESOURCES_INCLUDE':
      return assertWorktop(instruction, thread, accounts, steps);
    case 'ASSERT_NEXT_CALL_RETURNS_ONLY':
    case 'ASSERT_NEXT_CALL_RETURNS_INCLUDE':
      thread.pending = {
        constraints: instruction.constraints,
        only: instruction.type === 'ASSERT_NEXT_CALL_RETURNS_ONLY',
      };
      return;
    case 'ASSERT_BUCKET_CONTENTS': {
      const { resource, amount, ids } = thread.bucket(instruction.bucket);
      steps.push({ op: 'assert-bucket', intent, resource });
      if (!holds(instruction.constraint, resource, amount, ids)) assumeIds(accounts);
      return;
    }
    case 'BURN_RESOURCE': {
      const bucket = thread.takeBucket(instruction.bucket).unlocked();
      accounts.assume(`${bucket.resource} can be burnt`);
      steps.push({ op: 'burn', intent, resource: bucket.resource });
      return;
    }
    case 'ALLOCATE_GLOBAL_ADDRESS':
      throw new CheckError('Unsupported', 'new global addresses are not followed');
    default:
      return proofInstruction(instruction, thread, accounts, steps);
  }
}

type WorktopAssertion = Extract<Instruction, { type: `ASSERT_WORKTOP_${string}` }>;

function assertWorktop(instruction: WorktopAssertion, thread: Thread, accounts: Accounts, steps: Step[]): void {
  const { worktop, index: intent } = thread;
  if (instruction.type === 'ASSERT_WORKTOP_RESOURCES_ONLY' || instruction.type === 'ASSERT_WORKTOP_RESOURCES_INCLUDE') {
    const only = instruction.type === 'ASSERT_WORKTOP_RESOURCES_ONLY';
    const resources = worktop.buckets.map(({ resource }) => resource);
    const named = instruction.constraints.map(([resource]) => resource);
    const bytes = TUPLE + 1 + constraintsLength(instruction.constraints);
    steps.push({ op: 'assert-worktop', intent, by: only ? 'only' : 'include', resources, named, bytes });
    if (!satisfies(totals(worktop.buckets), instruction.constraints, only)) assumeIds(accounts);
    return;
  }
  const { resource } = instruction;
  const bucket = worktop.get(resource);
  const named = [resource];
  const resources = bucket === undefined ? [] : named;
  const amount = bucket?.amount ?? 0n;
  const ids = bucket === undefined ? [] : bucket.ids;
  switch (instruction.type) {
    case 'ASSERT_WORKTOP_CONTAINS':
      steps.push({ op: 'assert-worktop', intent, by: 'amount', resources, named, bytes: TUPLE + ADDRESS + DECIMAL });
      holds({ type: 'AtLeastAmount', amount: instruction.amount }, resource, amount, ids);
      return;
    case 'ASSERT_WORKTOP_CONTAINS_ANY':
      steps.push({ op: 'assert-worktop', intent, by: 'any', resources, named, bytes: TUPLE + ADDRESS });
      holds({ type: 'NonZeroAmount' }, resource, amount, ids);
      return;
    case 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES': {
      const bytes = TUPLE + ADDRESS + 1 + localIdsLength(instruction.ids);
      steps.push({ op: 'assert-worktop', intent, by: 'ids', resources, named, bytes });
      if (!holds({ type: 'AtLeastNonFungibles', ids: instruction.ids }, resource, amount, ids)) assumeIds(accounts);
    }
  }
}

function assumeIds(accounts: Accounts): void {
  accounts.assume('which non-fungibles a withdrawal takes');
}

/** After a call that nobody can follow, what the intent takes is assumed to have come from it. */
function assumeEnough(thread: Thread, resource: string, amount: bigint, accounts: Accounts): void {
  const there = thread.worktop.get(resource)?.amount ?? 0n;
  if (there >= amount) return;
  accounts.assume(`a call brought ${amount - there} attos of ${resource}`);
  thread.worktop.put(Bucket.of(resource, amount - there));
}
