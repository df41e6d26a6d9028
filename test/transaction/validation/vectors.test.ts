import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/bytes.js';
import { decodeTransaction, payloadKind } from '../../../src/transaction/payload.js';
import { type Validated, validateNotarized, validateSignedPartial } from '../../../src/transaction/validate.js';

// Every real transaction there is validates: those of the official repository, those executed on the official engine,
// and what Anthic pushed. Being expired is no static matter.

const FIXTURES = new URL('../../../fixtures/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, FIXTURES), 'utf8');
const lines = (path: string) => read(path).split('\n').filter(Boolean);

interface Indexed {
  readonly id: string;
  readonly file: string;
  readonly signers?: {
    readonly root: readonly { readonly public_key: string }[];
    readonly subintents: readonly (readonly { readonly public_key: string }[])[];
  };
}

function validate(hex: string): Validated {
  const payload = Buffer.from(hex, 'hex');
  return payloadKind(payload) === 'NotarizedTransactionV2'
    ? validateNotarized(decodeTransaction('NotarizedTransactionV2', payload))
    : validateSignedPartial(decodeTransaction('SignedPartialTransactionV2', payload));
}

const hexKeys = ({ signers }: Validated) => signers.map((keys) => keys.map(({ key }) => toHex(key)));

describe('the official repository', () => {
  const { transactions } = JSON.parse(read('vectors/index.json')) as { transactions: Indexed[] };

  it.each(transactions.map((each) => [each.id, each] as const))('%s', (_, { file, signers }) => {
    const validated = validate(read(`vectors/${file}`).trim());
    if (signers !== undefined) {
      const listed = [signers.root, ...signers.subintents];
      expect(hexKeys(validated)).toEqual(listed.map((keys) => keys.map((key) => key.public_key)));
    }
  });
});

describe('executed settlements', () => {
  const executed = lines('vectors/settlement/executed.jsonl').map(
    (line) => JSON.parse(line) as { transaction: string },
  );

  it(`all ${executed.length}`, () => {
    for (const { transaction } of executed) expect(() => validate(transaction)).not.toThrow();
  });
});

describe('pushed bundles', () => {
  it.each(['vectors/settlement/frames.jsonl', 'recordings/documentation.jsonl'])('%s', (path) => {
    for (const line of lines(path)) {
      const { frame, network } = JSON.parse(line) as { frame: string; network: number };
      for (const hex of (JSON.parse(frame) as { params: string[] }).params) {
        const transaction = decodeTransaction('SignedPartialTransactionV2', Buffer.from(hex, 'hex'));
        expect(validateSignedPartial(transaction, network).rootYieldsToParent).toBeGreaterThan(0);
      }
    }
  });

  it('the documentation’s bundle has three Ed25519 signers and one Secp256k1', () => {
    const { frame } = JSON.parse(lines('recordings/documentation.jsonl')[0]!) as { frame: string };
    const { params } = JSON.parse(frame) as { params: string[] };
    const curves = params.flatMap((hex) => validate(hex).signers.flatMap((keys) => keys.map((key) => key.type)));
    expect(curves.sort()).toEqual(['Ed25519', 'Ed25519', 'Ed25519', 'Secp256k1']);
  });
});
