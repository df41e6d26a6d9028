import { describe, expect, it } from 'vitest';
import { readWrappedOrder, verifyWrappedOrder } from '../../src/anthic/wrappedOrder.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import type { AccessRule } from '../../src/transaction/accessRule.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { publicKeyHex, signatureBadge } from '../../src/transaction/key.js';
import { BADGE, callMethod, ed25519Key, SIMULATOR, secp256k1Key } from '../support/build.js';
import {
  ANTHIC,
  ANTHIC_ACCOUNT,
  address,
  decimal,
  itemHex,
  makeItem,
  type OrderOptions,
  requireBadge,
  token,
  type WrapperOptions,
} from '../support/bundles.js';

const order: OrderOptions = {
  sell: { resource: token(1), amount: 1000n },
  buy: { resource: token(2), amount: 70n },
};

function verify(options: Partial<OrderOptions> = {}, wrapper: WrapperOptions = {}, pinned?: ReadonlySet<string>) {
  const item = readWrappedOrder(fromHex(itemHex(makeItem({ ...order, ...options }, wrapper))));
  return verifyWrappedOrder(item, SIMULATOR, pinned);
}

const first = (...more: Instruction[]) => ({ edit: (list: Instruction[]) => [...more, ...list] });
const PROOF = callMethod(ANTHIC_ACCOUNT, 'create_proof_of_amount', address(token(8)), decimal(5n));
const PROOF_OF_ID = callMethod(ANTHIC_ACCOUNT, 'create_proof_of_non_fungibles', address(BADGE), {
  kind: 'Array',
  elementKind: 'NonFungibleLocalId',
  elements: [{ kind: 'NonFungibleLocalId', value: '#1#' }],
});
const needs = (requirement: Extract<AccessRule, { type: 'Protected' }>['requirement']): AccessRule => ({
  type: 'Protected',
  requirement,
});
const shows = { type: 'Resource', resource: token(8) } as const;
const requireProof = needs({ type: 'Basic', requirement: { type: 'Require', badge: shows } });

