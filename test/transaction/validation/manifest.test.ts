import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/bytes.js';
import type { Value } from '../../../src/sbor/value.js';
import { blake2b } from '../../../src/transaction/crypto.js';
import type { Instruction } from '../../../src/transaction/instruction.js';
import { checkManifest } from '../../../src/transaction/validation/manifest.js';
import {
  BADGE,
  bucketValue,
  type CoreOptions,
  callMethod,
  FAUCET,
  makeCore,
  makeNotarized,
  makeSignedPartial,
  NO_ARGUMENTS,
  proofValue,
  tuple,
  VAULT,
  XRD,
  yieldToChild,
  yieldToParent,
} from '../../support/build.js';
import { judgeNotarized, judgeSignedPartial, verdict } from '../../support/verdict.js';

// docs/protocol.md §5.4 and §10.4.

const TAKE: Instruction = { type: 'TAKE_ALL_FROM_WORKTOP', resource: XRD };
const TAKE_BADGE: Instruction = { type: 'TAKE_ALL_FROM_WORKTOP', resource: BADGE };
const POP: Instruction = { type: 'POP_FROM_AUTH_ZONE' };
const ALLOCATE: Instruction = { type: 'ALLOCATE_GLOBAL_ADDRESS', package: `0d${'00'.repeat(29)}`, blueprint: 'B' };
const back = (bucket: number): Instruction => ({ type: 'RETURN_TO_WORKTOP', bucket });
const burn = (bucket: number): Instruction => ({ type: 'BURN_RESOURCE', bucket });
const prove = (bucket: number): Instruction => ({ type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket });
const clone = (proof: number): Instruction => ({ type: 'CLONE_PROOF', proof });
const drop = (proof: number): Instruction => ({ type: 'DROP_PROOF', proof });
const push = (proof: number): Instruction => ({ type: 'PUSH_TO_AUTH_ZONE', proof });
const call = (...args: Value[]) => callMethod(FAUCET, 'x', ...args);
const reservation = (id: number): Value => ({ kind: 'AddressReservation', value: id });
const named = (id: number): Value => ({ kind: 'Address', value: { namedAddress: id } });
const callNamed = (id: number): Instruction => ({
  type: 'CALL_METHOD',
  address: { namedAddress: id },
  method: 'x',
  args: NO_ARGUMENTS,
});

/** The verdict on a root manifest, its location left out. */
function root(instructions: readonly Instruction[], options: CoreOptions = {}): string {
  return judgeNotarized(makeNotarized({ ...options, instructions })).replace('@RootTransactionIntent', '');
}

/** The verdict on the manifest of a subintent, its location left out. */
function sub(instructions: readonly Instruction[], options: CoreOptions = {}): string {
  return judgeSignedPartial(makeSignedPartial({ ...options, instructions })).replace('@RootSubintent', '');
}

describe('buckets', () => {
  it.each<[string, Instruction[], string]>([
    ['taken and returned', [TAKE, back(0)], 'ok'],
    [
      'taken in every way',
      [
        { type: 'TAKE_FROM_WORKTOP', resource: XRD, amount: 1n },
        { type: 'TAKE_NON_FUNGIBLES_FROM_WORKTOP', resource: BADGE, ids: [] },
        TAKE,
        back(0),
        burn(1),
        call(bucketValue(2)),
      ],
      'ok',
    ],
    [
      'a negative amount is taken all the same',
      [{ type: 'TAKE_FROM_WORKTOP', resource: XRD, amount: -1n }, back(0)],
      'ok',
    ],
    ['unknown', [TAKE, back(1)], 'BucketNotYetCreated'],
    ['unknown yet', [back(0), TAKE], 'BucketNotYetCreated'],
    ['unknown, of the largest id', [TAKE, back(0xffffffff)], 'BucketNotYetCreated'],
    ['returned twice', [TAKE, back(0), back(0)], 'BucketAlreadyUsed'],
    ['burned twice', [TAKE, burn(0), burn(0)], 'BucketAlreadyUsed'],
    ['passed twice', [TAKE, call(bucketValue(0), bucketValue(0))], 'BucketAlreadyUsed'],
    ['left over', [TAKE], 'DanglingBucket'],
    ['one of two left over', [TAKE, TAKE, back(1)], 'DanglingBucket'],
  ])('%s', (_, instructions, code) => expect(root(instructions)).toBe(code));

  it('the lowest that is left over is named', () => {
    expect(() => checkManifest(makeCore({ instructions: [TAKE, TAKE, TAKE, back(0)] }), false)).toThrow('bucket 1');
  });
});

