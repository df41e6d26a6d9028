import { isFungible } from '../address.js';
import type { ResourceConstraints } from '../constraint.js';
import { ValidationError } from '../error.js';
import type { Instruction } from '../instruction.js';
import { LIMITS } from '../limits.js';
import type { IntentCore } from '../model.js';
import { Arguments } from './arguments.js';
import { areConstraintsValid, isConstraintValid } from './constraint.js';
import { broken } from './error.js';
import { ManifestIds } from './ids.js';

/** How often an intent yields: to its parent, and to each of its children in the order of their list. */
export interface Yields {
  readonly toParent: number;
  readonly toChild: readonly number[];
}

/**
 * The rules of a manifest (docs/protocol.md §5.4, §10.4): what its instructions create and use up, and where each may
 * stand. Nothing is executed; amounts and addresses mean nothing here.
 */
export function checkManifest(core: IntentCore, isSubintent: boolean): Yields {
  const instructions = core.instructions.value;
  if (instructions.length > LIMITS.instructionsPerIntent) {
    const message = `expected at most ${LIMITS.instructionsPerIntent} instructions, got ${instructions.length}`;
    throw broken('TooManyInstructions', message);
  }
  const manifest = new Manifest(core, isSubintent);
  let index = 0;
  try {
    for (; index < instructions.length; index++) manifest.step(instructions[index]!);
  } catch (error) {
    throw atInstruction(error, index, instructions[index]!);
  }
  manifest.end(instructions.at(-1));
  return manifest;
}

function atInstruction(error: unknown, index: number, { type }: Instruction): unknown {
  if (error instanceof ValidationError) error.message += `, at instruction ${index} (${type})`;
  return error;
}

class Manifest implements Yields {
  toParent = 0;
  readonly toChild: number[];
  private readonly ids = new ManifestIds();
  private readonly args: Arguments;
  private callExpected = false;

  constructor(
    core: IntentCore,
    private readonly isSubintent: boolean,
  ) {
    this.args = new Arguments(this.ids, core.blobs);
    this.toChild = core.children.map(() => 0);
  }

  step(instruction: Instruction): void {
    switch (instruction.type) {
      case 'CALL_METHOD':
      case 'CALL_ROYALTY_METHOD':
      case 'CALL_METADATA_METHOD':
      case 'CALL_ROLE_ASSIGNMENT_METHOD':
        this.ids.checkAddress(instruction.address);
        this.args.pass(instruction.args, false);
        break;
      case 'CALL_FUNCTION':
        this.ids.checkAddress(instruction.package);
        this.args.pass(instruction.args, false);
        break;
      case 'CALL_DIRECT_VAULT_METHOD':
        this.args.pass(instruction.args, false);
        break;
      case 'YIELD_TO_PARENT':
        this.checkInSubintent();
        this.args.pass(instruction.args, true);
        this.toParent++;
        break;
      case 'YIELD_TO_CHILD':
        this.checkChild(instruction.child);
        this.args.pass(instruction.args, true);
        this.toChild[instruction.child]!++;
        break;
      default:
        if (this.callExpected) {
          const code = 'InstructionFollowingNextCallAssertionWasNotInvocation';
          throw broken(code, `expected a call or yield after an assertion on what it returns, got ${instruction.type}`);
        }
        this.stepWithoutCall(instruction);
        return;
    }
    this.callExpected = false;
  }

  private stepWithoutCall(instruction: Instruction): void {
    const { ids } = this;
    switch (instruction.type) {
      case 'TAKE_FROM_WORKTOP':
      case 'TAKE_NON_FUNGIBLES_FROM_WORKTOP':
      case 'TAKE_ALL_FROM_WORKTOP':
        ids.createBucket(instruction.resource);
        break;
      case 'RETURN_TO_WORKTOP':
      case 'BURN_RESOURCE':
        ids.useBucket(instruction.bucket);
        break;
      case 'ASSERT_WORKTOP_CONTAINS':
        if (instruction.amount < 0n) throw badConstraint('an amount of at least 0');
        break;
      case 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES':
        if (isFungible(instruction.resource)) throw badConstraint('a non-fungible resource');
        break;
      case 'ASSERT_WORKTOP_RESOURCES_ONLY':
      case 'ASSERT_WORKTOP_RESOURCES_INCLUDE':
        checkConstraints(instruction.constraints);
        break;
      case 'ASSERT_NEXT_CALL_RETURNS_ONLY':
      case 'ASSERT_NEXT_CALL_RETURNS_INCLUDE':
        checkConstraints(instruction.constraints);
        this.callExpected = true;
        break;
      case 'ASSERT_BUCKET_CONTENTS':
        if (!isConstraintValid(instruction.constraint, ids.resourceOf(instruction.bucket))) {
          throw badConstraint("a constraint that suits the bucket's resource");
        }
        break;
      case 'POP_FROM_AUTH_ZONE':
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT':
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES':
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL':
        ids.createProof();
        break;
      case 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT':
      case 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES':
      case 'CREATE_PROOF_FROM_BUCKET_OF_ALL':
        ids.createProof(instruction.bucket);
        break;
      case 'CLONE_PROOF':
        ids.cloneProof(instruction.proof);
        break;
      case 'PUSH_TO_AUTH_ZONE':
      case 'DROP_PROOF':
        ids.useProof(instruction.proof);
        break;
      case 'DROP_ALL_PROOFS':
      case 'DROP_NAMED_PROOFS':
        ids.useAllProofs();
        break;
      case 'ALLOCATE_GLOBAL_ADDRESS':
        ids.createAddress();
        break;
      case 'VERIFY_PARENT':
        this.checkInSubintent();
    }
    // The others touch only the worktop and the auth zone: what lies there has no id.
  }

  /** `last` is the last instruction, if there is any. */
  end(last: Instruction | undefined): void {
    if (this.isSubintent && last?.type !== 'YIELD_TO_PARENT') {
      const message = `expected YIELD_TO_PARENT as the last instruction, got ${last?.type ?? 'no instruction'}`;
      throw broken('SubintentDoesNotEndWithYieldToParent', message);
    }
    if (this.callExpected) {
      const message = `expected a call or yield after ${last?.type}, got the end`;
      throw broken('ManifestEndedWhilstExpectingNextCallAssertion', message);
    }
    this.ids.checkNoneLeft();
  }

  private checkInSubintent(): void {
    if (!this.isSubintent) {
      throw broken(
        'InstructionNotSupportedInTransactionIntent',
        'expected an instruction of a root, which has no parent',
      );
    }
  }

  private checkChild(child: number): void {
    if (child >= this.toChild.length) {
      throw broken('ChildIntentNotRegistered', `expected one of ${this.toChild.length} children, got child ${child}`);
    }
  }
}

function checkConstraints(constraints: ResourceConstraints): void {
  if (!areConstraintsValid(constraints)) throw badConstraint('constraints that suit their resources');
}

function badConstraint(wanted: string): ValidationError {
  return broken('InvalidResourceConstraint', `expected ${wanted}, got another`);
}
