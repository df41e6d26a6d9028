/**
 * How many requests a second may be made. Whoever begins something asks first; what must follow at once is charged even
 * when nothing is left, and those who come later wait the longer.
 */
export class RequestBudget {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number,
  ) {
    this.tokens = burst;
    this.filledAt = now();
  }

  charge(requests: number): void {
    this.fill();
    this.tokens -= requests;
  }

  /** How long until so many requests may begin; 0 is now. */
  waitMs(requests: number): number {
    this.fill();
    const wanted = Math.min(requests, this.burst);
    return this.tokens >= wanted ? 0 : Math.ceil(((wanted - this.tokens) * 1000) / this.perSecond);
  }

  private fill(): void {
    const now = this.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledAt) * this.perSecond) / 1000);
    this.filledAt = now;
  }
}
