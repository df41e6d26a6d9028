import { type Bytes, toHex } from '../../src/base/bytes.js';
import type { NodeId } from '../../src/sbor/custom.js';
import { blake2b } from '../../src/transaction/crypto.js';
import type { IdSource } from './arbitraryValue.js';
import type { Chance } from './randomBundles.js';

interface Bucket {
  readonly resource: NodeId;
  locks: number;
  used: boolean;
}

/** What a manifest in the making has created and not yet used up: only that may be used. */
export class LiveIds {
  readonly buckets: Bucket[] = [];
  private readonly proofs: { readonly bucket: number | undefined; used: boolean }[] = [];
  private readonly reservations: { used: boolean }[] = [];

  constructor(
    private readonly chance: Chance,
    private readonly blobs: readonly Bytes[],
  ) {}

  createBucket(resource: NodeId): void {
    this.buckets.push({ resource, locks: 0, used: false });
  }

  pickBucket(unlocked: boolean): number | undefined {
    const ids = this.buckets.flatMap((bucket, id) => (bucket.used || (unlocked && bucket.locks > 0) ? [] : [id]));
    return ids.length === 0 ? undefined : this.chance.pick(ids);
  }

  useBucket(): number | undefined {
    const id = this.pickBucket(true);
    if (id !== undefined) this.buckets[id]!.used = true;
    return id;
  }

  hasLockedBucket(): boolean {
    return this.buckets.some((bucket) => !bucket.used && bucket.locks > 0);
  }

  pickProof(): number | undefined {
    const ids = this.proofs.flatMap((proof, id) => (proof.used ? [] : [id]));
    return ids.length === 0 ? undefined : this.chance.pick(ids);
  }

  createProof(bucket?: number): void {
    if (bucket !== undefined) this.buckets[bucket]!.locks++;
    this.proofs.push({ bucket, used: false });
  }

  cloneProof(id: number): void {
    this.createProof(this.proofs[id]!.bucket);
  }

  useProof(id: number): void {
    const proof = this.proofs[id]!;
    proof.used = true;
    if (proof.bucket !== undefined) this.buckets[proof.bucket]!.locks--;
  }

  useAllProofs(): void {
    for (let id = 0; id < this.proofs.length; id++) if (!this.proofs[id]!.used) this.useProof(id);
  }

  createAddress(): void {
    this.reservations.push({ used: false });
  }

  namedAddress(): number | undefined {
    return this.reservations.length === 0 ? undefined : this.chance.below(this.reservations.length);
  }

  useReservation(): number | undefined {
    const id = this.reservations.findIndex((each) => !each.used);
    if (id === -1) return undefined;
    this.reservations[id]!.used = true;
    return id;
  }

  /** For arguments, which use up what they name. Proofs stay in their intent. */
  source(isYield: boolean): IdSource {
    return {
      bucket: () => this.useBucket(),
      proof: () => {
        const id = isYield ? undefined : this.pickProof();
        if (id !== undefined) this.useProof(id);
        return id;
      },
      reservation: () => this.useReservation(),
      namedAddress: () => this.namedAddress(),
      blob: () => (this.blobs.length === 0 ? undefined : toHex(blake2b(this.chance.pick(this.blobs)))),
    };
  }
}
