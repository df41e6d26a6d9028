import { formatAmount } from '../../src/base/amount.js';

interface Sum {
  cases: number;
  roots: number;
  best: bigint;
  single: bigint;
}

/** What both policies earned, by how many bundles waited. */
export class MergeTally {
  compared = 0;
  differ = 0;
  private readonly sums = new Map<number, Sum>();
  private readonly withBroke = { best: 0n, single: 0n };

  solvent(waiting: number, roots: number, best: bigint, single: bigint): void {
    const sum = this.sums.get(waiting) ?? { cases: 0, roots: 0, best: 0n, single: 0n };
    this.sums.set(waiting, sum);
    sum.cases++;
    sum.roots += roots;
    sum.best += best;
    sum.single += single;
  }

  broke(best: bigint, single: bigint): void {
    this.withBroke.best += best;
    this.withBroke.single += single;
  }

  get brokeGain(): bigint {
    return this.withBroke.best - this.withBroke.single;
  }

  notes(): string[] {
    const each = [...this.sums]
      .sort(([a], [b]) => a - b)
      .map(([waiting, { cases, roots, best, single }]) => {
        const of = (total: bigint) => formatAmount(total / BigInt(cases * waiting)).slice(0, 8);
        return `${waiting} waiting: ${of(best)} XRD a bundle in ${(roots / cases).toFixed(1)} roots, ${of(single)} apart`;
      });
    const { best, single } = this.withBroke;
    return [
      ...each,
      `one maker in ten broke: ${formatAmount(best)} XRD in all, failures charged, ${formatAmount(single)} apart`,
    ];
  }
}
