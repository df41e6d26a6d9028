import { describe, expect, it } from 'vitest';
import { parseLimitOrder } from '../../src/anthic/limitOrder.js';
import { readWrapper } from '../../src/anthic/wrapper.js';
import { units } from '../../src/base/amount.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { bucketValue, callMethod, FAUCET, XRD, yieldToChild, yieldToParent } from '../support/build.js';
import {
  ANTHIC_ACCOUNT,
  address,
  decimal,
  ENTIRE_WORKTOP,
  makeItem,
  type OrderOptions,
  token,
  type WrapperOptions,
} from '../support/bundles.js';

const SOLD = token(1);
const BOUGHT = token(2);
const HALF = units(1) / 2n;
const order: OrderOptions = {
  sell: { resource: SOLD, amount: 1000n },
  buy: { resource: BOUGHT, amount: 70n },
  fees: [3n, 4n],
};

function read(wrapper: WrapperOptions = {}, options: OrderOptions = order) {
  const { rootSubintent, nonRootSubintents } = makeItem(options, wrapper).partialTransaction;
  return readWrapper(rootSubintent, parseLimitOrder(nonRootSubintents[0]!));
}

const asserts = (...constraints: Extract<Instruction, { type: 'ASSERT_WORKTOP_RESOURCES_ONLY' }>['constraints']) =>
  constraints;
const insert =
  (index: number, ...more: Instruction[]) =>
  (list: Instruction[]) =>
    list.toSpliced(index, 0, ...more);
const replace =
  (index: number, ...by: Instruction[]) =>
  (list: Instruction[]) =>
    list.toSpliced(index, 1, ...by);

