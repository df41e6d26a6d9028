import type { Bytes } from '../../src/base/bytes.js';
import { toHex } from '../../src/base/bytes.js';
import type { Address, NodeId } from '../../src/sbor/custom.js';
import type { Value } from '../../src/sbor/value.js';
import { blake2b } from '../../src/transaction/crypto.js';
import type { Instruction, InstructionType } from '../../src/transaction/instruction.js';
import {
  arbitraryAmount,
  arbitraryGlobal,
  arbitraryIds,
  arbitraryInternal,
  arbitraryNonFungible,
  arbitraryPackage,
  arbitraryResource,
  arbitrarySigned,
  arbitraryText,
} from './arbitraryLeaf.js';
import { arbitraryRule, validConstraint, validConstraints } from './arbitraryRule.js';
import { arbitraryTuple, arbitraryValue, type IdSource, nestedValue } from './arbitraryValue.js';
import { NAMED_CALLS } from './arbitraryCalls.js';
import type { Chance } from './randomBundles.js';

interface Bucket {
  readonly resource: NodeId;
  locks: number;
  used: boolean;
}

export interface ManifestOptions {
  readonly isSubintent: boolean;
  readonly blobs: readonly Bytes[];
  /** How often to yield to each child. */
  readonly yieldsToChild: readonly number[];
  /** How often to yield to the parent, the last one included; 0 for a root. */
  readonly yieldsToParent: number;
  readonly length: number;
  /** How deep arguments may nest where the intent stands. */
  readonly levels: number;
}

/** A manifest that keeps all rules. */
export function arbitraryManifest(chance: Chance, options: ManifestOptions): Instruction[] {
  return new ManifestMaker(chance, options).make();
}

const INVOCATIONS = [
  'CALL_FUNCTION',
  'CALL_METHOD',
  'CALL_ROYALTY_METHOD',
  'CALL_METADATA_METHOD',
  'CALL_ROLE_ASSIGNMENT_METHOD',
  'CALL_DIRECT_VAULT_METHOD',
] as const satisfies readonly InstructionType[];

/** Follows what the instructions made so far have created and used up, as the rules do. */
class ManifestMaker {
  private readonly instructions: Instruction[] = [];
  private readonly buckets: Bucket[] = [];
  private readonly proofs: { bucket: number | undefined; used: boolean }[] = [];
  private readonly reservations: { used: boolean }[] = [];

  constructor(
    private readonly chance: Chance,
    private readonly options: ManifestOptions,
  ) {}

  make(): Instruction[] {
    const { chance, options } = this;
    const yields = options.yieldsToChild.flatMap((count, child) => new Array<number>(count).fill(child));
    const toParent = new Array<'parent'>(Math.max(0, options.yieldsToParent - 1)).fill('parent');
    const free = new Array<'free'>(options.length).fill('free');
    for (const step of chance.shuffle([...yields, ...toParent, ...free])) {
      if (step === 'free') this.step();
      else this.invoke(step);
    }
    this.cleanUp();
    if (options.yieldsToParent > 0) this.invoke('parent');
    return this.instructions;
  }

  private push(instruction: Instruction): void {
    this.instructions.push(instruction);
  }

  private step(): void {
    const { chance } = this;
    if (chance.often(0.3)) {
      this.invoke('call');
      return;
    }
    const steps = [this.takes, this.assertions, this.authZone, this.bucketUses, this.proofUses, this.others];
    this.push(chance.pick(steps).call(this));
  }

  // ------------------------------------------------------------------------------------------------------------ ids

  private pickBucket(unlocked: boolean): number | undefined {
    const ids = this.buckets.flatMap((bucket, id) => (bucket.used || (unlocked && bucket.locks > 0) ? [] : [id]));
    return ids.length === 0 ? undefined : this.chance.pick(ids);
  }

  private pickProof(): number | undefined {
    const ids = this.proofs.flatMap((proof, id) => (proof.used ? [] : [id]));
    return ids.length === 0 ? undefined : this.chance.pick(ids);
  }

  private useBucket(): number | undefined {
    const id = this.pickBucket(true);
    if (id !== undefined) this.buckets[id]!.used = true;
    return id;
  }

  private createProof(bucket?: number): void {
    if (bucket !== undefined) this.buckets[bucket]!.locks++;
    this.proofs.push({ bucket, used: false });
  }

