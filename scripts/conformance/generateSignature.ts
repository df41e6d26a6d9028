import { createHash } from 'node:crypto';
import type { Bytes } from '../../src/base/bytes.js';
import { sodium as bindings } from '../../src/transaction/crypto.js';
import { arbitraryBytes } from '../../test/support/arbitraryLeaf.js';
import type { Chance } from '../../test/support/randomBundles.js';

/** Signatures that no honest signer makes (docs/protocol.md §3.4). */

/** Point arithmetic of libsodium, which the solver itself has no use for. */
const sodium = bindings as typeof bindings & {
  crypto_core_ed25519_add(sum: Buffer, a: Bytes, b: Bytes): void;
  crypto_scalarmult_ed25519_base_noclamp(product: Buffer, scalar: Bytes): void;
};

const L = (1n << 252n) + 27742317777372353535851937790883648493n;
/** Order of the group of secp256k1. */
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function littleEndian(bytes: Bytes): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function toLittleEndian(value: bigint): Buffer {
  return toBigEndian(value).reverse();
}

export function toBigEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

/** The points whose order divides eight, and the other ways to write them. */
export const SMALL_ORDER: readonly Buffer[] = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
].map((hex) => Buffer.from(hex, 'hex'));

/** Points of small order in canonical form, those that can be added. */
const TORSION = [4, 6, 7, 10, 11, 12, 13].map((i) => SMALL_ORDER[i]!);

function scalar(chance: Chance): bigint {
  return (littleEndian(arbitraryBytes(chance, 32)) % (L - 1n)) + 1n;
}

function point(k: bigint): Buffer {
  const product = Buffer.alloc(32);
  sodium.crypto_scalarmult_ed25519_base_noclamp(product, toLittleEndian(k));
  return product;
}

function sum(a: Bytes, b: Bytes): Buffer {
  const added = Buffer.alloc(32);
  sodium.crypto_core_ed25519_add(added, a, b);
  return added;
}

function challenge(r: Bytes, key: Bytes, message: Bytes): bigint {
  return littleEndian(createHash('sha512').update(r).update(key).update(message).digest()) % L;
}

/** A key, and how it signs. The two are apart because what a notary signs holds its key. */
export interface Forger {
  readonly key: Bytes;
  sign(message: Bytes): Buffer;
}

function signature(r: Bytes, s: bigint): Buffer {
  return Buffer.concat([r, toLittleEndian(s)]);
}

/** A sound signer whose secret is a scalar; `change` spoils what it made. */
function signer(chance: Chance, change: (bytes: Buffer) => void = () => {}): Forger {
  const secret = scalar(chance);
  const key = point(secret);
  return {
    key,
    sign(message) {
      const k = scalar(chance);
      const r = point(k);
      const bytes = signature(r, (k + challenge(r, key, message) * secret) % L);
      change(bytes);
      return bytes;
    },
  };
}

/** The encodings of 2^255 − 19 and a little more: those of small numbers, written too long. */
function writeTooLong(chance: Chance, target: Buffer): void {
  target.fill(0xff);
  target[0] = 0xed + chance.below(19);
  if (chance.often(0.5)) target[31] = 0x7f;
}

/** Such as pass or fail by how strict a verifier is. */
export const ED25519_FORGERIES: Readonly<Record<string, (chance: Chance) => Forger>> = {
  'a scalar instead of a seed': (chance) => signer(chance),
  'key of small order': (chance) => ({
    key: chance.pick(SMALL_ORDER),
    sign() {
      // To the neutral key any response to its own nonce would do; to the others one in eight.
      const k = scalar(chance);
      return signature(point(k), k);
    },
  }),
  'key and nonce of small order': (chance) => ({
    key: chance.pick(SMALL_ORDER),
    sign: () => signature(chance.pick(SMALL_ORDER), 0n),
  }),
  'nonce of small order': (chance) => {
    const secret = scalar(chance);
    const key = point(secret);
    return {
      key,
      sign(message) {
        const r = chance.pick(SMALL_ORDER);
        return signature(r, (challenge(r, key, message) * secret) % L);
      },
    };
  },
  'nonce with a part of small order': (chance) => {
    const secret = scalar(chance);
    const key = point(secret);
    return {
      key,
      sign(message) {
        const k = scalar(chance);
        const r = sum(point(k), chance.pick(TORSION));
        return signature(r, (k + challenge(r, key, message) * secret) % L);
      },
    };
  },
  'key with a part of small order': (chance) => {
    const secret = scalar(chance);
    const key = sum(point(secret), chance.pick(TORSION));
    return {
      key,
      sign(message) {
        // Every few nonces the part of small order falls out of the equation; half of the time that is waited for.
        const patient = chance.often(0.5);
        for (;;) {
          const k = scalar(chance);
          const r = point(k);
          const h = challenge(r, key, message);
          if (!patient || h % 8n === 0n) return signature(r, (k + h * secret) % L);
        }
      },
    };
  },
  'key that is no point': (chance) => ({ ...signer(chance), key: arbitraryBytes(chance, 32) }),
  'key not in its shortest form': (chance) => {
    const key = Buffer.alloc(32);
    writeTooLong(chance, key);
    return { ...signer(chance), key };
  },
  'nonce not in its shortest form': (chance) => signer(chance, (bytes) => writeTooLong(chance, bytes.subarray(0, 32))),
  'response above the order': (chance) =>
    signer(chance, (bytes) => {
      const s = littleEndian(bytes.subarray(32)) + L * BigInt(1 + chance.below(8));
      bytes.set(toLittleEndian(s), 32);
    }),
};

function part(bytes: Bytes, from: number): bigint {
  return BigInt(`0x${Buffer.from(bytes.subarray(from, from + 32)).toString('hex')}`);
}

/** Damages of recovery id ‖ r ‖ s. The first keeps a signature good for whoever tolerates a high s. */
export const SECP256K1_DAMAGES: Readonly<Record<string, (chance: Chance, bytes: Buffer) => void>> = {
  'high s': (_, bytes) => {
    bytes[0]! ^= 1;
    bytes.set(toBigEndian(N - part(bytes, 33)), 33);
  },
  'high s, recovery id as it was': (_, bytes) => bytes.set(toBigEndian(N - part(bytes, 33)), 33),
  'another recovery id': (chance, bytes) => {
    bytes[0] = chance.pick([0, 1, 2, 3, 4, 5, 27, 28, 255]);
  },
  'recovery id 4': (_, bytes) => {
    bytes[0] = 4;
  },
  'r out of range': (chance, bytes) => {
    bytes.set(toBigEndian(chance.pick([0n, N - 1n, N, N + 1n, 2n ** 256n - 1n])), 1);
  },
  's out of range': (chance, bytes) => {
    bytes.set(toBigEndian(chance.pick([0n, 1n, N >> 1n, (N >> 1n) + 1n, N - 1n, N, N + 1n, 2n ** 256n - 1n])), 33);
  },
  'r small': (chance, bytes) => {
    // Below p − n a recovery id of 2 or 3 stands for a point of its own.
    bytes.set(toBigEndian(BigInt(1 + chance.below(20))), 1);
    bytes[0] = chance.below(4);
  },
  'all zero': (_, bytes) => bytes.fill(0),
};
