import { type Bytes, fromHex, toHex } from '../../base/bytes.js';
import { describeError, SolverError } from '../../base/error.js';
import { DecodeError } from '../../sbor/error.js';
import { MANIFEST_PREFIX } from '../../sbor/kind.js';
import { hexByte } from '../../sbor/reader.js';
import { PrepareError } from '../../transaction/error.js';
import type { PublicKey } from '../../transaction/key.js';
import { decodeTransaction, type Payload, type PayloadKind, payloadKind } from '../../transaction/payload.js';
import { validatePayload } from '../../transaction/validate.js';
import { type Outline, outlineOf } from './outline.js';
import { findSigners } from './signers.js';

/** What `inspect --json` says of a payload. What is not known is null. */
export interface Inspection {
  readonly kind: PayloadKind | null;
  readonly valid: boolean;
  readonly error: { readonly code: string; readonly message: string; readonly path: string } | null;
  readonly id: string | null;
  readonly subintentIds: readonly string[] | null;
  readonly signers: readonly (readonly string[])[] | null;
  readonly effectiveLength: number | null;
}

/** An inspection with what it was made from, as far as that could be read. */
export interface Inspected {
  readonly inspection: Inspection;
  readonly bytes: Bytes | undefined;
  readonly payload: Payload | undefined;
  readonly outline: Outline | undefined;
}

/**
 * Reads, identifies and judges one payload, given as hex. Whatever is wrong with it is told, not thrown. `network` is the
 * id of the network to validate for; left out, it is the payload's own.
 */
export function inspectPayload(hex: string, network?: number): Inspected {
  let bytes: Bytes | undefined;
  let kind: PayloadKind | undefined;
  let payload: Payload | undefined;
  let outline: Outline | undefined;
  let signers: readonly (readonly PublicKey[])[] | undefined;
  let error: Inspection['error'] = null;
  try {
    bytes = fromHex(hex);
    kind = identify(bytes);
    payload = { kind, value: decodeTransaction(kind, bytes) } as Payload;
    outline = outlineOf(payload);
    signers = validatePayload(payload, network)?.signers;
  } catch (cause) {
    error = { ...describeError(cause), path: cause instanceof SolverError ? cause.path : '' };
  }
  if (payload !== undefined && outline !== undefined) signers ??= findSigners(payload, outline);
  return { inspection: describe(kind, outline, signers, error), bytes, payload, outline };
}

/** An inspection of something that is no payload at all, such as a line that is too long. */
export function notInspected(error: SolverError): Inspected {
  const described = { ...describeError(error), path: error.path };
  const inspection = describe(undefined, undefined, undefined, described);
  return { inspection, bytes: undefined, payload: undefined, outline: undefined };
}

function describe(
  kind: PayloadKind | undefined,
  outline: Outline | undefined,
  signers: readonly (readonly PublicKey[])[] | undefined,
  error: Inspection['error'],
): Inspection {
  const [root, ...others] = outline?.intents ?? [];
  return {
    kind: kind ?? null,
    valid: error === null,
    error,
    id: root?.id ?? null,
    subintentIds: root === undefined ? null : others.map((intent) => intent.id),
    signers: signers?.map((keys) => keys.map((key) => toHex(key.key))) ?? null,
    effectiveLength: outline?.effectiveLength ?? null,
  };
}

/** The kind of a payload by its first bytes, or why they fit none. */
function identify(bytes: Bytes): PayloadKind {
  const kind = payloadKind(bytes);
  if (kind !== undefined) return kind;
  const [prefix, , discriminator] = bytes;
  if (prefix === undefined) throw new DecodeError('BufferUnderflow', 0, 'expected a payload, got no bytes');
  if (prefix !== MANIFEST_PREFIX) {
    const message = `expected ${hexByte(MANIFEST_PREFIX)}, got ${hexByte(prefix)}`;
    throw new DecodeError('UnexpectedPayloadPrefix', 0, message);
  }
  throw new PrepareError(
    'UnexpectedTransactionDiscriminator',
    `expected the discriminator of a V2 payload, 9 to 15, got ${discriminator ?? 'none'}`,
  );
}
