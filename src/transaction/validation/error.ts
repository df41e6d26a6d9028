import { ValidationError } from '../error.js';

/** The official variant names, innermost first thrown (docs/protocol.md §10.2). */
export type ValidationCode =
  // structure
  | 'DuplicateSubintent'
  | 'SubintentHasMultipleParents'
  | 'ChildSubintentNotIncludedInTransaction'
  | 'SubintentExceedsMaxDepth'
  | 'SubintentIsNotReachableFromTheTransactionIntent'
  | 'MismatchingYieldChildAndYieldParentCountsForSubintent'
  // header
  | 'InvalidTip'
  | 'InvalidNetwork'
  | 'InvalidEpochRange'
  | 'InvalidTimestampRange'
  | 'NoValidEpochRangeAcrossAllIntents'
  | 'NoValidTimestampRangeAcrossAllIntents'
  // message
  | 'MimeTypeTooLong'
  | 'PlaintextMessageTooLong'
  | 'EncryptedMessageTooLong'
  | 'NoDecryptors'
  | 'MismatchingDecryptorCurves'
  | 'NoDecryptorsForCurveType'
  | 'TooManyDecryptors'
  // references
  | 'TooManyReferences'
  // manifest
  | 'TooManyInstructions'
  | 'InstructionFollowingNextCallAssertionWasNotInvocation'
  | 'InstructionNotSupportedInTransactionIntent'
  | 'ChildIntentNotRegistered'
  | 'MaxDepthExceeded'
  | 'NamedAddressNotYetCreated'
  | 'BucketNotYetCreated'
  | 'BucketAlreadyUsed'
  | 'BucketConsumedWhilstLockedByProof'
  | 'ProofCannotBePassedToAnotherIntent'
  | 'ProofNotYetCreated'
  | 'ProofAlreadyUsed'
  | 'AddressReservationNotYetCreated'
  | 'AddressReservationAlreadyUsed'
  | 'BlobNotRegistered'
  | 'InvalidResourceConstraint'
  | 'SubintentDoesNotEndWithYieldToParent'
  | 'ManifestEndedWhilstExpectingNextCallAssertion'
  | 'DanglingBucket'
  | 'DanglingAddressReservation'
  // signatures
  | 'TooManySignatures'
  | 'IncorrectNumberOfSubintentSignatureBatches'
  | 'InvalidIntentSignature'
  | 'DuplicateSigner'
  | 'InvalidNotarySignature'
  | 'NotaryIsSignatorySoShouldNotAlsoBeASigner';

/** The official locations, without the hash that they carry there. */
export type Location =
  | 'RootTransactionIntent'
  | 'RootSubintent'
  | `NonRootSubintent(${number})`
  | 'AcrossTransaction'
  | 'Unlocatable';

/** A broken rule. What checks one intent by itself leaves the location to its caller. */
export function broken(code: ValidationCode, message: string, location: Location | '' = ''): ValidationError {
  return new ValidationError(code, message, { path: location });
}

/** Gives an error its location on the way up. */
export function located(error: unknown, location: Location): unknown {
  if (error instanceof ValidationError && error.path === '') error.path = location;
  return error;
}
