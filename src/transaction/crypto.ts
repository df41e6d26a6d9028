import { createRequire } from 'node:module';
import type { Bytes } from '../base/bytes.js';

// Native code for all three: in plain JavaScript a bundle costs thirty times as much (docs/architecture.md).
const require = createRequire(import.meta.url);
const sodium = require('sodium-native') as Sodium;
const secp256k1 = require('secp256k1') as Secp256k1;

/** The part of libsodium used here; the package ships no types of this version. */
interface Sodium {
  crypto_generichash(out: Buffer, input: Bytes): void;
  crypto_sign_detached(signature: Buffer, message: Bytes, secretKey: Bytes): void;
  crypto_sign_verify_detached(signature: Bytes, message: Bytes, publicKey: Bytes): boolean;
  crypto_sign_seed_keypair(publicKey: Buffer, secretKey: Buffer, seed: Bytes): void;
  sodium_malloc(size: number): Buffer;
  sodium_memzero(buffer: Buffer): void;
  sodium_free(buffer: Buffer): void;
  sodium_mprotect_readonly(buffer: Buffer): void;
  randombytes_buf(buffer: Buffer): void;
}

interface Secp256k1 {
  publicKeyCreate(privateKey: Bytes): Uint8Array;
  publicKeyVerify(publicKey: Bytes): boolean;
  privateKeyVerify(privateKey: Bytes): boolean;
  ecdsaSign(digest: Bytes, privateKey: Bytes): { signature: Uint8Array; recid: number };
  ecdsaVerify(signature: Bytes, digest: Bytes, publicKey: Bytes): boolean;
  ecdsaRecover(signature: Bytes, recid: number, digest: Bytes): Uint8Array;
}

/** Fills a new buffer from the operating system's secure source. */
export function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  sodium.randombytes_buf(bytes);
  return bytes;
}

/** BLAKE2b with a 32-byte digest, unkeyed: every hash of the protocol. */
export function blake2b(input: Bytes): Buffer {
  const digest = Buffer.allocUnsafe(32);
  sodium.crypto_generichash(digest, input);
  return digest;
}

/** Strict Ed25519: refuses small-order points and non-canonical forms (docs/protocol.md §3.4). */
export function verifyEd25519(publicKey: Bytes, signature: Bytes, message: Bytes): boolean {
  return sodium.crypto_sign_verify_detached(signature, message, publicKey);
}

/** Plain ECDSA over a digest; refuses a high s. `signature` is recovery id ‖ r ‖ s. */
export function verifySecp256k1(publicKey: Bytes, signature: Bytes, digest: Bytes): boolean {
  if (signature[0]! > 3) return false;
  try {
    return secp256k1.ecdsaVerify(signature.subarray(1), digest, publicKey);
  } catch {
    return false; // a public key that is no point
  }
}

/** The compressed key that made a signature (recovery id ‖ r ‖ s), undefined where none can be recovered. */
export function recoverSecp256k1(signature: Bytes, digest: Bytes): Bytes | undefined {
  if (signature[0]! > 3) return undefined;
  try {
    return secp256k1.ecdsaRecover(signature.subarray(1), signature[0]!, digest);
  } catch {
    return undefined;
  }
}

export { secp256k1, sodium };

/** Whether both bindings run native code; the packages fall back to slow JavaScript without a word. */
export function nativeCrypto(): { sodium: boolean; secp256k1: boolean } {
  const slow = require('secp256k1/elliptic') as Secp256k1;
  return {
    sodium: typeof sodium.sodium_malloc === 'function',
    secp256k1: slow.ecdsaRecover !== secp256k1.ecdsaRecover,
  };
}
