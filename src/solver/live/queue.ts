/** What waits for its turn, with the time after which it is worth nothing (Unix milliseconds). */
export interface Waiting {
  readonly deadline: number;
}

/** A bounded queue: the tightest deadline goes first, and what does not fit is the one with most time left. */
export class DeadlineQueue<T extends Waiting> {
  private readonly items: T[] = [];

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.items.length;
  }

  /** Adds an item and returns what had to go for it: another, or the item itself. */
  push(item: T): T | undefined {
    let at = this.items.length;
    while (at > 0 && this.items[at - 1]!.deadline > item.deadline) at--;
    this.items.splice(at, 0, item);
    return this.items.length > this.limit ? this.items.pop() : undefined;
  }

  /** The tightest deadline first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.items.values();
  }

  remove(item: T): void {
    const at = this.items.indexOf(item);
    if (at >= 0) this.items.splice(at, 1);
  }

  clear(): T[] {
    return this.items.splice(0);
  }
}
