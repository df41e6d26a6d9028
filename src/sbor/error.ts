import { type ErrorDetails, SolverError } from '../base/error.js';

/** The names of the official decoder's errors (docs/protocol.md §1). */
export type DecodeErrorCode =
  | 'BufferUnderflow'
  | 'DuplicateKey'
  | 'ExtraTrailingBytes'
  | 'InvalidBool'
  | 'InvalidCustomValue'
  | 'InvalidSize'
  | 'InvalidUtf8'
  | 'MaxDepthExceeded'
  | 'UnexpectedCustomValueKind'
  | 'UnexpectedDiscriminator'
  | 'UnexpectedPayloadPrefix'
  | 'UnexpectedSize'
  | 'UnexpectedValueKind'
  | 'UnknownDiscriminator'
  | 'UnknownValueKind';

/** A payload that is not of its format. `offset` is the byte at which reading stopped. */
export class DecodeError extends SolverError {
  declare readonly code: DecodeErrorCode;
  readonly offset: number;

  constructor(code: DecodeErrorCode, offset: number, message: string, details: ErrorDetails = {}) {
    super(code, `${message}, at offset ${offset}`, details);
    this.offset = offset;
  }
}

/** A value that its format cannot express. */
export class EncodeError extends SolverError {
  declare readonly code: 'MaxDepthExceeded' | 'MismatchingElementKind' | 'SizeTooLarge' | 'ValueOutOfRange';
}
