import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.js';
import { type Inspection, inspectPayload } from '../../src/cli/inspect/inspection.js';
import { formatInspected } from '../../src/cli/inspect/text.js';
import { encodePayload } from '../../src/sbor/codec.js';
import { signedPartialTransaction } from '../../src/transaction/model.js';
import { encodeTransaction, type PayloadKind } from '../../src/transaction/payload.js';
import {
  ed25519Key,
  makeNotarized,
  makePreview,
  makeSignedPartial,
  makeSubintent,
  secp256k1Key,
  signatures,
} from '../support/build.js';

const A = ed25519Key(1);
const B = secp256k1Key(2);
const C = ed25519Key(3);
const hexOf = (key: typeof A): string => toHex(key.publicKey.key);

const child = makeSignedPartial({ signers: [B, C] });
const partial = makeSignedPartial({ signers: [A], children: [child], discriminator: 7n });
const notarized = makeNotarized({ signers: [C], children: [partial] });
const signed = notarized.signedTransactionIntent;
const intent = signed.transactionIntent;
const preview = makePreview({ signers: [A], children: [child], subintentSigners: [[B]] });

function inspection(hex: string, network?: number): Inspection {
  return inspectPayload(hex, network).inspection;
}

function encoded<K extends PayloadKind>(kind: K, value: Parameters<typeof encodeTransaction<K>>[1]): string {
  return toHex(encodeTransaction(kind, value));
}

const PAYLOADS: Record<PayloadKind, string> = {
  NotarizedTransactionV2: encoded('NotarizedTransactionV2', notarized),
  SignedTransactionIntentV2: encoded('SignedTransactionIntentV2', signed),
  TransactionIntentV2: encoded('TransactionIntentV2', intent),
  SubintentV2: encoded('SubintentV2', partial.partialTransaction.rootSubintent),
  PartialTransactionV2: encoded('PartialTransactionV2', partial.partialTransaction),
  SignedPartialTransactionV2: encoded('SignedPartialTransactionV2', partial),
  PreviewTransactionV2: encoded('PreviewTransactionV2', preview),
};

describe('the official transactions', () => {
  const index = JSON.parse(readFileSync('fixtures/vectors/index.json', 'utf8'));
  it.each<any>(index.transactions)('$id', (official) => {
    const found = inspection(readFileSync(`fixtures/vectors/${official.file}`, 'utf8').trim(), 242);
    const keys = (list: { public_key: string }[]): string[] => list.map((signer) => signer.public_key);
    expect(found).toMatchObject({
      kind: 'NotarizedTransactionV2',
      valid: true,
      error: null,
      id: official.transaction_intent_hash,
      subintentIds: official.subintent_hashes,
      signers: [keys(official.signers.root), ...official.signers.subintents.map(keys)],
    });
    expect(found.effectiveLength).toBe(official.effective_payload_length ?? official.fees.effective_payload_length);
  });
});

describe('every kind', () => {
  const intentSigners = [[hexOf(C)], [hexOf(A)], [hexOf(B), hexOf(C)]];
  it.each<[PayloadKind, 'txid' | 'subtxid', number, Inspection['signers'], boolean]>([
    ['NotarizedTransactionV2', 'txid', 2, intentSigners, true],
    ['SignedTransactionIntentV2', 'txid', 2, intentSigners, true],
    ['TransactionIntentV2', 'txid', 2, null, true],
    ['SubintentV2', 'subtxid', 0, null, true],
    ['PartialTransactionV2', 'subtxid', 1, null, false],
    ['SignedPartialTransactionV2', 'subtxid', 1, intentSigners.slice(1), false],
    ['PreviewTransactionV2', 'txid', 1, [[hexOf(A)], [hexOf(B)]], false],
  ])('%s', (kind, idKind, subintents, signers, hasLength) => {
    const found = inspection(PAYLOADS[kind]);
    expect(found).toMatchObject({ kind, valid: true, error: null, signers });
    expect(found.id).toMatch(new RegExp(`^${idKind}_sim1`));
    expect(found.subintentIds).toHaveLength(subintents);
    expect(found.effectiveLength === null).toBe(!hasLength);
    expect(Object.keys(found)).toEqual(['kind', 'valid', 'error', 'id', 'subintentIds', 'signers', 'effectiveLength']);
    // Upper case is read alike.
    expect(inspection(PAYLOADS[kind].toUpperCase())).toEqual(found);
  });

  it('ids agree between the kinds that share an intent', () => {
    const { id, subintentIds } = inspection(PAYLOADS.NotarizedTransactionV2);
    expect(inspection(PAYLOADS.TransactionIntentV2)).toMatchObject({ id, subintentIds });
    expect(inspection(PAYLOADS.SubintentV2).id).toBe(subintentIds![0]);
    expect(inspection(PAYLOADS.SignedPartialTransactionV2)).toMatchObject({
      id: subintentIds![0],
      subintentIds: [subintentIds![1]],
    });
  });

  it('judges a signed partial in tuple form as its enum form', () => {
    const tuple = toHex(encodePayload(signedPartialTransaction, partial));
    expect(tuple.startsWith('4d2103')).toBe(true);
    expect(inspection(tuple)).toEqual(inspection(PAYLOADS.SignedPartialTransactionV2));
  });
});

