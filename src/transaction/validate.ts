import { signedIntentHash, subintentHash, transactionIntentHash } from './hash.js';
import type { PublicKey, SignatureWithPublicKey } from './key.js';
import type { NotarizedTransaction, PreviewTransaction, SignedPartialTransaction, Subintent } from './model.js';
import type { Payload } from './payload.js';
import { type Location, located } from './validation/error.js';
import type { Validity } from './validation/header.js';
import { type CheckedIntents, checkIntents } from './validation/intents.js';
import {
  checkNotaryIsNoSigner,
  checkNotarySignature,
  checkSignatureCounts,
  checkTotalSignatures,
  distinctKeys,
  type SignatureCounts,
  signersOf,
} from './validation/signatures.js';
import { type IntentTree, treeOfNotarized, treeOfPreview, treeOfSignedPartial } from './validation/tree.js';

/**
 * Static validation (docs/protocol.md §5, §10): what the ledger demands of a payload before it executes any of it. The
 * first broken rule wins, in the official order; it is thrown as a `ValidationError` with the official name and place.
 *
 * `network` is the id that every intent must carry; left out, all must carry that of the root.
 *
 * Cryptography is nearly all of the cost. `check…` tests everything else, `verify…` only the signatures, and `validate…`
 * is both in that order, which is the official one.
 */

/** The signers of each intent, root first, then by payload order; the notary is none of them. */
export type Signers = readonly (readonly PublicKey[])[];

/** What is known of a payload that keeps all rules. */
export interface Validated {
  readonly signers: Signers;
  readonly validity: Validity;
}

export interface ValidatedPartial extends Validated {
  /** How often the root yields to its parent-to-be: how often that must yield to it. */
  readonly rootYieldsToParent: number;
}

export type { Validity } from './validation/header.js';

// ------------------------------------------------------------------------------------------------------- notarized

export function validateNotarized(transaction: NotarizedTransaction, network?: number): Validated {
  const { validity } = checkNotarized(transaction, network);
  return { signers: verifyNotarized(transaction), validity };
}

export function checkNotarized(transaction: NotarizedTransaction, network?: number): { readonly validity: Validity } {
  const signed = transaction.signedTransactionIntent;
  const counts: SignatureCounts = {
    root: signed.transactionIntentSignatures.value.length,
    subintents: signed.nonRootSubintentSignatures.map((batch) => batch.value.length),
    notary: true,
  };
  return checkCountsAndIntents(treeOfNotarized(transaction), counts, network);
}

export function verifyNotarized(transaction: NotarizedTransaction): Signers {
  const signed = transaction.signedTransactionIntent;
  const { transactionIntent } = signed;
  const header = transactionIntent.transactionHeader.value;
  const root = at('RootTransactionIntent', () => {
    const keys = signersOf(transactionIntentHash(transactionIntent), signed.transactionIntentSignatures.value);
    checkNotarySignature(signedIntentHash(signed), header, transaction.notarySignature.value);
    checkNotaryIsNoSigner(header, keys);
    return keys;
  });
  return [root, ...verifySubintents(transactionIntent.nonRootSubintents, signed.nonRootSubintentSignatures)];
}

// -------------------------------------------------------------------------------------------------- signed partial

export function validateSignedPartial(transaction: SignedPartialTransaction, network?: number): ValidatedPartial {
  const { validity, rootYieldsToParent } = checkSignedPartial(transaction, network);
  return { signers: verifySignedPartial(transaction), validity, rootYieldsToParent };
}

export function checkSignedPartial(
  transaction: SignedPartialTransaction,
  network?: number,
): Omit<ValidatedPartial, 'signers'> {
  const counts: SignatureCounts = {
    root: transaction.rootSubintentSignatures.value.length,
    subintents: transaction.nonRootSubintentSignatures.map((batch) => batch.value.length),
    notary: false,
  };
  const { validity, root } = checkCountsAndIntents(treeOfSignedPartial(transaction), counts, network);
  return { validity, rootYieldsToParent: root.toParent };
}

export function verifySignedPartial(transaction: SignedPartialTransaction): Signers {
  const { rootSubintent, nonRootSubintents } = transaction.partialTransaction;
  const root = at('RootSubintent', () =>
    signersOf(subintentHash(rootSubintent), transaction.rootSubintentSignatures.value),
  );
  return [root, ...verifySubintents(nonRootSubintents, transaction.nonRootSubintentSignatures)];
}

// --------------------------------------------------------------------------------------------------------- preview

/** A preview has keys in place of signatures: there is nothing to verify but that they are distinct. */
export function validatePreview(transaction: PreviewTransaction, network?: number): Validated {
  const { rootSignerPublicKeys, nonRootSubintentSignerPublicKeys } = transaction;
  const counts: SignatureCounts = {
    root: rootSignerPublicKeys.length,
    subintents: nonRootSubintentSignerPublicKeys.map((keys) => keys.length),
    notary: true,
  };
  const { validity } = checkCountsAndIntents(treeOfPreview(transaction), counts, network);
  const root = at('RootTransactionIntent', () => {
    const keys = distinctKeys(rootSignerPublicKeys);
    checkNotaryIsNoSigner(transaction.transactionIntent.transactionHeader.value, keys);
    return keys;
  });
  const others = nonRootSubintentSignerPublicKeys.map((keys, i) =>
    at(`NonRootSubintent(${i})`, () => distinctKeys(keys)),
  );
  return { signers: [root, ...others], validity };
}

// ------------------------------------------------------------------------------------------------------ by its kind

/** Validates a payload of a kind that the ledger validates; undefined of the others, which are valid as they stand. */
export function validatePayload(payload: Payload, network?: number): Validated | undefined {
  switch (payload.kind) {
    case 'NotarizedTransactionV2':
      return validateNotarized(payload.value, network);
    case 'SignedPartialTransactionV2':
      return validateSignedPartial(payload.value, network);
    case 'PreviewTransactionV2':
      return validatePreview(payload.value, network);
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------------------------------------------------- common

function checkCountsAndIntents(tree: IntentTree, counts: SignatureCounts, network: number | undefined): CheckedIntents {
  checkSignatureCounts(counts, tree.rootLocation, tree.subintents.length);
  const checked = checkIntents(tree, network);
  checkTotalSignatures(counts);
  return checked;
}

type Batches = readonly { readonly value: readonly SignatureWithPublicKey[] }[];

function verifySubintents(subintents: readonly Subintent[], batches: Batches): Signers {
  return subintents.map((subintent, i) =>
    at(`NonRootSubintent(${i})`, () => signersOf(subintentHash(subintent), batches[i]!.value)),
  );
}

function at<T>(location: Location, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw located(error, location);
  }
}
