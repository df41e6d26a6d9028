import { describe, expect, it } from 'vitest';
import { validateNotarized, validateSignedPartial } from '../../../src/transaction/validate.js';
import { type CoreOptions, makeNotarized, makeSignedPartial, SIMULATOR } from '../../support/build.js';
import { judgeNotarized, judgeSignedPartial } from '../../support/verdict.js';

// docs/protocol.md §5.4 and §10.4.

const MAX_U64 = 2n ** 64n - 1n;
const MAX_I64 = 2n ** 63n - 1n;

const root = (options: CoreOptions) => judgeNotarized(makeNotarized(options));
/** One subintent under a root of the usual header, epochs 0 to 100. */
const child = (options: CoreOptions, rootOptions: CoreOptions = {}) =>
  judgeNotarized(makeNotarized({ ...rootOptions, children: [makeSignedPartial(options)] }));

describe('tip', () => {
  it('is at most 1 000 000 basis points', () => {
    expect(judgeNotarized(makeNotarized({ tipBasisPoints: 1_000_000 }))).toBe('ok');
    expect(judgeNotarized(makeNotarized({ tipBasisPoints: 1_000_001 }))).toBe('InvalidTip@RootTransactionIntent');
  });
});

describe('network', () => {
  it('is the validator’s in every intent', () => {
    expect(root({ network: SIMULATOR })).toBe('ok');
    expect(root({ network: 1 })).toBe('InvalidNetwork@RootTransactionIntent');
    expect(child({ network: 1 })).toBe('InvalidNetwork@NonRootSubintent(0)');
    expect(judgeSignedPartial(makeSignedPartial({ network: 1 }))).toBe('InvalidNetwork@RootSubintent');
  });

  it('left out, is that of the root', () => {
    const partial = makeSignedPartial({ network: 2, children: [makeSignedPartial({ network: 2 })] });
    expect(() => validateSignedPartial(partial)).not.toThrow();
    const mixed = makeSignedPartial({ network: 2, children: [makeSignedPartial({ network: 1 })] });
    expect(() => validateSignedPartial(mixed)).toThrow('expected network 2, got 1');
  });
});

describe('epochs', () => {
  it.each([
    ['one', 5n, 6n, 'ok'],
    ['none', 5n, 5n, 'InvalidEpochRange'],
    ['backwards', 6n, 5n, 'InvalidEpochRange'],
    ['8640', 100n, 8740n, 'ok'],
    ['8641', 100n, 8741n, 'InvalidEpochRange'],
    ['up to the last', MAX_U64 - 8640n, MAX_U64, 'ok'],
    ['past the last that a whole range fits', MAX_U64 - 8639n, MAX_U64, 'InvalidEpochRange'],
  ])('%s', (_, startEpoch, endEpoch, code) => {
    const at = (location: string) => (code === 'ok' ? 'ok' : `${code}@${location}`);
    expect(root({ startEpoch, endEpoch })).toBe(at('RootTransactionIntent'));
    expect(judgeSignedPartial(makeSignedPartial({ startEpoch, endEpoch }))).toBe(at('RootSubintent'));
  });

  it('of a subintent are tested by themselves before they are intersected', () => {
    expect(child({ startEpoch: 200n, endEpoch: 200n })).toBe('InvalidEpochRange@NonRootSubintent(0)');
  });

  it('overlap over all intents; the intent that leaves none is named', () => {
    const of = (start: bigint, end: bigint) =>
      makeSignedPartial({ startEpoch: start, endEpoch: end, discriminator: start });
    const code = 'NoValidEpochRangeAcrossAllIntents';
    const apart = makeNotarized({ startEpoch: 102n, endEpoch: 103n, children: [of(100n, 102n)] });
    expect(judgeNotarized(apart)).toBe(`${code}@NonRootSubintent(0)`);
    const three = [of(100n, 102n), of(101n, 103n), of(102n, 104n)];
    expect(judgeNotarized(makeNotarized({ startEpoch: 100n, endEpoch: 105n, children: three }))).toBe(
      `${code}@NonRootSubintent(2)`,
    );
    const overlapping = makeNotarized({
      startEpoch: 100n,
      endEpoch: 105n,
      children: [of(100n, 102n), of(101n, 103n)],
    });
    expect(validateNotarized(overlapping).validity).toEqual({
      startEpochInclusive: 101n,
      endEpochExclusive: 102n,
      minProposerTimestampInclusive: undefined,
      maxProposerTimestampExclusive: undefined,
    });
  });
});

describe('timestamps', () => {
  it.each([
    ['both', 5000n, 5001n, 'ok'],
    ['equal', 5000n, 5000n, 'InvalidTimestampRange'],
    ['backwards', 5001n, 5000n, 'InvalidTimestampRange'],
    ['before 1970', -2n, -1n, 'ok'],
    ['all there are', -MAX_I64 - 1n, MAX_I64, 'ok'],
  ])('%s', (_, minTimestamp, maxTimestamp, code) => {
    const at = (location: string) => (code === 'ok' ? 'ok' : `${code}@${location}`);
    expect(root({ minTimestamp, maxTimestamp })).toBe(at('RootTransactionIntent'));
    expect(child({ minTimestamp, maxTimestamp })).toBe(at('NonRootSubintent(0)'));
  });

  it('one alone, or none', () => {
    expect(root({ minTimestamp: 5000n })).toBe('ok');
    expect(root({ maxTimestamp: 5000n })).toBe('ok');
    expect(child({ minTimestamp: 5000n })).toBe('ok');
    expect(child({ maxTimestamp: 5000n })).toBe('ok');
  });

  it('overlap over all intents', () => {
    const code = 'NoValidTimestampRangeAcrossAllIntents';
    expect(child({ minTimestamp: 5000n }, { maxTimestamp: 5000n })).toBe(`${code}@NonRootSubintent(0)`);
    expect(child({ minTimestamp: 4999n }, { maxTimestamp: 5000n })).toBe('ok');
    const of = (options: CoreOptions, n: bigint) => makeSignedPartial({ ...options, discriminator: n });
    const children = [
      of({ maxTimestamp: 4000n }, 1n),
      of({ maxTimestamp: 4003n }, 2n),
      of({ minTimestamp: 4001n }, 3n),
    ];
    expect(judgeNotarized(makeNotarized({ children }))).toBe(`${code}@NonRootSubintent(2)`);
  });

  it('the tightest of all intents are the transaction’s', () => {
    const transaction = makeNotarized({
      minTimestamp: 3999n,
      maxTimestamp: 5999n,
      children: [
        makeSignedPartial({ maxTimestamp: 4003n, discriminator: 1n }),
        makeSignedPartial({ minTimestamp: 3998n, maxTimestamp: 4001n, discriminator: 2n }),
      ],
    });
    expect(validateNotarized(transaction).validity).toMatchObject({
      minProposerTimestampInclusive: 3999n,
      maxProposerTimestampExclusive: 4001n,
    });
  });
});
