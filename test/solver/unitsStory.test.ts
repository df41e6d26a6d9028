import { describe, expect, it } from 'vitest';
import { expectedOfStory, unitsOfStory } from '../../src/solver/live/unitsStory.js';

const members = (...ids: string[]) => ids.map((id) => ({ id })) as any[];
const unitsOf = (details: unknown, ...ids: string[]) =>
  unitsOfStory(details, members(...ids)).map((unit) => unit.map(({ id }) => id));
const told = {
  units: [
    [
      { bundleId: 'a', xrd: '1.5' },
      { bundleId: 'c', xrd: '-0.5' },
    ],
    [{ bundleId: 'b', xrd: '2' }],
  ],
};

describe('the story of an attempt of several bundles', () => {
  it('says who settles only together, of those that are left', () => {
    expect(unitsOf(told, 'a', 'b', 'c')).toEqual([['a', 'c'], ['b']]);
    expect(unitsOf(told, 'c')).toEqual([['c']]);
    expect(unitsOf(told, 'b', 'd')).toEqual([['b'], ['d']]);
  });

  it('of an older journal says nothing of that: each is apart', () => {
    expect(unitsOf({ policy: 'best' }, 'a', 'b')).toEqual([['a'], ['b']]);
    expect(unitsOf(undefined, 'a')).toEqual([['a']]);
  });

  it('says what each brings in XRD, where it can be read', () => {
    const share = { n: 1, wrapperIds: [], fee: 1n, reward: 2n };
    const bundles = ['a', 'b', 'c'].map((bundleId) => ({ bundleId, ...share }));
    const xrd = (details: unknown) => expectedOfStory({ bundles, details }).map((part) => part.xrd);
    expect(xrd(told)).toEqual([15n * 10n ** 17n, 2n * 10n ** 18n, -5n * 10n ** 17n]);
    expect(xrd({ units: [[{ bundleId: 'a', xrd: 'much' }]] })).toEqual([undefined, undefined, undefined]);
    expect(xrd(undefined)).toEqual([undefined, undefined, undefined]);
  });
});
