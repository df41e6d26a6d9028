import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/bytes.js';
import { array, keep } from '../../../src/sbor/codec.js';
import { subintentHash, transactionIntentHash } from '../../../src/transaction/hash.js';
import {
  type PublicKey,
  type SignatureWithPublicKey,
  signature,
  signatureWithPublicKey,
} from '../../../src/transaction/key.js';
import type { NotarizedTransaction, SignedPartialTransaction } from '../../../src/transaction/model.js';
import { validateNotarized, validatePreview, validateSignedPartial } from '../../../src/transaction/validate.js';
import {
  ed25519Key,
  makeNotarized,
  makePreview,
  makeSignedPartial,
  NOTARY,
  notarize,
  secp256k1Key,
  type TestKey,
} from '../../support/build.js';
import { judgeNotarized, judgePreview, judgeSignedPartial } from '../../support/verdict.js';

// docs/protocol.md §3.4, §5.5 and §10.4.

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const [alice, bob, carol] = [ed25519Key(1), secp256k1Key(2), ed25519Key(3)];
const some = (count: number, from = 100): TestKey[] =>
  Array.from({ length: count }, (_, i) => (i % 2 === 0 ? ed25519Key(from + i) : secp256k1Key(from + i)));
const hex = (keys: readonly (readonly PublicKey[])[]) => keys.map((list) => list.map(({ key }) => toHex(key)));
const key = ({ publicKey }: TestKey) => toHex(publicKey.key);
const child = (n: number, ...signers: TestKey[]) => makeSignedPartial({ discriminator: BigInt(n), signers });

function withRootSignatures(
  partial: SignedPartialTransaction,
  ...list: SignatureWithPublicKey[]
): SignedPartialTransaction {
  return { ...partial, rootSubintentSignatures: keep(array(signatureWithPublicKey), list) };
}

describe('signers', () => {
  it('are told per intent, root first, in payload order', () => {
    const transaction = makeNotarized({
      signers: [alice, bob],
      children: [child(1), child(2, carol, bob), child(3, alice)],
    });
    expect(hex(validateNotarized(transaction).signers)).toEqual([
      [key(alice), key(bob)],
      [],
      [key(carol), key(bob)],
      [key(alice)],
    ]);
  });

  it('of a partial', () => {
    const partial = makeSignedPartial({ signers: [bob], children: [child(1, alice, carol)] });
    expect(hex(validateSignedPartial(partial).signers)).toEqual([[key(bob)], [key(alice), key(carol)]]);
  });

  it('do not include a signatory notary', () => {
    const transaction = makeNotarized({ signers: [alice], notary: bob, notaryIsSignatory: true });
    expect(hex(validateNotarized(transaction).signers)).toEqual([[key(alice)]]);
  });
});

describe('an intent signature', () => {
  const partial = makeSignedPartial();
  const hash = subintentHash(partial.partialTransaction.rootSubintent);
  const judge = (...list: SignatureWithPublicKey[]) => judgeSignedPartial(withRootSignatures(partial, ...list));
  const INVALID = 'InvalidIntentSignature@RootSubintent';

  it('of either curve verifies', () => {
    expect(judge(alice.signIntent(hash), bob.signIntent(hash))).toBe('ok');
  });

  it.each([0, 5, 31, 32, 40, 63])('Ed25519, damaged at byte %i', (at) => {
    const signed = alice.signIntent(hash);
    signed.signature.bytes[at]! ^= 1;
    expect(judge(signed)).toBe(INVALID);
  });

  it('Ed25519, of another hash or another key', () => {
    expect(judge(alice.signIntent(Buffer.alloc(32)))).toBe(INVALID);
    expect(judge({ ...alice.signIntent(hash), publicKey: carol.publicKey.key } as SignatureWithPublicKey)).toBe(
      INVALID,
    );
  });

  it('Ed25519 is strict: neither small-order points nor an s beyond the group order', () => {
    const identity = Buffer.from('01'.padEnd(64, '0'), 'hex');
    const small = { bytes: Buffer.concat([identity, Buffer.alloc(32)]) };
    expect(judge({ type: 'Ed25519', publicKey: identity, signature: small })).toBe(INVALID);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const signed = alice.signIntent(hash);
    const { bytes } = signed.signature;
    const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order;
    Buffer.from(s.toString(16).padStart(64, '0'), 'hex')
      .reverse()
      .copy(bytes as Buffer, 32);
    expect(judge(signed)).toBe(INVALID);
  });

  it('Secp256k1, damaged, is that of some other key', () => {
    const signed = bob.signIntent(hash);
    signed.signature.bytes[40]! ^= 1;
    const { signers } = validateSignedPartial(withRootSignatures(partial, signed));
    expect(hex(signers)[0]).not.toEqual([key(bob)]);
  });

  it('Secp256k1 with a high s recovers the same key', () => {
    const signed = highS(bob.signIntent(hash));
    expect(hex(validateSignedPartial(withRootSignatures(partial, signed)).signers)).toEqual([[key(bob)]]);
  });

  it.each<[string, (bytes: Buffer) => unknown]>([
    ['a recovery id above 3', (bytes) => bytes.fill(4, 0, 1)],
    ['r = 0', (bytes) => bytes.fill(0, 1, 33)],
    ['s = 0', (bytes) => bytes.fill(0, 33)],
    ['r beyond the order', (bytes) => bytes.fill(0xff, 1, 33)],
    ['s beyond the order', (bytes) => bytes.fill(0xff, 33)],
  ])('Secp256k1 with %s', (_, damage) => {
    const signed = bob.signIntent(hash);
    damage(signed.signature.bytes as Buffer);
    expect(judge(signed)).toBe(INVALID);
  });

  it('is looked at before whether its key signed before', () => {
    const twice = alice.signIntent(hash);
    expect(judge(twice, twice)).toBe('DuplicateSigner@RootSubintent');
    const damaged = alice.signIntent(hash);
    damaged.signature.bytes[0]! ^= 1;
    expect(judge(twice, damaged)).toBe(INVALID);
  });

  it('of the same key is one too many, even if it is another signature', () => {
    expect(judge(bob.signIntent(hash), highS(bob.signIntent(hash)))).toBe('DuplicateSigner@RootSubintent');
  });

  it('of the same scalar on two curves, or on several intents, is fine', () => {
    expect(judge(ed25519Key(7).signIntent(hash), secp256k1Key(7).signIntent(hash))).toBe('ok');
    const transaction = makeNotarized({ signers: [alice], children: [child(1, alice), child(2, alice)] });
    expect(judgeNotarized(transaction)).toBe('ok');
  });

  it('is located where it stands', () => {
    const broken = withRootSignatures(child(1), alice.signIntent(Buffer.alloc(32)));
    expect(judgeNotarized(makeNotarized({ children: [child(0, alice), broken] }))).toBe(
      'InvalidIntentSignature@NonRootSubintent(1)',
    );
    expect(judgeSignedPartial(makeSignedPartial({ children: [broken] }))).toBe(
      'InvalidIntentSignature@NonRootSubintent(0)',
    );
  });
});