  private useProof(id: number): void {
    const proof = this.proofs[id]!;
    proof.used = true;
    if (proof.bucket !== undefined) this.buckets[proof.bucket]!.locks--;
  }

  private useAllProofs(): void {
    for (let id = 0; id < this.proofs.length; id++) if (!this.proofs[id]!.used) this.useProof(id);
  }

  private ids(isYield: boolean): IdSource {
    const { chance, reservations } = this;
    return {
      bucket: () => this.useBucket(),
      proof: () => {
        const id = isYield ? undefined : this.pickProof();
        if (id !== undefined) this.useProof(id);
        return id;
      },
      reservation: () => {
        const id = reservations.findIndex((each) => !each.used);
        if (id === -1) return undefined;
        reservations[id]!.used = true;
        return id;
      },
      namedAddress: () => (reservations.length === 0 ? undefined : chance.below(reservations.length)),
      blob: () => (this.options.blobs.length === 0 ? undefined : toHex(blake2b(chance.pick(this.options.blobs)))),
    };
  }

  // ------------------------------------------------------------------------------------------------- invocations

  private invoke(target: number | 'parent' | 'call'): void {
    const { chance } = this;
    if (chance.often(0.1)) this.push(this.nextCallAssertion());
    if (target === 'call') {
      this.push(this.call());
      return;
    }
    const args = this.args(true);
    this.push(target === 'parent' ? { type: 'YIELD_TO_PARENT', args } : { type: 'YIELD_TO_CHILD', child: target, args });
  }

  private nextCallAssertion(): Instruction {
    const constraints = validConstraints(this.chance);
    return this.chance.often(0.5)
      ? { type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints }
      : { type: 'ASSERT_NEXT_CALL_RETURNS_INCLUDE', constraints };
  }

  /** Mostly a tuple; sometimes as deep as may be, sometimes a bare value (docs/protocol.md §4). */
  private args(isYield: boolean): Value {
    const { chance } = this;
    const { levels } = this.options;
    if (chance.often(0.03)) return { kind: 'Tuple', fields: [nestedValue(chance, levels - 1)] };
    if (chance.often(0.005)) return arbitraryValue(chance, Math.min(4, levels), this.ids(isYield));
    return arbitraryTuple(chance, Math.min(2 + chance.below(5), levels), this.ids(isYield));
  }

  private call(): Instruction {
    const { chance } = this;
    const named = chance.often(0.15) ? chance.pick(NAMED_CALLS) : undefined;
    if (named !== undefined) return { ...named, args: this.args(false) } as Instruction;
    const type = chance.pick(INVOCATIONS);
    const method = arbitraryText(chance);
    if (type === 'CALL_FUNCTION') {
      const target = this.namedOr(arbitraryPackage(chance));
      return { type, package: target, blueprint: arbitraryText(chance), function: method, args: this.args(false) };
    }
    if (type === 'CALL_DIRECT_VAULT_METHOD') {
      return { type, address: arbitraryInternal(chance), method, args: this.args(false) };
    }
    return { type, address: this.namedOr(arbitraryGlobal(chance)), method, args: this.args(false) };
  }

  private namedOr(address: NodeId): Address {
    const { chance, reservations } = this;
    if (reservations.length === 0 || chance.often(0.7)) return address;
    return { namedAddress: chance.below(reservations.length) };
  }

  // ------------------------------------------------------------------------------------------- other instructions

  private takes(): Instruction {
    const { chance } = this;
    const resource = arbitraryResource(chance);
    this.buckets.push({ resource, locks: 0, used: false });
    switch (chance.below(3)) {
      case 0:
        return { type: 'TAKE_FROM_WORKTOP', resource, amount: arbitrarySigned(chance, 192) };
      case 1:
        return { type: 'TAKE_NON_FUNGIBLES_FROM_WORKTOP', resource, ids: this.idList() };
      default:
        return { type: 'TAKE_ALL_FROM_WORKTOP', resource };
    }
  }

  /** A list, not a set: repetitions are legal. */
  private idList(): string[] {
    const ids = arbitraryIds(this.chance);
    return ids.length > 0 && this.chance.often(0.2) ? [...ids, ids[0]!] : ids;
  }

