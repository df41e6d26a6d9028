import type { Bytes } from '../base/bytes.js';
import { under } from '../base/error.js';
import * as codec from './codec.js';
import { type Codec, decodeChild, encodeChild } from './codec.js';
import type { Address, Expression, LocalId } from './custom.js';
import * as custom from './custom.js';
import { EncodeError } from './error.js';
import { KIND, type KindName, kindName } from './kind.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** Any Manifest SBOR value. An array of u8 is read as `Bytes`. */
export type Value =
  | { readonly kind: 'Bool'; readonly value: boolean }
  | { readonly kind: 'I8' | 'I16' | 'I32' | 'U8' | 'U16' | 'U32'; readonly value: number }
  | { readonly kind: 'I64' | 'I128' | 'U64' | 'U128' | 'Decimal' | 'PreciseDecimal'; readonly value: bigint }
  | { readonly kind: 'String'; readonly value: string }
  | { readonly kind: 'Bytes'; readonly value: Bytes }
  | { readonly kind: 'Array'; readonly elementKind: KindName; readonly elements: readonly Value[] }
  | { readonly kind: 'Tuple'; readonly fields: readonly Value[] }
  | { readonly kind: 'Enum'; readonly discriminator: number; readonly fields: readonly Value[] }
  | {
      readonly kind: 'Map';
      readonly keyKind: KindName;
      readonly valueKind: KindName;
      readonly entries: readonly (readonly [Value, Value])[];
    }
  | { readonly kind: 'Address'; readonly value: Address }
  | { readonly kind: 'Bucket' | 'Proof' | 'AddressReservation'; readonly value: number }
  | { readonly kind: 'Expression'; readonly value: Expression }
  | { readonly kind: 'Blob'; readonly value: string }
  | { readonly kind: 'NonFungibleLocalId'; readonly value: LocalId };

const leaves: Partial<Record<KindName, Codec<any>>> = {
  Bool: codec.bool,
  I8: codec.i8,
  I16: codec.i16,
  I32: codec.i32,
  I64: codec.i64,
  I128: codec.i128,
  U8: codec.u8,
  U16: codec.u16,
  U32: codec.u32,
  U64: codec.u64,
  U128: codec.u128,
  String: codec.string,
  Address: custom.anyAddress,
  Bucket: custom.bucket,
  Proof: custom.proof,
  Expression: custom.expression,
  Blob: custom.blobReference,
  Decimal: codec.decimal,
  PreciseDecimal: codec.preciseDecimal,
  NonFungibleLocalId: custom.nonFungibleLocalId,
  AddressReservation: custom.addressReservation,
};

const leafByKind: (Codec<any> | undefined)[] = [];
for (const [name, leaf] of Object.entries(leaves)) leafByKind[KIND[name as KindName]] = leaf;

/** The kind byte a value has on the wire. */
function kindByte(value: Value): number {
  return value.kind === 'Bytes' ? KIND.Array : KIND[value.kind];
}

/** The untyped value tree, for what has no declared type (the arguments of calls and yields). */
export const value: Codec<Value> = { kind: undefined, kindOf: kindByte, decode, encode };

function decode(reader: Reader, kind: number): Value {
  const leaf = leafByKind[kind];
  if (leaf !== undefined) return { kind: kindName(kind), value: leaf.decode(reader, kind) } as Value;
  switch (kind) {
    case KIND.Tuple:
      return { kind: 'Tuple', fields: decodeFields(reader) };
    case KIND.Enum: {
      const discriminator = reader.byte();
      return { kind: 'Enum', discriminator, fields: decodeFields(reader) };
    }
    case KIND.Array:
      return decodeArray(reader);
    default:
      return decodeMap(reader);
  }
}

function decodeFields(reader: Reader): Value[] {
  const size = reader.size();
  const fields: Value[] = [];
  try {
    while (fields.length < size) fields.push(decodeChild(reader, value));
  } catch (error) {
    throw under(error, `[${fields.length}]`);
  }
  return fields;
}

function decodeArray(reader: Reader): Value {
  const elementKind = reader.kind();
  const size = reader.size();
  if (elementKind === KIND.U8) {
    if (size === 0) return { kind: 'Bytes', value: reader.take(0) };
    // Untyped, the bytes of a non-empty byte string count as a level.
    reader.descend();
    const bytes = reader.take(size);
    reader.ascend();
    return { kind: 'Bytes', value: bytes };
  }
  const elements = list(size, () => element(reader, elementKind));
  return { kind: 'Array', elementKind: kindName(elementKind)!, elements };
}

function decodeMap(reader: Reader): Value {
  const keyKind = reader.kind();
  const valueKind = reader.kind();
  const entries = list(reader.size(), () => [element(reader, keyKind), element(reader, valueKind)] as const);
  return { kind: 'Map', keyKind: kindName(keyKind)!, valueKind: kindName(valueKind)!, entries };
}

function element(reader: Reader, kind: number): Value {
  reader.descend();
  const result = decode(reader, kind);
  reader.ascend();
  return result;
}

function list<T>(size: number, read: () => T): T[] {
  const items: T[] = [];
  try {
    while (items.length < size) items.push(read());
  } catch (error) {
    throw under(error, `[${items.length}]`);
  }
  return items;
}

function encode(writer: Writer, tree: Value): void {
  switch (tree.kind) {
    case 'Tuple':
      writer.size(tree.fields.length);
      for (const field of tree.fields) encodeChild(writer, value, field);
      break;
    case 'Enum':
      writer.byte(tree.discriminator);
      writer.size(tree.fields.length);
      for (const field of tree.fields) encodeChild(writer, value, field);
      break;
    case 'Bytes':
      if (tree.value.length > 0) writer.descend();
      codec.bytes.encode(writer, tree.value);
      if (tree.value.length > 0) writer.ascend();
      break;
    case 'Array':
      writer.byte(KIND[tree.elementKind]);
      writer.size(tree.elements.length);
      for (const item of tree.elements) encodeItem(writer, item, KIND[tree.elementKind]);
      break;
    case 'Map':
      writer.byte(KIND[tree.keyKind]);
      writer.byte(KIND[tree.valueKind]);
      writer.size(tree.entries.length);
      for (const [key, item] of tree.entries) {
        encodeItem(writer, key, KIND[tree.keyKind]);
        encodeItem(writer, item, KIND[tree.valueKind]);
      }
      break;
    default:
      leafByKind[KIND[tree.kind]]!.encode(writer, tree.value);
  }
}

/** One kind byte stands for all elements, so each must be of that kind. */
function encodeItem(writer: Writer, item: Value, kind: number): void {
  if (kindByte(item) !== kind) {
    throw new EncodeError('MismatchingElementKind', `expected ${kindName(kind)}, got ${item.kind}`);
  }
  writer.descend();
  encode(writer, item);
  writer.ascend();
}
