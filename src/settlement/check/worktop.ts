import type { LocalId, NodeId } from '../../sbor/custom.js';
import { Bucket } from './asset.js';
import { CheckError } from './error.js';

/** How a take or put went, which is what it costs. */
export type TakeKind = 'none' | 'whole' | 'part';
export type PutKind = 'new' | 'merged' | 'dropped';

/**
 * An intent's worktop: one bucket per resource, in the engine's order (docs/protocol.md §11 C2). It is an
 * insertion-ordered map whose removal swaps the last entry into the gap, and it never holds an empty bucket.
 */
export class Worktop {
  readonly buckets: Bucket[] = [];
  /** How the last operation went. */
  took: TakeKind = 'none';

  private find(resource: NodeId): number {
    const { buckets } = this;
    for (let i = 0; i < buckets.length; i++) if (buckets[i]!.resource === resource) return i;
    return -1;
  }

  get(resource: NodeId): Bucket | undefined {
    // An array asked for its element -1 looks it up by name, which is slow.
    for (const bucket of this.buckets) if (bucket.resource === resource) return bucket;
    return undefined;
  }

  put(bucket: Bucket): PutKind {
    if (bucket.amount === 0n) {
      bucket.unlocked();
      return 'dropped';
    }
    const there = this.get(bucket.resource);
    if (there === undefined) {
      this.buckets.push(bucket);
      return 'new';
    }
    there.merge(bucket.unlocked());
    return 'merged';
  }

  take(resource: NodeId, amount: bigint): Bucket {
    if (amount === 0n) {
      this.took = 'none';
      return Bucket.of(resource, 0n);
    }
    const at = this.find(resource);
    const there = this.buckets[at];
    if (there === undefined || there.amount < amount) {
      throw new CheckError(
        'WorktopInsufficient',
        `expected at least ${amount} attos of ${resource} on the worktop, got ${there?.amount ?? 0n}`,
      );
    }
    if (there.amount === amount) return this.remove(at);
    if (amount < 0n) throw new CheckError('InvalidAmount', `expected an amount of at least 0, got ${amount} attos`);
    this.took = 'part';
    return there.split(amount);
  }

  takeIds(resource: NodeId, ids: readonly LocalId[]): Bucket {
    if (ids.length === 0) {
      this.took = 'none';
      return Bucket.ofIds(resource, []);
    }
    const at = this.find(resource);
    const there = this.buckets[at];
    const has = there?.ids;
    if (there === undefined || (has !== undefined && !ids.every((id) => has.includes(id)))) {
      throw new CheckError('WorktopInsufficient', `expected ${ids.join(', ')} of ${resource} on the worktop`);
    }
    if (has !== undefined && has.length === ids.length) return this.remove(at);
    this.took = 'part';
    return there.splitIds(ids);
  }

  takeAll(resource: NodeId): Bucket {
    const at = this.find(resource);
    if (at >= 0) return this.remove(at);
    this.took = 'none';
    return Bucket.of(resource, 0n);
  }

  private remove(at: number): Bucket {
    const { buckets } = this;
    const whole = buckets[at]!;
    const last = buckets.pop()!;
    if (at < buckets.length) buckets[at] = last;
    this.took = 'whole';
    return whole;
  }

  drain(): Bucket[] {
    return this.buckets.splice(0);
  }
}
