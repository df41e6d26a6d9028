import type { Bytes } from '../../src/base/bytes.js';
import type { Address, NodeId } from '../../src/sbor/custom.js';
import type { Value } from '../../src/sbor/value.js';
import type { Instruction, InstructionType } from '../../src/transaction/instruction.js';
import { NAMED_CALLS } from './arbitraryCalls.js';
import { LiveIds } from './arbitraryIds.js';
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
import { arbitraryTuple, arbitraryValue, nestedValue } from './arbitraryValue.js';
import type { Chance } from './randomBundles.js';

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
  private readonly ids: LiveIds;

  constructor(
    private readonly chance: Chance,
    private readonly options: ManifestOptions,
  ) {
    this.ids = new LiveIds(chance, options.blobs);
  }

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

  // ------------------------------------------------------------------------------------------------- invocations

  private invoke(target: number | 'parent' | 'call'): void {
    const { chance } = this;
    if (chance.often(0.1)) this.push(this.nextCallAssertion());
    if (target === 'call') {
      this.push(this.call());
      return;
    }
    const args = this.args(true);
    this.push(
      target === 'parent' ? { type: 'YIELD_TO_PARENT', args } : { type: 'YIELD_TO_CHILD', child: target, args },
    );
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
    if (chance.often(0.005)) return arbitraryValue(chance, Math.min(4, levels), this.ids.source(isYield));
    return arbitraryTuple(chance, Math.min(2 + chance.below(5), levels), this.ids.source(isYield));
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
    const namedAddress = this.chance.often(0.3) ? this.ids.namedAddress() : undefined;
    return namedAddress === undefined ? address : { namedAddress };
  }

  // ------------------------------------------------------------------------------------------- other instructions

  private takes(): Instruction {
    const { chance } = this;
    const resource = arbitraryResource(chance);
    this.ids.createBucket(resource);
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
    const bucket = this.ids.pickBucket(false);
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
        const constraint = validConstraint(chance, this.ids.buckets[bucket!]!.resource);
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
      if (type === 'DROP_NAMED_PROOFS' || type === 'DROP_ALL_PROOFS') this.ids.useAllProofs();
      return { type };
    }
    this.ids.createProof();
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
      const bucket = this.ids.useBucket();
      if (bucket === undefined) return this.takes();
      return { type: chance.often(0.5) ? 'RETURN_TO_WORKTOP' : 'BURN_RESOURCE', bucket };
    }
    const bucket = this.ids.pickBucket(false);
    if (bucket === undefined) return this.takes();
    this.ids.createProof(bucket);
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
    const proof = this.ids.pickProof();
    if (proof === undefined) return this.authZone();
    if (chance.often(0.4)) {
      this.ids.cloneProof(proof);
      return { type: 'CLONE_PROOF', proof };
    }
    this.ids.useProof(proof);
    return { type: chance.often(0.5) ? 'PUSH_TO_AUTH_ZONE' : 'DROP_PROOF', proof };
  }

  private others(): Instruction {
    const { chance } = this;
    if (this.options.isSubintent && chance.often(0.5)) return { type: 'VERIFY_PARENT', rule: arbitraryRule(chance) };
    this.ids.createAddress();
    return { type: 'ALLOCATE_GLOBAL_ADDRESS', package: arbitraryPackage(chance), blueprint: arbitraryText(chance) };
  }

  /** Uses up what must not be left over. */
  private cleanUp(): void {
    const { chance } = this;
    if (this.ids.hasLockedBucket()) {
      this.ids.useAllProofs();
      this.push({ type: chance.often(0.5) ? 'DROP_ALL_PROOFS' : 'DROP_NAMED_PROOFS' });
    }
    const fields: Value[] = [];
    for (let bucket = this.ids.useBucket(); bucket !== undefined; bucket = this.ids.useBucket()) {
      if (chance.often(0.5)) this.push({ type: 'RETURN_TO_WORKTOP', bucket });
      else fields.push({ kind: 'Bucket', value: bucket });
    }
    for (let id = this.ids.useReservation(); id !== undefined; id = this.ids.useReservation()) {
      fields.push({ kind: 'AddressReservation', value: id });
    }
    if (fields.length === 0) return;
    const args: Value = { kind: 'Tuple', fields };
    this.push({ type: 'CALL_METHOD', address: arbitraryGlobal(chance), method: 'deposit', args });
  }
}