describe('the notary', () => {
  const INVALID = 'InvalidNotarySignature@RootTransactionIntent';
  const damaged = (transaction: NotarizedTransaction, damage: (bytes: Buffer) => unknown): NotarizedTransaction => {
    const { value } = transaction.notarySignature;
    const bytes = Buffer.from(value.signature.bytes);
    damage(bytes);
    return { ...transaction, notarySignature: keep(signature, { ...value, signature: { bytes } }) };
  };

  it.each([
    ['Ed25519', carol],
    ['Secp256k1', bob],
  ])('signs with %s', (_, notary) => {
    const transaction = makeNotarized({ notary });
    expect(judgeNotarized(transaction)).toBe('ok');
    expect(judgeNotarized(damaged(transaction, (bytes) => bytes.writeUInt8(bytes[5]! ^ 1, 5)))).toBe(INVALID);
  });

  it('signs with the key in the header', () => {
    const { signedTransactionIntent } = makeNotarized();
    expect(judgeNotarized(notarize(signedTransactionIntent, carol))).toBe(INVALID);
    expect(judgeNotarized(notarize(signedTransactionIntent, bob))).toBe(INVALID);
  });

  it('may not use a high s, and needs a recovery id all the same, though not the right one', () => {
    const transaction = makeNotarized({ notary: bob });
    expect(judgeNotarized(damaged(transaction, (bytes) => makeHighS(bytes)))).toBe(INVALID);
    expect(judgeNotarized(damaged(transaction, (bytes) => bytes.fill(4, 0, 1)))).toBe(INVALID);
    expect(judgeNotarized(damaged(transaction, (bytes) => bytes.writeUInt8(bytes[0]! ^ 1, 0)))).toBe('ok');
  });

  it('needs a key that is a point', () => {
    const none: TestKey = { ...bob, publicKey: { type: 'Secp256k1', key: Buffer.alloc(33, 2) } };
    const noPoint: TestKey = { ...bob, publicKey: { type: 'Secp256k1', key: Buffer.alloc(33, 5) } };
    expect(judgeNotarized(makeNotarized({ notary: none }))).toBe(INVALID);
    expect(judgeNotarized(makeNotarized({ notary: noPoint }))).toBe(INVALID);
  });

  it('may sign the root too, unless signatory', () => {
    const of = (notaryIsSignatory: boolean) =>
      judgeNotarized(makeNotarized({ notary: bob, notaryIsSignatory, signers: [alice, bob] }));
    expect(of(false)).toBe('ok');
    expect(of(true)).toBe('NotaryIsSignatorySoShouldNotAlsoBeASigner@RootTransactionIntent');
  });

  it('signatory, may sign a subintent', () => {
    expect(judgeNotarized(makeNotarized({ notary: bob, notaryIsSignatory: true, children: [child(1, bob)] }))).toBe(
      'ok',
    );
  });

  it('comes after the root signers and before the subintents', () => {
    const { signedTransactionIntent: signed } = makeNotarized({
      children: [withRootSignatures(child(1), alice.signIntent(Buffer.alloc(32)))],
    });
    expect(judgeNotarized(notarize(signed, carol))).toBe(INVALID);
    const twice = alice.signIntent(transactionIntentHash(signed.transactionIntent));
    const transactionIntentSignatures = keep(array(signatureWithPublicKey), [twice, twice]);
    expect(judgeNotarized(notarize({ ...signed, transactionIntentSignatures }, carol))).toBe(
      'DuplicateSigner@RootTransactionIntent',
    );
  });
});

