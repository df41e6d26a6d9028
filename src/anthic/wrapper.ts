import { type Attos, formatAmount } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import type { Value } from '../sbor/value.js';
import { isAccount, XRD } from '../transaction/address.js';
import type { ResourceConstraint, ResourceConstraints } from '../transaction/constraint.js';
import type { Instruction } from '../transaction/instruction.js';
import type { Subintent } from '../transaction/model.js';
import { OrderError } from './error.js';
import { type LimitOrder, ORDER_YIELDS } from './limitOrder.js';

/** What one call of the wrapper returns of a resource: an amount, and with it perhaps all that was delivered. */
export interface Give {
  readonly resource: NodeId;
  readonly amount: Attos;
  readonly delivered: boolean;
}

/**
 * What the wrapper needs before its order can go on: an amount of one resource within the bounds, handed over with any of
 * its calls `from` to `by` (0-based, both included), in parts if need be.
 */
export interface Need {
  readonly resource: NodeId;
  readonly atLeast: Attos;
  readonly atMost: Attos | undefined;
  readonly from: number;
  readonly by: number;
}

/** A wrapper as its parent sees it: a list of calls, each with what it returns. */
export interface WrapperScript {
  readonly calls: readonly (readonly Give[])[];
  readonly need: Need;
  /** XRD it returns beyond what its order sells. */
  readonly reward: Attos;
}

const MAX_CALLS = 16;

/**
 * Reads the script of a wrapper around `order` by following its instructions, the order's part being known by its schema.
 * It is followed once for each call that may bring what the order buys. Error: `not-a-wrapper`, with the index of the
 * instruction that cannot be followed and what was expected there.
 */
export function readWrapper(wrapper: Subintent, order: LimitOrder): WrapperScript {
  const instructions = wrapper.value.intentCore.instructions.value;
  const latest = latestDelivery(instructions);
  let walk: Walk | undefined;
  let [from, by] = [latest, latest];
  let refusal: unknown;
  // From the latest delivery backwards: the range ends where an earlier one would go astray.
  for (let at = latest; at >= 0; at--) {
    if (walk !== undefined && isUntouched(instructions, at, order.buy.resource)) {
      from = at;
      continue;
    }
    const attempt = new Walk(order, at);
    try {
      attempt.run(instructions);
    } catch (error) {
      refusal ??= error;
      if (walk !== undefined) break;
      continue;
    }
    if (walk === undefined) by = at;
    else attempt.tighten(walk);
    walk = attempt;
    from = at;
  }
  if (walk === undefined) throw refusal;
  const need = { resource: order.buy.resource, atLeast: walk.atLeast, atMost: walk.atMost, from, by };
  const sold = order.sell.resource === XRD ? order.sell.amount : 0n;
  let reward = -sold;
  for (const call of walk.gives) {
    for (const give of call) if (give.resource === XRD) reward += give.amount;
  }
  return { calls: walk.gives, need, reward };
}

/** The call that must at the latest bring what the order buys: the one in which the wrapper calls it a second time. */
function latestDelivery(instructions: readonly Instruction[]): number {
  let calls = 0;
  let orderCalls = 0;
  let latest = -1;
  for (const instruction of instructions) {
    if (instruction.type === 'YIELD_TO_PARENT') calls++;
    if (instruction.type === 'YIELD_TO_CHILD' && ++orderCalls === 2) latest = calls;
  }
  if (calls > MAX_CALLS || orderCalls !== ORDER_YIELDS) {
    throw new OrderError(
      'not-a-wrapper',
      `expected ${ORDER_YIELDS} yields to the order and at most ${MAX_CALLS} to the parent, got ${orderCalls} and ${calls}`,
      { path: 'instructions' },
    );
  }
  return latest;
}

/**
 * Whether what is delivered with call `at` simply lies on the worktop until the next call, so that it may as well come
 * with that: nothing in between touches the resource, or the worktop as a whole, or asks what came.
 */
function isUntouched(instructions: readonly Instruction[], at: number, resource: NodeId): boolean {
  let calls = 0;
  for (const instruction of instructions) {
    if (calls === at && !leavesAlone(instruction, resource)) return false;
    if (instruction.type === 'YIELD_TO_PARENT' && ++calls > at) return true;
    // What a call must bring is asserted before the yield that ends the call before it.
    if (calls === at - 1 && instruction.type.startsWith('ASSERT_NEXT_CALL')) return false;
  }
  return true;
}

