import type { PublicKey } from '../../transaction/key.js';
import { LIMITS } from '../../transaction/limits.js';
import type { Payload } from '../../transaction/payload.js';
import { signersOf } from '../../transaction/validation/signatures.js';
import type { Outline } from './outline.js';

/**
 * The signers of each intent of a payload that validation refused or does not cover, root first; undefined where the
 * payload carries no signatures, or where one of them does not verify.
 */
export function findSigners(payload: Payload, outline: Outline): readonly (readonly PublicKey[])[] | undefined {
  const others = outline.intents.length - 1;
  if (payload.kind === 'PreviewTransactionV2') {
    const { rootSignerPublicKeys, nonRootSubintentSignerPublicKeys } = payload.value;
    if (nonRootSubintentSignerPublicKeys.length !== others) return undefined;
    return [rootSignerPublicKeys, ...nonRootSubintentSignerPublicKeys];
  }
  if (outline.batches !== others) return undefined;
  const lists = outline.intents.map((intent) => intent.signatures ?? []);
  // More than the ledger verifies, no more do we: the work is bounded whatever the payload holds.
  if (lists.reduce((sum, list) => sum + list.length, 0) > LIMITS.signatureValidations) return undefined;
  try {
    return outline.intents.map((intent, index) => signersOf(intent.hash, lists[index]!));
  } catch {
    return undefined;
  }
}