describe('the network', () => {
  it.each(['NotarizedTransactionV2', 'SignedPartialTransactionV2', 'PreviewTransactionV2'] as const)(
    'decides over a %s',
    (kind) => {
      const own = inspection(PAYLOADS[kind]);
      expect(inspection(PAYLOADS[kind], 242)).toEqual(own);
      expect(inspection(PAYLOADS[kind], 1)).toMatchObject({
        valid: false,
        error: { code: 'InvalidNetwork', path: expect.stringMatching(/^Root/) },
        // Everything else is known all the same.
        id: own.id,
        signers: own.signers,
        effectiveLength: own.effectiveLength,
      });
    },
  );

  it('matters to no kind that is not validated', () => {
    expect(inspection(PAYLOADS.TransactionIntentV2, 1).valid).toBe(true);
  });
});

describe('what does not fit', () => {
  const unknown = { id: null, subintentIds: null, signers: null, effectiveLength: null, valid: false };

  it.each([
    ['', 'BufferUnderflow'],
    ['5c220e03', 'UnexpectedPayloadPrefix'],
    ['4d', 'UnexpectedTransactionDiscriminator'],
    ['4d22', 'UnexpectedTransactionDiscriminator'],
    ['4d220302', 'UnexpectedTransactionDiscriminator'],
    ['4d2102', 'UnexpectedTransactionDiscriminator'],
    ['4d0901', 'UnexpectedTransactionDiscriminator'],
    ['4d2', 'bad-hex'],
    ['zz', 'bad-hex'],
    ['0x4d', 'bad-hex'],
    ['4d 22', 'bad-hex'],
    ['{"jsonrpc":"2.0"}x', 'bad-hex'],
  ])('%j has no kind: %s', (hex, code) => {
    expect(inspection(hex)).toMatchObject({ ...unknown, kind: null, error: { code, path: expect.any(String) } });
  });

  it.each(Object.entries(PAYLOADS))('a damaged %s keeps its kind and gets the place of the damage', (kind, hex) => {
    expect(inspection(`${hex}00`)).toMatchObject({ ...unknown, kind, error: { code: 'ExtraTrailingBytes' } });
    const cut = inspection(hex.slice(0, -2));
    expect(cut).toMatchObject({ ...unknown, kind, error: { code: 'BufferUnderflow' } });
    expect(cut.error!.path).not.toBe('');
    expect(cut.error!.message).toMatch(/^expected .*got|remain.*offset \d+$/);
  });

  it('gives the id of what reads but is not valid', () => {
    const empty = makeSignedPartial({ instructions: [], signers: [A] });
    expect(inspection(encoded('SignedPartialTransactionV2', empty))).toMatchObject({
      kind: 'SignedPartialTransactionV2',
      valid: false,
      error: { code: 'SubintentDoesNotEndWithYieldToParent', path: 'RootSubintent' },
      id: expect.stringMatching(/^subtxid_sim1/),
      subintentIds: [],
      signers: [[hexOf(A)]],
    });
  });

  it('tells no signers where a signature does not verify', () => {
    const other = signatures(Buffer.alloc(32), [A]);
    const found = inspection(encoded('SignedPartialTransactionV2', { ...partial, rootSubintentSignatures: other }));
    expect(found).toMatchObject({
      valid: false,
      error: { code: 'InvalidIntentSignature', path: 'RootSubintent' },
      signers: null,
    });
    expect(found.id).not.toBeNull();
    const unnotarized = { ...signed, transactionIntentSignatures: other };
    expect(inspection(encoded('SignedTransactionIntentV2', unnotarized))).toMatchObject({ valid: true, signers: null });
  });

  it('tells no signers where the lists do not match the intents, or are too long to look at', () => {
    const lacking = { ...signed, nonRootSubintentSignatures: [] };
    expect(inspection(encoded('SignedTransactionIntentV2', lacking)).signers).toBeNull();
    const many = signatures(
      Buffer.alloc(32),
      Array.from({ length: 65 }, () => A),
    );
    const bloated = { ...signed, transactionIntentSignatures: many };
    expect(inspection(encoded('SignedTransactionIntentV2', bloated)).signers).toBeNull();
    const keyless = { ...preview, nonRootSubintentSignerPublicKeys: [] };
    expect(inspection(encoded('PreviewTransactionV2', keyless))).toMatchObject({
      error: { code: 'IncorrectNumberOfSubintentSignatureBatches' },
      signers: null,
    });
  });

  it('never throws, whatever bit is flipped', () => {
    for (const hex of Object.values(PAYLOADS)) {
      const bytes = Buffer.from(hex, 'hex');
      for (let bit = 0; bit < bytes.length * 8; bit += 5) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const inspected = inspectPayload(toHex(bytes));
        expect(inspected.inspection.error?.code).not.toBe('internal');
        expect(() => formatInspected(inspected)).not.toThrow();
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
  });

  it.each([
    ['a declared length of 268 million', `4d220e032102210121052106${'ffffff7f'}`],
    ['10,000 nested tuples', `4d220e03${'2101'.repeat(10_000)}`],
    ['a megabyte of zeros', `4d220c02${'00'.repeat(1_048_000)}`],
    ['five megabytes', `4d220e03${'ff'.repeat(5_000_000)}`],
  ])('refuses %s at once', (_, hex) => {
    const before = performance.now();
    expect(inspection(hex)).toMatchObject({ ...unknown, error: { code: expect.stringMatching(/^[A-Z]/) } });
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe('the text', () => {
  it('holds ids, signers, headers, manifests and the verdict', () => {
    const text = formatInspected(inspectPayload(PAYLOADS.NotarizedTransactionV2));
    const { id, subintentIds, effectiveLength } = inspection(PAYLOADS.NotarizedTransactionV2);
    for (const part of [
      'verdict           valid\n',
      id!,
      ...subintentIds!,
      String(effectiveLength),
      `Ed25519 ${hexOf(A)}`,
      `Secp256k1 ${hexOf(B)}`,
      'simulator (242)',
      'epochs         from 0, before 100',
      'tip               0 basis points',
      'USE_CHILD',
      'YIELD_TO_PARENT;',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('shows timestamps, messages, blobs and a signatory notary', () => {
    const show = (options: Parameters<typeof makeNotarized>[0]): string =>
      formatInspected(inspectPayload(encoded('NotarizedTransactionV2', makeNotarized(options))));
    const text = show({
      minTimestamp: 1734126088n,
      maxTimestamp: 2n ** 62n,
      blobs: [Buffer.alloc(3)],
      notaryIsSignatory: true,
      message: {
        type: 'Plaintext',
        message: { mimeType: 'text/plain', content: { type: 'String', text: 'hi\u001b[2J' } },
      },
    });
    expect(text).toContain('not before     2024-12-13T21:41:28Z (1734126088 s)');
    expect(text).toContain('expires        4611686018427387904 s');
    expect(text).toContain('message        "text/plain" "hi\\u001b[2J"');
    expect(text).toContain('blob 0         3 bytes');
    expect(text).toContain(', also a signatory');
    expect(text).toContain('signers        none');
    expect(
      show({
        message: {
          type: 'Plaintext',
          message: { mimeType: 'x', content: { type: 'Bytes', bytes: Buffer.from('abcd', 'hex') } },
        },
      }),
    ).toContain('"x" abcd');
    expect(
      show({
        message: { type: 'Encrypted', message: { encrypted: Buffer.alloc(9), decryptorsByCurve: [] } },
      }),
    ).toContain('encrypted, 9 bytes');
  });

  it('says what a kind does not carry, and what is wrong', () => {
    expect(formatInspected(inspectPayload(PAYLOADS.SubintentV2))).toContain('signers        not part of this kind');
    const refused = formatInspected(inspectPayload(PAYLOADS.SignedPartialTransactionV2, 1));
    expect(refused).toContain('verdict  invalid: InvalidNetwork at RootSubintent: expected network 1, got 242');
    expect(formatInspected(inspectPayload('zz'))).toBe(
      'kind     unknown\nverdict  invalid: bad-hex: expected hex digits, got "z" at offset 0',
    );
    const other = { ...partial, rootSubintentSignatures: signatures(Buffer.alloc(32), [A]) };
    const unverified = formatInspected(inspectPayload(encoded('SignedPartialTransactionV2', other)));
    expect(unverified).toContain('signers        not verified');
    const lone = encoded('PartialTransactionV2', {
      rootSubintent: makeSubintent(),
      nonRootSubintents: [],
    });
    expect(formatInspected(inspectPayload(lone))).toContain('verdict  valid');
  });

  it('shows wrapper and order of a signed partial', () => {
    const recording = readFileSync('fixtures/recordings/documentation.jsonl', 'utf8').split('\n')[0]!;
    const [first, second] = JSON.parse(JSON.parse(recording).frame).params;
    const text = formatInspected(inspectPayload(first));
    expect(text).toContain(
      'limit order\n  account  account_tdx_2_12yymjjqhecgq7fdq5ddy94uvy5ayp2s0xj6tzju2227wj4ka0keckr\n',
    );
    expect(text).toMatch(/ {2}sells {4}90\.345529 of resource_tdx_2_1/);
    expect(text).toMatch(/ {2}buys {5}at least 0\.00081 of resource_tdx_2_1/);
    expect(text).toMatch(/ {2}fees {5}0\.090346 \+ 0\.002 of /);
    expect(text).toMatch(/wrapper\n {2}call 0 {2}returns 90\.345529 of /);
    expect(text).toContain('  reward  0.5 XRD');
    expect(formatInspected(inspectPayload(second))).toContain('limit order\n');
    const none = formatInspected(inspectPayload(PAYLOADS.SignedPartialTransactionV2));
    expect(none).toMatch(/limit order\n {2}none: expected /);
  });
});
