import { units } from '../../src/base/amount.js';
import { ENTITY, isInternal, type LocalId, type NodeId } from '../../src/sbor/custom.js';
import type { Chance } from './randomBundles.js';

/** Random leaves of payloads. Limits and corners come up far more often than an even spread would give them. */

export function arbitraryBytes(chance: Chance, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = chance.below(256);
  return bytes;
}

/** A whole number of `bits` bits, small, large or at the end of its range. */
export function arbitraryUnsigned(chance: Chance, bits: number): bigint {
  const max = (1n << BigInt(bits)) - 1n;
  switch (chance.below(4)) {
    case 0:
      return BigInt(chance.below(Math.min(256, 2 ** bits)));
    case 1:
      return max - BigInt(chance.below(3));
    default:
      return BigInt(`0x${arbitraryBytes(chance, bits / 8).toString('hex')}`);
  }
}

export function arbitrarySigned(chance: Chance, bits: number): bigint {
  return BigInt.asIntN(bits, arbitraryUnsigned(chance, bits));
}

/** A usable amount: none, one atto, a round one, any, the largest. */
export function arbitraryAmount(chance: Chance): bigint {
  switch (chance.below(6)) {
    case 0:
      return 0n;
    case 1:
      return 1n;
    case 2:
      return units(chance.below(1000));
    case 3:
      return 2n ** 191n - 1n;
    default:
      return BigInt(`0x${arbitraryBytes(chance, 1 + chance.below(23)).toString('hex')}`) >> 1n;
  }
}

const ID_CHARACTERS = '_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function arbitraryLocalId(chance: Chance): LocalId {
  const length = chance.often(0.1) ? 64 : 1 + chance.below(12);
  switch (chance.below(4)) {
    case 0:
      return `<${Array.from({ length }, () => ID_CHARACTERS[chance.below(ID_CHARACTERS.length)]).join('')}>`;
    case 1:
      return `#${arbitraryUnsigned(chance, 64)}#`;
    case 2:
      return `[${arbitraryBytes(chance, length).toString('hex')}]`;
    default: {
      const part = () => arbitraryBytes(chance, 8).toString('hex');
      return `{${part()}-${part()}-${part()}-${part()}}`;
    }
  }
}

export function arbitraryIds(chance: Chance): LocalId[] {
  return [...new Set(Array.from({ length: chance.below(4) }, () => arbitraryLocalId(chance)))];
}

const ALPHABETS = [
  'abcdefghijklmnopqrstuvwxyz_',
  ' ~!"#$%&\'()*+,-./:;<=>?@[\\]^`{|}',
  '\u0000\u0007\b\t\n\v\f\r\u001b\u007f\u0085',
  'äßéñŁžΩжשقहไ中日한',
  '\u00a0\u00ad\u0301\u200b\u200d\u202e\u2028\u3000\ufeff\ufffd\ue000',
  '😀🏳️‍🌈𝔘𠜎\u{e0001}\u{10ffff}',
].map((text) => [...text]);

export function arbitraryText(chance: Chance): string {
  if (chance.often(0.1)) return Array.from({ length: chance.below(8) }, () => anyCharacter(chance)).join('');
  const alphabet = chance.often(0.5) ? ALPHABETS[0]! : chance.pick(ALPHABETS);
  return Array.from({ length: chance.below(16) }, () => chance.pick(alphabet)).join('');
}

/**
 * Blocks in which Unicode has assigned nothing of late: which characters print is decided officially by tables of Unicode
 * 15, here by those of the running Node (docs/conformance.md).
 */
const SETTLED_BLOCKS: readonly (readonly [first: number, end: number])[] = [
  [0x0000, 0x0880],
  [0x2000, 0x20c0],
  [0x3000, 0x31e4],
  [0xac00, 0xd800],
  [0xe000, 0xfbc3],
  [0xfe00, 0x10000],
  [0x1f300, 0x1f6d8],
  [0xe0000, 0xe0200],
  [0x10fff0, 0x110000],
];

function anyCharacter(chance: Chance): string {
  const [first, end] = chance.pick(SETTLED_BLOCKS);
  return String.fromCodePoint(first + chance.below(end - first));
}

/** Few addresses of each class, so that they recur as they do in real manifests. */
const POOL = 8;

function pool(entity: number): NodeId[] {
  const first = entity.toString(16).padStart(2, '0');
  return Array.from({ length: POOL }, (_, i) => first + (i * 0x1d + entity).toString(16).padStart(58, '6318c'));
}

const ENTITIES = Object.values(ENTITY);
const POOLS = new Map(ENTITIES.map((entity) => [entity as number, pool(entity)]));
const GLOBALS = ENTITIES.filter((entity) => !isInternal(entity));
const INTERNALS = ENTITIES.filter(isInternal);
const RESOURCES = [ENTITY.GlobalFungibleResourceManager, ENTITY.GlobalNonFungibleResourceManager];

function addressOf(chance: Chance, entities: readonly number[]): NodeId {
  return chance.pick(POOLS.get(chance.pick(entities))!);
}

export const arbitraryAddress = (chance: Chance) => addressOf(chance, ENTITIES);
export const arbitraryGlobal = (chance: Chance) => addressOf(chance, GLOBALS);
export const arbitraryInternal = (chance: Chance) => addressOf(chance, INTERNALS);
export const arbitraryPackage = (chance: Chance) => addressOf(chance, [ENTITY.GlobalPackage]);
export const arbitraryFungible = (chance: Chance) => addressOf(chance, [ENTITY.GlobalFungibleResourceManager]);
export const arbitraryNonFungible = (chance: Chance) => addressOf(chance, [ENTITY.GlobalNonFungibleResourceManager]);
export const arbitraryResource = (chance: Chance) => addressOf(chance, RESOURCES);

/** An address that no pool holds. */
export function freshAddress(chance: Chance, entity: number = ENTITY.GlobalAccount): NodeId {
  return entity.toString(16).padStart(2, '0') + arbitraryBytes(chance, 29).toString('hex');
}
