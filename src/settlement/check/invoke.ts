import type { Address } from '../../sbor/custom.js';
import { isAccount } from '../../transaction/address.js';
import type { Instruction } from '../../transaction/instruction.js';
import { accountMethod, callAccount, type Returned } from './account.js';
import { resolve } from './args.js';
import { Bucket } from './asset.js';
import { satisfies, totals } from './constraint.js';
import type { Step } from './execution.js';
import type { Accounts } from './state.js';
import type { Pending, Thread } from './thread.js';

type Call = Extract<Instruction, { type: `CALL_${string}` }>;

/** A call of a function or method: what it gives back goes to the caller's worktop and auth zone. */
export function call(instruction: Call, thread: Thread, accounts: Accounts, steps: Step[]): void {
  const resolved = resolve(instruction.args, thread, steps);
  if (instruction.type === 'CALL_METHOD') {
    const { address, args } = instruction;
    const method = accountMethod(instruction.method);
    if (typeof address === 'string' && isAccount(address) && method !== undefined) {
      receive(callAccount(address, method, args, resolved, thread, accounts, steps), thread, steps, accounts);
      return;
    }
  }
  const target = describe(instruction);
  for (const proof of resolved.proofs) proof.drop();
  accounts.assume(`what ${target} returns`);
  steps.push({ op: 'unknown-call', intent: thread.index, target, bytes: resolved.bytes });
  const assumed = thread.pending === undefined ? [] : assert(thread.pending);
  thread.open = true;
  thread.zone.open = true;
  receive({ buckets: assumed, proofs: [] }, thread, steps, accounts, true);
}

function describe(instruction: Call): string {
  if (instruction.type === 'CALL_FUNCTION') {
    return `${addressText(instruction.package)} ${instruction.blueprint}::${instruction.function}`;
  }
  return `${addressText(instruction.address)} ${instruction.method}`;
}

function addressText(address: Address): string {
  return typeof address === 'string' ? address : `named address ${address.namedAddress}`;
}

/** The buckets that an assertion states of a call that cannot be followed: just enough to meet it. */
function assert({ constraints }: Pending): Bucket[] {
  const buckets: Bucket[] = [];
  for (const [resource, constraint] of constraints) {
    switch (constraint.type) {
      case 'ExactAmount':
      case 'AtLeastAmount':
        buckets.push(Bucket.of(resource, constraint.amount));
        break;
      case 'ExactNonFungibles':
      case 'AtLeastNonFungibles':
        buckets.push(Bucket.ofIds(resource, constraint.ids));
        break;
      case 'General': {
        const { requiredIds, lowerBound } = constraint.constraint;
        if (requiredIds.length > 0) buckets.push(Bucket.ofIds(resource, requiredIds));
        else if (lowerBound.type === 'Inclusive') buckets.push(Bucket.of(resource, lowerBound.amount));
        break;
      }
      case 'NonZeroAmount':
        break;
    }
  }
  return buckets;
}

/** Puts what came back on the worktop and into the auth zone, then evaluates a next-call assertion (§6.3). */
export function receive(
  { buckets, proofs }: Returned,
  thread: Thread,
  steps: Step[],
  accounts: Accounts,
  assumed = false,
): void {
  const { pending, worktop, index } = thread;
  const balances = pending === undefined ? [] : totals(buckets);
  for (const bucket of buckets) {
    if (pending !== undefined) steps.push({ op: 'count', intent: index, resource: bucket.resource });
    const how = worktop.put(bucket);
    steps.push({ op: 'put', intent: index, resource: bucket.resource, how, received: true });
  }
  for (const proof of proofs) {
    thread.zone.proofs.push(proof);
    steps.push({ op: 'push', intent: index, proof, received: true });
  }
  if (pending === undefined) return;
  thread.pending = undefined;
  if (assumed) return;
  if (!satisfies(balances, pending.constraints, pending.only))
    accounts.assume('which non-fungibles a withdrawal takes');
}