function leavesAlone(instruction: Instruction, resource: NodeId): boolean {
  switch (instruction.type) {
    case 'TAKE_FROM_WORKTOP':
    case 'TAKE_ALL_FROM_WORKTOP':
      return instruction.resource !== resource;
    case 'YIELD_TO_CHILD':
    case 'YIELD_TO_PARENT':
      return instruction.args.kind === 'Tuple' && instruction.args.fields.every((field) => field.kind === 'Bucket');
    default:
      return false;
  }
}

/** An amount of one resource; `delivered` says that all the root delivered is part of it. */
interface Held {
  known: Attos;
  delivered: boolean;
}

type Holdings = Map<NodeId, Held>;

interface Bucket extends Held {
  readonly resource: NodeId;
}

interface Assertion {
  readonly constraints: ResourceConstraints;
  readonly only: boolean;
}

/** Follows a wrapper's instructions with the delivered amount as the one unknown, and gathers the bounds it must keep. */
class Walk {
  readonly gives: Give[][] = [];
  atLeast: Attos = 0n;
  atMost: Attos | undefined;
  private readonly worktop: Holdings = new Map();
  private readonly buckets: (Bucket | undefined)[] = [];
  private pending: Assertion | undefined;
  private orderCalls = 0;
  private index = 0;

  constructor(
    private readonly order: LimitOrder,
    private readonly deliveredWith: number,
  ) {}

  run(instructions: readonly Instruction[]): void {
    this.receiveDelivery();
    for (; this.index < instructions.length; this.index++) this.follow(instructions[this.index]!);
    for (const [resource, held] of this.worktop) this.requireZero(held, `nothing of ${resource} left at the end`);
  }

  /** Takes over the bounds of another walk: a delivery in parts must keep those of all its calls. */
  tighten(other: Walk): void {
    if (other.atLeast > this.atLeast) this.atLeast = other.atLeast;
    if (other.atMost !== undefined && (this.atMost === undefined || other.atMost < this.atMost)) {
      this.atMost = other.atMost;
    }
  }

  private follow(instruction: Instruction): void {
    switch (instruction.type) {
      case 'YIELD_TO_CHILD':
        return this.callOrder(this.takeArguments(instruction.args));
      case 'YIELD_TO_PARENT':
        return this.yieldToRoot(this.takeArguments(instruction.args));
      case 'TAKE_FROM_WORKTOP':
        return this.take(instruction.resource, instruction.amount);
      case 'TAKE_ALL_FROM_WORKTOP':
        return this.takeAll(instruction.resource);
      case 'RETURN_TO_WORKTOP':
        return this.put(this.takeBucket(instruction.bucket));
      case 'CALL_METHOD':
        return this.callAccount(instruction);
      case 'ASSERT_WORKTOP_CONTAINS':
        return this.check(this.held(instruction.resource), { type: 'AtLeastAmount', amount: instruction.amount });
      case 'ASSERT_WORKTOP_CONTAINS_ANY':
        return this.check(this.held(instruction.resource), { type: 'NonZeroAmount' });
      case 'ASSERT_WORKTOP_RESOURCES_ONLY':
        return this.checkAll(this.worktop, { constraints: instruction.constraints, only: true });
      case 'ASSERT_WORKTOP_RESOURCES_INCLUDE':
        return this.checkAll(this.worktop, { constraints: instruction.constraints, only: false });
      case 'ASSERT_BUCKET_CONTENTS':
        return this.check(this.bucket(instruction.bucket), instruction.constraint);
      case 'ASSERT_NEXT_CALL_RETURNS_ONLY':
      case 'ASSERT_NEXT_CALL_RETURNS_INCLUDE':
        this.pending = {
          constraints: instruction.constraints,
          only: instruction.type === 'ASSERT_NEXT_CALL_RETURNS_ONLY',
        };
        return;
      case 'VERIFY_PARENT':
      case 'POP_FROM_AUTH_ZONE':
      case 'PUSH_TO_AUTH_ZONE':
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT':
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES':
      case 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL':
      case 'CLONE_PROOF':
      case 'DROP_PROOF':
      case 'DROP_ALL_PROOFS':
      case 'DROP_NAMED_PROOFS':
      case 'DROP_AUTH_ZONE_PROOFS':
      case 'DROP_AUTH_ZONE_REGULAR_PROOFS':
      case 'DROP_AUTH_ZONE_SIGNATURE_PROOFS':
        return; // moves no resources; who may do what is the concern of trust.ts and of the checker
      default:
        throw this.refuse(`an instruction whose effect on resources is known, got ${instruction.type}`);
    }
  }