  private assertions(): Instruction {
    const { chance } = this;
    const bucket = this.pickBucket(false);
    switch (chance.below(bucket === undefined ? 5 : 6)) {
      case 0:
        return {
          type: 'ASSERT_WORKTOP_CONTAINS',
          resource: arbitraryResource(chance),
          amount: arbitraryAmount(chance),
        };
      case 1:
        return {
          type: 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES',
          resource: arbitraryNonFungible(chance),
          ids: this.idList(),
        };
      case 2:
        return { type: 'ASSERT_WORKTOP_CONTAINS_ANY', resource: arbitraryResource(chance) };
      case 3:
        return { type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: validConstraints(chance) };
      case 4:
        return { type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE', constraints: validConstraints(chance) };
      default: {
        const constraint = validConstraint(chance, this.buckets[bucket!]!.resource);
        return { type: 'ASSERT_BUCKET_CONTENTS', bucket: bucket!, constraint };
      }
    }
  }

  private authZone(): Instruction {
    const { chance } = this;
    const resource = arbitraryResource(chance);
    const drops = [
      'DROP_AUTH_ZONE_PROOFS',
      'DROP_AUTH_ZONE_REGULAR_PROOFS',
      'DROP_AUTH_ZONE_SIGNATURE_PROOFS',
      'DROP_NAMED_PROOFS',
      'DROP_ALL_PROOFS',
    ] as const;
    const choice = chance.below(5);
    if (choice === 4) {
      const type = chance.pick(drops);
      if (type === 'DROP_NAMED_PROOFS' || type === 'DROP_ALL_PROOFS') this.useAllProofs();
      return { type };
    }
    this.createProof();
    switch (choice) {
      case 0:
        return { type: 'POP_FROM_AUTH_ZONE' };
      case 1:
        return {
          type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT',
          resource,
          amount: arbitrarySigned(chance, 192),
        };
      case 2:
        return { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES', resource, ids: this.idList() };
      default:
        return { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource };
    }
  }

  private bucketUses(): Instruction {
    const { chance } = this;
    if (chance.often(0.4)) {
      const bucket = this.useBucket();
      if (bucket === undefined) return this.takes();
      return { type: chance.often(0.5) ? 'RETURN_TO_WORKTOP' : 'BURN_RESOURCE', bucket };
    }
    const bucket = this.pickBucket(false);
    if (bucket === undefined) return this.takes();
    this.createProof(bucket);
    switch (chance.below(3)) {
      case 0:
        return { type: 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT', bucket, amount: arbitrarySigned(chance, 192) };
      case 1:
        return { type: 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES', bucket, ids: this.idList() };
      default:
        return { type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket };
    }
  }

  private proofUses(): Instruction {
    const { chance } = this;
    const proof = this.pickProof();
    if (proof === undefined) return this.authZone();
    if (chance.often(0.4)) {
      this.createProof(this.proofs[proof]!.bucket);
      return { type: 'CLONE_PROOF', proof };
    }
    this.useProof(proof);
    return { type: chance.often(0.5) ? 'PUSH_TO_AUTH_ZONE' : 'DROP_PROOF', proof };
  }

  private others(): Instruction {
    const { chance } = this;
    if (this.options.isSubintent && chance.often(0.5)) return { type: 'VERIFY_PARENT', rule: arbitraryRule(chance) };
    this.reservations.push({ used: false });
    return { type: 'ALLOCATE_GLOBAL_ADDRESS', package: arbitraryPackage(chance), blueprint: arbitraryText(chance) };
  }

  /** Uses up what must not be left over. */
  private cleanUp(): void {
    const { chance } = this;
    if (this.buckets.some((bucket) => !bucket.used && bucket.locks > 0)) {
      this.useAllProofs();
      this.push({ type: chance.often(0.5) ? 'DROP_ALL_PROOFS' : 'DROP_NAMED_PROOFS' });
    }
    const fields: Value[] = [];
    for (let bucket = this.useBucket(); bucket !== undefined; bucket = this.useBucket()) {
      if (chance.often(0.5)) this.push({ type: 'RETURN_TO_WORKTOP', bucket });
      else fields.push({ kind: 'Bucket', value: bucket });
    }
    this.reservations.forEach((each, value) => {
      if (!each.used) fields.push({ kind: 'AddressReservation', value });
      each.used = true;
    });
    if (fields.length === 0) return;
    const args: Value = { kind: 'Tuple', fields };
    this.push({ type: 'CALL_METHOD', address: arbitraryGlobal(chance), method: 'deposit', args });
  }
}

