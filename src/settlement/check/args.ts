import { toHex } from '../../base/bytes.js';
import type { LocalId } from '../../sbor/custom.js';
import type { Value } from '../../sbor/value.js';
import type { ResourceConstraint, ResourceConstraints } from '../../transaction/constraint.js';
import { blake2b } from '../../transaction/crypto.js';
import type { Bucket, Proof } from './asset.js';
import { CheckError } from './error.js';
import type { Step } from './execution.js';
import type { Thread } from './thread.js';

/** Arguments as they reach the other side: what they move, and how long they are once the engine has encoded them. */
export interface Arguments {
  readonly bytes: number;
  readonly buckets: Bucket[];
  readonly proofs: Proof[];
}

const OWNED = 30;
const PREFIX_AND_KIND = 2;

/** Length of an SBOR size. */
function sizeLength(size: number): number {
  return size < 0x80 ? 1 : size < 0x4000 ? 2 : size < 0x200000 ? 3 : 4;
}

/** Body lengths in Scrypto SBOR of values whose length is fixed (docs/protocol.md §1.6, §12.1). */
const FIXED: Partial<Record<Value['kind'], number>> = {
  Bool: 1,
  I8: 1,
  U8: 1,
  I16: 2,
  U16: 2,
  I32: 4,
  U32: 4,
  I64: 8,
  U64: 8,
  I128: 16,
  U128: 16,
  Address: 30,
  Decimal: 24,
  PreciseDecimal: 32,
};

/**
 * Resolves arguments left to right (docs/protocol.md §6.2): named buckets and proofs move in, ENTIRE_WORKTOP becomes the
 * list of the worktop's buckets, ENTIRE_AUTH_ZONE that of its proofs.
 */
export function resolve(args: Value, thread: Thread, steps: Step[]): Arguments {
  const resolver = new Resolver(thread, steps);
  return { bytes: PREFIX_AND_KIND + resolver.body(args), buckets: resolver.buckets, proofs: resolver.proofs };
}

class Resolver {
  readonly buckets: Bucket[] = [];
  readonly proofs: Proof[] = [];

  constructor(
    private readonly thread: Thread,
    private readonly steps: Step[],
  ) {}

  body(value: Value): number {
    switch (value.kind) {
      case 'Tuple':
        return this.fields(value.fields);
      case 'Bucket':
        this.buckets.push(this.thread.takeBucket(value.value));
        return OWNED;
      case 'Expression':
        return this.expression(value.value === 'ENTIRE_WORKTOP');
      case 'Proof':
        this.proofs.push(this.thread.takeProof(value.value));
        return OWNED;
      case 'Enum':
        return 1 + this.fields(value.fields);
      case 'Array': {
        let length = 1 + sizeLength(value.elements.length);
        for (const element of value.elements) length += this.body(element);
        return length;
      }
      case 'Map': {
        let length = 2 + sizeLength(value.entries.length);
        for (const [key, item] of value.entries) length += this.body(key) + this.body(item);
        return length;
      }
      case 'String':
        return block(Buffer.byteLength(value.value));
      case 'Bytes':
        return 1 + block(value.value.length);
      case 'Blob':
        return 1 + block(this.thread.blobLength(value.value, (blob) => toHex(blake2b(blob))));
      case 'NonFungibleLocalId':
        return localIdLength(value.value);
      case 'AddressReservation':
        throw new CheckError('Unsupported', 'address reservations are not followed');
      default:
        if (value.kind === 'Address' && typeof value.value !== 'string') {
          throw new CheckError('Unsupported', 'named addresses are not followed');
        }
        return FIXED[value.kind]!;
    }
  }

  private fields(fields: readonly Value[]): number {
    let length = sizeLength(fields.length);
    for (const field of fields) length += 1 + this.body(field);
    return length;
  }

  private expression(worktop: boolean): number {
    const { thread } = this;
    let count: number;
    if (worktop) {
      const buckets = thread.worktop.drain();
      count = buckets.length;
      this.steps.push({ op: 'drain', intent: thread.index });
      for (const bucket of buckets) this.buckets.push(bucket);
    } else {
      thread.zone.open = false;
      const proofs = thread.zone.proofs.splice(0);
      count = proofs.length;
      this.steps.push({ op: 'drain-zone', intent: thread.index, proofs });
      for (const proof of proofs) this.proofs.push(proof);
    }
    return 1 + sizeLength(count) + OWNED * count;
  }
}

function block(length: number): number {
  return sizeLength(length) + length;
}

/** Body length of a local id: its kind, and for text and bytes the size. */
export function localIdLength(id: LocalId): number {
  switch (id.charAt(0)) {
    case '#':
      return 1 + 8;
    case '{':
      return 1 + 32;
    case '[':
      return 1 + block((id.length - 2) / 2);
    default:
      return 1 + block(id.length - 2);
  }
}

/** Length of a list of ids: element kind, size, bodies. */
export function localIdsLength(ids: readonly LocalId[]): number {
  let length = 1 + sizeLength(ids.length);
  for (const id of ids) length += localIdLength(id);
  return length;
}

const ADDRESS = 30;
const DECIMAL = 24;

/** Length of constraints as the engine passes them to the worktop: a map of addresses to enums. */
export function constraintsLength(constraints: ResourceConstraints): number {
  let length = 2 + sizeLength(constraints.length);
  for (const [, constraint] of constraints) length += ADDRESS + constraintLength(constraint);
  return length;
}

function constraintLength(constraint: ResourceConstraint): number {
  const variant = 1 + 1;
  switch (constraint.type) {
    case 'NonZeroAmount':
      return variant;
    case 'ExactAmount':
    case 'AtLeastAmount':
      return variant + 1 + DECIMAL;
    case 'ExactNonFungibles':
    case 'AtLeastNonFungibles':
      return variant + 1 + localIdsLength(constraint.ids);
    case 'General': {
      const { requiredIds, lowerBound, upperBound, allowedIds } = constraint.constraint;
      const bound = (inclusive: boolean): number => 1 + variant + (inclusive ? 1 + DECIMAL : 0);
      const allowed = 1 + variant + (allowedIds.type === 'Allowlist' ? 1 + localIdsLength(allowedIds.ids) : 0);
      const bounds = bound(lowerBound.type === 'Inclusive') + bound(upperBound.type === 'Inclusive');
      return variant + 1 + 1 + (1 + localIdsLength(requiredIds)) + bounds + allowed;
    }
  }
}
