import { type Bytes, toHex } from '../base/bytes.js';
import { under } from '../base/error.js';
import { DecodeError, EncodeError } from './error.js';
import { KIND, kindName, MANIFEST_PREFIX } from './kind.js';
import { hexByte, Reader } from './reader.js';
import { Writer } from './writer.js';

/**
 * How one type stands on the wire. A codec reads and writes a value's *body*; the kind byte in front of it belongs to
 * whatever holds the value (a tuple writes it before each field, an array once for all elements).
 */
export interface Codec<T> {
  /** The value kind this type has; undefined for a type that may have any. */
  readonly kind: number | undefined;
  /** Reads a body. `kind` is the kind byte already read, of interest only where any is allowed. */
  decode(reader: Reader, kind: number): T;
  /** Writes a body. */
  encode(writer: Writer, value: T): void;
  /** The kind byte of a value, where any is allowed. */
  kindOf?(value: T): number;
}

/** The type a codec reads. */
export type Infer<C> = C extends Codec<infer T> ? T : never;

type Fields = { readonly [name: string]: Codec<any> };
type InferFields<F extends Fields> = { readonly [K in keyof F]: Infer<F[K]> };
// Flattens an intersection, so that editors show the fields.
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** Reads a child value: kind byte, depth, kind test, body (the order in which the official decoder tests). */
export function decodeChild<T>(reader: Reader, codec: Codec<T>): T {
  const kind = reader.kind();
  reader.descend();
  if (codec.kind !== undefined && kind !== codec.kind) throw reader.unexpectedKind(codec.kind, kind);
  const value = codec.decode(reader, kind);
  reader.ascend();
  return value;
}

export function encodeChild<T>(writer: Writer, codec: Codec<T>, value: T): void {
  writer.byte(codec.kind ?? codec.kindOf!(value));
  writer.descend();
  codec.encode(writer, value);
  writer.ascend();
}

function decodeElement<T>(reader: Reader, codec: Codec<T>, kind: number): T {
  reader.descend();
  const value = codec.decode(reader, kind);
  reader.ascend();
  return value;
}

function encodeElement<T>(writer: Writer, codec: Codec<T>, value: T): void {
  writer.descend();
  codec.encode(writer, value);
  writer.ascend();
}

/** A whole payload: prefix byte, one value, nothing after it. */
export function decodePayload<T>(codec: Codec<T>, payload: Bytes): T {
  const reader = new Reader(payload);
  expectPrefix(reader);
  const value = decodeChild(reader, codec);
  reader.end();
  return value;
}

export function expectPrefix(reader: Reader): void {
  const prefix = reader.byte();
  if (prefix !== MANIFEST_PREFIX) {
    throw new DecodeError('UnexpectedPayloadPrefix', 0, `expected ${hexByte(MANIFEST_PREFIX)}, got ${hexByte(prefix)}`);
  }
}

// One writer serves all: what it wrote is copied out before anyone else writes.
const writer = new Writer(64 * 1024);

export function encodePayload<T>(codec: Codec<T>, value: T): Bytes {
  writer.reset();
  writer.byte(MANIFEST_PREFIX);
  encodeChild(writer, codec, value);
  return writer.finish();
}

/** The body of a value: what is hashed. */
export function encodeBody<T>(codec: Codec<T>, value: T): Bytes {
  writer.reset();
  codec.encode(writer, value);
  return writer.finish();
}

// ---------------------------------------------------------------------------------------------------------- basics

function integer(kind: number, size: number, min: number, max: number): Codec<number> {
  const signed = min < 0;
  return {
    kind,
    decode(reader) {
      const at = reader.claim(size);
      return signed ? reader.buffer.readIntLE(at, size) : reader.buffer.readUIntLE(at, size);
    },
    encode(writer, value) {
      checkRange(Number.isInteger(value) && value >= min && value <= max, kind, value);
      const at = writer.claim(size);
      if (signed) writer.buffer.writeIntLE(value, at, size);
      else writer.buffer.writeUIntLE(value, at, size);
    },
  };
}