describe('proofs', () => {
  it.each<[string, Instruction[], string]>([
    ['left over', [POP], 'ok'],
    ['dropped', [POP, drop(0)], 'ok'],
    [
      'made in every way from the auth zone',
      [
        { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource: XRD, amount: 1n },
        { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES', resource: BADGE, ids: [] },
        { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource: XRD },
        push(0),
        drop(1),
        call(proofValue(2)),
      ],
      'ok',
    ],
    ['unknown', [POP, drop(1)], 'ProofNotYetCreated'],
    ['dropped twice', [POP, drop(0), drop(0)], 'ProofAlreadyUsed'],
    ['pushed twice', [POP, push(0), push(0)], 'ProofAlreadyUsed'],
    ['passed after being dropped', [POP, drop(0), call(proofValue(0))], 'ProofAlreadyUsed'],
    ['cloned', [POP, clone(0), drop(1), drop(0)], 'ok'],
    ['cloned from none', [clone(0)], 'ProofNotYetCreated'],
    ['cloned after being dropped', [POP, drop(0), clone(0)], 'ProofAlreadyUsed'],
    ['used after all were dropped', [POP, { type: 'DROP_ALL_PROOFS' }, drop(0)], 'ProofAlreadyUsed'],
    ['used after the named were dropped', [POP, { type: 'DROP_NAMED_PROOFS' }, drop(0)], 'ProofAlreadyUsed'],
    ['kept when the auth zone is emptied', [POP, { type: 'DROP_AUTH_ZONE_PROOFS' }, drop(0)], 'ok'],
    ['kept when its signatures are dropped', [POP, { type: 'DROP_AUTH_ZONE_SIGNATURE_PROOFS' }, drop(0)], 'ok'],
    ['kept when its other proofs are dropped', [POP, { type: 'DROP_AUTH_ZONE_REGULAR_PROOFS' }, drop(0)], 'ok'],
    ['of a bucket', [TAKE, prove(0), drop(0), back(0)], 'ok'],
    [
      'of a bucket in every way',
      [
        TAKE_BADGE,
        { type: 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT', bucket: 0, amount: -1n },
        { type: 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES', bucket: 0, ids: [] },
        prove(0),
        { type: 'DROP_NAMED_PROOFS' },
        back(0),
      ],
      'ok',
    ],
    ['of no bucket', [prove(0)], 'BucketNotYetCreated'],
    ['of a used bucket', [TAKE, back(0), prove(0)], 'BucketAlreadyUsed'],
    ['lock their bucket: returning', [TAKE, prove(0), back(0)], 'BucketConsumedWhilstLockedByProof'],
    ['lock their bucket: burning', [TAKE, prove(0), burn(0)], 'BucketConsumedWhilstLockedByProof'],
    ['lock their bucket: passing', [TAKE, prove(0), call(bucketValue(0))], 'BucketConsumedWhilstLockedByProof'],
    ['a clone locks as well', [TAKE, prove(0), clone(0), drop(0), back(0)], 'BucketConsumedWhilstLockedByProof'],
    ['all clones must go', [TAKE, prove(0), clone(0), drop(0), drop(1), back(0)], 'ok'],
    ['pushing unlocks', [TAKE, prove(0), push(0), back(0)], 'ok'],
    ['passing unlocks', [TAKE, prove(0), call(proofValue(0)), back(0)], 'ok'],
    ['passing unlocks within the same arguments', [TAKE, prove(0), call(proofValue(0), bucketValue(0))], 'ok'],
    [
      'but not for what stands before it',
      [TAKE, prove(0), call(bucketValue(0), proofValue(0))],
      'BucketConsumedWhilstLockedByProof',
    ],
    ['dropping all unlocks', [TAKE, prove(0), { type: 'DROP_ALL_PROOFS' }, back(0)], 'ok'],
    ['a used bucket is that before it is locked', [TAKE, back(0), burn(0)], 'BucketAlreadyUsed'],
  ])('%s', (_, instructions, code) => expect(root(instructions)).toBe(code));
});

describe('addresses', () => {
  it.each<[string, Instruction[], string]>([
    ['reserved and used', [ALLOCATE, call(reservation(0))], 'ok'],
    ['named twice', [ALLOCATE, call(reservation(0), named(0)), callNamed(0)], 'ok'],
    ['a reservation left over', [ALLOCATE], 'DanglingAddressReservation'],
    ['an unknown reservation', [ALLOCATE, call(reservation(1))], 'AddressReservationNotYetCreated'],
    ['a reservation used twice', [ALLOCATE, call(reservation(0), reservation(0))], 'AddressReservationAlreadyUsed'],
    ['an unknown name in arguments', [ALLOCATE, call(reservation(0), named(1))], 'NamedAddressNotYetCreated'],
    ['an unknown name as target', [callNamed(0)], 'NamedAddressNotYetCreated'],
    [
      'an unknown name as package',
      [{ type: 'CALL_FUNCTION', package: { namedAddress: 0 }, blueprint: 'B', function: 'f', args: NO_ARGUMENTS }],
      'NamedAddressNotYetCreated',
    ],
    [
      'a known name as package',
      [
        ALLOCATE,
        {
          type: 'CALL_FUNCTION',
          package: { namedAddress: 0 },
          blueprint: 'B',
          function: 'f',
          args: tuple(reservation(0)),
        },
      ],
      'ok',
    ],
    [
      'the target before the arguments',
      [{ ...callNamed(0), args: tuple(bucketValue(0)) } as Instruction],
      'NamedAddressNotYetCreated',
    ],
    ['a bucket left over before a reservation', [ALLOCATE, TAKE], 'DanglingBucket'],
  ])('%s', (_, instructions, code) => expect(root(instructions)).toBe(code));

  it.each(['CALL_METHOD', 'CALL_ROYALTY_METHOD', 'CALL_METADATA_METHOD', 'CALL_ROLE_ASSIGNMENT_METHOD'] as const)(
    '%s checks its target',
    (type) => {
      const instruction: Instruction = { type, address: { namedAddress: 0 }, method: 'x', args: NO_ARGUMENTS };
      expect(root([instruction])).toBe('NamedAddressNotYetCreated');
      expect(root([ALLOCATE, call(reservation(0)), instruction])).toBe('ok');
    },
  );
});

describe('arguments', () => {
  const blob = Buffer.from('blob');
  const reference: Value = { kind: 'Blob', value: toHex(blake2b(blob)) };

  it('refer to the blobs of their intent', () => {
    expect(root([call(reference)], { blobs: [blob] })).toBe('ok');
    expect(root([call(reference)], { blobs: [Buffer.alloc(1), blob, blob] })).toBe('ok');
    expect(root([call(reference)])).toBe('BlobNotRegistered');
    const child = makeSignedPartial({ instructions: [yieldToParent(reference)] });
    expect(judgeNotarized(makeNotarized({ blobs: [blob], children: [child] }))).toBe(
      'BlobNotRegistered@NonRootSubintent(0)',
    );
  });

  it('are walked depth first, left to right', () => {
    const nested: Value = {
      kind: 'Enum',
      discriminator: 1,
      fields: [
        { kind: 'Array', elementKind: 'Bucket', elements: [bucketValue(0), bucketValue(1)] },
        {
          kind: 'Map',
          keyKind: 'Bucket',
          valueKind: 'Tuple',
          entries: [[bucketValue(2), tuple({ kind: 'Expression', value: 'ENTIRE_WORKTOP' }, proofValue(0))]],
        },
      ],
    };
    expect(root([TAKE, TAKE, TAKE, POP, call(nested)])).toBe('ok');
    expect(root([TAKE, TAKE, TAKE, call(nested)])).toBe('ProofNotYetCreated');
    expect(root([TAKE, TAKE, call(nested)])).toBe('BucketNotYetCreated');
    expect(root([call(named(0), bucketValue(0))])).toBe('NamedAddressNotYetCreated');
    expect(root([call(bucketValue(0), named(0))])).toBe('BucketNotYetCreated');
  });

  it('need not be a tuple', () => {
    expect(root([TAKE, { type: 'CALL_METHOD', address: FAUCET, method: 'x', args: bucketValue(0) }])).toBe('ok');
  });

  it('of a direct vault call count too', () => {
    const recall: Instruction = { type: 'CALL_DIRECT_VAULT_METHOD', address: VAULT, method: 'x', args: bucketValue(0) };
    expect(root([TAKE, recall])).toBe('ok');
    expect(root([recall])).toBe('BucketNotYetCreated');
  });

  it('nest at most 24 levels (ArgsEncodeError), whatever they hold', () => {
    const nest = (levels: number, inner: Value): Value => (levels === 1 ? inner : tuple(nest(levels - 1, inner)));
    // Too deep for any payload, so it is never encoded.
    const check = (args: Value) =>
      verdict(() =>
        checkManifest({ ...makeCore(), instructions: { value: [call(args)], body: Buffer.alloc(0) } }, false),
      );
    expect(check(nest(23, tuple()))).toBe('ok');
    expect(check(nest(24, bucketValue(0)))).toBe('MaxDepthExceeded');
    expect(check(tuple(bucketValue(0), nest(24, tuple())))).toBe('MaxDepthExceeded');
    expect(check(nest(23, { kind: 'Bytes', value: Buffer.alloc(0) }))).toBe('ok');
    expect(check(nest(23, { kind: 'Bytes', value: Buffer.alloc(1) }))).toBe('MaxDepthExceeded');
    const array: Value = { kind: 'Array', elementKind: 'Tuple', elements: [tuple()] };
    expect(check(nest(22, array))).toBe('ok');
    expect(check(nest(23, array))).toBe('MaxDepthExceeded');
    const map: Value = {
      kind: 'Map',
      keyKind: 'U8',
      valueKind: 'Bool',
      entries: [
        [
          { kind: 'U8', value: 1 },
          { kind: 'Bool', value: true },
        ],
      ],
    };
    expect(check(nest(22, map))).toBe('ok');
    expect(check(nest(23, map))).toBe('MaxDepthExceeded');
  });
});

describe('yields', () => {
  it('carry no proof, and that is seen before the proof is', () => {
    expect(sub([POP, yieldToParent(proofValue(0))])).toBe('ProofCannotBePassedToAnotherIntent');
    expect(sub([yieldToParent(proofValue(7))])).toBe('ProofCannotBePassedToAnotherIntent');
    const child = makeSignedPartial();
    const transaction = makeNotarized({ children: [child], instructions: [POP, yieldToChild(0, proofValue(0))] });
    expect(judgeNotarized(transaction)).toBe('ProofCannotBePassedToAnotherIntent@RootTransactionIntent');
  });

  it('carry buckets', () => {
    expect(sub([TAKE, yieldToParent(bucketValue(0))])).toBe('ok');
    expect(sub([yieldToParent(bucketValue(0))])).toBe('BucketNotYetCreated');
  });

  it('name one of the children', () => {
    const child = makeSignedPartial();
    const of = (index: number) =>
      judgeNotarized(makeNotarized({ children: [child], instructions: [yieldToChild(index)] }));
    expect(of(0)).toBe('ok');
    expect(of(1)).toBe('ChildIntentNotRegistered@RootTransactionIntent');
    expect(of(0xffffffff)).toBe('ChildIntentNotRegistered@RootTransactionIntent');
    expect(root([yieldToChild(0, bucketValue(0))])).toBe('ChildIntentNotRegistered');
  });

  it('to a parent need one', () => {
    expect(root([yieldToParent(bucketValue(0))])).toBe('InstructionNotSupportedInTransactionIntent');
    expect(root([{ type: 'VERIFY_PARENT', rule: { type: 'AllowAll' } }])).toBe(
      'InstructionNotSupportedInTransactionIntent',
    );
    expect(sub([{ type: 'VERIFY_PARENT', rule: { type: 'DenyAll' } }, yieldToParent()])).toBe('ok');
  });

  it('end a subintent', () => {
    expect(sub([])).toBe('SubintentDoesNotEndWithYieldToParent');
    expect(sub([yieldToParent(), { type: 'DROP_ALL_PROOFS' }])).toBe('SubintentDoesNotEndWithYieldToParent');
    expect(sub([yieldToParent(), yieldToParent()])).toBe('ok');
  });
});

describe('next-call assertions', () => {
  const only: Instruction = { type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints: [] };
  const include: Instruction = { type: 'ASSERT_NEXT_CALL_RETURNS_INCLUDE', constraints: [] };
  const direct: Instruction = { type: 'CALL_DIRECT_VAULT_METHOD', address: VAULT, method: 'x', args: NO_ARGUMENTS };
  const create: Instruction = {
    type: 'CALL_FUNCTION',
    package: `0d${'00'.repeat(29)}`,
    blueprint: 'B',
    function: 'f',
    args: NO_ARGUMENTS,
  };
  const NOT_A_CALL = 'InstructionFollowingNextCallAssertionWasNotInvocation';

  it.each<[string, Instruction[], string]>([
    ['before a call', [only, call(), include, call()], 'ok'],
    ['before a function call', [only, create], 'ok'],
    ['before a direct call', [include, direct], 'ok'],
    ['before something else', [only, TAKE], NOT_A_CALL],
    ['before another assertion', [include, only, call()], NOT_A_CALL],
    ['before something broken: the assertion wins', [only, back(3)], NOT_A_CALL],
    ['only the next one', [only, call(), TAKE, back(0)], 'ok'],
    ['at the end', [only], 'ManifestEndedWhilstExpectingNextCallAssertion'],
    ['at the end, before what is left over', [TAKE, include], 'ManifestEndedWhilstExpectingNextCallAssertion'],
    [
      'of an impossible constraint',
      [{ ...only, constraints: [[XRD, { type: 'ExactAmount', amount: -1n }]] } as Instruction, TAKE],
      'InvalidResourceConstraint',
    ],
  ])('%s', (_, instructions, code) => expect(root(instructions)).toBe(code));

  it('before yields', () => {
    expect(sub([only, yieldToParent(), include, yieldToParent()])).toBe('ok');
    const child = makeSignedPartial();
    expect(judgeNotarized(makeNotarized({ children: [child], instructions: [only, yieldToChild(0)] }))).toBe('ok');
  });

  it('at the end of a subintent is reported as the missing yield (§10.4)', () => {
    expect(sub([yieldToParent(), only])).toBe('SubintentDoesNotEndWithYieldToParent');
  });
});

describe('assertions', () => {
  it.each<[string, Instruction[], string]>([
    ['any', [{ type: 'ASSERT_WORKTOP_CONTAINS_ANY', resource: XRD }], 'ok'],
    ['zero', [{ type: 'ASSERT_WORKTOP_CONTAINS', resource: XRD, amount: 0n }], 'ok'],
    ['less than zero', [{ type: 'ASSERT_WORKTOP_CONTAINS', resource: XRD, amount: -1n }], 'InvalidResourceConstraint'],
    ['a part of a non-fungible', [{ type: 'ASSERT_WORKTOP_CONTAINS', resource: BADGE, amount: 1n }], 'ok'],
    ['ids', [{ type: 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES', resource: BADGE, ids: ['#1#', '#1#'] }], 'ok'],
    [
      'ids of a fungible',
      [{ type: 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES', resource: XRD, ids: [] }],
      'InvalidResourceConstraint',
    ],
    ['nothing on the worktop', [{ type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [] }], 'ok'],
    [
      'the second of two constraints',
      [
        {
          type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE',
          constraints: [
            [BADGE, { type: 'AtLeastNonFungibles', ids: ['#1#'] }],
            [XRD, { type: 'AtLeastNonFungibles', ids: ['#1#'] }],
          ],
        },
      ],
      'InvalidResourceConstraint',
    ],
    [
      'a bucket, by the resource it was taken of',
      [
        TAKE_BADGE,
        { type: 'ASSERT_BUCKET_CONTENTS', bucket: 0, constraint: { type: 'ExactNonFungibles', ids: [] } },
        back(0),
      ],
      'ok',
    ],
    [
      'a bucket of another sort',
      [
        TAKE,
        { type: 'ASSERT_BUCKET_CONTENTS', bucket: 0, constraint: { type: 'ExactNonFungibles', ids: [] } },
        back(0),
      ],
      'InvalidResourceConstraint',
    ],
    [
      'a locked bucket',
      [
        TAKE,
        prove(0),
        { type: 'ASSERT_BUCKET_CONTENTS', bucket: 0, constraint: { type: 'NonZeroAmount' } },
        drop(0),
        back(0),
      ],
      'ok',
    ],
    [
      'a used bucket',
      [TAKE, back(0), { type: 'ASSERT_BUCKET_CONTENTS', bucket: 0, constraint: { type: 'NonZeroAmount' } }],
      'BucketAlreadyUsed',
    ],
    [
      'no bucket',
      [{ type: 'ASSERT_BUCKET_CONTENTS', bucket: 0, constraint: { type: 'ExactAmount', amount: -1n } }],
      'BucketNotYetCreated',
    ],
  ])('%s', (_, instructions, code) => expect(root(instructions)).toBe(code));
});

describe('instructions', () => {
  const many = (count: number): Instruction[] => Array.from({ length: count }, () => ({ type: 'DROP_ALL_PROOFS' }));

  it('are at most 1000', () => {
    expect(root(many(1000))).toBe('ok');
    expect(root(many(1001))).toBe('TooManyInstructions');
    expect(root([back(0), ...many(1000)])).toBe('TooManyInstructions');
    expect(sub([...many(999), yieldToParent()])).toBe('ok');
    expect(sub([...many(1000), yieldToParent()])).toBe('TooManyInstructions');
  });

  it('an error names the instruction', () => {
    expect(() => checkManifest(makeCore({ instructions: [TAKE, back(0), back(0)] }), false)).toThrow(
      'expected an unused bucket, got bucket 0, at instruction 2 (RETURN_TO_WORKTOP)',
    );
  });

  it('are counted by what they yield', () => {
    const core = makeCore({
      childHashes: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)],
      instructions: [yieldToChild(1), yieldToParent(), yieldToChild(1), yieldToChild(0), yieldToParent()],
    });
    expect(checkManifest(core, true)).toMatchObject({ toParent: 2, toChild: [1, 2] });
  });
});