describe('trust', () => {
  it('admits the wrapper whose badge the order names', () => {
    expect(verify()).toMatchObject({ assumed: false, ownerUnproven: false });
  });

  it('refuses another signer, and a wrapper nobody signed', () => {
    const refused = expect.objectContaining({ code: 'parent-rule-not-met', path: 'wrapper' });
    expect(() => verify({}, { signers: [ed25519Key(7)] })).toThrow(refused);
    expect(() => verify({}, { signers: [] })).toThrow(refused);
    expect(() => verify({ rule: { type: 'DenyAll' } })).toThrow(refused);
  });

  it('admits any wrapper where the order does', () => {
    expect(verify({ rule: { type: 'AllowAll' } }, { signers: [] }).assumed).toBe(false);
  });

  it.each<[string, boolean | undefined, Instruction[]]>([
    ['a proof made in front', true, [PROOF]],
    ['no proof', undefined, []],
    ['a proof dropped again', undefined, [PROOF, { type: 'DROP_AUTH_ZONE_REGULAR_PROOFS' }]],
    ['a proof taken out of the auth zone', undefined, [PROOF, { type: 'POP_FROM_AUTH_ZONE' }]],
    ['a proof put back', true, [PROOF, { type: 'POP_FROM_AUTH_ZONE' }, { type: 'PUSH_TO_AUTH_ZONE', proof: 0 }]],
    [
      'a clone of a proof',
      true,
      [
        PROOF,
        { type: 'POP_FROM_AUTH_ZONE' },
        { type: 'CLONE_PROOF', proof: 0 },
        { type: 'PUSH_TO_AUTH_ZONE', proof: 1 },
      ],
    ],
    [
      'a proof composed of one',
      true,
      [
        PROOF,
        { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource: token(8) },
        { type: 'PUSH_TO_AUTH_ZONE', proof: 0 },
      ],
    ],
    ['all proofs dropped', undefined, [PROOF, { type: 'DROP_ALL_PROOFS' }]],
    ['all proofs of the auth zone dropped', undefined, [PROOF, { type: 'DROP_AUTH_ZONE_PROOFS' }]],
  ])('rests on proofs only where the wrapper shows them: %s', (_, assumed, instructions) => {
    const check = () => verify({ rule: requireProof }, first(...instructions));
    if (assumed === undefined) expect(check).toThrow(expect.objectContaining({ code: 'parent-rule-not-met' }));
    else expect(check().assumed).toBe(assumed);
  });

  it('asks for the badge by its id: a signature is no proof of the resource', () => {
    const { resource } = signatureBadge(ANTHIC.publicKey);
    const rule = needs({ type: 'Basic', requirement: { type: 'Require', badge: { type: 'Resource', resource } } });
    expect(() => verify({ rule })).toThrow(expect.objectContaining({ code: 'parent-rule-not-met' }));
    expect(verify({ rule }, first(PROOF_OF_ID)).assumed).toBe(true);
  });

  it('loses the badge when its wrapper drops it', () => {
    expect(() => verify({}, first({ type: 'DROP_AUTH_ZONE_SIGNATURE_PROOFS' }))).toThrow(
      expect.objectContaining({ code: 'parent-rule-not-met' }),
    );
  });

  const named = requireBadge(ANTHIC);
  const badge = { type: 'NonFungible', id: signatureBadge(ANTHIC.publicKey) } as const;
  const other = { type: 'NonFungible', id: signatureBadge(ed25519Key(7).publicKey) } as const;
  const inner = (named as Extract<AccessRule, { type: 'Protected' }>).requirement;
  it.each<[string, boolean, AccessRule]>([
    ['list AllOf of none', true, needs({ type: 'Basic', requirement: { type: 'AllOf', badges: [] } })],
    ['list AnyOf of none', false, needs({ type: 'Basic', requirement: { type: 'AnyOf', badges: [] } })],
    ['list AnyOf with it', true, needs({ type: 'Basic', requirement: { type: 'AnyOf', badges: [other, badge] } })],
    [
      'list AllOf with another',
      false,
      needs({ type: 'Basic', requirement: { type: 'AllOf', badges: [other, badge] } }),
    ],
    ['CountOf 0', true, needs({ type: 'Basic', requirement: { type: 'CountOf', count: 0, badges: [] } })],
    [
      'CountOf a repeated one',
      true,
      needs({ type: 'Basic', requirement: { type: 'CountOf', count: 2, badges: [badge, badge] } }),
    ],
    [
      'CountOf too many',
      false,
      needs({ type: 'Basic', requirement: { type: 'CountOf', count: 2, badges: [badge, other] } }),
    ],
    [
      'AmountOf nothing',
      false,
      needs({ type: 'Basic', requirement: { type: 'AmountOf', amount: 0n, resource: token(8) } }),
    ],
    ['composite AnyOf of none', false, needs({ type: 'AnyOf', rules: [] })],
    ['composite AllOf of none', true, needs({ type: 'AllOf', rules: [] })],
    ['composite AllOf', true, needs({ type: 'AllOf', rules: [inner, { type: 'AnyOf', rules: [inner] }] })],
  ])('evaluates as the engine does: %s', (_, met, rule) => {
    if (met) expect(verify({ rule }).assumed).toBe(false);
    else expect(() => verify({ rule })).toThrow(expect.objectContaining({ code: 'parent-rule-not-met' }));
  });

  it('wants enough in one proof for AmountOf', () => {
    const rule = (amount: bigint) =>
      needs({ type: 'Basic', requirement: { type: 'AmountOf', amount, resource: token(8) } });
    expect(verify({ rule: rule(5n) }, first(PROOF)).assumed).toBe(true);
    expect(() => verify({ rule: rule(6n) }, first(PROOF))).toThrow();
  });

  it('pins wrapper signers to a configured list', () => {
    expect(verify({}, {}, new Set([publicKeyHex(ANTHIC.publicKey)])).assumed).toBe(false);
    expect(() => verify({}, {}, new Set([toHex(ed25519Key(7).publicKey.key)]))).toThrow(
      expect.objectContaining({ code: 'unknown-wrapper-signer' }),
    );
  });

  it.each([ed25519Key(1), secp256k1Key(1)])('wants the key that owns a preallocated account', (user) => {
    expect(verify({ user }).ownerUnproven).toBe(false);
    expect(() => verify({ user, signers: [ed25519Key(3)] })).toThrow(
      expect.objectContaining({ code: 'owner-did-not-sign', path: 'order' }),
    );
  });

  it('marks an account whose owner no key tells', () => {
    expect(verify({ account: `c1${'00'.repeat(29)}` }).ownerUnproven).toBe(true);
  });

  it('refuses another network and a damaged signature, with the official name', () => {
    const item = readWrappedOrder(fromHex(itemHex(makeItem(order))));
    expect(() => verifyWrappedOrder(item, 1, undefined)).toThrow(expect.objectContaining({ code: 'InvalidNetwork' }));
    const bytes = fromHex(itemHex(makeItem(order)));
    bytes[bytes.length - 1]! ^= 1;
    expect(() => verifyWrappedOrder(readWrappedOrder(bytes), SIMULATOR, undefined)).toThrow(
      expect.objectContaining({ code: 'InvalidIntentSignature' }),
    );
  });
});