  // ------------------------------------------------------------------------------------------------ calls and yields

  /** The order's part of a call, by its schema. */
  private callOrder(brought: Bucket[]): void {
    const { sell, buy, fees } = this.order;
    const returned: Bucket[] = [];
    switch (this.orderCalls++) {
      case 0:
        returned.push({ resource: sell.resource, known: sell.amount, delivered: false });
        break;
      case 1: {
        const constraint = { type: buy.exact ? 'ExactAmount' : 'AtLeastAmount', amount: buy.amount } as const;
        const [only] = brought;
        if (brought.length === 1 && only!.resource === buy.resource) this.check(only!, constraint);
        else this.checkAll(gather(brought), { constraints: [[buy.resource, constraint]], only: true });
        for (const fee of fees) returned.push({ resource: sell.resource, known: fee, delivered: false });
        break;
      }
      default:
        if (this.order.rebateOfFeeResourceOnly) {
          const constraint = { type: 'AtLeastAmount', amount: 0n } as const;
          this.checkAll(gather(brought), { constraints: [[sell.resource, constraint]], only: true });
        }
    }
    this.receive(returned);
  }

  private yieldToRoot(given: Bucket[]): void {
    const gives: Give[] = [];
    for (const [resource, { known, delivered }] of gather(given)) {
      if (known !== 0n || delivered) gives.push({ resource, amount: known, delivered });
    }
    this.gives.push(gives);
    this.receiveDelivery();
  }

  /** What the root hands over with the call that now begins. */
  private receiveDelivery(): void {
    const due = this.gives.length === this.deliveredWith;
    this.receive(due ? [{ resource: this.order.buy.resource, known: 0n, delivered: true }] : []);
  }

  /** Buckets that come back to the worktop, under the assertion of the instruction before. */
  private receive(buckets: Bucket[]): void {
    const pending = this.pending;
    this.pending = undefined;
    if (pending !== undefined) this.checkAll(gather(buckets), pending);
    for (const bucket of buckets) this.put(bucket);
  }

  private callAccount({ address, method, args }: Extract<Instruction, { type: 'CALL_METHOD' }>): void {
    if (typeof address !== 'string' || !isAccount(address)) throw this.refuse('a call of an account');
    const fields = args.kind === 'Tuple' ? args.fields : [];
    switch (method) {
      case 'withdraw': {
        const [resource, amount] = fields;
        if (resource?.kind !== 'Address' || typeof resource.value !== 'string' || amount?.kind !== 'Decimal') break;
        return this.receive([{ resource: resource.value, known: amount.value, delivered: false }]);
      }
      case 'deposit':
      case 'deposit_batch':
      case 'try_deposit_or_abort':
      case 'try_deposit_batch_or_abort':
        this.takeArguments(args);
        return this.receive([]);
      case 'lock_contingent_fee':
      case 'create_proof_of_amount':
      case 'create_proof_of_non_fungibles':
        return this.receive([]);
    }
    throw this.refuse(`an account method whose effect is known, got ${JSON.stringify(method.slice(0, 40))}`);
  }

  // ------------------------------------------------------------------------------------------- worktop and buckets

  private held(resource: NodeId): Held {
    let held = this.worktop.get(resource);
    if (held === undefined) {
      held = { known: 0n, delivered: false };
      this.worktop.set(resource, held);
    }
    return held;
  }

  private put(bucket: Bucket): void {
    const held = this.held(bucket.resource);
    held.known += bucket.known;
    held.delivered ||= bucket.delivered;
  }

  private take(resource: NodeId, amount: Attos): void {
    if (amount < 0n) throw this.refuse('an amount of at least 0');
    const held = this.held(resource);
    this.requireAtLeast(held, amount, 'so much on the worktop');
    held.known -= amount;
    this.buckets.push({ resource, known: amount, delivered: false });
  }

  private takeAll(resource: NodeId): void {
    const { known, delivered } = this.held(resource);
    this.worktop.delete(resource);
    this.buckets.push({ resource, known, delivered });
  }

