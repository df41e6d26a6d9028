import { type Bytes, equalBytes } from '../../base/bytes.js';
import { recoverSecp256k1, verifyEd25519, verifySecp256k1 } from '../crypto.js';
import type { PublicKey, Signature, SignatureWithPublicKey } from '../key.js';
import { LIMITS } from '../limits.js';
import type { TransactionHeader } from '../model.js';
import { broken, type Location } from './error.js';

/** How many signatures stand where: on the root, and on each subintent by payload order. */
export interface SignatureCounts {
  readonly root: number;
  readonly subintents: readonly number[];
  /** Whether a notary's signature is verified as well. */
  readonly notary: boolean;
}

/** The counts per intent: looked at before anything else, since they bound the work (docs/protocol.md §5.2). */
export function checkSignatureCounts(counts: SignatureCounts, rootLocation: Location, subintents: number): void {
  checkCount(counts.root, rootLocation);
  if (counts.subintents.length !== subintents) {
    throw broken(
      'IncorrectNumberOfSubintentSignatureBatches',
      `expected a list of signatures for each of ${subintents} subintents, got ${counts.subintents.length}`,
      'AcrossTransaction',
    );
  }
  for (let i = 0; i < subintents; i++) checkCount(counts.subintents[i]!, `NonRootSubintent(${i})`);
}

function checkCount(count: number, location: Location): void {
  if (count > LIMITS.signaturesPerIntent) {
    const message = `expected at most ${LIMITS.signaturesPerIntent} signatures, got ${count}`;
    throw broken('TooManySignatures', message, location);
  }
}

/** The count over all intents: looked at last before the cryptography. */
export function checkTotalSignatures({ root, subintents, notary }: SignatureCounts): void {
  let total = root + (notary ? 1 : 0);
  for (const count of subintents) total += count;
  if (total > LIMITS.signatureValidations) {
    const message = `expected at most ${LIMITS.signatureValidations} signatures in all, got ${total}`;
    throw broken('TooManySignatures', message, 'AcrossTransaction');
  }
}

/** The keys that signed an intent's hash, in order (docs/protocol.md §5.5). */
export function signersOf(hash: Bytes, signatures: readonly SignatureWithPublicKey[]): readonly PublicKey[] {
  const keys: PublicKey[] = [];
  for (let i = 0; i < signatures.length; i++) {
    const key = signerOf(hash, signatures[i]!);
    if (key === undefined) {
      const wanted = `a signature of this intent's hash at ${i}`;
      throw broken('InvalidIntentSignature', `expected ${wanted}, got one that does not verify`);
    }
    addSigner(keys, key);
  }
  return keys;
}

function signerOf(hash: Bytes, signature: SignatureWithPublicKey): PublicKey | undefined {
  const { bytes } = signature.signature;
  if (signature.type === 'Ed25519') {
    return verifyEd25519(signature.publicKey, bytes, hash) ? { type: 'Ed25519', key: signature.publicKey } : undefined;
  }
  const key = recoverSecp256k1(bytes, hash);
  return key === undefined ? undefined : { type: 'Secp256k1', key };
}

/** A preview names its signers instead of carrying signatures; they must be distinct all the same. */
export function distinctKeys(keys: readonly PublicKey[]): readonly PublicKey[] {
  const distinct: PublicKey[] = [];
  for (const key of keys) addSigner(distinct, key);
  return distinct;
}

function addSigner(keys: PublicKey[], key: PublicKey): void {
  const before = keys.findIndex((other) => sameKey(other, key));
  if (before !== -1) {
    throw broken('DuplicateSigner', `expected every key once, got that of ${before} again at ${keys.length}`);
  }
  keys.push(key);
}

/** The lengths tell the curves apart. */
function sameKey(a: PublicKey, b: PublicKey): boolean {
  return equalBytes(a.key, b.key);
}

/** The notary's signature of the signed intent, by the key in the header. A high s is refused here. */
export function checkNotarySignature(hash: Bytes, { notaryPublicKey }: TransactionHeader, signature: Signature): void {
  if (!isSignedBy(notaryPublicKey, hash, signature)) {
    const wanted = `the signature of the ${notaryPublicKey.type} key in the header`;
    throw broken('InvalidNotarySignature', `expected ${wanted}, got one that does not verify`);
  }
}

function isSignedBy({ type, key }: PublicKey, hash: Bytes, signature: Signature): boolean {
  if (type !== signature.type) return false;
  const { bytes } = signature.signature;
  return type === 'Ed25519' ? verifyEd25519(key, bytes, hash) : verifySecp256k1(key, bytes, hash);
}

/** A signatory notary signs the root by notarizing it, so a root signature of the same key is one too many. */
export function checkNotaryIsNoSigner(header: TransactionHeader, rootSigners: readonly PublicKey[]): void {
  if (header.notaryIsSignatory && rootSigners.some((key) => sameKey(key, header.notaryPublicKey))) {
    throw broken(
      'NotaryIsSignatorySoShouldNotAlsoBeASigner',
      'expected no signature of the signatory notary on the root, got one',
    );
  }
}