function bigInteger(kind: number, limbs: number, signed: boolean): Codec<bigint> {
  const bits = BigInt(64 * limbs);
  const min = signed ? -(1n << (bits - 1n)) : 0n;
  const max = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  return {
    kind,
    decode(reader) {
      const at = reader.claim(8 * limbs);
      const { view } = reader;
      let value = view.getBigUint64(at, true);
      for (let limb = 1; limb < limbs; limb++) {
        // Upper limbs are mostly zero, and a bigint is dear to make and to shift.
        const from = at + 8 * limb;
        if (view.getUint32(from, true) === 0 && view.getUint32(from + 4, true) === 0) continue;
        value |= view.getBigUint64(from, true) << BigInt(64 * limb);
      }
      return signed && value > max ? BigInt.asIntN(64 * limbs, value) : value;
    },
    encode(writer, value) {
      checkRange(value >= min && value <= max, kind, value);
      const at = writer.claim(8 * limbs);
      if (value >= 0n && value < 0x10000000000000000n) {
        // Nearly all of them, and a bigint is dear to shift.
        writer.buffer.writeBigUInt64LE(value, at);
        writer.buffer.fill(0, at + 8, at + 8 * limbs);
        return;
      }
      for (let limb = 0; limb < limbs; limb++) {
        writer.buffer.writeBigUInt64LE(BigInt.asUintN(64, value >> BigInt(64 * limb)), at + 8 * limb);
      }
    },
  };
}

function checkRange(holds: boolean, kind: number, value: unknown): void {
  if (!holds) throw new EncodeError('ValueOutOfRange', `expected a value of ${kindName(kind)}, got ${String(value)}`);
}

export const bool: Codec<boolean> = {
  kind: KIND.Bool,
  decode(reader) {
    const byte = reader.byte();
    if (byte > 1) throw new DecodeError('InvalidBool', reader.offset - 1, `expected 0 or 1, got ${byte}`);
    return byte === 1;
  },
  encode: (writer, value) => writer.byte(value ? 1 : 0),
};

export const i8 = integer(KIND.I8, 1, -0x80, 0x7f);
export const i16 = integer(KIND.I16, 2, -0x8000, 0x7fff);
export const i32 = integer(KIND.I32, 4, -0x80000000, 0x7fffffff);
export const i64 = bigInteger(KIND.I64, 1, true);
export const i128 = bigInteger(KIND.I128, 2, true);
export const u8 = integer(KIND.U8, 1, 0, 0xff);
export const u16 = integer(KIND.U16, 2, 0, 0xffff);
export const u32 = integer(KIND.U32, 4, 0, 0xffffffff);
export const u64 = bigInteger(KIND.U64, 1, false);
export const u128 = bigInteger(KIND.U128, 2, false);
/** Attos: 192 bits. */
export const decimal = bigInteger(KIND.Decimal, 3, true);
/** Scaled by 10^36: 256 bits. */
export const preciseDecimal = bigInteger(KIND.PreciseDecimal, 4, true);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const string: Codec<string> = {
  kind: KIND.String,
  decode(reader) {
    const size = reader.size();
    const at = reader.claim(size);
    // ASCII is the rule and costs a tenth of the strict decoder.
    if (size < 64) {
      let ascii = true;
      for (let i = at; i < at + size && ascii; i++) ascii = reader.buffer[i]! < 0x80;
      if (ascii) return reader.buffer.toString('latin1', at, at + size);
    }
    try {
      return utf8.decode(reader.since(at));
    } catch (cause) {
      throw new DecodeError('InvalidUtf8', at, 'expected UTF-8', { cause });
    }
  },
  encode(writer, value) {
    if (!value.isWellFormed()) throw new EncodeError('ValueOutOfRange', 'expected text without lone surrogates');
    writer.text(value);
  },
};

// ----------------------------------------------------------------------------------------------------- byte strings

/** `Vec<u8>`: costs no depth for its elements. */
export const bytes: Codec<Bytes> = {
  kind: KIND.Array,
  decode(reader) {
    reader.expectKind(KIND.U8);
    return reader.take(reader.size());
  },
  encode(writer, value) {
    writer.byte(KIND.U8);
    writer.size(value.length);
    writer.put(value);
  },
};

/** `[u8; length]`: its elements count as a level. */
export function fixedBytes(length: number): Codec<Bytes> {
  return {
    kind: KIND.Array,
    decode(reader) {
      reader.expectKind(KIND.U8);
      const at = reader.offset;
      const size = reader.size();
      if (size !== length) throw new DecodeError('UnexpectedSize', at, `expected ${length} bytes, got ${size}`);
      reader.descend();
      const value = reader.take(length);
      reader.ascend();
      return value;
    },
    encode(writer, value) {
      if (value.length !== length) {
        throw new EncodeError('ValueOutOfRange', `expected ${length} bytes, got ${value.length}`);
      }
      writer.descend();
      bytes.encode(writer, value);
      writer.ascend();
    },
  };
}

// ------------------------------------------------------------------------------------------------------ composites

interface Field {
  readonly name: string;
  readonly codec: Codec<any>;
}

function fieldsOf(fields: Fields): Field[] {
  return Object.entries(fields).map(([name, codec]) => ({ name, codec }));
}

type FieldsDecoder = (reader: Reader) => unknown;

