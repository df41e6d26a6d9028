import type { Bytes } from '../base/bytes.js';
import { type Codec, decodeChild, encodePayload, expectPrefix } from '../sbor/codec.js';
import { DecodeError } from '../sbor/error.js';
import { KIND, MANIFEST_PREFIX, MAX_DEPTH } from '../sbor/kind.js';
import { Reader } from '../sbor/reader.js';
import { PrepareError } from './error.js';
import { LIMITS } from './limits.js';
import {
  type NotarizedTransaction,
  notarizedTransaction,
  type PartialTransaction,
  type PreviewTransaction,
  partialTransaction,
  previewTransaction,
  type SignedPartialTransaction,
  type SignedTransactionIntent,
  type Subintent,
  signedPartialTransaction,
  signedTransactionIntent,
  subintent,
  type TransactionIntent,
  transactionIntent,
} from './model.js';

/** The V2 payloads. */
export type Payload =
  | { readonly kind: 'TransactionIntentV2'; readonly value: TransactionIntent }
  | { readonly kind: 'SignedTransactionIntentV2'; readonly value: SignedTransactionIntent }
  | { readonly kind: 'SubintentV2'; readonly value: Subintent }
  | { readonly kind: 'NotarizedTransactionV2'; readonly value: NotarizedTransaction }
  | { readonly kind: 'PartialTransactionV2'; readonly value: PartialTransaction }
  | { readonly kind: 'SignedPartialTransactionV2'; readonly value: SignedPartialTransaction }
  | { readonly kind: 'PreviewTransactionV2'; readonly value: PreviewTransaction };
export type PayloadKind = Payload['kind'];

/** Outer discriminator and model of each payload (docs/protocol.md §2.1). */
// biome-ignore format: a table reads better aligned
const PAYLOADS: Readonly<Record<PayloadKind, readonly [discriminator: number, model: Codec<any>]>> = {
  TransactionIntentV2:        [9,  transactionIntent],
  SignedTransactionIntentV2:  [10, signedTransactionIntent],
  SubintentV2:                [11, subintent],
  NotarizedTransactionV2:     [12, notarizedTransaction],
  PartialTransactionV2:       [13, partialTransaction],
  SignedPartialTransactionV2: [14, signedPartialTransaction],
  PreviewTransactionV2:       [15, previewTransaction],
};

const SIGNED_PARTIAL_FIELDS = 3;

/**
 * The kind a payload says it is, by its first three bytes; undefined where they fit none. The plain tuple `4d 21 03`, the
 * form in which Anthic pushes, is a signed partial transaction.
 */
export function payloadKind(payload: Bytes): PayloadKind | undefined {
  if (payload[0] !== MANIFEST_PREFIX) return undefined;
  if (isTupleForm(payload)) return payload[2] === SIGNED_PARTIAL_FIELDS ? 'SignedPartialTransactionV2' : undefined;
  if (payload[1] !== KIND.Enum) return undefined;
  for (const [kind, [discriminator]] of Object.entries(PAYLOADS)) {
    if (payload[2] === discriminator) return kind as PayloadKind;
  }
  return undefined;
}

function isTupleForm(payload: Bytes): boolean {
  return payload[1] === KIND.Tuple;
}

/** Decodes a payload of a given kind; a signed partial transaction in either outer form. */
export function decodeTransaction<K extends PayloadKind>(
  kind: K,
  payload: Bytes,
  maxDepth = MAX_DEPTH,
): Extract<Payload, { kind: K }>['value'] {
  const [discriminator, model] = PAYLOADS[kind];
  if (kind === 'NotarizedTransactionV2') checkLength(payload);
  const reader = new Reader(payload, maxDepth);
  expectPrefix(reader);
  if (kind === 'NotarizedTransactionV2') expectUserTransaction(reader);
  const value =
    kind === 'SignedPartialTransactionV2' && isTupleForm(payload)
      ? decodeChild(reader, model)
      : decodeChild(reader, outer(discriminator, model));
  reader.end();
  return value;
}

/** User transactions alone have a limit of length. */
function checkLength(payload: Bytes): void {
  const { notarizedPayloadBytes } = LIMITS;
  if (payload.length > notarizedPayloadBytes) {
    const message = `expected at most ${notarizedPayloadBytes} bytes, got ${payload.length}`;
    throw new PrepareError('TransactionTooLarge', message);
  }
}

const NOTARIZED_V1 = 3;
const NOTARIZED_V1_FIELDS = 2;
const SIGNED_INTENT_V1_FIELDS = 2;

/**
 * User transactions are of two versions: the byte where the discriminator would be decides, whatever the kind before it
 * says (docs/protocol.md §2.1). Version 1 is not read here; but a version 2 whose discriminator was damaged into that of
 * version 1 fails as it would officially, at the first field count that differs.
 */
function expectUserTransaction(reader: Reader): void {
  const [discriminator] = PAYLOADS.NotarizedTransactionV2;
  const actual = reader.bytes[reader.offset + 1];
  if (actual === discriminator) return;
  if (actual === NOTARIZED_V1) {
    reader.expectKind(KIND.Enum);
    reader.byte();
    reader.expectSize(NOTARIZED_V1_FIELDS);
    reader.expectKind(KIND.Tuple);
    reader.expectSize(SIGNED_INTENT_V1_FIELDS);
  }
  const message = `expected discriminator ${discriminator}, got ${actual ?? 'none'}`;
  throw new PrepareError('UnexpectedTransactionDiscriminator', message);
}

/** The official raw form: an enum whose variant holds the model's own fields. */
function outer<T>(discriminator: number, model: Codec<T>): Codec<T> {
  return {
    kind: KIND.Enum,
    decode(reader) {
      const actual = reader.byte();
      if (actual !== discriminator) {
        throw new DecodeError('UnexpectedDiscriminator', reader.offset - 1, `expected ${discriminator}, got ${actual}`);
      }
      return model.decode(reader, KIND.Tuple);
    },
    encode(writer, value) {
      writer.byte(discriminator);
      model.encode(writer, value);
    },
  };
}

/** Depth of the array of subintents in a notarized transaction: a subintent in it is one deeper (docs/protocol.md §1.4). */
const SUBINTENTS_DEPTH = 4;

/**
 * Whether a subintent still reads inside a notarized transaction, where it sits deeper than it may have come.
 * Error: `MaxDepthExceeded`.
 */
export function checkEmbeddable({ body }: Subintent): void {
  const reader = new Reader(body, MAX_DEPTH, SUBINTENTS_DEPTH + 1);
  subintent.decode(reader, KIND.Tuple);
}

/** How much deeper the root of a partial transaction sits once it is embedded; its other subintents go one deeper. */
export const EMBEDDED_DEEPER = 2;

/** Encodes a payload in its official raw form. */
export function encodeTransaction<K extends PayloadKind>(
  kind: K,
  value: Extract<Payload, { kind: K }>['value'],
): Bytes {
  const [discriminator, model] = PAYLOADS[kind];
  return encodePayload(outer(discriminator, model), value);
}
