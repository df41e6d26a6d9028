import type { NodeId } from '../../sbor/custom.js';
import type { ResourceConstraints } from '../../transaction/constraint.js';
import type { Instruction } from '../../transaction/instruction.js';
import type { IntentCore } from '../../transaction/model.js';
import type { Bucket, Proof } from './asset.js';
import { CheckError } from './error.js';
import { Worktop } from './worktop.js';
import { AuthZone, type Badge } from './zone.js';

/** A next-call assertion that waits for what the next invocation brings. */
export interface Pending {
  readonly constraints: ResourceConstraints;
  readonly only: boolean;
}

/** One intent while it runs: its own worktop, auth zone and named objects; nothing of it is seen by others. */
export class Thread {
  readonly instructions: readonly Instruction[];
  /** The next instruction. */
  at = 0;
  readonly worktop = new Worktop();
  readonly zone: AuthZone;
  /** Indices of the children's threads. */
  readonly children: number[] = [];
  done = false;
  pending: Pending | undefined;
  /** After a call that nobody can follow, and until the next yield, the worktop may hold more than is known. */
  open = false;
  private readonly buckets: (Bucket | undefined)[] = [];
  /** Named proofs: a map whose removal swaps (docs/protocol.md §11 C3). */
  readonly proofs: { id: number; proof: Proof }[] = [];
  private proofIds = 0;

  constructor(
    readonly index: number,
    readonly core: IntentCore,
    badges: readonly Badge[],
  ) {
    this.instructions = core.instructions.value;
    this.zone = new AuthZone(badges);
  }

  name(bucket: Bucket): void {
    this.buckets.push(bucket);
  }

  bucket(id: number): Bucket {
    const bucket = this.buckets[id];
    if (bucket === undefined) throw new CheckError('BucketMissing', `expected bucket ${id} to exist and be unused`);
    return bucket;
  }

  takeBucket(id: number): Bucket {
    const bucket = this.bucket(id);
    this.buckets[id] = undefined;
    return bucket;
  }

  /** A bucket that was never used up is owned by the intent when it ends, which fails. */
  leftover(): NodeId | undefined {
    return this.buckets.find((bucket) => bucket !== undefined)?.resource;
  }

  nameProof(proof: Proof): void {
    this.proofs.push({ id: this.proofIds++, proof });
  }

  proof(id: number): Proof {
    const named = this.proofs.find((each) => each.id === id);
    if (named === undefined) throw new CheckError('ProofMissing', `expected proof ${id} to exist and be unused`);
    return named.proof;
  }

  takeProof(id: number): Proof {
    const proof = this.proof(id);
    const at = this.proofs.findIndex((each) => each.id === id);
    const last = this.proofs.pop()!;
    if (at < this.proofs.length) this.proofs[at] = last;
    return proof;
  }

  /** Length of a blob by its hash. */
  blobLength(hash: string, hashOf: (blob: Uint8Array) => string): number {
    const blob = this.core.blobs.find((each) => hashOf(each) === hash);
    if (blob === undefined) throw new CheckError('BlobMissing', `expected a blob of hash ${hash}`);
    return blob.length;
  }
}
