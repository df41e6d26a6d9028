import type { UserTransaction } from '../ledger/transaction.js';

interface Entry {
  readonly transaction: UserTransaction;
  readonly arrival: number;
}

/** What waits for a round: taken by tip, then by age, as the nodes order theirs. */
export class Mempool {
  private readonly entries = new Map<string, Entry>();
  private arrivals = 0;

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  has(payloadHash: string): boolean {
    return this.entries.has(payloadHash);
  }

  /** False where it is full of others that tip as much. A better tip pushes out the worst. */
  add(transaction: UserTransaction): boolean {
    if (this.entries.size >= this.capacity) {
      const worst = this.sorted().at(-1);
      if (worst === undefined || worst.transaction.tipBasisPoints >= transaction.tipBasisPoints) return false;
      this.entries.delete(worst.transaction.payloadHash);
    }
    this.arrivals += 1;
    this.entries.set(transaction.payloadHash, { transaction, arrival: this.arrivals });
    return true;
  }

  /** Takes out the first `count`. */
  take(count: number): UserTransaction[] {
    const taken = this.sorted()
      .slice(0, count)
      .map(({ transaction }) => transaction);
    for (const { payloadHash } of taken) this.entries.delete(payloadHash);
    return taken;
  }

  private sorted(): Entry[] {
    return [...this.entries.values()].sort(
      (a, b) => b.transaction.tipBasisPoints - a.transaction.tipBasisPoints || a.arrival - b.arrival,
    );
  }
}
