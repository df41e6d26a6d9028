import { SolverError } from '../../base/error.js';

/**
 * Why a transaction would fail, or cannot be followed. `path` is the instruction, e.g. `root.instructions[3]` or
 * `subintents[1].instructions[4]`, or the intent alone where its end is at fault.
 */
export type CheckCode =
  | 'AssertionFailed'
  | 'WorktopInsufficient'
  | 'NonEmptyWorktop'
  | 'DanglingBucket'
  | 'VerifyParentFailed'
  | 'NotOwner'
  | 'AccountInsufficient'
  | 'InvalidAmount'
  | 'DepositRefused'
  | 'VaultTouched'
  | 'LockFeeInSubintent'
  | 'BucketMissing'
  | 'BucketLocked'
  | 'ProofMissing'
  | 'ProofInsufficient'
  | 'CannotYieldProof'
  | 'ChildMissing'
  | 'YieldMismatch'
  | 'BlobMissing'
  | 'BadArguments'
  | 'Unsupported';

export class CheckError extends SolverError {
  declare readonly code: CheckCode;

  constructor(code: CheckCode, message: string) {
    super(code, message);
  }
}

/** Where an instruction stands; -1 is the intent itself. */
export function pathOf(intent: number, instruction: number): string {
  const owner = intent === 0 ? 'root' : `subintents[${intent - 1}]`;
  return instruction < 0 ? owner : `${owner}.instructions[${instruction}]`;
}
