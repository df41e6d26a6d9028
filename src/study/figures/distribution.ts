/** Neighbouring buckets differ by 1 %: a quantile is within half of that. */
const RATIO = 1.01;
const LOG_RATIO = Math.log(RATIO);

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Quantiles of any number of measurements in little memory: counts by the logarithm of the value. Extremes are exact.
 * Negative values count as 0: a clock that was set back measured nothing.
 */
export class Distribution {
  count = 0;
  private max = 0;
  private zeros = 0;
  private readonly buckets = new Map<number, number>();

  add(value: number): void {
    this.count++;
    if (!(value > 0)) {
      this.zeros++;
      return;
    }
    if (value > this.max) this.max = value;
    const index = Math.ceil(Math.log(value) / LOG_RATIO);
    this.buckets.set(index, (this.buckets.get(index) ?? 0) + 1);
  }

  /** Undefined where nothing was measured. */
  get quantiles(): Quantiles | undefined {
    if (this.count === 0) return undefined;
    const indexes = [...this.buckets.keys()].sort((a, b) => a - b);
    const at = (share: number): number => {
      const rank = Math.ceil(this.count * share);
      let seen = this.zeros;
      if (seen >= rank) return 0;
      for (const index of indexes) {
        seen += this.buckets.get(index)!;
        if (seen >= rank) return Math.min(this.max, middle(index));
      }
      return this.max;
    };
    return { count: this.count, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: this.max };
  }

  /** Counts between powers of `base`, without gaps, for a chart: each from its `from` on. */
  histogram(base: number): { readonly from: number; readonly to: number; readonly count: number }[] {
    const counts = new Map<number, number>();
    if (this.zeros > 0) counts.set(0, this.zeros);
    for (const [index, count] of this.buckets) {
      const power = Math.max(0, Math.floor(Math.log(middle(index)) / Math.log(base) + 1e-9));
      counts.set(power, (counts.get(power) ?? 0) + count);
    }
    if (counts.size === 0) return [];
    const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
    return Array.from({ length: last - first + 1 }, (_, offset) => {
      const power = first + offset;
      return { from: power === 0 ? 0 : base ** power, to: base ** (power + 1), count: counts.get(power) ?? 0 };
    });
  }
}

function middle(index: number): number {
  return RATIO ** (index - 0.5);
}
