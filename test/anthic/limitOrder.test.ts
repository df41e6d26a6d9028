import { describe, expect, it } from 'vitest';
import { parseLimitOrder } from '../../src/anthic/limitOrder.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { BADGE, bucketValue, callMethod, ed25519Key, FAUCET, makeSubintent, yieldToParent } from '../support/build.js';
import { address, decimal, makeOrder, type OrderOptions, orderInstructions, token } from '../support/bundles.js';

const USER = ed25519Key(1);
const ACCOUNT = preallocatedAccount(USER.publicKey);
const order: OrderOptions = {
  sell: { resource: token(1), amount: 1000n },
  buy: { resource: token(2), amount: 70n },
  fees: [3n, 4n],
};

function parse(options: Partial<OrderOptions> = {}) {
  return parseLimitOrder(makeOrder({ ...order, ...options }).partialTransaction.rootSubintent);
}

/** Replaces the instruction at an index, or with several, or with none. */
function replace(index: number, ...by: Instruction[]) {
  return (list: Instruction[]) => list.toSpliced(index, 1, ...by);
}

const take = (amount: bigint, resource = token(1)): Instruction => ({ type: 'TAKE_FROM_WORKTOP', resource, amount });
const asserts = (...constraints: Extract<Instruction, { type: 'ASSERT_NEXT_CALL_RETURNS_ONLY' }>['constraints']) =>
  ({ type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints }) as const;

