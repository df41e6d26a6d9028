import { SolverError } from '../../src/base/error.js';
import type {
  NotarizedTransaction,
  PreviewTransaction,
  SignedPartialTransaction,
} from '../../src/transaction/model.js';
import { decodeTransaction, encodeTransaction } from '../../src/transaction/payload.js';
import { validateNotarized, validatePreview, validateSignedPartial } from '../../src/transaction/validate.js';
import { SIMULATOR } from './build.js';

/** `ok`, or the error's `code@path` (`code` alone where it has no path): what most tests compare. */
export function verdict(run: () => unknown): string {
  try {
    run();
    return 'ok';
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    return error.path === '' ? error.code : `${error.code}@${error.path}`;
  }
}

// Each goes through its bytes, so that what is judged is what travels.

export function judgeNotarized(transaction: NotarizedTransaction, network: number | undefined = SIMULATOR): string {
  const kind = 'NotarizedTransactionV2';
  return verdict(() => validateNotarized(decodeTransaction(kind, encodeTransaction(kind, transaction)), network));
}

export function judgeSignedPartial(
  transaction: SignedPartialTransaction,
  network: number | undefined = SIMULATOR,
): string {
  const kind = 'SignedPartialTransactionV2';
  return verdict(() => validateSignedPartial(decodeTransaction(kind, encodeTransaction(kind, transaction)), network));
}

export function judgePreview(transaction: PreviewTransaction, network: number | undefined = SIMULATOR): string {
  const kind = 'PreviewTransactionV2';
  return verdict(() => validatePreview(decodeTransaction(kind, encodeTransaction(kind, transaction)), network));
}
