import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/sbor/value.js';
import type { AccessRule, CompositeRequirement } from '../../../src/transaction/accessRule.js';
import { decodeTransaction, encodeTransaction, type PayloadKind } from '../../../src/transaction/payload.js';
import {
  callMethod,
  FAUCET,
  makeNotarized,
  makePreview,
  makeSignedPartial,
  makeSubintent,
  signatures,
  yieldToParent,
} from '../../support/build.js';
import { verdict } from '../../support/verdict.js';

// What preparation refuses, and in which order (docs/protocol.md §2.1, §5.1, §5.2, §10.1).

const prepare = (kind: PayloadKind, payload: Uint8Array | string) =>
  verdict(() => decodeTransaction(kind, typeof payload === 'string' ? Buffer.from(payload, 'hex') : payload)).replace(
    /@.*/,
    '',
  );

/** Replaces the first occurrence of some bytes. */
function replace(payload: Uint8Array, from: string, to: string): Buffer {
  const hex = Buffer.from(payload).toString('hex');
  expect(hex).toContain(from);
  return Buffer.from(hex.replace(from, to), 'hex');
}

const notarized = encodeTransaction('NotarizedTransactionV2', makeNotarized());
const partial = encodeTransaction('SignedPartialTransactionV2', makeSignedPartial());

describe('the outer form of a notarized transaction', () => {
  it.each([
    ['', 'BufferUnderflow'],
    ['4d', 'UnexpectedTransactionDiscriminator'],
    ['4d22', 'UnexpectedTransactionDiscriminator'],
    ['5c220c02', 'UnexpectedPayloadPrefix'],
    ['4d2209', 'UnexpectedTransactionDiscriminator'],
    ['4d2105', 'UnexpectedTransactionDiscriminator'],
    // The third byte passes for a discriminator, whatever stands before it.
    ['4d210c', 'UnexpectedValueKind'],
    ['4d990c', 'UnknownValueKind'],
    ['4d220c', 'BufferUnderflow'],
    ['4d220c03', 'UnexpectedSize'],
    // Version 1 has two fields, and its signed intent two; version 2's has three.
    ['4d2103', 'UnexpectedValueKind'],
    ['4d2203', 'BufferUnderflow'],
    ['4d220303', 'UnexpectedSize'],
    ['4d22030222', 'UnexpectedValueKind'],
    ['4d2203022103', 'UnexpectedSize'],
  ])('%s: %s', (payload, code) => expect(prepare('NotarizedTransactionV2', payload)).toBe(code));

  it('is at most 1 MiB, and nothing is read before that is known', () => {
    const room =
      1_048_576 - encodeTransaction('NotarizedTransactionV2', makeNotarized({ blobs: [Buffer.alloc(999_000)] })).length;
    const of = (more: number) =>
      encodeTransaction('NotarizedTransactionV2', makeNotarized({ blobs: [Buffer.alloc(999_000 + room + more)] }));
    expect(of(0)).toHaveLength(1_048_576);
    expect(prepare('NotarizedTransactionV2', of(0))).toBe('ok');
    expect(prepare('NotarizedTransactionV2', of(1))).toBe('TransactionTooLarge');
    expect(prepare('NotarizedTransactionV2', Buffer.alloc(1_048_577))).toBe('TransactionTooLarge');
  });

  it('nothing follows it', () => {
    expect(prepare('NotarizedTransactionV2', Buffer.concat([notarized, Buffer.alloc(1)]))).toBe('ExtraTrailingBytes');
    expect(prepare('NotarizedTransactionV2', notarized.subarray(0, -1))).toBe('BufferUnderflow');
  });
});

