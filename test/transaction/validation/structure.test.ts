import { describe, expect, it } from 'vitest';
import { subintentHash } from '../../../src/transaction/hash.js';
import { validateSignedPartial } from '../../../src/transaction/validate.js';
import {
  makeNotarized,
  makeSignedPartial,
  makeSubintent,
  signatures,
  yieldToChild,
  yieldToParent,
} from '../../support/build.js';
import { judgeNotarized, judgeSignedPartial } from '../../support/verdict.js';

// docs/protocol.md §5.3 and §10.3.

const leaf = (n: number) => makeSignedPartial({ discriminator: BigInt(n) });
const root = (partial: ReturnType<typeof leaf>) => partial.partialTransaction.rootSubintent;
const hashOf = (partial: ReturnType<typeof leaf>) => subintentHash(root(partial));
const unsigned = (count: number) => Array.from({ length: count }, () => signatures(Buffer.alloc(32), []));
/** A chain: the innermost of `depth` subintents is a leaf. */
const chain = (depth: number): ReturnType<typeof leaf> =>
  depth === 1 ? leaf(0) : makeSignedPartial({ children: [chain(depth - 1)], discriminator: BigInt(depth) });

describe('subintents below the root', () => {
  it('none, one, and several are fine', () => {
    expect(judgeNotarized(makeNotarized())).toBe('ok');
    expect(judgeNotarized(makeNotarized({ children: [leaf(1)] }))).toBe('ok');
    expect(judgeNotarized(makeNotarized({ children: [leaf(1), leaf(2), chain(2)] }))).toBe('ok');
  });

  it('in any order', () => {
    const [a, b] = [leaf(1), leaf(2)];
    expect(judgeNotarized(makeNotarized({ children: [a, b], subintents: [root(b), root(a)] }))).toBe('ok');
  });

  it('may not repeat: the second occurrence is named', () => {
    const [a, b] = [leaf(1), leaf(2)];
    const subintents = [root(a), root(b), root(a)];
    const transaction = makeNotarized({ children: [a, b], subintents, batches: unsigned(3) });
    expect(judgeNotarized(transaction)).toBe('DuplicateSubintent@NonRootSubintent(2)');
  });

  it('must all be there', () => {
    const transaction = makeNotarized({ children: [leaf(1)], subintents: [], batches: [] });
    expect(judgeNotarized(transaction)).toBe('ChildSubintentNotIncludedInTransaction@Unlocatable');
  });

  it('have one parent: the child is named', () => {
    const shared = leaf(1);
    const parent = makeSignedPartial({ children: [shared] });
    const transaction = makeNotarized({
      children: [parent, shared],
      subintents: [root(parent), root(shared)],
      batches: unsigned(2),
    });
    expect(judgeNotarized(transaction)).toBe('SubintentHasMultipleParents@NonRootSubintent(1)');
  });

  it('a missing and a doubly named child: the first in the order of lists is found', () => {
    const [shared, missing] = [leaf(1), leaf(2)];
    const parents = (first: ReturnType<typeof leaf>, second: ReturnType<typeof leaf>) => {
      const parent = makeSignedPartial({ childHashes: [hashOf(first), hashOf(second)] });
      return makeNotarized({
        children: [shared, parent],
        subintents: [root(shared), root(parent)],
        batches: unsigned(2),
      });
    };
    expect(judgeNotarized(parents(missing, shared))).toBe('ChildSubintentNotIncludedInTransaction@Unlocatable');
    expect(judgeNotarized(parents(shared, missing))).toBe('SubintentHasMultipleParents@NonRootSubintent(0)');
  });

  it('must hang below the root', () => {
    const transaction = makeNotarized({ subintents: [makeSubintent()], batches: unsigned(1) });
    expect(judgeNotarized(transaction)).toBe('SubintentIsNotReachableFromTheTransactionIntent@NonRootSubintent(0)');
  });
});

describe('depth', () => {
  it('is at most 3 below a transaction intent', () => {
    expect(judgeNotarized(makeNotarized({ children: [chain(3)] }))).toBe('ok');
    expect(judgeNotarized(makeNotarized({ children: [chain(4)] }))).toBe(
      'SubintentExceedsMaxDepth@NonRootSubintent(3)',
    );
  });

  it('is at most 2 below a root subintent', () => {
    expect(judgeSignedPartial(chain(3))).toBe('ok');
    expect(judgeSignedPartial(chain(4))).toBe('SubintentExceedsMaxDepth@NonRootSubintent(2)');
  });

  it('the last child of several too deep ones is found first (§10.3)', () => {
    const deep = (n: number) =>
      makeSignedPartial({ children: [makeSignedPartial({ children: [leaf(n)] })], discriminator: BigInt(n) });
    const partial = makeSignedPartial({ children: [deep(1), deep(2)] });
    expect(judgeSignedPartial(partial)).toBe('SubintentExceedsMaxDepth@NonRootSubintent(5)');
  });
});

describe('yields', () => {
  it('match in both directions', () => {
    const twice = makeSignedPartial({ instructions: [yieldToParent(), yieldToParent()] });
    const yields = (count: number) =>
      makeNotarized({ children: [twice], instructions: Array.from({ length: count }, () => yieldToChild(0)) });
    expect(judgeNotarized(yields(2))).toBe('ok');
    for (const count of [0, 1, 3]) {
      expect(judgeNotarized(yields(count))).toBe(
        'MismatchingYieldChildAndYieldParentCountsForSubintent@NonRootSubintent(0)',
      );
    }
  });

  it('are counted between subintents too, and the first mismatch in payload order is named', () => {
    const child = makeSignedPartial({ instructions: [yieldToParent(), yieldToParent()] });
    const parent = makeSignedPartial({ children: [child] });
    const code = 'MismatchingYieldChildAndYieldParentCountsForSubintent';
    expect(judgeNotarized(makeNotarized({ children: [parent] }))).toBe(`${code}@NonRootSubintent(1)`);
    expect(judgeSignedPartial(parent)).toBe(`${code}@NonRootSubintent(0)`);
    const never = makeNotarized({ children: [parent], instructions: [] });
    expect(judgeNotarized(never)).toBe(`${code}@NonRootSubintent(0)`);
  });

  it('of the root of a partial are told, for its parent to match', () => {
    const partial = makeSignedPartial({ instructions: [yieldToParent(), yieldToParent(), yieldToParent()] });
    expect(validateSignedPartial(partial).rootYieldsToParent).toBe(3);
  });
});
