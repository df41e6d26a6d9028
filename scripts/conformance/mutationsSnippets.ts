import type { ResourceConstraints } from '../../src/transaction/constraint.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { arbitraryBytes, arbitraryFungible, arbitraryNonFungible } from '../../test/support/arbitraryLeaf.js';
import {
  anyConstraint,
  arbitraryGeneral,
  arbitraryRule,
  invalidConstraint,
  validConstraints,
} from '../../test/support/arbitraryRule.js';
import { bucketValue, callMethod, FAUCET, proofValue, tuple, XRD } from '../../test/support/build.js';
import type { Chance } from '../../test/support/randomBundles.js';

/** A few instructions that break one rule of manifests, or just keep it (docs/protocol.md §5.4, §10.4). */

/** The ids that the next bucket, proof and reservation of an intent will have. */
export interface NextIds {
  readonly bucket: number;
  readonly proof: number;
  readonly reservation: number;
}

export const TAKE: Instruction = { type: 'TAKE_ALL_FROM_WORKTOP', resource: XRD };
export const POP: Instruction = { type: 'POP_FROM_AUTH_ZONE' };
const ALLOCATE: Instruction = { type: 'ALLOCATE_GLOBAL_ADDRESS', package: `0d${'51'.repeat(29)}`, blueprint: 'Test' };
const RETURN = (bucket: number): Instruction => ({ type: 'RETURN_TO_WORKTOP', bucket });
const BURN = (bucket: number): Instruction => ({ type: 'BURN_RESOURCE', bucket });
const PROVE = (bucket: number): Instruction => ({ type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket });
const CLONE = (proof: number): Instruction => ({ type: 'CLONE_PROOF', proof });
const DROP = (proof: number): Instruction => ({ type: 'DROP_PROOF', proof });
const reservation = (value: number) => ({ kind: 'AddressReservation', value }) as const;
const named = (namedAddress: number) => ({ kind: 'Address', value: { namedAddress } }) as const;
export const call = (...fields: Parameters<typeof tuple>) => callMethod(FAUCET, 'test', ...fields);
/** The first id that is not there, or one at the end of its range. */
export const anywhere = (chance: Chance, count: number) => (chance.often(0.5) ? count : 2 ** 32 - 1 - chance.below(3));

export type Snippet = (next: NextIds, chance: Chance) => readonly Instruction[];

