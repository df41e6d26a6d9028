import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { recoverSecp256k1, verifyEd25519, verifySecp256k1 } from '../../src/transaction/crypto.js';
import type { Curve } from '../../src/transaction/key.js';
import { freeLocked, generateSecret, lockedMemory, SolverKey } from '../../src/transaction/solverKey.js';

const vectors = JSON.parse(readFileSync('fixtures/vectors/crypto.json', 'utf8'));
const HASH = fromHex(vectors.ed25519.message_hash);
const CURVES: readonly Curve[] = ['Ed25519', 'Secp256k1'];

function locked(hex: string): Buffer {
  const memory = lockedMemory(hex.length / 2);
  memory.write(hex, 'hex');
  return memory;
}

describe('SolverKey', () => {
  it.each([
    ['Ed25519' as const, vectors.ed25519, vectors.ed25519.signature],
    ['Secp256k1' as const, vectors.secp256k1, vectors.secp256k1.signature_recid_first],
  ])('signs as the official %s key does', (curve, vector, signature) => {
    const key = SolverKey.fromBytes(curve, locked(vector.private_key));
    expect(key.publicKey.type).toBe(curve);
    expect(toHex(key.publicKey.key)).toBe(vector.public_key);
    const made = key.sign(fromHex(vector.message_hash));
    expect(made.type).toBe(curve);
    expect(toHex(made.signature.bytes)).toBe(signature);
    key.dispose();
  });

  it('makes keys whose signatures verify', () => {
    const ed = SolverKey.generate('Ed25519');
    expect(verifyEd25519(ed.publicKey.key, ed.sign(HASH).signature.bytes, HASH)).toBe(true);
    const secp = SolverKey.generate('Secp256k1');
    for (let i = 0; i < 20; i++) {
      const hash = Buffer.alloc(32, i);
      const { bytes } = secp.sign(hash).signature;
      expect(recoverSecp256k1(bytes, hash)).toEqual(secp.publicKey.key);
      // Refuses a high s, so this one is low.
      expect(verifySecp256k1(secp.publicKey.key, bytes, hash)).toBe(true);
    }
    expect(SolverKey.generate('Ed25519').publicKey).not.toEqual(ed.publicKey);
  });

  it.each(CURVES)('shows nothing but the public key (%s)', (curve) => {
    const secret = generateSecret(curve);
    const hex = toHex(secret);
    const decimals = [...secret.subarray(0, 8)].join(',');
    const key = SolverKey.fromBytes(curve, secret);
    const shown = [
      JSON.stringify(key),
      JSON.stringify({ ...key }),
      inspect(key, { showHidden: true, depth: 10 }),
      inspect({ key }),
      String(key),
      Object.keys(key).join(),
    ];
    for (const text of shown) {
      expect(text).not.toContain(hex.slice(0, 16));
      expect(text).not.toContain(decimals);
    }
    expect(JSON.parse(JSON.stringify(key))).toEqual({ curve, publicKey: toHex(key.publicKey.key) });
    expect(Object.keys(key)).toEqual(['publicKey']);
    key.dispose();
  });

  it('takes the secret over: of an Ed25519 seed nothing is left', () => {
    const secret = generateSecret('Ed25519');
    SolverKey.fromBytes('Ed25519', secret);
    expect(secret.length).toBe(0);
  });

  it('does not sign once disposed of, nor anything but a hash', () => {
    for (const curve of CURVES) {
      const key = SolverKey.generate(curve);
      expect(() => key.sign(Buffer.alloc(31))).toThrow(expect.objectContaining({ code: 'bad-hash' }));
      key.dispose();
      expect(() => key.sign(HASH)).toThrow(expect.objectContaining({ code: 'key-disposed' }));
      key.dispose();
    }
  });

  it.each([
    ['Ed25519' as const, '00'.repeat(31)],
    ['Ed25519' as const, '00'.repeat(33)],
    ['Secp256k1' as const, '00'.repeat(32)],
    ['Secp256k1' as const, 'ff'.repeat(32)],
    ['Secp256k1' as const, '01'.repeat(31)],
  ])('refuses what is no %s key (%s), and frees it', (curve, hex) => {
    const secret = locked(hex);
    expect(() => SolverKey.fromBytes(curve, secret)).toThrow(expect.objectContaining({ code: 'bad-key' }));
    expect(secret.length).toBe(0);
  });

  it('gives locked memory zeroed', () => {
    const memory = lockedMemory(64);
    expect(memory.every((byte) => byte === 0)).toBe(true);
    freeLocked(memory);
    expect(memory.length).toBe(0);
  });
});