/**
 * Writes a function that reads the fields in turn, each as `decodeChild` does, and returns them as one object literal.
 * In a loop over fields every call goes to another codec and every object grows property by property, which costs more
 * than all else in decoding: the engine can foresee neither. Names come from the tables in this source, never from input.
 */
function compileDecoder(fields: readonly Field[], type?: string): FieldsDecoder {
  const reads = fields.map(({ codec }, i) => {
    const test =
      codec.kind === undefined ? '' : `if (k !== ${codec.kind}) throw reader.unexpectedKind(${codec.kind}, k);`;
    return `at = ${i}; k = reader.kind(); reader.descend(); ${test} const v${i} = c${i}.decode(reader, k); reader.ascend();`;
  });
  const members = fields.map(({ name }, i) => `${JSON.stringify(name)}: v${i}`);
  if (type !== undefined) members.unshift(`type: ${JSON.stringify(type)}`);
  const body = `let at = 0, k = 0; try { ${reads.join(' ')} return { ${members.join(', ')} }; } catch (error) { throw under(error, names[at]); }`;
  const codecs = fields.map((_, i) => `c${i}`);
  const make = new Function('under', 'names', ...codecs, `return function decodeFields(reader) { ${body} };`);
  return make(
    under,
    fields.map(({ name }) => name),
    ...fields.map(({ codec }) => codec),
  );
}

type FieldsEncoder = (writer: Writer, value: any) => void;

/** The same for writing. */
function compileEncoder(fields: readonly Field[]): FieldsEncoder {
  const writes = fields.map(({ name, codec }, i) => {
    const read = `at = ${i}; v = value[${JSON.stringify(name)}];`;
    const kind = codec.kind ?? `c${i}.kindOf(v)`;
    return `${read} writer.byte(${kind}); writer.descend(); c${i}.encode(writer, v); writer.ascend();`;
  });
  const body = `let at = 0, v; writer.size(${fields.length}); try { ${writes.join(' ')} } catch (error) { throw under(error, names[at]); }`;
  const codecs = fields.map((_, i) => `c${i}`);
  const make = new Function('under', 'names', ...codecs, `return function encodeFields(writer, value) { ${body} };`);
  return make(
    under,
    fields.map(({ name }) => name),
    ...fields.map(({ codec }) => codec),
  );
}

/** A tuple with named fields, in wire order. */
export function struct<F extends Fields>(fields: F): Codec<InferFields<F>> {
  const list = fieldsOf(fields);
  const decodeFields = compileDecoder(list);
  return {
    kind: KIND.Tuple,
    decode(reader) {
      reader.expectSize(list.length);
      return decodeFields(reader) as InferFields<F>;
    },
    encode: compileEncoder(list),
  };
}

type Variants = { readonly [type: string]: readonly [discriminator: number, fields: Fields] };
type InferVariants<V extends Variants> = {
  readonly [K in keyof V]: Flat<{ readonly type: K } & InferFields<V[K][1]>>;
}[keyof V];

/** An enum as a table: name → discriminator and fields. Read as a union of `{ type, …fields }`. */
export function variants<V extends Variants>(table: V): Codec<InferVariants<V>> {
  const byDiscriminator: ({ size: number; decodeFields: FieldsDecoder } | undefined)[] = [];
  const byType = new Map<string, { discriminator: number; encodeFields: FieldsEncoder }>();
  for (const [type, [discriminator, fields]] of Object.entries(table)) {
    const list = fieldsOf(fields);
    byDiscriminator[discriminator] = { size: list.length, decodeFields: compileDecoder(list, type) };
    byType.set(type, { discriminator, encodeFields: compileEncoder(list) });
  }
  return {
    kind: KIND.Enum,
    decode(reader) {
      const discriminator = reader.byte();
      const variant = byDiscriminator[discriminator];
      if (variant === undefined) {
        const known = [...byType.values()].map((each) => each.discriminator).join(', ');
        throw new DecodeError(
          'UnknownDiscriminator',
          reader.offset - 1,
          `expected a variant of ${known.length > 60 ? 'this enum' : known}, got ${discriminator}`,
        );
      }
      reader.expectSize(variant.size);
      return variant.decodeFields(reader) as InferVariants<V>;
    },
    encode(writer, value) {
      const { discriminator, encodeFields } = byType.get(value.type as string)!;
      writer.byte(discriminator);
      encodeFields(writer, value);
    },
  };
}

