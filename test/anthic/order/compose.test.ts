import { describe, expect, it } from 'vitest';
import { parseLimitOrder } from '../../../src/anthic/limitOrder.js';
import { expiryAfter } from '../../../src/anthic/order/expiry.js';
import { attachSignatures, signedPartialHex, signSubintent, subintentId } from '../../../src/anthic/order/sign.js';
import { formatOrderManifest } from '../../../src/anthic/order/text.js';
import { parseAmount, units } from '../../../src/base/amount.js';
import { fromHex } from '../../../src/base/bytes.js';
import { formatId } from '../../../src/transaction/address.js';
import { verifyEd25519, verifySecp256k1 } from '../../../src/transaction/crypto.js';
import { subintentHash } from '../../../src/transaction/hash.js';
import { decodeTransaction, payloadKind } from '../../../src/transaction/payload.js';
import { SolverKey } from '../../../src/transaction/solverKey.js';
import { validateSignedPartial } from '../../../src/transaction/validate.js';
import { ed25519Key, FAUCET, secp256k1Key, XRD } from '../../support/build.js';
import { documented, documentedOrder, documentedTerms, HEADER } from './support.js';

describe('composeLimitOrder', () => {
  it('says what the documentation shows, byte for byte but for indentation, which its page has lost', () => {
    const { intentCore } = documentedOrder().value;
    const text = formatOrderManifest(intentCore);
    expect(text.replace(/\n +/g, '\n ')).toBe(documented('compose-answer').manifest);
  });

  it('is read by our own parser as what was meant', () => {
    const terms = documentedTerms();
    expect(parseLimitOrder(documentedOrder())).toEqual({
      account: terms.account,
      sell: terms.sell,
      buy: { ...terms.buy, exact: false },
      withdrawn: parseAmount('0.00030327'),
      fees: [terms.fees.anthic, terms.fees.settlement],
      parentRule: terms.parentRule,
      rebateOfFeeResourceOnly: false,
      foreignCall: undefined,
    });
  });

  it('has the header that was asked for', () => {
    expect(documentedOrder().value.intentCore.header.value).toEqual({
      networkId: 2,
      startEpochInclusive: HEADER.startEpoch,
      endEpochExclusive: HEADER.endEpoch,
      minProposerTimestampInclusive: undefined,
      maxProposerTimestampExclusive: HEADER.expiresAt,
      intentDiscriminator: HEADER.discriminator,
    });
  });

  it('counts the buckets that a prefix makes', () => {
    const order = documentedOrder({
      prefix: [
        { type: 'CALL_METHOD', address: FAUCET, method: 'free', args: { kind: 'Tuple', fields: [] } },
        { type: 'TAKE_FROM_WORKTOP', resource: XRD, amount: units(1) },
        { type: 'RETURN_TO_WORKTOP', bucket: 0 },
      ],
    });
    expect(parseLimitOrder(order).foreignCall).toBe(0);
    const text = formatOrderManifest(order.value.intentCore);
    expect(text).toContain('RETURN_TO_WORKTOP\n    Bucket("bucket1")');
    expect(text).toContain('YIELD_TO_PARENT\n    Bucket("sell")');
    expect(text).toContain('YIELD_TO_PARENT\n    Bucket("anthic-fee")\n    Bucket("solver-fee")');
  });

  it.each([
    ['sell.amount', { sell: { ...documentedTerms().sell, amount: 0n } }],
    ['buy.amount', { buy: { ...documentedTerms().buy, amount: -1n } }],
    ['fees.anthic', { fees: { anthic: -1n, settlement: 0n } }],
    ['fees.settlement', { fees: { anthic: 0n, settlement: -1n } }],
    ['instructions[3]', { buy: { resource: documentedTerms().sell.resource, amount: 1n } }],
    ['instructions[1]', { account: FAUCET }],
    ['instructions[0]', { prefix: [{ type: 'YIELD_TO_PARENT', args: { kind: 'Tuple', fields: [] } }] }],
  ] as const)('refuses terms that make no order: %s', (path, changes) => {
    expect(() => documentedOrder(changes)).toThrow(expect.objectContaining({ code: 'not-a-limit-order', path }));
  });
});

describe('expiryAfter', () => {
  it('admits 15 to 60 whole seconds', () => {
    expect(expiryAfter(1000n, 15)).toBe(1015n);
    expect(expiryAfter(1000n, 60)).toBe(1060n);
    for (const bad of [14, 61, 20.5, Number.NaN]) {
      expect(() => expiryAfter(1000n, bad)).toThrow(expect.objectContaining({ code: 'bad-expiry' }));
    }
  });
});

describe('signSubintent', () => {
  const order = documentedOrder();
  const hash = subintentHash(order);

  it('signs with either curve so that the signature verifies', () => {
    const [ed25519, secp256k1] = [ed25519Key(5), secp256k1Key(6)];
    const signed = signSubintent(order, ed25519, secp256k1).rootSubintentSignatures.value;
    const [first, second] = signed as [any, any];
    expect(first.publicKey).toEqual(ed25519.publicKey.key);
    expect(verifyEd25519(ed25519.publicKey.key, first.signature.bytes, hash)).toBe(true);
    expect(verifySecp256k1(secp256k1.publicKey.key, second.signature.bytes, hash)).toBe(true);
  });

  it('makes a payload that reads back as the same', () => {
    const key = SolverKey.generate('Ed25519');
    const partial = signSubintent(order, key);
    key.dispose();
    const bytes = fromHex(signedPartialHex(partial));
    expect(payloadKind(bytes)).toBe('SignedPartialTransactionV2');
    const read = decodeTransaction('SignedPartialTransactionV2', bytes);
    expect(read.rootSubintentSignatures.value).toEqual(partial.rootSubintentSignatures.value);
    expect(subintentHash(read.partialTransaction.rootSubintent)).toEqual(hash);
  });

  it('takes signatures that were made elsewhere', () => {
    const signature = ed25519Key(5).signIntent(hash);
    expect(signedPartialHex(attachSignatures(order, [signature]))).toBe(
      signedPartialHex(signSubintent(order, ed25519Key(5))),
    );
  });

  it('makes what the ledger takes as valid', () => {
    for (const key of [ed25519Key(5), secp256k1Key(6)]) {
      const { signers, validity, rootYieldsToParent } = validateSignedPartial(signSubintent(order, key), 2);
      expect(signers).toEqual([[key.publicKey]]);
      expect(validity.maxProposerTimestampExclusive).toBe(HEADER.expiresAt);
      expect(rootYieldsToParent).toBe(3);
    }
  });

  it('names the subintent by its hash', () => {
    expect(subintentId(order)).toBe(formatId('subtxid', hash, 2));
  });
});
