import { inspect } from 'node:util';
import { type Bytes, toHex } from '../base/bytes.js';
import { SolverError } from '../base/error.js';
import { secp256k1, sodium } from './crypto.js';
import type { Curve, PublicKey, Signature } from './key.js';

const SECRET_LENGTH = 32;

/**
 * Memory for secrets: locked (never swapped), fenced by guard pages, zeroed when freed, and left out of core dumps
 * (libsodium marks it MADV_DONTDUMP). A signature copies parts of the key to the native stack for its duration, so a
 * machine that signs should not write core dumps at all (`ulimit -c 0`).
 */
export function lockedMemory(length: number): Buffer {
  const memory = sodium.sodium_malloc(length);
  sodium.sodium_memzero(memory);
  return memory;
}

/** Zeroes and frees locked memory; the buffer has no length afterwards. */
export function freeLocked(memory: Buffer): void {
  sodium.sodium_free(memory);
}

/** A new private key in locked memory, from the operating system's secure source. */
export function generateSecret(curve: Curve): Buffer {
  const secret = lockedMemory(SECRET_LENGTH);
  do sodium.randombytes_buf(secret);
  while (curve === 'Secp256k1' && !secp256k1.privateKeyVerify(secret));
  return secret;
}

/**
 * The key that signs settlements. The private part stays in locked memory: it is never a string, no property shows it,
 * and what prints the object (JSON, console, a log) prints the public key.
 */
export class SolverKey {
  readonly publicKey: PublicKey;
  /** Ed25519: seed ‖ public key, as libsodium signs with; Secp256k1: the scalar. */
  readonly #secret: Buffer;

  private constructor(publicKey: PublicKey, secret: Buffer) {
    this.publicKey = publicKey;
    this.#secret = secret;
    sodium.sodium_mprotect_readonly(secret);
  }

  static generate(curve: Curve): SolverKey {
    return SolverKey.fromBytes(curve, generateSecret(curve));
  }

  /**
   * Takes over a private key of 32 bytes in locked memory: the buffer must not be used afterwards.
   * Error: `bad-key` (length, or a Secp256k1 scalar out of range).
   */
  static fromBytes(curve: Curve, secret: Buffer): SolverKey {
    if (secret.length !== SECRET_LENGTH || (curve === 'Secp256k1' && !secp256k1.privateKeyVerify(secret))) {
      freeLocked(secret);
      throw new SolverError('bad-key', `expected ${SECRET_LENGTH} bytes that are a ${curve} private key`);
    }
    if (curve === 'Secp256k1') {
      return new SolverKey({ type: 'Secp256k1', key: secp256k1.publicKeyCreate(secret) }, secret);
    }
    const publicKey = Buffer.alloc(32);
    const pair = lockedMemory(64);
    sodium.crypto_sign_seed_keypair(publicKey, pair, secret);
    freeLocked(secret);
    return new SolverKey({ type: 'Ed25519', key: publicKey }, pair);
  }

  /**
   * Signs the 32 bytes of a hash (docs/protocol.md §3.4), deterministically: Ed25519 over them as the message (RFC 8032);
   * Secp256k1 over them as the digest (RFC 6979, low s), recovery id first. Error: `key-disposed`.
   */
  sign(hash: Bytes): Signature {
    if (this.#secret.length === 0) throw new SolverError('key-disposed', 'expected a key that was not disposed of');
    if (hash.length !== 32) throw new SolverError('bad-hash', `expected a hash of 32 bytes, got ${hash.length}`);
    if (this.publicKey.type === 'Ed25519') {
      const bytes = Buffer.alloc(64);
      sodium.crypto_sign_detached(bytes, hash, this.#secret);
      return { type: 'Ed25519', signature: { bytes } };
    }
    const { signature, recid } = secp256k1.ecdsaSign(hash, this.#secret);
    return { type: 'Secp256k1', signature: { bytes: Buffer.concat([Buffer.from([recid]), signature]) } };
  }

  /** Forgets the private key. */
  dispose(): void {
    freeLocked(this.#secret);
  }

  toJSON(): { curve: Curve; publicKey: string } {
    return { curve: this.publicKey.type, publicKey: toHex(this.publicKey.key) };
  }

  toString(): string {
    return `SolverKey(${this.publicKey.type}, public key ${toHex(this.publicKey.key)})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
