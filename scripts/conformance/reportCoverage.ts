/**
 * What preparation and validation of version 2 can answer, by the official names, and what no payload can make them
 * answer (radix-transactions 1.4.0: `errors.rs`, `model/preparation/decoder.rs`, `manifest/static_manifest_interpreter.rs`;
 * sbor 1.4.0: `decoder.rs`).
 */
const REACHABLE: readonly string[] = [
  // decoding
  'BufferUnderflow',
  'DuplicateKey',
  'ExtraTrailingBytes',
  'InvalidBool',
  'InvalidCustomValue',
  'InvalidSize',
  'InvalidUtf8',
  'MaxDepthExceeded',
  'UnexpectedDiscriminator',
  'UnexpectedPayloadPrefix',
  'UnexpectedSize',
  'UnexpectedValueKind',
  'UnknownDiscriminator',
  'UnknownValueKind',
  // preparation
  'TooManyValues',
  'TransactionTooLarge',
  'UnexpectedTransactionDiscriminator',
  // structure
  'ChildSubintentNotIncludedInTransaction',
  'DuplicateSubintent',
  'MismatchingYieldChildAndYieldParentCountsForSubintent',
  'SubintentExceedsMaxDepth',
  'SubintentHasMultipleParents',
  'SubintentIsNotReachableFromTheTransactionIntent',
  // headers
  'InvalidEpochRange',
  'InvalidNetwork',
  'InvalidTimestampRange',
  'InvalidTip',
  'NoValidEpochRangeAcrossAllIntents',
  'NoValidTimestampRangeAcrossAllIntents',
  // messages
  'EncryptedMessageTooLong',
  'MimeTypeTooLong',
  'MismatchingDecryptorCurves',
  'NoDecryptors',
  'NoDecryptorsForCurveType',
  'PlaintextMessageTooLong',
  'TooManyDecryptors',
  // references and manifests
  'TooManyReferences',
  'AddressReservationAlreadyUsed',
  'AddressReservationNotYetCreated',
  'BlobNotRegistered',
  'BucketAlreadyUsed',
  'BucketConsumedWhilstLockedByProof',
  'BucketNotYetCreated',
  'ChildIntentNotRegistered',
  'DanglingAddressReservation',
  'DanglingBucket',
  'InstructionFollowingNextCallAssertionWasNotInvocation',
  'InstructionNotSupportedInTransactionIntent',
  'InvalidResourceConstraint',
  'ManifestEndedWhilstExpectingNextCallAssertion',
  'NamedAddressNotYetCreated',
  'ProofAlreadyUsed',
  'ProofCannotBePassedToAnotherIntent',
  'ProofNotYetCreated',
  'SubintentDoesNotEndWithYieldToParent',
  'TooManyInstructions',
  // signatures
  'DuplicateSigner',
  'IncorrectNumberOfSubintentSignatureBatches',
  'InvalidIntentSignature',
  'InvalidNotarySignature',
  'NotaryIsSignatorySoShouldNotAlsoBeASigner',
  'TooManySignatures',
];

/** Places that a rule can name, without the index. */
const LOCATIONS: readonly string[] = [
  'RootTransactionIntent',
  'RootSubintent',
  'NonRootSubintent',
  'AcrossTransaction',
  'Unlocatable',
];

export const UNREACHABLE: Readonly<Record<string, string>> = {
  ArgsDecodeError: 'arguments are decoded from what was encoded a moment before',
  ArgsEncodeError: 'arguments that were decoded inside a payload nest less deep than the limit',
  DuplicateBlob: 'blobs become a map by hash before they are registered',
  EncodeError: 'what was decoded encodes again',
  LengthOverflow: 'needs four gigabytes',
  ManifestBasicValidatorError: 'of version 1 only',
  SerializationError: 'what was decoded encodes again',
  TransactionTypeNotSupported: 'version 2 is permitted by the latest configuration',
  TransactionVersionNotPermitted: 'version 2 is permitted by the latest configuration',
  UnexpectedCustomValueKind: 'a wrong custom kind is an UnexpectedValueKind',
};

/** How often each official answer came. */
export class Coverage {
  private readonly hits = new Map<string, number>();

  hit(variant: string, location: string | null): void {
    this.add(variant);
    if (location !== null) this.add(location.replace(/\(.*/, ''));
  }

  private add(name: string): void {
    this.hits.set(name, (this.hits.get(name) ?? 0) + 1);
  }

  missing(): string[] {
    return [...REACHABLE, ...LOCATIONS].filter((name) => !this.hits.has(name));
  }

  /** Names that this list does not know: the official implementation has more answers than were read out of it. */
  unknown(): string[] {
    const known = new Set(['valid', ...REACHABLE, ...LOCATIONS]);
    return [...this.hits.keys()].filter((name) => !known.has(name));
  }

  table(): string[] {
    const row = (name: string) => `  ${String(this.hits.get(name) ?? 0).padStart(6)}  ${name}`;
    const unreachable = Object.entries(UNREACHABLE).map(([name, reason]) => `       –  ${name}: ${reason}`);
    return ['official answers:', row('valid'), ...[...REACHABLE, ...LOCATIONS].map(row), ...unreachable];
  }
}