describe('the outer form of the others', () => {
  it.each([
    ['', 'BufferUnderflow'],
    ['4d', 'BufferUnderflow'],
    ['5c', 'UnexpectedPayloadPrefix'],
    ['4d99', 'UnknownValueKind'],
    ['4d23', 'UnexpectedValueKind'],
    ['4d220d', 'UnexpectedDiscriminator'],
    ['4d220e02', 'UnexpectedSize'],
  ])('%s: %s', (payload, code) => expect(prepare('SignedPartialTransactionV2', payload)).toBe(code));

  it('a signed partial may be longer than 1 MiB, and may be a plain tuple', () => {
    const long = makeSignedPartial({ blobs: [Buffer.alloc(1_100_000)] });
    expect(prepare('SignedPartialTransactionV2', encodeTransaction('SignedPartialTransactionV2', long))).toBe('ok');
    const plain = Buffer.concat([Buffer.from('4d2103', 'hex'), partial.subarray(4)]);
    expect(prepare('SignedPartialTransactionV2', plain)).toBe('ok');
    expect(prepare('SignedPartialTransactionV2', '4d2102')).toBe('UnexpectedSize');
    const tupleOfSubintent = Buffer.concat([Buffer.from('4d2101', 'hex'), makeSubintent().body.subarray(1)]);
    expect(prepare('SubintentV2', tupleOfSubintent)).toBe('UnexpectedValueKind');
  });
});

describe('lists', () => {
  const list = (count: number) => Array.from({ length: count }, (_, n) => Buffer.alloc(32, n + 1));
  const core = (options: Parameters<typeof makeSubintent>[0]) =>
    prepare('SubintentV2', encodeTransaction('SubintentV2', makeSubintent(options)));

  it('64 blobs, repetitions included', () => {
    expect(core({ blobs: list(64).fill(Buffer.alloc(1)) })).toBe('ok');
    expect(core({ blobs: list(65).fill(Buffer.alloc(1)) })).toBe('TooManyValues');
  });

  it('32 children, all different', () => {
    expect(core({ childHashes: list(32) })).toBe('ok');
    expect(core({ childHashes: list(33) })).toBe('TooManyValues');
    expect(core({ childHashes: [...list(3), Buffer.alloc(32, 2)] })).toBe('DuplicateKey');
  });

  it('a repeated child is found only after the whole list', () => {
    const payload = encodeTransaction('SubintentV2', makeSubintent({ childHashes: [...list(2), Buffer.alloc(32, 1)] }));
    const third = `0720${'01'.repeat(32)}`;
    const hex = Buffer.from(payload).toString('hex');
    const at = hex.lastIndexOf(third);
    expect(prepare('SubintentV2', `${hex.slice(0, at)}0721${hex.slice(at + 4)}`)).toBe('UnexpectedSize');
  });

  it('32 subintents, and as many lists of signatures', () => {
    const subintents = Array.from({ length: 33 }, (_, n) => makeSubintent({ discriminator: BigInt(n) }));
    const batches = subintents.map(() => signatures(Buffer.alloc(32), []));
    const judge = (count: number, lists: number) =>
      prepare(
        'NotarizedTransactionV2',
        encodeTransaction(
          'NotarizedTransactionV2',
          makeNotarized({ subintents: subintents.slice(0, count), batches: batches.slice(0, lists) }),
        ),
      );
    expect(judge(32, 32)).toBe('ok');
    expect(judge(33, 33)).toBe('TooManyValues');
    expect(judge(32, 33)).toBe('TooManyValues');
  });

  it('limits are tested as soon as the length is read: before what the list holds, after its kind', () => {
    const payload = encodeTransaction('SubintentV2', makeSubintent());
    // No blobs, no message, no children.
    expect(prepare('SubintentV2', replace(payload, '202000220000202000', '202041220000202000'))).toBe('TooManyValues');
    expect(prepare('SubintentV2', replace(payload, '202000220000202000', '202141220000202000'))).toBe(
      'UnexpectedValueKind',
    );
    expect(prepare('SubintentV2', replace(payload, '202000220000202000', '202000220000202021'))).toBe('TooManyValues');
  });

  it('a preview’s keys may repeat: that is found later', () => {
    const preview = makePreview();
    const twice = [preview.transactionIntent.transactionHeader.value.notaryPublicKey];
    const payload = encodeTransaction('PreviewTransactionV2', {
      ...preview,
      rootSignerPublicKeys: [...twice, ...twice],
    });
    expect(prepare('PreviewTransactionV2', payload)).toBe('ok');
  });
});

