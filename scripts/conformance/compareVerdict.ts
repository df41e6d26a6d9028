import { type Bytes, toHex } from '../../src/base/bytes.js';
import { SolverError } from '../../src/base/error.js';
import { ValidationError } from '../../src/transaction/error.js';
import { notarizedHash, signedIntentHash, subintentHash, transactionIntentHash } from '../../src/transaction/hash.js';
import {
  notarizedLength,
  signedIntentLength,
  subintentLength,
  transactionIntentLength,
} from '../../src/transaction/length.js';
import type { SignedTransactionIntent, Subintent, TransactionIntent } from '../../src/transaction/model.js';
import { decodeTransaction, type Payload, type PayloadKind } from '../../src/transaction/payload.js';
import { validatePayload } from '../../src/transaction/validate.js';
import type { EngineKind, OfficialVerdict } from './engine.js';

export const ENGINE_KIND: Readonly<Record<PayloadKind, EngineKind>> = {
  TransactionIntentV2: 'TransactionIntent',
  SignedTransactionIntentV2: 'SignedTransactionIntent',
  SubintentV2: 'Subintent',
  NotarizedTransactionV2: 'Notarized',
  PartialTransactionV2: 'Partial',
  SignedPartialTransactionV2: 'SignedPartial',
  PreviewTransactionV2: 'Preview',
};

/** What this project says of a payload, in the words in which the engine says it. */
export interface OurVerdict {
  readonly valid: boolean;
  /** `location` is null where the official one is: preparation knows no intents yet. */
  readonly error: { readonly variant: string; readonly location: string | null; readonly message: string } | null;
  readonly ids: OfficialVerdict['ids'];
  /** Null too where this project has no formula. */
  readonly effectiveLength: number | null;
  readonly signers: OfficialVerdict['signers'];
}

export interface Judged {
  readonly verdict: OurVerdict;
  readonly payload: Payload | undefined;
}

export function judge(kind: PayloadKind, bytes: Bytes, network: number): Judged {
  let payload: Payload;
  try {
    payload = { kind, value: decodeTransaction(kind, bytes) } as Payload;
  } catch (error) {
    const verdict = { valid: false, error: errorOf(error), ids: null, effectiveLength: null, signers: null };
    return { verdict, payload: undefined };
  }
  const { ids, effectiveLength } = outline(payload);
  try {
    const signers =
      validatePayload(payload, network)?.signers?.map((keys) => keys.map(({ key }) => toHex(key))) ?? null;
    return { verdict: { valid: true, error: null, ids, effectiveLength, signers }, payload };
  } catch (error) {
    return { verdict: { valid: false, error: errorOf(error), ids, effectiveLength, signers: null }, payload };
  }
}

/** Anything but a typed error is a defect that no official verdict can equal. */
function errorOf(error: unknown): NonNullable<OurVerdict['error']> {
  if (!(error instanceof SolverError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { variant: 'untyped error', location: null, message };
  }
  const location = error instanceof ValidationError ? error.path : null;
  return { variant: error.code, location, message: error.message };
}

type Outline = Pick<OurVerdict, 'ids' | 'effectiveLength'>;

function outline(payload: Payload): Outline {
  switch (payload.kind) {
    case 'TransactionIntentV2':
      return { ids: intentIds(payload.value), effectiveLength: transactionIntentLength(payload.value) };
    case 'PreviewTransactionV2':
      return { ids: intentIds(payload.value.transactionIntent), effectiveLength: null };
    case 'SignedTransactionIntentV2':
      return { ids: signedIds(payload.value), effectiveLength: signedIntentLength(payload.value) };
    case 'NotarizedTransactionV2': {
      const ids = signedIds(payload.value.signedTransactionIntent);
      const notarized = toHex(notarizedHash(payload.value));
      return { ids: { ...ids, notarized }, effectiveLength: notarizedLength(payload.value) };
    }
    case 'SubintentV2':
      return { ids: subintentIds(payload.value, []), effectiveLength: subintentLength(payload.value) };
    case 'PartialTransactionV2':
    case 'SignedPartialTransactionV2': {
      const partial = payload.kind === 'PartialTransactionV2' ? payload.value : payload.value.partialTransaction;
      return { ids: subintentIds(partial.rootSubintent, partial.nonRootSubintents), effectiveLength: null };
    }
  }
}

function hashes(subintents: readonly Subintent[]): string[] {
  return subintents.map((each) => toHex(subintentHash(each)));
}

function intentIds(intent: TransactionIntent) {
  return {
    transactionIntent: toHex(transactionIntentHash(intent)),
    subintents: hashes(intent.nonRootSubintents),
  };
}

function signedIds(signed: SignedTransactionIntent) {
  return { ...intentIds(signed.transactionIntent), signedTransactionIntent: toHex(signedIntentHash(signed)) };
}

function subintentIds(root: Subintent, others: readonly Subintent[]) {
  return { rootSubintent: toHex(subintentHash(root)), subintents: hashes(others) };
}

/** The parts in which two verdicts differ; `variant` alone is a difference of name only. */
export function differences(official: OfficialVerdict, ours: OurVerdict): string[] {
  const parts: string[] = [];
  if (official.valid !== ours.valid) parts.push('valid');
  if ((official.error?.variant ?? null) !== (ours.error?.variant ?? null)) parts.push('variant');
  if (!sameList(official.error?.debug, ours.error?.message)) parts.push('list');
  if ((official.error?.location ?? null) !== (ours.error?.location ?? null)) parts.push('location');
  if (!sameIds(official.ids, ours.ids)) parts.push('ids');
  if (ours.effectiveLength !== null && official.effectiveLength !== ours.effectiveLength) parts.push('effectiveLength');
  if (JSON.stringify(official.signers) !== JSON.stringify(ours.signers)) parts.push('signers');
  return parts;
}

/** One name, TooManyValues, stands for four limits: which list it was, how long, and how long it might be. */
function sameList(official = '', ours = ''): boolean {
  const theirs = /TooManyValues \{ value_type: (\w+), actual: (\d+), max: (\d+) \}/.exec(official);
  if (theirs === null) return true;
  const [, list, actual, max] = theirs;
  return ours === `expected at most ${max} of ${list}, got ${actual}`;
}

function sameIds(a: OfficialVerdict['ids'], b: OfficialVerdict['ids']): boolean {
  if (a === null || b === null) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => String(a[name]) === String(b[name]));
}
