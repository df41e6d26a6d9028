import type { Codec } from './codec.js';
import { DecodeError, EncodeError } from './error.js';
import { KIND } from './kind.js';
import type { Reader } from './reader.js';

/** A ledger entity: 30 bytes as 60 lower-case hex digits, the first byte being its entity type. */
export type NodeId = string;

/** An address made by an earlier ALLOCATE_GLOBAL_ADDRESS of the same manifest. */
export interface NamedAddress {
  readonly namedAddress: number;
}

/** What an address value may be on the wire. */
export type Address = NodeId | NamedAddress;

export const NODE_ID_LENGTH = 30;

/** Entity type bytes (docs/protocol.md §3.5). */
export const ENTITY = {
  GlobalPackage: 0x0d,
  GlobalFungibleResourceManager: 0x5d,
  GlobalNonFungibleResourceManager: 0x9a,
  GlobalConsensusManager: 0x86,
  GlobalValidator: 0x83,
  GlobalAccessController: 0xc3,
  GlobalAccount: 0xc1,
  GlobalIdentity: 0xc2,
  GlobalGenericComponent: 0xc0,
  GlobalPreallocatedSecp256k1Account: 0xd1,
  GlobalPreallocatedEd25519Account: 0x51,
  GlobalPreallocatedSecp256k1Identity: 0xd2,
  GlobalPreallocatedEd25519Identity: 0x52,
  GlobalOneResourcePool: 0xc4,
  GlobalTwoResourcePool: 0xc5,
  GlobalMultiResourcePool: 0xc6,
  GlobalAccountLocker: 0x68,
  GlobalTransactionTracker: 0x82,
  InternalFungibleVault: 0x58,
  InternalNonFungibleVault: 0x98,
  InternalGenericComponent: 0xf8,
  InternalKeyValueStore: 0xb0,
} as const;

const ENTITIES: ReadonlySet<number> = new Set(Object.values(ENTITY));
const INTERNAL: ReadonlySet<number> = new Set([
  ENTITY.InternalFungibleVault,
  ENTITY.InternalNonFungibleVault,
  ENTITY.InternalGenericComponent,
  ENTITY.InternalKeyValueStore,
]);

/** The entity type byte of a node id. */
export function entityOf(node: NodeId): number {
  return 16 * hexDigit(node.charCodeAt(0)) + hexDigit(node.charCodeAt(1));
}

/** Of lower-case hex; asked so often that parsing text costs too much. */
function hexDigit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

export function isInternal(entity: number): boolean {
  return INTERNAL.has(entity);
}

/** An address value whose entity byte passes `allows`; `named` says whether a named address will do. */
function address<T extends Address>(wanted: string, named: boolean, allows: (entity: number) => boolean): Codec<T> {
  return {
    kind: KIND.Address,
    decode(reader) {
      const at = reader.offset;
      const tag = reader.byte();
      if (tag === 0) {
        const start = reader.claim(NODE_ID_LENGTH);
        const entity = reader.buffer[start]!;
        if (!ENTITIES.has(entity) || !allows(entity)) throw invalid(at, wanted);
        return reader.buffer.toString('hex', start, start + NODE_ID_LENGTH) as T;
      }
      if (tag !== 1) throw invalid(at, wanted);
      const id = reader.buffer.readUInt32LE(reader.claim(4));
      if (!named) throw invalid(at, wanted);
      return { namedAddress: id } as T;
    },
    encode(writer, value) {
      if (typeof value === 'string') {
        const entity = entityOf(value);
        if (value.length !== 2 * NODE_ID_LENGTH || !ENTITIES.has(entity) || !allows(entity)) {
          throw new EncodeError('ValueOutOfRange', `expected ${wanted}, got ${value}`);
        }
        writer.byte(0);
        writer.hex(value);
      } else {
        if (!named) throw new EncodeError('ValueOutOfRange', `expected ${wanted}, got a named address`);
        writer.byte(1);
        writer.u32(value.namedAddress);
      }
    },
  };
}

function invalid(offset: number, wanted: string): DecodeError {
  return new DecodeError('InvalidCustomValue', offset, `expected ${wanted}`);
}

