import { describe, expect, it } from 'vitest';
import { units } from '../../../src/base/amount.js';
import type { GeneralConstraint, ResourceConstraint } from '../../../src/transaction/constraint.js';
import { isConstraintValid } from '../../../src/transaction/validation/constraint.js';
import { BADGE, XRD } from '../../support/build.js';

// docs/protocol.md §4.1: what suits a fungible resource, and what a non-fungible one.

const HALF = units(1) / 2n;
const MAX = 2n ** 191n - 1n;
const MIN = -(2n ** 191n);

type Row = [string, ResourceConstraint, fungible: boolean, nonFungible: boolean];

const simple: Row[] = [
  ['non-zero', { type: 'NonZeroAmount' }, true, true],
  ['exactly zero', { type: 'ExactAmount', amount: 0n }, true, true],
  ['exactly one', { type: 'ExactAmount', amount: units(1) }, true, true],
  ['exactly a half', { type: 'ExactAmount', amount: HALF }, true, false],
  ['exactly less than zero', { type: 'ExactAmount', amount: -units(1) }, false, false],
  ['at least zero', { type: 'AtLeastAmount', amount: 0n }, true, true],
  ['at least a half', { type: 'AtLeastAmount', amount: HALF }, true, false],
  ['at least the most there is', { type: 'AtLeastAmount', amount: MAX }, true, false],
  ['at least the least there is', { type: 'AtLeastAmount', amount: MIN }, false, false],
  ['exact ids', { type: 'ExactNonFungibles', ids: ['#1#'] }, false, true],
  ['exactly no ids', { type: 'ExactNonFungibles', ids: [] }, false, true],
  ['at least some ids', { type: 'AtLeastNonFungibles', ids: ['#1#'] }, false, true],
];

const anything: GeneralConstraint = {
  requiredIds: [],
  lowerBound: { type: 'Inclusive', amount: 0n },
  upperBound: { type: 'Unbounded' },
  allowedIds: { type: 'Any' },
};
const general = (part: Partial<GeneralConstraint>): ResourceConstraint => ({
  type: 'General',
  constraint: { ...anything, ...part },
});
const atLeast = (amount: bigint) => ({ type: 'Inclusive', amount }) as const;
const nonZero = { type: 'NonZero' } as const;
const only = (...ids: string[]) => ({ type: 'Allowlist', ids }) as const;

const generals: Row[] = [
  ['anything', general({}), true, true],
  ['required ids', general({ requiredIds: ['#1#'] }), false, true],
  ['lower bound of a half', general({ lowerBound: atLeast(HALF) }), true, false],
  ['lower bound below zero', general({ lowerBound: atLeast(-1n) }), false, false],
  ['upper bound of a half', general({ upperBound: atLeast(HALF) }), true, false],
  ['upper bound below zero', general({ lowerBound: atLeast(0n), upperBound: atLeast(-1n) }), false, false],
  ['equal bounds', general({ lowerBound: atLeast(units(2)), upperBound: atLeast(units(2)) }), true, true],
  ['crossed bounds', general({ lowerBound: atLeast(units(2)), upperBound: atLeast(units(1)) }), false, false],
  ['non-zero up to zero', general({ lowerBound: nonZero, upperBound: atLeast(0n) }), false, false],
  ['non-zero up to the smallest amount', general({ lowerBound: nonZero, upperBound: atLeast(1n) }), true, false],
  ['the most there is, unbounded', general({ lowerBound: atLeast(MAX) }), true, false],
  [
    'more required than the upper bound',
    general({ requiredIds: ['#1#', '#2#'], upperBound: atLeast(units(1)) }),
    false,
    false,
  ],
  [
    'as many required as the upper bound',
    general({ requiredIds: ['#1#'], upperBound: atLeast(units(1)) }),
    false,
    true,
  ],
  ['an empty allowlist', general({ allowedIds: only() }), true, true],
  ['an empty allowlist, but something', general({ lowerBound: nonZero, allowedIds: only() }), false, false],
  ['an allowlist', general({ allowedIds: only('#1#') }), false, true],
  [
    'fewer allowed than the lower bound',
    general({ lowerBound: atLeast(units(2)), allowedIds: only('#1#') }),
    false,
    false,
  ],
  ['non-zero of one allowed', general({ lowerBound: nonZero, allowedIds: only('#1#') }), false, true],
  ['required among the allowed', general({ requiredIds: ['#1#'], allowedIds: only('#2#', '#1#') }), false, true],
  ['required not among the allowed', general({ requiredIds: ['#1#'], allowedIds: only('#2#') }), false, false],
];

describe.each([
  ['a fungible resource', XRD, 2],
  ['a non-fungible resource', BADGE, 3],
] as const)('%s', (_, resource, column) => {
  it.each([...simple, ...generals])('%s', (...row) => {
    expect(isConstraintValid(row[1], resource)).toBe(row[column]);
  });
});
