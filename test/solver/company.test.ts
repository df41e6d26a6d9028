import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { companiesOf, companyOf } from '../../src/solver/company.js';
import { makePair, token } from '../support/bundles.js';
import { readOrder, waitingOf } from '../support/waiting.js';

const wrappers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `${from + index}`);

describe('who is planned together', () => {
  const sizes = (...waiting: readonly (readonly string[])[]) =>
    companyOf(waiting, (own) => own).map(({ length }) => length);

  it('is as much as fits into four roots, the first in any case', () => {
    expect(sizes(wrappers(60), wrappers(5, 100), wrappers(4, 200), wrappers(1, 300))).toEqual([60, 4]);
    expect(sizes(wrappers(80), wrappers(1, 100))).toEqual([80]);
    expect(sizes()).toEqual([]);
  });

  it('are never two that overlap', () => {
    expect(sizes(wrappers(2), wrappers(3, 1), wrappers(4, 2))).toEqual([2, 4]);
  });

  it('is decided by deadline: the tightest first, and what has none at last', () => {
    const bundles = [undefined, 9n, 5n, undefined, 5n].map((maxTimestamp, seed) => {
      const orders = makePair(token(1), token(2), units(1), units(2), seed).map((order) => readOrder(order));
      const bundle = waitingOf(`${seed}`, orders);
      return { ...bundle, window: { ...bundle.window, maxTimestamp } };
    });
    const repeated = { ...bundles[1]!, id: 'repeated' };
    const ids = (waiting: typeof bundles) =>
      companiesOf(waiting, (bundle) => bundle).map((company) => company.map(({ id }) => id).join());
    expect(ids([...bundles, repeated])).toEqual(['2,4,1,0,3', 'repeated']);
    expect(ids(bundles.slice(0, 1))).toEqual(['0']);
    expect(ids([])).toEqual([]);
  });
});
