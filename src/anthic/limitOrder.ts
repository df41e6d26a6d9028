import { type Attos, formatAmount } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import type { Value } from '../sbor/value.js';
import type { AccessRule } from '../transaction/accessRule.js';
import { isAccount, isFungible } from '../transaction/address.js';
import type { Instruction, InstructionType } from '../transaction/instruction.js';
import type { Subintent } from '../transaction/model.js';
import { OrderError } from './error.js';

/** The three things a limit order does with its parent, in order. */
export const ORDER_YIELDS = 3;

export interface LimitOrder {
  readonly account: NodeId;
  /** What is traded: fees not included. */
  readonly sell: { readonly resource: NodeId; readonly amount: Attos };
  readonly buy: { readonly resource: NodeId; readonly amount: Attos; readonly exact: boolean };
  /** What it withdraws of the resource it sells: the trade and its fees. */
  readonly withdrawn: Attos;
  /** The amounts of its fee buckets, in order, of the resource it sells. */
  readonly fees: readonly Attos[];
  readonly parentRule: AccessRule;
  /** Whether, with the fees yielded, it admits a rebate of its own fee resource only (one documented variant). */
  readonly rebateOfFeeResourceOnly: boolean;
  /** Index of the first instruction that calls anything but the order's own account; undefined where none does. */
  readonly foreignCall: number | undefined;
}

type Named<T extends InstructionType> = Extract<Instruction, { type: T }>;

/** Walks an order's instructions and refuses the first that is not what the schema has at its place. */
class Schema {
  index = 0;

  constructor(readonly instructions: readonly Instruction[]) {}

  refuse(expected: string, index = this.index): OrderError {
    const actual = this.instructions[index]?.type ?? 'the end';
    return new OrderError('not-a-limit-order', `expected ${expected}, got ${actual}`, {
      path: `instructions[${index}]`,
    });
  }

  is(type: InstructionType): boolean {
    return this.instructions[this.index]?.type === type;
  }

  next<T extends InstructionType>(type: T, what: string): Named<T> {
    if (!this.is(type)) throw this.refuse(`${type} (${what})`);
    return this.instructions[this.index++] as Named<T>;
  }

  /** A call of an account's method with the arguments `read` understands. */
  call<T>(method: string, what: string, read: (account: NodeId, args: readonly Value[]) => T | undefined): T {
    const { address, method: actual, args } = this.next('CALL_METHOD', what);
    const fields = args.kind === 'Tuple' ? args.fields : [];
    if (typeof address === 'string' && isAccount(address) && actual === method) {
      const result = read(address, fields);
      if (result !== undefined) return result;
    }
    throw this.refuse(`${method} (${what}) on an account`, this.index - 1);
  }

  end(): void {
    if (this.index < this.instructions.length) throw this.refuse('the end');
  }
}

/**
 * Reads the limit order of a subintent by Anthic's schema (docs/protocol.md §6.6). Error: `not-a-limit-order`, with the
 * index of the instruction and what was expected there.
 */
export function parseLimitOrder(subintent: Subintent): LimitOrder {
  const core = subintent.value.intentCore;
  if (core.children.length > 0) {
    throw new OrderError('not-a-limit-order', `expected no children, got ${core.children.length}`, {
      path: 'children',
    });
  }
  const schema = new Schema(core.instructions.value);
  skipPrefix(schema);
  const prefixEnd = schema.index;
  const { rule } = schema.next('VERIFY_PARENT', 'the settler it admits');
  const withdrawal = schema.call('withdraw', 'what it sells and its fees', readWithdrawal);
  const buckets = new Buckets(schema);
  const sell = takeSold(schema, withdrawal.resource, buckets);
  const buy = readConstraint(schema, withdrawal.resource);
  buckets.yielded(schema, [sell.bucket]);
  const fees = takeFees(schema, withdrawal.resource, buckets);
  const rebateOfFeeResourceOnly = readRebateConstraint(schema, withdrawal.resource);
  buckets.yielded(
    schema,
    fees.map((fee) => fee.bucket),
  );
  schema.call('deposit_batch', 'all that is left', (account, args) =>
    account === withdrawal.account && isEntireWorktop(args) ? true : undefined,
  );
  if (!isEmptyTuple(schema.next('YIELD_TO_PARENT', 'the end of the order').args)) {
    throw schema.refuse('YIELD_TO_PARENT with nothing', schema.index - 1);
  }
  schema.end();
  const foreignCall = findForeignCall(core.instructions.value.slice(0, prefixEnd), withdrawal.account);
  const feeAmounts = fees.map((fee) => fee.amount);
  checkCovered(withdrawal.amount, sell.amount, feeAmounts, prefixEnd);
  return {
    account: withdrawal.account,
    sell: { resource: withdrawal.resource, amount: sell.amount },
    buy,
    withdrawn: withdrawal.amount,
    fees: feeAmounts,
    parentRule: rule,
    rebateOfFeeResourceOnly,
    foreignCall,
  };
}

/** Anything may stand in front, but no yield. */
function skipPrefix(schema: Schema): void {
  while (schema.index < schema.instructions.length && !schema.is('VERIFY_PARENT')) {
    if (schema.is('YIELD_TO_PARENT') || schema.is('YIELD_TO_CHILD')) {
      throw schema.refuse('VERIFY_PARENT before the first yield');
    }
    schema.index++;
  }
}

function readWithdrawal(account: NodeId, args: readonly Value[]) {
  const [resource, amount] = args;
  if (args.length !== 2 || resource?.kind !== 'Address' || amount?.kind !== 'Decimal') return undefined;
  if (typeof resource.value !== 'string' || !isFungible(resource.value) || amount.value < 0n) return undefined;
  return { account, resource: resource.value, amount: amount.value };
}