// docs/protocol.md §1.4.
describe('depth', () => {
  const PLACE = '0c0c4d41524b45524d41524b4552';
  const marker: Value = { kind: 'String', value: 'MARKERMARKER' };
  const deep = (payload: Uint8Array, levels: number) => replace(payload, PLACE, `${'2101'.repeat(levels - 1)}2100`);
  const marked = makeSignedPartial({ instructions: [{ type: 'YIELD_TO_PARENT', args: marker }] });

  it('of a root argument is 18 levels', () => {
    const transaction = makeNotarized({
      instructions: [{ type: 'CALL_METHOD', address: FAUCET, method: 'x', args: marker }],
    });
    const payload = encodeTransaction('NotarizedTransactionV2', transaction);
    expect(prepare('NotarizedTransactionV2', deep(payload, 18))).toBe('ok');
    expect(prepare('NotarizedTransactionV2', deep(payload, 19))).toBe('MaxDepthExceeded');
  });

  it('of a subintent’s argument is 16 levels in a transaction; in a partial 17, and 18 in its root', () => {
    const alone = encodeTransaction('SignedPartialTransactionV2', marked);
    expect(prepare('SignedPartialTransactionV2', deep(alone, 18))).toBe('ok');
    expect(prepare('SignedPartialTransactionV2', deep(alone, 19))).toBe('MaxDepthExceeded');
    const below = encodeTransaction('SignedPartialTransactionV2', makeSignedPartial({ children: [marked] }));
    expect(prepare('SignedPartialTransactionV2', deep(below, 17))).toBe('ok');
    expect(prepare('SignedPartialTransactionV2', deep(below, 18))).toBe('MaxDepthExceeded');
    const embedded = encodeTransaction('NotarizedTransactionV2', makeNotarized({ children: [marked] }));
    expect(prepare('NotarizedTransactionV2', deep(embedded, 16))).toBe('ok');
    expect(prepare('NotarizedTransactionV2', deep(embedded, 17))).toBe('MaxDepthExceeded');
  });

  it('of bytes that are an argument counts their elements', () => {
    const alone = encodeTransaction('SignedPartialTransactionV2', marked);
    const bytes = (levels: number, end: string) => replace(alone, PLACE, `${'2101'.repeat(levels - 1)}${end}`);
    expect(prepare('SignedPartialTransactionV2', bytes(18, '200700'))).toBe('ok');
    expect(prepare('SignedPartialTransactionV2', bytes(18, '20070101'))).toBe('MaxDepthExceeded');
    expect(prepare('SignedPartialTransactionV2', bytes(17, '20070101'))).toBe('ok');
  });

  it('has no limit of its own for access rules', () => {
    let requirement: CompositeRequirement = { type: 'AnyOf', rules: [] };
    for (let level = 0; level < 6; level++) requirement = { type: 'AllOf', rules: [requirement] };
    const rule: AccessRule = { type: 'Protected', requirement };
    const transaction = makeSignedPartial({ instructions: [{ type: 'VERIFY_PARENT', rule }, yieldToParent()] });
    expect(prepare('SignedPartialTransactionV2', encodeTransaction('SignedPartialTransactionV2', transaction))).toBe(
      'ok',
    );
  });
});

it('ids in the encoder are written where there is room for them', () => {
  // Every length up to past the writer's first buffer: an id at its very edge made it grow in the middle of a write.
  for (let padding = 0; padding < 64; padding++) {
    const text: Value = { kind: 'String', value: 'x'.repeat(930 + padding) };
    const instructions = [
      callMethod(FAUCET, 'x', text, { kind: 'Address', value: { namedAddress: 7 } }),
      yieldToParent({ kind: 'NonFungibleLocalId', value: '#7#' }, { kind: 'Bucket', value: 7 }),
    ];
    const { instructions: kept } = makeSubintent({ instructions }).value.intentCore;
    const payload = encodeTransaction('SubintentV2', makeSubintent({ instructions }));
    expect(decodeTransaction('SubintentV2', payload).value.intentCore.instructions.value).toEqual(kept.value);
  }
});
