import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { formatAddress, formatId, parseAddress, parseId } from '../../src/transaction/address.js';
import {
  blake2b,
  nativeCrypto,
  recoverSecp256k1,
  verifyEd25519,
  verifySecp256k1,
} from '../../src/transaction/crypto.js';
import {
  type Curve,
  preallocatedAccount,
  preallocatedIdentity,
  publicKeyHash,
  signatureBadge,
} from '../../src/transaction/key.js';

/** Constants of the official unit tests: fixtures/vectors/crypto.json names the file of each. */
const vectors = JSON.parse(readFileSync('fixtures/vectors/crypto.json', 'utf8'));

describe('hashes', () => {
  it('BLAKE2b-256', () => {
    const { input_utf8, hash } = vectors.blake2b_256;
    expect(toHex(blake2b(Buffer.from(input_utf8)))).toBe(hash);
    expect(toHex(blake2b(Buffer.alloc(0)))).toBe(vectors.empty_hash);
    expect(toHex(blake2b(Buffer.from([0, 0])))).toBe(vectors.message_none_body_hash);
  });
});

describe('signatures', () => {
  it('runs native code', () => expect(nativeCrypto()).toEqual({ sodium: true, secp256k1: true }));

  it('Ed25519', () => {
    const { public_key, signature, message_hash } = vectors.ed25519;
    expect(verifyEd25519(fromHex(public_key), fromHex(signature), fromHex(message_hash))).toBe(true);
    const other = fromHex(message_hash);
    other[0]! ^= 1;
    expect(verifyEd25519(fromHex(public_key), fromHex(signature), other)).toBe(false);
  });

  it('Secp256k1', () => {
    const { public_key, signature_recid_first, message_hash } = vectors.secp256k1;
    const [key, signature, digest] = [public_key, signature_recid_first, message_hash].map(fromHex) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    expect(toHex(recoverSecp256k1(signature, digest)!)).toBe(public_key);
    expect(verifySecp256k1(key, signature, digest)).toBe(true);
    const impossible = Buffer.from(signature);
    impossible[0] = 4;
    expect(recoverSecp256k1(impossible, digest)).toBeUndefined();
    expect(verifySecp256k1(key, impossible, digest)).toBe(false);
    expect(verifySecp256k1(Buffer.alloc(33), signature, digest)).toBe(false);
    expect(recoverSecp256k1(Buffer.alloc(65), digest)).toBeUndefined();
  });
});

describe('addresses', () => {
  const networks = [
    ['account_rdx', 1],
    ['account_tdx_2_', 2],
    ['account_sim', 242],
  ] as const;

  it.each(vectors.derived_accounts as Record<string, string>[])('of $curve key $private_key_u64', (vector) => {
    const key = { type: vector.curve as Curve, key: fromHex(vector.public_key!) };
    expect(publicKeyHash(key.key)).toBe(vector.public_key_hash29);
    expect(preallocatedAccount(key)).toBe(vector.account_node_id);
    // The identity is named by the same hash.
    const entity = key.type === 'Ed25519' ? '52' : 'd2';
    expect(preallocatedIdentity(key)).toBe(entity + vector.public_key_hash29);
    expect(formatAddress(preallocatedIdentity(key), 1)).toMatch(/^identity_rdx1/);
    for (const [field, network] of networks) {
      expect(formatAddress(preallocatedAccount(key), network)).toBe(vector[field]);
      expect(parseAddress(vector[field]!, network)).toBe(vector.account_node_id);
    }
    const badge = signatureBadge(key);
    expect(`${formatAddress(badge.resource, 1)}:${badge.localId}`).toBe(vector.signature_badge_rdx);
  });

  it.each(vectors.well_known_addresses as { name: string; bech32m: string; hex: string }[])(
    '$name',
    ({ bech32m, hex }) => {
      expect(formatAddress(hex, 1)).toBe(bech32m);
      expect(parseAddress(bech32m, 1)).toBe(hex);
    },
  );

  it.each(vectors.transaction_hash_bech32m as { bech32m: string; hash_hex: string }[])(
    '$bech32m',
    ({ bech32m, hash_hex }) => {
      const kind = bech32m.split('_')[0] as 'txid';
      expect(formatId(kind, fromHex(hash_hex), 242)).toBe(bech32m);
      expect(toHex(parseId(kind, bech32m, 242))).toBe(hash_hex);
      expect(() => parseId(kind, bech32m, 2)).toThrow(expect.objectContaining({ code: 'bad-id' }));
    },
  );
});