interface Taken {
  readonly bucket: number;
  readonly amount: Attos;
}

/** Numbers the buckets as the ledger does: one by one as they are made. */
class Buckets {
  private next: number;

  constructor(schema: Schema) {
    this.next = countBuckets(schema.instructions.slice(0, schema.index));
  }

  take(schema: Schema, resource: NodeId, what: string): Taken {
    const { resource: taken, amount } = schema.next('TAKE_FROM_WORKTOP', what);
    if (taken !== resource)
      throw schema.refuse(`TAKE_FROM_WORKTOP of the resource it sells (${what})`, schema.index - 1);
    if (amount < 0n) throw schema.refuse(`an amount of at least 0 (${what})`, schema.index - 1);
    return { bucket: this.next++, amount };
  }

  /** A yield to the parent of exactly these buckets, in order. */
  yielded(schema: Schema, buckets: readonly number[]): void {
    const { args } = schema.next('YIELD_TO_PARENT', 'the buckets just taken');
    const fields = args.kind === 'Tuple' ? args.fields : [];
    const same =
      args.kind === 'Tuple' &&
      fields.length === buckets.length &&
      fields.every((field, at) => field.kind === 'Bucket' && field.value === buckets[at]);
    if (!same) throw schema.refuse(`YIELD_TO_PARENT of bucket ${buckets.join(', ') || 'none'}`, schema.index - 1);
  }
}

const MAKES_BUCKET: ReadonlySet<InstructionType> = new Set([
  'TAKE_FROM_WORKTOP',
  'TAKE_NON_FUNGIBLES_FROM_WORKTOP',
  'TAKE_ALL_FROM_WORKTOP',
]);

/** How many buckets instructions make: the number that the next one gets. */
export function countBuckets(list: readonly Instruction[]): number {
  return list.filter((each) => MAKES_BUCKET.has(each.type)).length;
}

function takeSold(schema: Schema, resource: NodeId, buckets: Buckets): Taken {
  return buckets.take(schema, resource, 'what it sells');
}

/** The one assertion that makes it a trade: what the first yield must bring back. */
function readConstraint(schema: Schema, sold: NodeId): LimitOrder['buy'] {
  const { constraints } = schema.next('ASSERT_NEXT_CALL_RETURNS_ONLY', 'what it buys');
  const [entry] = constraints;
  const expected = 'one resource other than the sold one, of at least or exactly an amount';
  if (constraints.length !== 1 || entry === undefined) throw schema.refuse(expected, schema.index - 1);
  const [resource, constraint] = entry;
  const trade = constraint.type === 'AtLeastAmount' || constraint.type === 'ExactAmount';
  if (!trade || !isFungible(resource) || resource === sold) throw schema.refuse(expected, schema.index - 1);
  return { resource, amount: constraint.amount, exact: constraint.type === 'ExactAmount' };
}

const MAX_FEES = 2;

/** Anthic's fee and the settlement fee, in one bucket or two. */
function takeFees(schema: Schema, resource: NodeId, buckets: Buckets): Taken[] {
  const fees: Taken[] = [];
  while (schema.is('TAKE_FROM_WORKTOP')) {
    if (fees.length === MAX_FEES) throw schema.refuse('YIELD_TO_PARENT of the fees');
    fees.push(buckets.take(schema, resource, 'a fee'));
  }
  return fees;
}

/** Some builders state that only the fee's own resource may come back as a rebate: at least 0 of it. */
function readRebateConstraint(schema: Schema, sold: NodeId): boolean {
  if (!schema.is('ASSERT_NEXT_CALL_RETURNS_ONLY')) return false;
  const { constraints } = schema.next('ASSERT_NEXT_CALL_RETURNS_ONLY', 'its rebate');
  const [entry] = constraints;
  const [resource, constraint] = entry ?? [];
  if (
    constraints.length !== 1 ||
    resource !== sold ||
    constraint?.type !== 'AtLeastAmount' ||
    constraint.amount !== 0n
  ) {
    throw schema.refuse('a rebate of at least 0 of the resource it sells', schema.index - 1);
  }
  return true;
}

function isEntireWorktop(args: readonly Value[]): boolean {
  return args.length === 1 && args[0]!.kind === 'Expression' && args[0]!.value === 'ENTIRE_WORKTOP';
}

function isEmptyTuple(args: Value): boolean {
  return args.kind === 'Tuple' && args.fields.length === 0;
}

/** Calls of the order's own account are known to the last atto; any other call may return anything. */
function findForeignCall(prefix: readonly Instruction[], account: NodeId): number | undefined {
  const index = prefix.findIndex((each) => CALLS.has(each.type) && !('address' in each && each.address === account));
  return index < 0 ? undefined : index;
}

const CALLS: ReadonlySet<InstructionType> = new Set([
  'CALL_FUNCTION',
  'CALL_METHOD',
  'CALL_ROYALTY_METHOD',
  'CALL_METADATA_METHOD',
  'CALL_ROLE_ASSIGNMENT_METHOD',
  'CALL_DIRECT_VAULT_METHOD',
]);

/** Without anything in front that could add to it, the withdrawal must pay for the trade and the fees. */
function checkCovered(withdrawn: Attos, sold: Attos, fees: readonly Attos[], prefixEnd: number): void {
  const needed = fees.reduce((sum, fee) => sum + fee, sold);
  if (prefixEnd === 0 && withdrawn < needed) {
    throw new OrderError(
      'not-a-limit-order',
      `expected to withdraw at least ${formatAmount(needed)}, got ${formatAmount(withdrawn)}`,
      { path: 'instructions[1]' },
    );
  }
}
