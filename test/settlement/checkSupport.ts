import { readFileSync } from 'node:fs';
import { recoverSecp256k1 } from '../../src/transaction/crypto.js';
import { subintentHash, transactionIntentHash } from '../../src/transaction/hash.js';
import type { PublicKey, SignatureWithPublicKey } from '../../src/transaction/key.js';
import type { NotarizedTransaction } from '../../src/transaction/model.js';

/** A settlement that the official engine executed (fixtures/vectors/settlement/README.md). */
export interface Executed {
  readonly scenario: string;
  readonly composition: string;
  readonly lockFeeAfterYield: number;
  readonly transaction: string;
  readonly submissionCheck: string;
  readonly receipt: {
    readonly status: string;
    readonly error: string | null;
    readonly solverChange: Readonly<Record<string, string>>;
    readonly fee: {
      readonly total: string;
      readonly executionCostUnits: number;
      readonly finalizationCostUnits: number;
    };
  };
}

function readLines<T>(name: string): T[] {
  const text = readFileSync(`fixtures/vectors/settlement/${name}`, 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

export function loadExecuted(): Executed[] {
  return readLines('executed.jsonl');
}

/** Whether accounts hold vaults, of all bundles of a scenario: `2xpair` is made of bundles `pair`, and so on. */
export function vaultsOf(scenario: string): ReadonlyMap<string, ReadonlyMap<string, boolean>> {
  const frames = readLines<{ scenario: string; vaults: Record<string, Record<string, boolean>> }>('frames.jsonl');
  const own = frames.filter((frame) => frame.scenario === scenario);
  const list = own.length > 0 ? own : frames.filter((frame) => `${scenario}`.endsWith(`x${frame.scenario}`));
  const vaults = new Map<string, Map<string, boolean>>();
  for (const frame of list) {
    for (const [account, held] of Object.entries(frame.vaults)) {
      vaults.set(account, new Map([...(vaults.get(account) ?? []), ...Object.entries(held)]));
    }
  }
  return vaults;
}

function keys(list: readonly SignatureWithPublicKey[], hash: Uint8Array): PublicKey[] {
  return list.map((each) =>
    each.type === 'Ed25519'
      ? { type: 'Ed25519', key: each.publicKey }
      : { type: 'Secp256k1', key: recoverSecp256k1(each.signature.bytes, hash)! },
  );
}

/** The signers of each intent, as the checker wants them: the root's with a signatory notary. */
export function signersOf({ signedTransactionIntent }: NotarizedTransaction): PublicKey[][] {
  const { transactionIntent, transactionIntentSignatures, nonRootSubintentSignatures } = signedTransactionIntent;
  const { notaryPublicKey, notaryIsSignatory } = transactionIntent.transactionHeader.value;
  const root = keys(transactionIntentSignatures.value, transactionIntentHash(transactionIntent));
  if (notaryIsSignatory) root.push(notaryPublicKey);
  const subintents = nonRootSubintentSignatures.map((batch, index) =>
    keys(batch.value, subintentHash(transactionIntent.nonRootSubintents[index]!)),
  );
  return [root, ...subintents];
}

export function signatureCount({ signedTransactionIntent }: NotarizedTransaction): number {
  const { transactionIntentSignatures, nonRootSubintentSignatures } = signedTransactionIntent;
  const subintents = nonRootSubintentSignatures.reduce((sum, batch) => sum + batch.value.length, 0);
  return 1 + transactionIntentSignatures.value.length + subintents;
}
