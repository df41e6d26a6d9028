import type { Address, NodeId } from '../../sbor/custom.js';
import { broken } from './error.js';

/** In place of the bucket of a proof that was made from the auth zone: it locks none. */
export const NO_BUCKET = -1;

/**
 * What a manifest has created and used up so far. Ids are given out in order of creation, per kind, per intent
 * (docs/protocol.md §4); all but named addresses can be used up once.
 */
export class ManifestIds {
  // One array per property, indexed by id: a state object per id would be garbage within microseconds.
  private readonly bucketResources: NodeId[] = [];
  private readonly bucketLocks: number[] = [];
  private readonly bucketUsed: boolean[] = [];
  private readonly proofBuckets: number[] = [];
  private readonly proofUsed: boolean[] = [];
  private readonly reservationUsed: boolean[] = [];
  private namedAddresses = 0;

  createBucket(resource: NodeId): void {
    this.bucketResources.push(resource);
    this.bucketLocks.push(0);
    this.bucketUsed.push(false);
  }

  /** The resource that an unused bucket was taken of. */
  resourceOf(bucket: number): NodeId {
    if (bucket >= this.bucketUsed.length) {
      const known = `one of ${this.bucketUsed.length} buckets`;
      throw broken('BucketNotYetCreated', `expected ${known}, got bucket ${bucket}`);
    }
    if (this.bucketUsed[bucket]) throw broken('BucketAlreadyUsed', `expected an unused bucket, got bucket ${bucket}`);
    return this.bucketResources[bucket]!;
  }

  useBucket(bucket: number): void {
    this.resourceOf(bucket);
    const locks = this.bucketLocks[bucket];
    if (locks !== 0) {
      const message = `expected a bucket that no proof locks, got bucket ${bucket} with ${locks}`;
      throw broken('BucketConsumedWhilstLockedByProof', message);
    }
    this.bucketUsed[bucket] = true;
  }

  createProof(bucket = NO_BUCKET): void {
    if (bucket !== NO_BUCKET) {
      this.resourceOf(bucket);
      this.bucketLocks[bucket]!++;
    }
    this.proofBuckets.push(bucket);
    this.proofUsed.push(false);
  }

  /** A clone locks what its original locks. */
  cloneProof(proof: number): void {
    this.checkProof(proof);
    this.createProof(this.proofBuckets[proof]);
  }

  useProof(proof: number): void {
    this.checkProof(proof);
    this.proofUsed[proof] = true;
    const bucket = this.proofBuckets[proof]!;
    if (bucket !== NO_BUCKET) this.bucketLocks[bucket]!--;
  }

  useAllProofs(): void {
    for (let proof = 0; proof < this.proofUsed.length; proof++) if (!this.proofUsed[proof]) this.useProof(proof);
  }

  private checkProof(proof: number): void {
    if (proof >= this.proofUsed.length) {
      throw broken('ProofNotYetCreated', `expected one of ${this.proofUsed.length} proofs, got proof ${proof}`);
    }
    if (this.proofUsed[proof]) throw broken('ProofAlreadyUsed', `expected an unused proof, got proof ${proof}`);
  }

  createAddress(): void {
    this.reservationUsed.push(false);
    this.namedAddresses++;
  }

  /** A static address is any manifest's to name. */
  checkAddress(address: Address): void {
    if (typeof address !== 'string' && address.namedAddress >= this.namedAddresses) {
      const known = `one of ${this.namedAddresses} named addresses`;
      throw broken('NamedAddressNotYetCreated', `expected ${known}, got named address ${address.namedAddress}`);
    }
  }

  useReservation(id: number): void {
    const count = this.reservationUsed.length;
    if (id >= count) {
      throw broken('AddressReservationNotYetCreated', `expected one of ${count} address reservations, got ${id}`);
    }
    if (this.reservationUsed[id]) {
      throw broken('AddressReservationAlreadyUsed', `expected an unused address reservation, got ${id}`);
    }
    this.reservationUsed[id] = true;
  }

  /** Nothing may be left over but proofs, which the engine drops. */
  checkNoneLeft(): void {
    const bucket = this.bucketUsed.indexOf(false);
    if (bucket !== -1) throw broken('DanglingBucket', `expected every bucket used up, got bucket ${bucket} left over`);
    const reservation = this.reservationUsed.indexOf(false);
    if (reservation !== -1) {
      const message = `expected every address reservation used up, got ${reservation} left over`;
      throw broken('DanglingAddressReservation', message);
    }
  }
}