  private bucket(id: number): Bucket {
    const bucket = this.buckets[id];
    if (bucket === undefined) throw this.refuse(`a bucket ${id} that exists`);
    return bucket;
  }

  private takeBucket(id: number): Bucket {
    const bucket = this.bucket(id);
    this.buckets[id] = undefined;
    return bucket;
  }

  /** All buckets that arguments hand over, wherever they stand in them. */
  private takeArguments(args: Value, into: Bucket[] = []): Bucket[] {
    switch (args.kind) {
      case 'Bucket':
        into.push(this.takeBucket(args.value));
        break;
      case 'Expression':
        if (args.value !== 'ENTIRE_WORKTOP') throw this.refuse('no proofs in arguments');
        for (const [resource, { known, delivered }] of this.worktop) into.push({ resource, known, delivered });
        this.worktop.clear();
        break;
      case 'Tuple':
      case 'Enum':
        for (const field of args.fields) this.takeArguments(field, into);
        break;
      case 'Array':
        for (const element of args.elements) this.takeArguments(element, into);
        break;
      case 'Map':
        for (const entry of args.entries) for (const part of entry) this.takeArguments(part, into);
        break;
    }
    return into;
  }

  // ---------------------------------------------------------------------------------------------------- constraints

  private checkAll(holdings: Holdings, { constraints, only }: Assertion): void {
    if (only) {
      const listed = new Set(constraints.map(([resource]) => resource));
      for (const [resource, held] of holdings) {
        if (!listed.has(resource)) this.requireZero(held, `nothing of ${resource}`);
      }
    }
    for (const [resource, constraint] of constraints) {
      this.check(holdings.get(resource) ?? { known: 0n, delivered: false }, constraint);
    }
  }

  private check(held: Held, constraint: ResourceConstraint): void {
    switch (constraint.type) {
      case 'NonZeroAmount':
        return this.requireAtLeast(held, 1n, 'some');
      case 'AtLeastAmount':
        return this.requireAtLeast(held, constraint.amount, 'at least the asserted amount');
      case 'ExactAmount':
        this.requireAtLeast(held, constraint.amount, 'exactly the asserted amount');
        return this.requireAtMost(held, constraint.amount, 'exactly the asserted amount');
      case 'General': {
        const { lowerBound, upperBound } = constraint.constraint;
        this.requireAtLeast(held, lowerBound.type === 'Inclusive' ? lowerBound.amount : 1n, 'the lower bound');
        if (upperBound.type === 'Inclusive') this.requireAtMost(held, upperBound.amount, 'the upper bound');
        return;
      }
      default:
        throw this.refuse('a constraint on amounts');
    }
  }

  private requireAtLeast(held: Held, amount: Attos, what: string): void {
    const missing = amount - held.known;
    if (held.delivered) {
      if (missing > this.atLeast) this.atLeast = missing;
      this.requirePossible(what);
    } else if (missing > 0n) {
      throw this.refuse(`${what}: ${formatAmount(amount)}, got ${formatAmount(held.known)}`);
    }
  }

  private requireAtMost(held: Held, amount: Attos, what: string): void {
    const room = amount - held.known;
    if (held.delivered) {
      if (this.atMost === undefined || room < this.atMost) this.atMost = room;
      this.requirePossible(what);
    } else if (room < 0n) {
      throw this.refuse(`${what}: ${formatAmount(amount)}, got ${formatAmount(held.known)}`);
    }
  }

  private requireZero(held: Held, what: string): void {
    this.requireAtLeast(held, 0n, what);
    this.requireAtMost(held, 0n, what);
  }

  private requirePossible(what: string): void {
    if (this.atMost !== undefined && this.atMost < this.atLeast) {
      throw this.refuse(`${what}, which no delivery can meet`);
    }
  }

  private refuse(expected: string): OrderError {
    return new OrderError('not-a-wrapper', `expected ${expected}`, { path: `instructions[${this.index}]` });
  }
}

function gather(buckets: readonly Bucket[]): Holdings {
  const holdings: Holdings = new Map();
  for (const { resource, known, delivered } of buckets) {
    const held = holdings.get(resource);
    if (held === undefined) holdings.set(resource, { known, delivered });
    else {
      held.known += known;
      held.delivered ||= delivered;
    }
  }
  return holdings;
}