/** Some break a rule, some just keep it. */
export const SNIPPETS: Readonly<Record<string, Snippet>> = {
  'bucket unknown': ({ bucket }, chance) => [RETURN(anywhere(chance, bucket))],
  'bucket unknown, in arguments': ({ bucket }, chance) => [call(tuple(bucketValue(anywhere(chance, bucket))))],
  'bucket unknown, proof of it': ({ bucket }) => [PROVE(bucket)],
  'bucket unknown, asserted': ({ bucket }, chance) => [
    { type: 'ASSERT_BUCKET_CONTENTS', bucket, constraint: anyConstraint(chance) },
  ],
  'bucket used': ({ bucket }) => [TAKE, RETURN(bucket), BURN(bucket)],
  'bucket used, asserted': ({ bucket }, chance) => [
    TAKE,
    BURN(bucket),
    { type: 'ASSERT_BUCKET_CONTENTS', bucket, constraint: anyConstraint(chance) },
  ],
  'bucket used, proof of it': ({ bucket }) => [TAKE, BURN(bucket), PROVE(bucket)],
  'bucket twice in arguments': ({ bucket }) => [TAKE, call(bucketValue(bucket), bucketValue(bucket))],
  'bucket locked': ({ bucket }) => [TAKE, PROVE(bucket), RETURN(bucket)],
  'bucket locked, burned': ({ bucket }) => [TAKE, PROVE(bucket), BURN(bucket)],
  'bucket locked, passed before its proof': ({ bucket, proof }) => [
    TAKE,
    PROVE(bucket),
    call(bucketValue(bucket), proofValue(proof)),
  ],
  'bucket locked, passed behind its proof': ({ bucket, proof }) => [
    TAKE,
    PROVE(bucket),
    call(proofValue(proof), bucketValue(bucket)),
  ],
  'bucket locked by a clone': ({ bucket, proof }) => [TAKE, PROVE(bucket), CLONE(proof), DROP(proof), RETURN(bucket)],
  'bucket locked, then freed': ({ bucket }, chance) => [
    TAKE,
    PROVE(bucket),
    {
      type: chance.pick([
        'DROP_ALL_PROOFS',
        'DROP_NAMED_PROOFS',
        'DROP_AUTH_ZONE_PROOFS',
        'DROP_AUTH_ZONE_REGULAR_PROOFS',
        'DROP_AUTH_ZONE_SIGNATURE_PROOFS',
      ]),
    },
    RETURN(bucket),
  ],
  'bucket left over': () => [TAKE],
  'bucket left over, and another': ({ bucket }) => [TAKE, TAKE, TAKE, RETURN(bucket + 1)],
  'proof unknown': ({ proof }, chance) => [
    chance.pick([DROP(proof), CLONE(proof), { type: 'PUSH_TO_AUTH_ZONE', proof }, call(proofValue(proof))]),
  ],
  'proof used': ({ proof }, chance) => [
    POP,
    chance.pick([
      DROP(proof),
      { type: 'PUSH_TO_AUTH_ZONE', proof },
      { type: 'DROP_ALL_PROOFS' },
      call(proofValue(proof)),
    ]),
    chance.pick([DROP(proof), CLONE(proof), call(proofValue(proof))]),
  ],
  'proof left over': ({ proof }) => [POP, CLONE(proof)],
  'reservation unknown': ({ reservation: next }) => [call(reservation(next))],
  'reservation used': ({ reservation: next }) => [ALLOCATE, call(reservation(next)), call(reservation(next))],
  'reservation left over': () => [ALLOCATE],
  'reservation and bucket left over': () => [ALLOCATE, TAKE],
  'named address unknown': ({ reservation: next }, chance) => [
    chance.pick<Instruction>([
      call(named(next)),
      { type: 'CALL_METHOD', address: { namedAddress: next }, method: 'test', args: tuple(bucketValue(999)) },
      { type: 'CALL_METADATA_METHOD', address: { namedAddress: next }, method: 'test', args: tuple() },
      { type: 'CALL_ROYALTY_METHOD', address: { namedAddress: next }, method: 'test', args: tuple() },
      { type: 'CALL_ROLE_ASSIGNMENT_METHOD', address: { namedAddress: next }, method: 'test', args: tuple() },
      { type: 'CALL_FUNCTION', package: { namedAddress: next }, blueprint: 'B', function: 'f', args: tuple() },
      { type: 'CALL_DIRECT_VAULT_METHOD', address: `58${'51'.repeat(29)}`, method: 'test', args: tuple(named(next)) },
    ]),
  ],
  'named address after its reservation was used': ({ reservation: next }) => [
    ALLOCATE,
    call(reservation(next), named(next)),
    call(named(next)),
  ],
  'blob unknown': (_, chance) => [call({ kind: 'Blob', value: arbitraryBytes(chance, 32).toString('hex') })],
  'several wrong at once': ({ bucket, proof }, chance) => [
    call(
      ...chance.shuffle([
        bucketValue(bucket),
        proofValue(proof),
        named(99),
        reservation(99),
        { kind: 'Blob', value: '00'.repeat(32) } as const,
      ]),
    ),
  ],
  'amount below zero asserted': (_, chance) => [
    { type: 'ASSERT_WORKTOP_CONTAINS', resource: XRD, amount: BigInt(chance.below(3) - 1) },
  ],
  'part of a non-fungible asserted': (_, chance) => [
    { type: 'ASSERT_WORKTOP_CONTAINS', resource: arbitraryNonFungible(chance), amount: 10n ** 18n / 2n },
  ],
  'ids of a fungible asserted': (_, chance) => [
    {
      type: 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES',
      resource: arbitraryFungible(chance),
      ids: chance.often(0.5) ? [] : ['#1#'],
    },
  ],
  'worktop constraint invalid': (_, chance) => [
    {
      type: chance.pick(['ASSERT_WORKTOP_RESOURCES_ONLY', 'ASSERT_WORKTOP_RESOURCES_INCLUDE']),
      constraints: invalidConstraints(chance),
    },
  ],
  'worktop constraint at random': (_, chance) => [
    {
      type: chance.pick(['ASSERT_WORKTOP_RESOURCES_ONLY', 'ASSERT_WORKTOP_RESOURCES_INCLUDE']),
      constraints: [[resourceOf(chance), anyConstraint(chance)]],
    },
  ],
  'general constraint at its bounds': (_, chance) => [nearBounds(chance)],
  'general constraint at its bounds, again': (_, chance) => [nearBounds(chance)],
  'general constraint at its bounds, once more': (_, chance) => [nearBounds(chance)],
  'next call constraint invalid': (_, chance) => [
    {
      type: chance.pick(['ASSERT_NEXT_CALL_RETURNS_ONLY', 'ASSERT_NEXT_CALL_RETURNS_INCLUDE']),
      constraints: invalidConstraints(chance),
    },
    call(),
  ],
  'bucket constraint invalid': ({ bucket }, chance) => {
    const resource = resourceOf(chance);
    const constraint = chance.often(0.7) ? invalidConstraint(chance, resource) : anyConstraint(chance);
    return [
      { type: 'TAKE_ALL_FROM_WORKTOP', resource },
      { type: 'ASSERT_BUCKET_CONTENTS', bucket, constraint },
      RETURN(bucket),
    ];
  },
  'next call asserted before what is no call': ({ bucket, proof }, chance) => [
    { type: 'ASSERT_NEXT_CALL_RETURNS_INCLUDE', constraints: validConstraints(chance) },
    chance.pick<Instruction>([
      TAKE,
      RETURN(bucket),
      DROP(proof),
      POP,
      ALLOCATE,
      { type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints: [] },
      { type: 'ASSERT_WORKTOP_CONTAINS', resource: XRD, amount: -1n },
      { type: 'DROP_AUTH_ZONE_PROOFS' },
      { type: 'VERIFY_PARENT', rule: arbitraryRule(chance) },
    ]),
  ],
};

/** Numbers beside the numbers of ids: whether a bound is met or missed by one has many ways to be got wrong. */
function nearBounds(chance: Chance): Instruction {
  const constraint = { type: 'General', constraint: arbitraryGeneral(chance) } as const;
  return { type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE', constraints: [[arbitraryNonFungible(chance), constraint]] };
}

function resourceOf(chance: Chance): string {
  return chance.often(0.5) ? arbitraryFungible(chance) : arbitraryNonFungible(chance);
}

/** Valid ones in front of it and behind it do not help. */
function invalidConstraints(chance: Chance): ResourceConstraints {
  const resource = resourceOf(chance);
  const others = validConstraints(chance).filter(([other]) => other !== resource);
  return chance.shuffle([...others, [resource, invalidConstraint(chance, resource)] as const]);
}
