import { type Bytes, toHex } from '../../base/bytes.js';
import { array, keep } from '../../sbor/codec.js';
import { formatId } from '../../transaction/address.js';
import { subintentHash } from '../../transaction/hash.js';
import {
  type PublicKey,
  type Signature,
  type SignatureWithPublicKey,
  signatureWithPublicKey,
} from '../../transaction/key.js';
import type { SignedPartialTransaction, Subintent } from '../../transaction/model.js';
import { encodeTransaction } from '../../transaction/payload.js';

/** What signs: a `SolverKey`, or anything else that keeps a private key to itself. */
export interface Signer {
  readonly publicKey: PublicKey;
  sign(hash: Bytes): Signature;
}

const signatureList = array(signatureWithPublicKey);

/** A subintent without children, with these signatures. */
export function attachSignatures(
  subintent: Subintent,
  signatures: readonly SignatureWithPublicKey[],
): SignedPartialTransaction {
  return {
    partialTransaction: { rootSubintent: subintent, nonRootSubintents: [] },
    rootSubintentSignatures: keep(signatureList, signatures),
    nonRootSubintentSignatures: [],
  };
}

/** Signs a subintent without children, with one key or several. */
export function signSubintent(subintent: Subintent, ...keys: readonly Signer[]): SignedPartialTransaction {
  const hash = subintentHash(subintent);
  return attachSignatures(
    subintent,
    keys.map((key) => signIntent(key, hash)),
  );
}

/** A Secp256k1 key is recovered from its signature; an Ed25519 key has to be told. */
function signIntent(key: Signer, hash: Bytes): SignatureWithPublicKey {
  const signed = key.sign(hash);
  return signed.type === 'Ed25519' ? { ...signed, publicKey: key.publicKey.key } : signed;
}

/** As APIs take it: hex of the official raw form. */
export function signedPartialHex(partial: SignedPartialTransaction): string {
  return toHex(encodeTransaction('SignedPartialTransactionV2', partial));
}

/** The id under which Anthic and the ledger know a subintent. */
export function subintentId(subintent: Subintent): string {
  const { networkId } = subintent.value.intentCore.header.value;
  return formatId('subtxid', subintentHash(subintent), networkId);
}
