import { units } from '../../base/amount.js';
import type { LocalId, NodeId } from '../../sbor/custom.js';
import { isFungible } from '../../transaction/address.js';
import { CheckError } from './error.js';

/** Non-fungible ids that nobody can know beforehand: a withdrawal by number takes the vault's choice. */
export const UNKNOWN_IDS = undefined;

/** A bucket: so much of one resource, and for a non-fungible one which (where that is known). */
export class Bucket {
  /** What proofs hold of it: each an amount, or ids. As long as there is one the bucket can only be looked at. */
  readonly locks: Proof[] = [];

  constructor(
    readonly resource: NodeId,
    public amount: bigint,
    public ids: LocalId[] | undefined,
  ) {}

  static of(resource: NodeId, amount: bigint): Bucket {
    return new Bucket(resource, amount, isFungible(resource) || amount !== 0n ? UNKNOWN_IDS : []);
  }

  static ofIds(resource: NodeId, ids: readonly LocalId[]): Bucket {
    return new Bucket(resource, units(ids.length), [...ids]);
  }

  /** What proofs leave free: the engine locks the greatest amount any one proof shows. */
  get free(): bigint {
    let locked = 0n;
    for (const proof of this.locks) if (proof.amount > locked) locked = proof.amount;
    return this.amount - locked;
  }

  /** Before a bucket is merged, deposited or dropped nothing may lock it. */
  unlocked(): this {
    if (this.locks.length > 0) throw new CheckError('BucketLocked', 'expected a bucket without proofs made of it');
    return this;
  }

  /** Moves `amount` out into a new bucket. */
  split(amount: bigint): Bucket {
    if (this.free < amount) throw new CheckError('BucketLocked', 'expected enough outside of what proofs lock');
    this.amount -= amount;
    // Which non-fungibles a take by number moves is the engine's choice; from here on neither part is known.
    if (this.ids !== undefined) this.ids = UNKNOWN_IDS;
    return Bucket.of(this.resource, amount);
  }

  /** Moves ids out into a new bucket. */
  splitIds(ids: readonly LocalId[]): Bucket {
    const taken = Bucket.ofIds(this.resource, ids);
    if (this.locks.length > 0) throw new CheckError('BucketLocked', 'expected ids that no proof locks');
    this.amount -= taken.amount;
    this.ids = this.ids?.filter((id) => !ids.includes(id));
    return taken;
  }

  merge(other: Bucket): void {
    this.amount += other.amount;
    this.ids = this.ids === undefined || other.ids === undefined ? UNKNOWN_IDS : [...this.ids, ...other.ids];
  }
}

/** A proof of an amount, or of ids. `assumed` marks one that came out of a call whose result cannot be known. */
export class Proof {
  constructor(
    readonly resource: NodeId,
    readonly amount: bigint,
    readonly ids: readonly LocalId[] | undefined,
    /** Where the resources stand: buckets, or vaults by their account. */
    readonly evidence: readonly Evidence[],
  ) {
    for (const { bucket, vault } of evidence) (bucket ?? vault)?.locks.push(this);
  }

  clone(): Proof {
    return new Proof(this.resource, this.amount, this.ids, this.evidence);
  }

  /** The end of the proof frees what it locked. */
  drop(): void {
    for (const { bucket, vault } of this.evidence) {
      const locks = (bucket ?? vault)?.locks ?? [];
      const at = locks.indexOf(this);
      if (at >= 0) locks.splice(at, 1);
    }
  }
}

/** What proofs hold of an account's vault. */
export interface VaultLocks {
  readonly locks: Proof[];
}

export interface Evidence {
  readonly bucket?: Bucket;
  readonly account?: NodeId;
  readonly vault?: VaultLocks;
  readonly amount: bigint;
  readonly ids: readonly LocalId[] | undefined;
}