/** A list. `limit` sees the length as soon as it is read, before any element, and throws where it is too long. */
export function array<T>(element: Codec<T>, limit?: (length: number) => void): Codec<readonly T[]> {
  const kind = element.kind!;
  return {
    kind: KIND.Array,
    decode(reader) {
      reader.expectKind(kind);
      const length = reader.size();
      limit?.(length);
      // Not allocated by the stated length: each element takes at least the read that proves it is there.
      const list: T[] = [];
      try {
        while (list.length < length) list.push(decodeElement(reader, element, kind));
      } catch (error) {
        throw under(error, `[${list.length}]`);
      }
      return list;
    },
    encode(writer, value) {
      writer.byte(kind);
      writer.size(value.length);
      let current = 0;
      try {
        for (; current < value.length; current++) encodeElement(writer, element, value[current]!);
      } catch (error) {
        throw under(error, `[${current}]`);
      }
    },
  };
}

/** What tells two keys apart: text as it is, bytes by their hex, anything else by its JSON. */
function identity(key: unknown): string {
  if (typeof key === 'string') return key;
  return key instanceof Uint8Array ? toHex(key) : JSON.stringify(key);
}

/** A list without repetitions, in the order given. A repeated member is found as soon as it was read. */
export function set<T>(element: Codec<T>): Codec<readonly T[]> {
  const seen = (): ((value: T, offset: number) => void) => {
    const members = new Set<string>();
    return (value, offset) => {
      const member = identity(value);
      if (members.has(member)) throw new DecodeError('DuplicateKey', offset, 'expected no member twice');
      members.add(member);
    };
  };
  const list = array(element);
  return {
    kind: KIND.Array,
    decode(reader, kind) {
      const check = seen();
      const checked: Codec<T> = {
        kind: element.kind,
        encode: element.encode,
        decode(inner, elementKind) {
          const value = element.decode(inner, elementKind);
          check(value, inner.offset);
          return value;
        },
      };
      return array(checked).decode(reader, kind);
    },
    encode: list.encode,
  };
}

/** A map with distinct keys, in the order given. A repeated key is found after its entry was read. */
export function map<K, V>(key: Codec<K>, value: Codec<V>): Codec<readonly (readonly [K, V])[]> {
  const keyKind = key.kind!;
  const valueKind = value.kind!;
  return {
    kind: KIND.Map,
    decode(reader) {
      reader.expectKind(keyKind);
      reader.expectKind(valueKind);
      const length = reader.size();
      // Of one entry, as nearly all have, none can be a repetition.
      const seen = length > 1 ? new Set<string>() : undefined;
      const entries: (readonly [K, V])[] = [];
      try {
        while (entries.length < length) {
          const entry = [decodeElement(reader, key, keyKind), decodeElement(reader, value, valueKind)] as const;
          const id = seen === undefined ? '' : identity(entry[0]);
          if (seen?.has(id)) throw new DecodeError('DuplicateKey', reader.offset, 'expected no key twice');
          seen?.add(id);
          entries.push(entry);
        }
      } catch (error) {
        throw under(error, `[${entries.length}]`);
      }
      return entries;
    },
    encode(writer, entries) {
      writer.byte(keyKind);
      writer.byte(valueKind);
      writer.size(entries.length);
      for (const [k, v] of entries) {
        encodeElement(writer, key, k);
        encodeElement(writer, value, v);
      }
    },
  };
}

/** A value that may be absent. */
export function option<T>(inner: Codec<T>): Codec<T | undefined> {
  return {
    kind: KIND.Enum,
    decode(reader) {
      const discriminator = reader.byte();
      if (discriminator > 1) {
        throw new DecodeError('UnknownDiscriminator', reader.offset - 1, `expected 0 or 1, got ${discriminator}`);
      }
      reader.expectSize(discriminator);
      return discriminator === 0 ? undefined : decodeChild(reader, inner);
    },
    encode(writer, value) {
      writer.byte(value === undefined ? 0 : 1);
      writer.size(value === undefined ? 0 : 1);
      if (value !== undefined) encodeChild(writer, inner, value);
    },
  };
}

// ------------------------------------------------------------------------------------------------------------ kept

/** A decoded value with the very bytes of its body. What was signed is passed on as these bytes, never re-encoded. */
export interface Kept<T> {
  readonly value: T;
  readonly body: Bytes;
  /** The hash of the whole, kept here by who computes it: it is asked for often, and a value never changes. */
  hash?: Bytes | undefined;
}

export function kept<T>(codec: Codec<T>): Codec<Kept<T>> {
  return {
    kind: codec.kind,
    decode(reader, kind) {
      const start = reader.offset;
      const value = codec.decode(reader, kind);
      return { value, body: reader.since(start), hash: undefined };
    },
    encode: (writer, value) => writer.put(value.body),
  };
}

/** A value of our own making, encoded once. */
export function keep<T>(codec: Codec<T>, value: T): Kept<T> {
  return { value, body: encodeBody(codec, value), hash: undefined };
}