/** Which addresses each official type takes. */
export const anyAddress = address<Address>('an address', true, () => true);
export const resourceAddress = address<NodeId>(
  'a resource address',
  false,
  (entity) => entity === ENTITY.GlobalFungibleResourceManager || entity === ENTITY.GlobalNonFungibleResourceManager,
);
export const packageAddress = address<NodeId>('a package address', false, (entity) => entity === ENTITY.GlobalPackage);
export const callPackage = address<Address>('a package', true, (entity) => entity === ENTITY.GlobalPackage);
export const callGlobal = address<Address>('a global address', true, (entity) => !isInternal(entity));
export const callInternal = address<NodeId>('an internal address', false, isInternal);

/** A manifest id: bucket, proof or address reservation. */
function manifestId(kind: number): Codec<number> {
  return {
    kind,
    decode: (reader) => reader.buffer.readUInt32LE(reader.claim(4)),
    encode: (writer, value) => writer.u32(value),
  };
}

export const bucket = manifestId(KIND.Bucket);
export const proof = manifestId(KIND.Proof);
export const addressReservation = manifestId(KIND.AddressReservation);

export type Expression = 'ENTIRE_WORKTOP' | 'ENTIRE_AUTH_ZONE';
const EXPRESSIONS: readonly Expression[] = ['ENTIRE_WORKTOP', 'ENTIRE_AUTH_ZONE'];

export const expression: Codec<Expression> = {
  kind: KIND.Expression,
  decode(reader) {
    const value = EXPRESSIONS[reader.byte()];
    if (value === undefined) throw invalid(reader.offset - 1, 'an expression 0 or 1');
    return value;
  },
  encode: (writer, value) => writer.byte(EXPRESSIONS.indexOf(value)),
};

/** Reference to a blob: the hash of its bytes, as hex. */
export const blobReference: Codec<string> = {
  kind: KIND.Blob,
  decode(reader) {
    const at = reader.claim(32);
    return reader.buffer.toString('hex', at, at + 32);
  },
  encode: (writer, value) => writer.hex(value),
};

/**
 * A non-fungible local id in its text form, which tells everything: `<text>`, `#123#`, `[hex]`,
 * `{16 hex-16 hex-16 hex-16 hex}`.
 */
export type LocalId = string;

const LOCAL_ID_TEXT = /^[_0-9A-Za-z]{1,64}$/;
const MAX_LOCAL_ID = 64;

export const nonFungibleLocalId: Codec<LocalId> = {
  kind: KIND.NonFungibleLocalId,
  decode(reader) {
    const at = reader.offset;
    switch (reader.byte()) {
      case 0: {
        const text = block(reader).toString('latin1');
        if (!LOCAL_ID_TEXT.test(text)) throw invalid(at, 'a local id of 1 to 64 letters, digits or _');
        return `<${text}>`;
      }
      case 1:
        return `#${reader.buffer.readBigUInt64BE(reader.claim(8))}#`;
      case 2: {
        const bytes = block(reader);
        if (bytes.length === 0 || bytes.length > MAX_LOCAL_ID) throw invalid(at, 'a local id of 1 to 64 bytes');
        return `[${bytes.toString('hex')}]`;
      }
      case 3: {
        const start = reader.claim(32);
        const part = (index: number) => reader.buffer.toString('hex', start + 8 * index, start + 8 * index + 8);
        return `{${part(0)}-${part(1)}-${part(2)}-${part(3)}}`;
      }
      default:
        throw invalid(at, 'a local id of kind 0 to 3');
    }
  },
  encode(writer, value) {
    const inner = value.slice(1, -1);
    switch (value.charAt(0)) {
      case '<':
        writer.byte(0);
        writer.text(inner);
        break;
      case '#':
        writer.byte(1);
        writer.u64BigEndian(BigInt(inner));
        break;
      case '[':
        writer.byte(2);
        writer.size(inner.length / 2);
        writer.hex(inner);
        break;
      case '{':
        writer.byte(3);
        writer.hex(inner.replaceAll('-', ''));
        break;
      default:
        throw new EncodeError('ValueOutOfRange', `expected a non-fungible local id, got ${value}`);
    }
  },
};

function block(reader: Reader): Buffer {
  const size = reader.size();
  const at = reader.claim(size);
  return reader.buffer.subarray(at, at + size);
}
