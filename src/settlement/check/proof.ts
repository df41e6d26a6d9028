import { units } from '../../base/amount.js';
import { isFungible } from '../../transaction/address.js';
import type { Instruction } from '../../transaction/instruction.js';
import { Proof } from './asset.js';
import { CheckError } from './error.js';
import type { Step } from './execution.js';
import type { Accounts } from './state.js';
import type { Thread } from './thread.js';
import type { AuthZone, Composed } from './zone.js';

/** What calls that nobody can follow may have left in an auth zone. */
export const PROOFS_OF_CALLS = 'which proofs a call brought';

/** The instructions on proofs (docs/protocol.md §4, §6.2). */
export function proofInstruction(instruction: Instruction, thread: Thread, accounts: Accounts, steps: Step[]): void {
  const { zone, index: intent } = thread;
  switch (instruction.type) {
    case 'POP_FROM_AUTH_ZONE': {
      const proof = zone.proofs.pop() ?? assumedProof(zone, accounts);
      steps.push({ op: 'pop', intent, proof });
      return thread.nameProof(proof);
    }
    case 'PUSH_TO_AUTH_ZONE': {
      const proof = thread.takeProof(instruction.proof);
      zone.proofs.push(proof);
      steps.push({ op: 'push', intent, proof, received: false });
      return;
    }
    case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT':
    case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES':
    case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL':
      return fromZone(instruction, thread, accounts, steps);
    case 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT':
    case 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES':
    case 'CREATE_PROOF_FROM_BUCKET_OF_ALL':
      return fromBucket(instruction, thread, accounts, steps);
    case 'CLONE_PROOF': {
      const proof = thread.proof(instruction.proof).clone();
      steps.push({ op: 'clone', intent, proof });
      return thread.nameProof(proof);
    }
    case 'DROP_PROOF':
      return dropNamed(thread.takeProof(instruction.proof), intent, steps);
    case 'DROP_NAMED_PROOFS':
    case 'DROP_ALL_PROOFS':
      for (const { proof } of thread.proofs.splice(0)) dropNamed(proof, intent, steps);
      if (instruction.type === 'DROP_NAMED_PROOFS') return;
      return dropZone(thread, true, true, steps);
    case 'DROP_AUTH_ZONE_PROOFS':
      return dropZone(thread, true, true, steps);
    case 'DROP_AUTH_ZONE_REGULAR_PROOFS':
      return dropZone(thread, false, true, steps);
    case 'DROP_AUTH_ZONE_SIGNATURE_PROOFS':
      return dropZone(thread, true, false, steps);
    default:
      throw new CheckError('Unsupported', `${instruction.type} is not followed`);
  }
}

type FromZone = Extract<Instruction, { type: `CREATE_PROOF_FROM_AUTH_ZONE_${string}` }>;

function fromZone(instruction: FromZone, thread: Thread, accounts: Accounts, steps: Step[]): void {
  const { zone, index: intent } = thread;
  const { resource } = instruction;
  const proofs = zone.proofs.length;
  const same = zone.proofs.filter((proof) => proof.resource === resource).length;
  const { proof, opened } = compose(instruction, zone, accounts);
  const by =
    instruction.type === 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL' ? 'all' : 'ids' in instruction ? 'ids' : 'amount';
  steps.push({ op: 'compose', intent, by, proof, proofs, same, opened });
  thread.nameProof(proof);
}

function compose(instruction: FromZone, zone: AuthZone, accounts: Accounts): Composed {
  const { resource } = instruction;
  const [amount, ids] = [
    'amount' in instruction ? instruction.amount : undefined,
    'ids' in instruction ? instruction.ids : undefined,
  ];
  if (amount !== undefined) accounts.checkAmount(resource, amount);
  if (ids !== undefined && isFungible(resource))
    throw new CheckError('BadArguments', 'expected a non-fungible resource');
  try {
    if (ids === undefined) return zone.composeAmount(resource, amount);
    const shown = zone.proofs.find((each) => each.resource === resource);
    if (shown !== undefined && shown.ids === undefined) accounts.assume('which non-fungibles a proof by number shows');
    return zone.composeIds(resource, ids);
  } catch (error) {
    if (!zone.open) throw error;
    accounts.assume(PROOFS_OF_CALLS);
    return zone.assumed(resource, amount ?? units(ids?.length ?? 1), ids);
  }
}

/** The latest proof in the zone, when only a call that nobody can follow can have put one there. */
function assumedProof(zone: AuthZone, accounts: Accounts): Proof {
  if (!zone.open) throw new CheckError('ProofMissing', 'expected a proof in the auth zone');
  accounts.assume(PROOFS_OF_CALLS);
  return new Proof('', 0n, undefined, []);
}

type FromBucket = Extract<Instruction, { type: `CREATE_PROOF_FROM_BUCKET_${string}` }>;

function fromBucket(instruction: FromBucket, thread: Thread, accounts: Accounts, steps: Step[]): void {
  const bucket = thread.bucket(instruction.bucket);
  const { resource } = bucket;
  let { amount, ids } = { amount: bucket.amount, ids: bucket.ids as readonly string[] | undefined };
  let by: 'all' | 'amount' | 'ids' = 'all';
  if (instruction.type === 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT') {
    by = 'amount';
    accounts.checkAmount(resource, instruction.amount);
    if (instruction.amount !== amount) ids = undefined;
    amount = instruction.amount;
  } else if (instruction.type === 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES') {
    by = 'ids';
    if (isFungible(resource)) throw new CheckError('BadArguments', 'expected a bucket of a non-fungible resource');
    const wanted = instruction.ids;
    if (ids === undefined) accounts.assume('which non-fungibles a withdrawal takes');
    else if (!wanted.every((id) => ids!.includes(id)))
      throw new CheckError('ProofInsufficient', 'expected those ids in the bucket');
    ids = wanted;
    amount = units(wanted.length);
  }
  if (amount === 0n || amount > bucket.amount) {
    throw new CheckError(
      'ProofInsufficient',
      `expected a bucket of at least ${amount} attos, and a proof of something`,
    );
  }
  const proof = new Proof(resource, amount, ids, [{ bucket, amount, ids }]);
  steps.push({ op: 'bucket-proof', intent: thread.index, by, proof });
  thread.nameProof(proof);
}

function dropNamed(proof: Proof, intent: number, steps: Step[]): void {
  proof.drop();
  steps.push({ op: 'drop', intent, proof });
}

function dropZone(thread: Thread, signatures: boolean, regular: boolean, steps: Step[]): void {
  if (signatures) thread.zone.badges = [];
  const proofs = regular ? thread.zone.dropProofs() : undefined;
  steps.push({ op: 'drop-zone', intent: thread.index, signatures, proofs });
}
