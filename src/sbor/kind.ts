/** First byte of a Manifest SBOR payload (docs/protocol.md §1). */
export const MANIFEST_PREFIX = 0x4d;

/** Nesting limit of a Manifest SBOR payload: the root value is depth 1. */
export const MAX_DEPTH = 24;

/** Value kind bytes of Manifest SBOR. */
export const KIND = {
  Bool: 0x01,
  I8: 0x02,
  I16: 0x03,
  I32: 0x04,
  I64: 0x05,
  I128: 0x06,
  U8: 0x07,
  U16: 0x08,
  U32: 0x09,
  U64: 0x0a,
  U128: 0x0b,
  String: 0x0c,
  Array: 0x20,
  Tuple: 0x21,
  Enum: 0x22,
  Map: 0x23,
  Address: 0x80,
  Bucket: 0x81,
  Proof: 0x82,
  Expression: 0x83,
  Blob: 0x84,
  Decimal: 0x85,
  PreciseDecimal: 0x86,
  NonFungibleLocalId: 0x87,
  AddressReservation: 0x88,
} as const;

export type KindName = keyof typeof KIND;

/** Kind byte → name; holes are unknown kinds. */
const KIND_NAMES: (KindName | undefined)[] = new Array(256).fill(undefined);
for (const [name, byte] of Object.entries(KIND)) KIND_NAMES[byte] = name as KindName;

/** 1 for the bytes that are kinds. */
export const IS_KIND = Uint8Array.from(KIND_NAMES, (name) => (name === undefined ? 0 : 1));

export function kindName(byte: number): KindName | undefined {
  return KIND_NAMES[byte];
}