describe('readWrapper', () => {
  it('reads the recorded script: sells with the first call, pays with the second, takes its purchase with either', () => {
    expect(read()).toEqual({
      calls: [
        [{ resource: SOLD, amount: 1000n, delivered: false }],
        [{ resource: XRD, amount: HALF, delivered: false }],
      ],
      need: { resource: BOUGHT, atLeast: 70n, atMost: undefined, from: 0, by: 1 },
      reward: HALF,
    });
  });

  it('takes bounds from an exact order', () => {
    expect(read({}, { ...order, buy: { ...order.buy, exact: true } }).need).toMatchObject({
      atLeast: 70n,
      atMost: 70n,
    });
  });

  it('counts a reward beside XRD that is sold', () => {
    expect(read({}, { ...order, sell: { resource: XRD, amount: 9n } }).reward).toBe(HALF);
  });

  it('reads a wrapper that pays nothing', () => {
    const edit = (list: Instruction[]) => [...list.slice(0, 8), yieldToParent()];
    expect(read({ edit })).toMatchObject({ reward: 0n, calls: [expect.anything(), []] });
  });

  it('reads a rebate', () => {
    expect(read({ rebate: 2n }).reward).toBe(HALF);
  });

  it('reads a wrapper that pays with its first call', () => {
    const pay: Instruction[] = [
      callMethod(ANTHIC_ACCOUNT, 'withdraw', address(XRD), decimal(5n)),
      { type: 'TAKE_ALL_FROM_WORKTOP', resource: XRD },
    ];
    const edit = (list: Instruction[]) => [
      ...pay,
      list[0]!,
      list[1]!,
      yieldToParent(bucketValue(0), bucketValue(1)),
      { type: 'TAKE_ALL_FROM_WORKTOP', resource: BOUGHT } as const,
      yieldToChild(0, bucketValue(2)),
      callMethod(ANTHIC_ACCOUNT, 'deposit_batch', ENTIRE_WORKTOP),
      yieldToChild(0),
      yieldToParent(),
    ];
    const script = read({ edit });
    expect(script.reward).toBe(5n);
    expect(script.calls[1]).toEqual([]);
  });

  it('wants its purchase with one call only, where it asserts what that call brings', () => {
    const assertion = {
      type: 'ASSERT_NEXT_CALL_RETURNS_ONLY',
      constraints: asserts([BOUGHT, { type: 'AtLeastAmount', amount: 80n }]),
    } as const;
    expect(read({ edit: insert(2, assertion) }).need).toMatchObject({ atLeast: 80n, from: 1, by: 1 });
    const nothing = { type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints: [] } as const;
    expect(read({ edit: insert(2, nothing) }).need).toMatchObject({ atLeast: 70n, from: 0, by: 0 });
  });

  it('gathers the bounds of all its assertions', () => {
    const edit = insert(
      3,
      { type: 'ASSERT_WORKTOP_CONTAINS', resource: BOUGHT, amount: 75n },
      { type: 'ASSERT_WORKTOP_CONTAINS_ANY', resource: BOUGHT },
      {
        type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE',
        constraints: asserts([
          BOUGHT,
          {
            type: 'General',
            constraint: {
              requiredIds: [],
              lowerBound: { type: 'Inclusive', amount: 71n },
              upperBound: { type: 'Inclusive', amount: 90n },
              allowedIds: { type: 'Any' },
            },
          },
        ]),
      },
    );
    expect(read({ edit }).need).toMatchObject({ atLeast: 75n, atMost: 90n });
  });

  it('hands out what it does not pass on', () => {
    // It takes just what its order needs, and returns the rest with its last yield.
    const edit = (list: Instruction[]) =>
      list.map((each, index): Instruction => {
        if (index === 3) return { type: 'TAKE_FROM_WORKTOP', resource: BOUGHT, amount: 70n };
        if (index === 7) return yieldToChild(0);
        return index === 10 ? yieldToParent(ENTIRE_WORKTOP, bucketValue(3)) : each;
      });
    const script = read({ edit }, { ...order, fees: [0n, 7n] });
    expect(script.calls[1]).toContainEqual({ resource: BOUGHT, amount: -70n, delivered: true });
    expect(script.need).toMatchObject({ atLeast: 70n, atMost: undefined });
  });

  it('admits nothing over where the rest would stay behind', () => {
    const edit = (list: Instruction[]) =>
      list.map((each, index): Instruction => {
        if (index === 3) return { type: 'TAKE_FROM_WORKTOP', resource: BOUGHT, amount: 70n };
        return index === 7 ? yieldToChild(0) : each;
      });
    expect(read({ edit }).need).toMatchObject({ atLeast: 70n, atMost: 70n });
  });

  it('admits proofs and what a contingent fee locks', () => {
    const edit = insert(
      0,
      callMethod(ANTHIC_ACCOUNT, 'create_proof_of_amount', address(SOLD), decimal(1n)),
      { type: 'DROP_AUTH_ZONE_REGULAR_PROOFS' },
      callMethod(ANTHIC_ACCOUNT, 'lock_contingent_fee', decimal(1n)),
    );
    expect(read({ edit }).reward).toBe(HALF);
  });

  it.each<[string, number | undefined, string, (list: Instruction[]) => Instruction[]]>([
    ['a call of a component', 0, 'an account', insert(0, callMethod(FAUCET, 'free'))],
    ['an unknown account method', 0, 'account method', insert(0, callMethod(ANTHIC_ACCOUNT, 'burn'))],
    [
      'a take of more than there is',
      1,
      'so much on the worktop',
      replace(1, { type: 'TAKE_FROM_WORKTOP', resource: SOLD, amount: 1001n }),
    ],
    ['a negative take', 1, 'at least 0', replace(1, { type: 'TAKE_FROM_WORKTOP', resource: SOLD, amount: -1n })],
    ['a bucket that is gone', 4, 'bucket 0', replace(4, yieldToChild(0, bucketValue(0)))],
    [
      'something left at the end',
      10,
      'nothing of',
      (list) =>
        replace(7, yieldToChild(0))(replace(5, { type: 'TAKE_FROM_WORKTOP', resource: SOLD, amount: 5n })(list)),
    ],
    [
      'the wrong resource for its order',
      4,
      'the asserted amount',
      replace(3, { type: 'TAKE_ALL_FROM_WORKTOP', resource: SOLD }),
    ],
    ['two yields to its order', undefined, '3 yields to the order', (list) => list.filter((_, index) => index !== 7)],
    ['a burnt bucket', 5, 'effect on resources', insert(5, { type: 'BURN_RESOURCE', bucket: 0 })],
    [
      'proofs as arguments',
      0,
      'no proofs',
      replace(0, yieldToChild(0, { kind: 'Expression', value: 'ENTIRE_AUTH_ZONE' })),
    ],
  ])('refuses %s', (_, index, expected, edit) => {
    expect(() => read({ edit })).toThrow(
      expect.objectContaining({
        code: 'not-a-wrapper',
        message: expect.stringContaining(expected),
        ...(index === undefined ? {} : { path: expect.stringMatching(/^instructions\[\d+\]$/) }),
      }),
    );
  });

  it('refuses bounds that no delivery meets', () => {
    const edit = insert(3, {
      type: 'ASSERT_WORKTOP_RESOURCES_ONLY',
      constraints: asserts([BOUGHT, { type: 'ExactAmount', amount: 69n }]),
    });
    expect(() => read({ edit })).toThrow(expect.objectContaining({ message: expect.stringContaining('no delivery') }));
  });

  it('keeps a rebate to the fee resource where the order says so', () => {
    const options = { ...order, rebateConstraint: true };
    expect(read({ rebate: 2n }, options).reward).toBe(HALF);
    const stray = insert(7, callMethod(ANTHIC_ACCOUNT, 'withdraw', address(XRD), decimal(1n)));
    expect(() => read({ edit: stray }, options)).toThrow(expect.objectContaining({ code: 'not-a-wrapper' }));
  });
});
