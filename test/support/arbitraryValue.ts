import { KIND, type KindName } from '../../src/sbor/kind.js';
import type { Value } from '../../src/sbor/value.js';
import {
  arbitraryAddress,
  arbitraryBytes,
  arbitraryLocalId,
  arbitrarySigned,
  arbitraryText,
  arbitraryUnsigned,
} from './arbitraryLeaf.js';
import type { Chance } from './randomBundles.js';

/** Where a value gets manifest ids from; undefined where there is none to be had. */
export interface IdSource {
  bucket(): number | undefined;
  proof(): number | undefined;
  reservation(): number | undefined;
  namedAddress(): number | undefined;
  blob(): string | undefined;
}

/** Ids of nothing: right for the format, which is all that matters to values by themselves. */
export function anyIds(chance: Chance): IdSource {
  const id = () => (chance.often(0.7) ? chance.below(4) : Number(arbitraryUnsigned(chance, 32)));
  const blob = () => arbitraryBytes(chance, 32).toString('hex');
  return { bucket: id, proof: id, reservation: id, namedAddress: id, blob };
}

const KINDS = Object.keys(KIND) as KindName[];
const CONTAINERS: ReadonlySet<KindName> = new Set<KindName>(['Array', 'Tuple', 'Enum', 'Map']);

/** Kinds of which there may be no value to be had. */
const MAY_FAIL: ReadonlySet<KindName> = new Set<KindName>([
  ...CONTAINERS,
  'Bucket',
  'Proof',
  'AddressReservation',
  'Blob',
]);
const NO_IDS: IdSource = {
  bucket: () => undefined,
  proof: () => undefined,
  reservation: () => undefined,
  namedAddress: () => undefined,
  blob: () => undefined,
};

/** A value that nests at most `levels` levels, itself included. */
export function arbitraryValue(chance: Chance, levels: number, ids: IdSource): Value {
  for (;;) {
    const made = valueOfKind(chance, chance.pick(KINDS), levels, ids);
    if (made !== undefined) return made;
  }
}

export function arbitraryTuple(chance: Chance, levels: number, ids: IdSource, most = 5): Value {
  return { kind: 'Tuple', fields: several(chance, most, () => child(chance, levels, ids)) };
}

/** Tuples, arrays, enums or maps around each other that use up all of `levels`; `end` may be what nests deepest. */
export function nestedValue(chance: Chance, levels: number, end?: Value): Value {
  let inner: Value = end ?? { kind: 'U32', value: 7 };
  for (let level = 1; level < levels; level++) {
    const kind = inner.kind === 'Bytes' ? 'Array' : inner.kind;
    switch (chance.below(4)) {
      case 0:
        inner = { kind: 'Tuple', fields: [inner] };
        break;
      case 1:
        inner = { kind: 'Enum', discriminator: chance.below(256), fields: [inner] };
        break;
      case 2:
        inner =
          kind === 'U8' ? { kind: 'Tuple', fields: [inner] } : { kind: 'Array', elementKind: kind, elements: [inner] };
        break;
      default: {
        const key: Value = { kind: 'U8', value: 1 };
        inner = { kind: 'Map', keyKind: 'U8', valueKind: kind, entries: [[key, inner]] };
      }
    }
  }
  return inner;
}

function child(chance: Chance, levels: number, ids: IdSource): Value | undefined {
  return levels > 1 ? arbitraryValue(chance, levels - 1, ids) : undefined;
}

function several<T>(chance: Chance, most: number, make: () => T | undefined): T[] {
  const items: T[] = [];
  for (let count = chance.below(most + 1); count > 0; count--) {
    const item = make();
    if (item === undefined) break;
    items.push(item);
  }
  return items;
}

function valueOfKind(chance: Chance, kind: KindName, levels: number, ids: IdSource): Value | undefined {
  // Containers are rarer the deeper, or trees would grow without end.
  if (CONTAINERS.has(kind) && levels < 3 && chance.often(0.5)) return undefined;
  switch (kind) {
    case 'Bool':
      return { kind, value: chance.often(0.5) };
    case 'I8':
    case 'I16':
    case 'I32':
      return { kind, value: Number(arbitrarySigned(chance, Number(kind.slice(1)))) };
    case 'U8':
    case 'U16':
    case 'U32':
      return { kind, value: Number(arbitraryUnsigned(chance, Number(kind.slice(1)))) };
    case 'I64':
    case 'I128':
      return { kind, value: arbitrarySigned(chance, Number(kind.slice(1))) };
    case 'U64':
    case 'U128':
      return { kind, value: arbitraryUnsigned(chance, Number(kind.slice(1))) };
    case 'Decimal':
      return { kind, value: arbitrarySigned(chance, 192) };
    case 'PreciseDecimal':
      return { kind, value: arbitrarySigned(chance, 256) };
    case 'String':
      return { kind, value: arbitraryText(chance) };
    case 'NonFungibleLocalId':
      return { kind, value: arbitraryLocalId(chance) };
    case 'Expression':
      return { kind, value: chance.pick(['ENTIRE_WORKTOP', 'ENTIRE_AUTH_ZONE'] as const) };
    case 'Address': {
      const namedAddress = chance.often(0.3) ? ids.namedAddress() : undefined;
      return { kind, value: namedAddress === undefined ? arbitraryAddress(chance) : { namedAddress } };
    }
    case 'Bucket':
      return identified(kind, ids.bucket());
    case 'Proof':
      return identified(kind, ids.proof());
    case 'AddressReservation':
      return identified(kind, ids.reservation());
    case 'Blob': {
      const value = ids.blob();
      return value === undefined ? undefined : { kind, value };
    }
    case 'Tuple':
      return arbitraryTuple(chance, levels, ids);
    case 'Enum': {
      const discriminator = chance.below(256);
      return { kind, discriminator, fields: several(chance, 4, () => child(chance, levels, ids)) };
    }
    case 'Array':
      return arbitraryArray(chance, levels, ids);
    case 'Map':
      return arbitraryMap(chance, levels, ids);
  }
}

function identified(kind: 'Bucket' | 'Proof' | 'AddressReservation', value: number | undefined): Value | undefined {
  return value === undefined ? undefined : { kind, value };
}

function arbitraryArray(chance: Chance, levels: number, ids: IdSource): Value {
  const elementKind = chance.pick(KINDS);
  if (elementKind === 'U8') {
    return { kind: 'Bytes', value: arbitraryBytes(chance, levels > 1 ? chance.below(20) : 0) };
  }
  const element = () => (levels > 1 ? valueOfKind(chance, elementKind, levels - 1, ids) : undefined);
  return { kind: 'Array', elementKind, elements: several(chance, 4, element) };
}

function arbitraryMap(chance: Chance, levels: number, ids: IdSource): Value {
  const [keyKind, valueKind] = [chance.pick(KINDS), chance.pick(KINDS)];
  const entry = (): [Value, Value] | undefined => {
    // In the order of the wire, in which ids are used up; a key must not use one up and then find no value.
    const key =
      levels > 1 ? valueOfKind(chance, keyKind, levels - 1, MAY_FAIL.has(valueKind) ? NO_IDS : ids) : undefined;
    const item = key && valueOfKind(chance, valueKind, levels - 1, ids);
    return key === undefined || item === undefined ? undefined : [key, item];
  };
  return { kind: 'Map', keyKind, valueKind, entries: several(chance, 3, entry) };
}
