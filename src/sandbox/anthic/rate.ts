/** Counts calls by second, and says when there are too many. */
export class RateLimit {
  private second = 0;
  private counts = new Map<string, number>();

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {}

  /** Whether one more of this caller is within the limit. */
  admits(caller: string): boolean {
    const second = Math.floor(this.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.counts = new Map();
    }
    const count = (this.counts.get(caller) ?? 0) + 1;
    this.counts.set(caller, count);
    return count <= this.perSecond;
  }
}
