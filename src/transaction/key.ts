import { type Bytes, bufferOf, toHex } from '../base/bytes.js';
import { fixedBytes, type Infer, struct, variants } from '../sbor/codec.js';
import { ENTITY, type LocalId, type NodeId } from '../sbor/custom.js';
import { blake2b } from './crypto.js';

// biome-ignore format: a table reads better aligned
export const publicKey = variants({
  Secp256k1: [0, { key: fixedBytes(33) }],
  Ed25519:   [1, { key: fixedBytes(32) }],
});
export type PublicKey = Infer<typeof publicKey>;
export type Curve = PublicKey['type'];

const secp256k1Signature = struct({ bytes: fixedBytes(65) });
const ed25519Signature = struct({ bytes: fixedBytes(64) });

/** A notary's signature: the key stands in the header. Secp256k1: recovery id ‖ r ‖ s. */
// biome-ignore format: a table reads better aligned
export const signature = variants({
  Secp256k1: [0, { signature: secp256k1Signature }],
  Ed25519:   [1, { signature: ed25519Signature }],
});
export type Signature = Infer<typeof signature>;

/** An intent's signature. The Secp256k1 form carries no key: it is recovered. */
// biome-ignore format: a table reads better aligned
export const signatureWithPublicKey = variants({
  Secp256k1: [0, { signature: secp256k1Signature }],
  Ed25519:   [1, { publicKey: fixedBytes(32), signature: ed25519Signature }],
});
export type SignatureWithPublicKey = Infer<typeof signatureWithPublicKey>;

/** A key as text, for comparison: the curve's letter and the key's hex (the two lengths tell the curves apart). */
export function publicKeyHex(key: PublicKey): string {
  return toHex(key.key);
}

/** Signature badge resources: the same bytes on every network. */
export const SIGNATURE_BADGE: Readonly<Record<Curve, NodeId>> = {
  Secp256k1: '9a4c6318c6318c686701820c6318c6318cf7d75139d5aad5e6318c6318c6',
  Ed25519: '9a4c6318c6318c6cb554820c6318c6318cf7a951d7a9e547c6318c6318c6',
};

/** A non-fungible of the ledger: resource and local id. */
export interface NonFungibleGlobalId {
  readonly resource: NodeId;
  readonly localId: LocalId;
}

// The same few keys come again and again: the solver's, the wrappers' signer's, the makers'.
const names = new Map<string, KeyNames>();
const MAX_NAMES = 1024;

/** What a key is named by: the last 29 bytes of its hash, as hex, and the local id that they make. */
export interface KeyNames {
  readonly hash: string;
  readonly localId: LocalId;
}

export function keyNames(key: Bytes): KeyNames {
  const id = bufferOf(key).toString('latin1');
  let known = names.get(id);
  if (known === undefined) {
    if (names.size === MAX_NAMES) names.clear();
    const hash = toHex(blake2b(key).subarray(3));
    known = { hash, localId: `[${hash}]` };
    names.set(id, known);
  }
  return known;
}

/** The last 29 bytes of the key's hash, as hex: what accounts, identities and badges are named by. */
export function publicKeyHash(key: Bytes): string {
  return keyNames(key).hash;
}

/** The account that a key owns without ever creating it (docs/protocol.md §3.5). */
export function preallocatedAccount(key: PublicKey): NodeId {
  return entityHex(accountEntity(key.type)) + publicKeyHash(key.key);
}

function accountEntity(curve: Curve): number {
  return curve === 'Ed25519' ? ENTITY.GlobalPreallocatedEd25519Account : ENTITY.GlobalPreallocatedSecp256k1Account;
}

/** The identity that a key owns without ever creating it. */
export function preallocatedIdentity(key: PublicKey): NodeId {
  const { GlobalPreallocatedEd25519Identity, GlobalPreallocatedSecp256k1Identity } = ENTITY;
  const entity = key.type === 'Ed25519' ? GlobalPreallocatedEd25519Identity : GlobalPreallocatedSecp256k1Identity;
  return entityHex(entity) + publicKeyHash(key.key);
}

/** The badge that a signature puts into its intent's auth zone. */
export function signatureBadge(key: PublicKey): NonFungibleGlobalId {
  return { resource: SIGNATURE_BADGE[key.type], localId: keyNames(key.key).localId };
}

function entityHex(entity: number): string {
  return entity.toString(16).padStart(2, '0');
}