describe('parseLimitOrder', () => {
  it('reads what is sold, bought, withdrawn and paid', () => {
    expect(parse()).toMatchObject({
      account: ACCOUNT,
      sell: { resource: token(1), amount: 1000n },
      buy: { resource: token(2), amount: 70n, exact: false },
      withdrawn: 1007n,
      fees: [3n, 4n],
      rebateOfFeeResourceOnly: false,
      foreignCall: undefined,
    });
  });

  it('reads the variants: exact, one fee bucket, none, a stated rebate', () => {
    expect(parse({ buy: { ...order.buy, exact: true } }).buy.exact).toBe(true);
    expect(parse({ fees: [5n] }).fees).toEqual([5n]);
    expect(parse({ fees: [] }).fees).toEqual([]);
    expect(parse({ rebateConstraint: true }).rebateOfFeeResourceOnly).toBe(true);
  });

  it('admits any prefix, numbers its buckets, and tells calls of the own account from others', () => {
    const own = callMethod(ACCOUNT, 'create_proof_of_amount', address(token(9)), decimal(1n));
    expect(parse({ prefix: [own, { type: 'POP_FROM_AUTH_ZONE' }] }).foreignCall).toBeUndefined();
    const foreign = callMethod(FAUCET, 'free');
    const withBucket: Instruction[] = [
      { type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [] },
      { type: 'TAKE_ALL_FROM_WORKTOP', resource: token(7) },
      { type: 'RETURN_TO_WORKTOP', bucket: 0 },
      foreign,
    ];
    expect(parse({ prefix: withBucket }).foreignCall).toBe(3);
  });

  it('admits a withdrawal that does not cover the trade only where something stands in front', () => {
    const foreign = callMethod(FAUCET, 'free');
    expect(parse({ withdrawn: 10n, prefix: [foreign] }).withdrawn).toBe(10n);
    expect(() => parse({ withdrawn: 1006n })).toThrow(expect.objectContaining({ path: 'instructions[1]' }));
  });

  const otherAccount = preallocatedAccount(ed25519Key(2).publicKey);
  it.each<[string, number, string, (list: Instruction[]) => Instruction[]]>([
    ['no VERIFY_PARENT', 3, 'VERIFY_PARENT before the first yield', replace(0)],
    ['another instruction first', 4, 'VERIFY_PARENT before the first yield', replace(0, { type: 'DROP_ALL_PROOFS' })],
    ['a yield in the prefix', 0, 'VERIFY_PARENT', (list) => [yieldToParent(), ...list]],
    ['a withdrawal by another method', 1, 'withdraw', replace(1, callMethod(ACCOUNT, 'withdraw_all'))],
    ['a withdrawal of a component', 1, 'withdraw', replace(1, callMethod(FAUCET, 'withdraw'))],
    ['a withdrawal without amount', 1, 'withdraw', replace(1, callMethod(ACCOUNT, 'withdraw', address(token(1))))],
    [
      'a withdrawal of a non-fungible',
      1,
      'withdraw',
      replace(1, callMethod(ACCOUNT, 'withdraw', address(BADGE), decimal(1n))),
    ],
    [
      'a negative withdrawal',
      1,
      'withdraw',
      replace(1, callMethod(ACCOUNT, 'withdraw', address(token(1)), decimal(-1n))),
    ],
    ['another resource taken', 2, 'the resource it sells', replace(2, take(1000n, token(3)))],
    ['a negative amount', 2, 'at least 0', replace(2, take(-1n))],
    ['no assertion', 3, 'ASSERT_NEXT_CALL_RETURNS_ONLY', replace(3)],
    ['an empty assertion', 3, 'one resource', replace(3, asserts())],
    [
      'two bought resources',
      3,
      'one resource',
      replace(3, asserts([token(2), { type: 'NonZeroAmount' }], [token(3), { type: 'NonZeroAmount' }])),
    ],
    ['no amount asserted', 3, 'one resource', replace(3, asserts([token(2), { type: 'NonZeroAmount' }]))],
    [
      'a purchase of what is sold',
      3,
      'one resource',
      replace(3, asserts([token(1), { type: 'AtLeastAmount', amount: 1n }])),
    ],
    [
      'a purchase of a non-fungible',
      3,
      'one resource',
      replace(3, asserts([BADGE, { type: 'AtLeastAmount', amount: 1n }])),
    ],
    ['a yield of another bucket', 4, 'YIELD_TO_PARENT of bucket 0', replace(4, yieldToParent(bucketValue(1)))],
    ['a yield of nothing', 4, 'YIELD_TO_PARENT of bucket 0', replace(4, yieldToParent())],
    ['a fee of another resource', 5, 'the resource it sells', replace(5, take(3n, token(2)))],
    ['three fees', 7, 'YIELD_TO_PARENT of the fees', replace(6, take(1n), take(1n))],
    [
      'a rebate of another resource',
      7,
      'rebate',
      (list) => list.toSpliced(7, 0, asserts([token(2), { type: 'AtLeastAmount', amount: 0n }])),
    ],
    [
      'a rebate of an amount',
      7,
      'rebate',
      (list) => list.toSpliced(7, 0, asserts([token(1), { type: 'AtLeastAmount', amount: 1n }])),
    ],
    [
      'fees in another order',
      7,
      'YIELD_TO_PARENT of bucket 1, 2',
      replace(7, yieldToParent(bucketValue(2), bucketValue(1))),
    ],
    ['a deposit of one bucket', 8, 'deposit_batch', replace(8, callMethod(ACCOUNT, 'deposit', bucketValue(0)))],
    [
      'a deposit elsewhere',
      8,
      'deposit_batch',
      replace(8, callMethod(otherAccount, 'deposit_batch', { kind: 'Expression', value: 'ENTIRE_WORKTOP' })),
    ],
    [
      'a last yield with something',
      9,
      'YIELD_TO_PARENT with nothing',
      replace(9, yieldToParent({ kind: 'U8', value: 1 })),
    ],
    ['a missing end', 9, 'YIELD_TO_PARENT', replace(9)],
    ['a fourth yield', 10, 'the end', (list) => [...list, yieldToParent()]],
  ])('refuses %s at instruction %i', (_, index, expected, edit) => {
    const subintent = makeSubintent({ instructions: edit(orderInstructions(order)) });
    expect(() => parseLimitOrder(subintent)).toThrow(
      expect.objectContaining({
        code: 'not-a-limit-order',
        path: `instructions[${index}]`,
        message: expect.stringContaining(expected),
      }),
    );
  });

  it('refuses an order that has children of its own', () => {
    const subintent = makeSubintent({ childHashes: [Buffer.alloc(32)], instructions: orderInstructions(order) });
    expect(() => parseLimitOrder(subintent)).toThrow(expect.objectContaining({ path: 'children' }));
  });
});