describe('counts', () => {
  it('16 an intent, the notary aside', () => {
    expect(judgeNotarized(makeNotarized({ signers: some(16) }))).toBe('ok');
    expect(judgeNotarized(makeNotarized({ signers: some(17) }))).toBe('TooManySignatures@RootTransactionIntent');
    expect(judgeSignedPartial(makeSignedPartial({ signers: some(17) }))).toBe('TooManySignatures@RootSubintent');
    const children = [child(1, ...some(10)), child(2, ...some(17))];
    expect(judgeNotarized(makeNotarized({ children }))).toBe('TooManySignatures@NonRootSubintent(1)');
  });

  it('64 in all, the notary among them', () => {
    const children = [1, 2, 3].map((n) => child(n, ...some(16)));
    const of = (count: number) => judgeNotarized(makeNotarized({ signers: some(count), children }));
    expect(of(15)).toBe('ok');
    expect(of(16)).toBe('TooManySignatures@AcrossTransaction');
  });

  it('64 in all of a partial, which has no notary', () => {
    const children = [1, 2, 3].map((n) => child(n, ...some(16)));
    expect(judgeSignedPartial(makeSignedPartial({ signers: some(16), children }))).toBe('ok');
    const five = [...children, child(4, alice)];
    expect(judgeSignedPartial(makeSignedPartial({ signers: some(16), children: five }))).toBe(
      'TooManySignatures@AcrossTransaction',
    );
  });

  it('a list for each subintent', () => {
    const none = makeSignedPartial().rootSubintentSignatures;
    const CODE = 'IncorrectNumberOfSubintentSignatureBatches@AcrossTransaction';
    expect(judgeNotarized(makeNotarized({ children: [child(1)], batches: [] }))).toBe(CODE);
    expect(judgeNotarized(makeNotarized({ batches: [none] }))).toBe(CODE);
    expect(judgeSignedPartial(makeSignedPartial({ children: [child(1)], batches: [none, none] }))).toBe(CODE);
    expect(judgePreview(makePreview({ subintentSigners: [[]] }))).toBe(CODE);
  });
});

describe('a preview', () => {
  it('names its signers', () => {
    const preview = makePreview({ signers: [alice, bob], children: [child(1)], subintentSigners: [[carol]] });
    expect(hex(validatePreview(preview).signers)).toEqual([[key(alice), key(bob)], [key(carol)]]);
  });

  it('names each once', () => {
    expect(judgePreview(makePreview({ signers: [alice, alice] }))).toBe('DuplicateSigner@RootTransactionIntent');
    expect(judgePreview(makePreview({ children: [child(1)], subintentSigners: [[bob, bob]] }))).toBe(
      'DuplicateSigner@NonRootSubintent(0)',
    );
  });

  it('does not name a signatory notary', () => {
    const of = (notaryIsSignatory: boolean) => judgePreview(makePreview({ notaryIsSignatory, signers: [NOTARY] }));
    expect(of(false)).toBe('ok');
    expect(of(true)).toBe('NotaryIsSignatorySoShouldNotAlsoBeASigner@RootTransactionIntent');
  });

  it('counts keys as signatures', () => {
    expect(judgePreview(makePreview({ signers: some(17) }))).toBe('TooManySignatures@RootTransactionIntent');
    const children = [1, 2, 3].map((n) => child(n));
    const of = (count: number) =>
      judgePreview(makePreview({ signers: some(count), children, subintentSigners: children.map(() => some(16)) }));
    expect(of(15)).toBe('ok');
    expect(of(16)).toBe('TooManySignatures@AcrossTransaction');
  });

  it('is validated like a transaction in all else', () => {
    expect(judgePreview(makePreview({ tipBasisPoints: 1_000_001 }))).toBe('InvalidTip@RootTransactionIntent');
    expect(judgePreview(makePreview({ network: 1 }))).toBe('InvalidNetwork@RootTransactionIntent');
  });
});

/** The other s that recovers the same key. */
function makeHighS(bytes: Buffer): void {
  const s = ORDER - BigInt(`0x${bytes.subarray(33).toString('hex')}`);
  Buffer.from(s.toString(16).padStart(64, '0'), 'hex').copy(bytes, 33);
  bytes[0]! ^= 1;
}

function highS(signed: SignatureWithPublicKey): SignatureWithPublicKey {
  makeHighS(signed.signature.bytes as Buffer);
  return signed;
}
