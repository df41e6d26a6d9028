import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { formatAddress, formatId } from '../../src/transaction/address.js';
import {
  intentCoreComponents,
  intentCoreHash,
  notarizedHash,
  signedIntentHash,
  subintentHash,
  transactionIntentHash,
} from '../../src/transaction/hash.js';
import { type PublicKey, preallocatedAccount, publicKeyHex, signatureBadge } from '../../src/transaction/key.js';
import { notarizedLength } from '../../src/transaction/length.js';
import type { IntentCore } from '../../src/transaction/model.js';
import { decodeTransaction, encodeTransaction } from '../../src/transaction/payload.js';
import { validateNotarized } from '../../src/transaction/validate.js';

/** Real V2 transactions of the official scenarios and unit tests: fixtures/vectors/index.json says where each is from. */

interface Signer {
  curve: string;
  public_key: string;
  badge: string;
  preallocated_account: string;
}

interface Vector {
  id: string;
  file: string;
  bytes: number;
  transaction_intent_hash: string;
  signed_transaction_intent_hash: string;
  notarized_transaction_hash: string;
  subintent_hashes: string[];
  children_per_intent: string[][];
  signers: { root: Signer[]; subintents: Signer[][]; notary: Signer };
  effective_payload_length: number | null;
  fees: { breakdown?: unknown; effective_payload_length?: number } | null;
  intent_component_hashes_hex: Record<string, string>[];
}

const SIMULATOR = 242;
const root = 'fixtures/vectors/';
const vectors = JSON.parse(readFileSync(`${root}index.json`, 'utf8')).transactions as Vector[];

function load(vector: Vector) {
  const payload = fromHex(readFileSync(root + vector.file, 'utf8').trim());
  const transaction = decodeTransaction('NotarizedTransactionV2', payload);
  const signed = transaction.signedTransactionIntent;
  const intent = signed.transactionIntent;
  const cores: IntentCore[] = [
    intent.rootIntentCore,
    ...intent.nonRootSubintents.map((subintent) => subintent.value.intentCore),
  ];
  return { payload, transaction, signed, intent, cores };
}

/** The charged length stands in the costing file as 40 units a byte. */
function chargedLength(vector: Vector): number {
  if (vector.effective_payload_length !== null && vector.effective_payload_length !== undefined) {
    return vector.effective_payload_length;
  }
  const costing = readFileSync(root + vector.file.replace('.hex', '.costing.txt'), 'utf8');
  return Number(/ValidateTxPayload\D+(\d+)/.exec(costing)![1]) / 40;
}

describe.each(vectors)('$id', (vector) => {
  const { payload, transaction, signed, intent, cores } = load(vector);

  it('is written as it was read', () => {
    expect(toHex(encodeTransaction('NotarizedTransactionV2', transaction))).toBe(toHex(payload));
  });

  it('has the official ids', () => {
    expect(formatId('txid', transactionIntentHash(intent), SIMULATOR)).toBe(vector.transaction_intent_hash);
    expect(formatId('signedintent', signedIntentHash(signed), SIMULATOR)).toBe(vector.signed_transaction_intent_hash);
    expect(formatId('notarizedtransaction', notarizedHash(transaction), SIMULATOR)).toBe(
      vector.notarized_transaction_hash,
    );
    const subintents = intent.nonRootSubintents.map((each) => formatId('subtxid', subintentHash(each), SIMULATOR));
    expect(subintents).toEqual(vector.subintent_hashes);
  });

  it('has the component hashes and children of every intent', () => {
    const components = cores.map((core) => ({
      ...Object.fromEntries(Object.entries(intentCoreComponents(core)).map(([name, hash]) => [name, toHex(hash)])),
      intent_core: toHex(intentCoreHash(core)),
    }));
    expect(components).toEqual(vector.intent_component_hashes_hex.map(({ intent: _, ...hashes }) => hashes));
    const children = cores.map((core) => core.children.map((hash) => formatId('subtxid', hash, SIMULATOR)));
    expect(children).toEqual(vector.children_per_intent);
  });

  it('is charged for its effective length', () => {
    expect(notarizedLength(transaction)).toBe(chargedLength(vector));
  });

  it('was signed by whom the sources say', () => {
    const { signers } = validateNotarized(transaction, SIMULATOR);
    const describeKey = (key: PublicKey) => {
      const badge = signatureBadge(key);
      return {
        curve: key.type,
        public_key: publicKeyHex(key),
        badge: `${formatAddress(badge.resource, SIMULATOR)}:${badge.localId}`,
        preallocated_account: formatAddress(preallocatedAccount(key), SIMULATOR),
      };
    };
    const expected = [vector.signers.root, ...vector.signers.subintents].map((keys) =>
      keys.map(({ curve, public_key, badge, preallocated_account }) => ({
        curve,
        public_key,
        badge,
        preallocated_account,
      })),
    );
    expect(signers.map((keys) => keys.map(describeKey))).toEqual(expected);
    const header = intent.transactionHeader.value;
    expect(publicKeyHex(header.notaryPublicKey)).toBe(vector.signers.notary.public_key);
  });
});
