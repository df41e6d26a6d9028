import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/sbor/value.js';
import type { Instruction } from '../../../src/transaction/instruction.js';
import {
  BADGE,
  callMethod,
  FAUCET,
  makeNotarized,
  makeSignedPartial,
  VAULT,
  XRD,
  yieldToParent,
} from '../../support/build.js';
import { judgeNotarized, judgeSignedPartial } from '../../support/verdict.js';

// docs/protocol.md §5.1: distinct static addresses, whatever class and wherever they stand; 512 in an intent, 512 in all.

const address = (n: number): Value => ({ kind: 'Address', value: `c1${n.toString(16).padStart(58, '0')}` });

/** A call on the faucet with so many addresses as arguments: one more in all. */
function call(count: number, first = 0): Instruction {
  const elements = Array.from({ length: count }, (_, i) => address(first + i));
  return callMethod(FAUCET, 'x', { kind: 'Array', elementKind: 'Address', elements });
}

describe('in one intent', () => {
  it('512 are fine, 513 are not', () => {
    expect(judgeNotarized(makeNotarized({ instructions: [call(511)] }))).toBe('ok');
    expect(judgeNotarized(makeNotarized({ instructions: [call(512)] }))).toBe(
      'TooManyReferences@RootTransactionIntent',
    );
    const partial = makeSignedPartial({ instructions: [call(512), yieldToParent()] });
    expect(judgeSignedPartial(partial)).toBe('TooManyReferences@RootSubintent');
    expect(judgeNotarized(makeNotarized({ children: [partial] }))).toBe('TooManyReferences@NonRootSubintent(0)');
  });

  it('each counts once', () => {
    expect(judgeNotarized(makeNotarized({ instructions: [call(511), call(511), call(300)] }))).toBe('ok');
  });

  it.each<[string, Instruction]>([
    ['a resource', { type: 'ASSERT_WORKTOP_CONTAINS_ANY', resource: XRD }],
    ['a constraint', { type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [[XRD, { type: 'NonZeroAmount' }]] }],
    [
      'a vault',
      { type: 'CALL_DIRECT_VAULT_METHOD', address: VAULT, method: 'recall', args: { kind: 'Tuple', fields: [] } },
    ],
    [
      'an access rule',
      {
        type: 'VERIFY_PARENT',
        rule: {
          type: 'Protected',
          requirement: {
            type: 'Basic',
            requirement: {
              type: 'Require',
              badge: { type: 'NonFungible', id: { resource: BADGE, localId: '#1#' } },
            },
          },
        },
      },
    ],
    [
      'an argument in a map in an enum',
      yieldToParent({
        kind: 'Enum',
        discriminator: 3,
        fields: [
          { kind: 'Map', keyKind: 'U8', valueKind: 'Address', entries: [[{ kind: 'U8', value: 1 }, address(600)]] },
        ],
      }),
    ],
  ])('%s counts', (_, instruction) => {
    const of = (count: number) => makeSignedPartial({ instructions: [call(count), instruction, yieldToParent()] });
    expect(judgeSignedPartial(of(511))).toBe('TooManyReferences@RootSubintent');
    expect(judgeSignedPartial(of(510))).toBe('ok');
  });

  it('a named address is none', () => {
    const named: Instruction[] = [
      { type: 'ALLOCATE_GLOBAL_ADDRESS', package: `0d${'00'.repeat(29)}`, blueprint: 'B' },
      callMethod(
        FAUCET,
        'x',
        { kind: 'AddressReservation', value: 0 },
        { kind: 'Address', value: { namedAddress: 0 } },
      ),
    ];
    expect(judgeNotarized(makeNotarized({ instructions: [call(510), ...named] }))).toBe('ok');
    expect(judgeNotarized(makeNotarized({ instructions: [call(511), ...named] }))).toBe(
      'TooManyReferences@RootTransactionIntent',
    );
  });
});

describe('in all', () => {
  const child = (count: number) => makeSignedPartial({ instructions: [call(count), yieldToParent()] });
  const rootYield: Instruction = { type: 'YIELD_TO_CHILD', child: 0, args: { kind: 'Tuple', fields: [] } };

  it('counts are added, though intents share addresses', () => {
    const of = (count: number) => makeNotarized({ children: [child(255)], instructions: [call(count), rootYield] });
    expect(judgeNotarized(of(255))).toBe('ok');
    expect(judgeNotarized(of(256))).toBe('TooManyReferences@AcrossTransaction');
  });

  it('the sum is looked at after every intent', () => {
    const broken = makeSignedPartial({ instructions: [call(255)] });
    const transaction = makeNotarized({ children: [broken], instructions: [call(300), rootYield] });
    expect(judgeNotarized(transaction)).toBe('SubintentDoesNotEndWithYieldToParent@NonRootSubintent(0)');
  });
});
