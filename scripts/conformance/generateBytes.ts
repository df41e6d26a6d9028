import type { Chance } from '../../test/support/randomBundles.js';

/** Bytes that mean something to the format: kinds, discriminators, sizes at their limits. */
// biome-ignore format: a list reads better in lines that belong together
const TELLING = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24,
  0x30, 0x40, 0x41, 0x4d, 0x50, 0x51, 0x58, 0x5c, 0x5d, 0x60, 0x61, 0x62, 0x7f,
  0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x9a, 0xc0, 0xfe, 0xff,
];
/** Sizes that are not minimal, too large, or unending. */
const SIZES = ['8000', '8100', 'ffffff7f', 'ffffffff01', '80808001', '808080808001', 'ff7f', '8001'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
/** Whole values, to stand where others were. */
const VALUES = [
  '2000',
  '2100',
  '220000',
  '2200',
  '20070100',
  '23222200',
  '0c01ff',
  '0102',
  '8003',
  '830200',
  '8704',
].map((hex) => Buffer.from(hex, 'hex'));

/** Damages bytes in one to three places; `sources` lend what is spliced in. */
export function mutateBytes(chance: Chance, source: Uint8Array, sources: readonly Uint8Array[]): Buffer {
  let bytes: Buffer = Buffer.from(source);
  for (let edits = chance.often(0.7) ? 1 : 2 + chance.below(2); edits > 0 && bytes.length > 0; edits--) {
    bytes = mutateOnce(chance, bytes, sources);
  }
  return bytes;
}

function mutateOnce(chance: Chance, bytes: Buffer, sources: readonly Uint8Array[]): Buffer {
  // What holds the others together stands in front; damage behind it meets mostly hashes and signatures.
  const at = chance.below(chance.often(0.3) ? Math.min(120, bytes.length) : bytes.length);
  const replace = (count: number, by: Uint8Array): Buffer =>
    Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + count)]);
  switch (chance.below(9)) {
    case 0:
      bytes[at]! ^= 1 << chance.below(8);
      return bytes;
    case 1:
      bytes[at] = chance.pick(TELLING);
      return bytes;
    case 2:
      bytes[at] = (bytes[at]! + chance.pick([1, 255])) & 255;
      return bytes;
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return replace(1 + chance.below(8), Buffer.alloc(0));
    case 5:
      return replace(0, Buffer.from([chance.pick(TELLING)]));
    case 6: {
      const other = chance.pick(sources);
      const from = chance.below(other.length);
      return replace(chance.below(32), other.subarray(from, from + chance.below(64)));
    }
    case 7:
      return replace(1, chance.pick(chance.often(0.5) ? SIZES : VALUES));
    default:
      // At the end: what follows is read last.
      return chance.often(0.5)
        ? Buffer.concat([bytes, Buffer.from([chance.pick(TELLING)])])
        : bytes.subarray(0, bytes.length - 1 - chance.below(Math.min(70, bytes.length - 1) || 1));
  }
}

const OUTER_KINDS = [0x20, 0x21, 0x22, 0x23, 0x80, 0x0f];

/** Damages what tells one payload from another: prefix, kind, discriminator, number of fields. */
export function mutateOuter(chance: Chance, source: Uint8Array): Buffer {
  const bytes = Buffer.from(source);
  switch (chance.below(5)) {
    case 0:
      bytes[0] = chance.pick([0x4c, 0x54, 0x5c, 0]);
      break;
    case 1:
      bytes[1] = chance.pick(OUTER_KINDS);
      break;
    case 2:
      bytes[2] = chance.below(18);
      break;
    case 3:
      bytes[3] = chance.below(5);
      break;
    default:
      // The plain tuple, which only a signed partial may be.
      return Buffer.concat([bytes.subarray(0, 1), Buffer.from([0x21]), bytes.subarray(3)]);
  }
  return chance.often(0.2) ? bytes.subarray(0, chance.below(6)) : bytes;
}
