import { formatAmount, parseAmount } from '../../src/base/amount.js';
import type { Fee } from '../../src/sandbox/engine/receipt.js';
import type { FeePrediction } from '../../src/settlement/fee/predict.js';

interface Sample {
  readonly predicted: bigint;
  readonly charged: bigint;
  readonly error: number;
  readonly units: number;
}

/** Fees predicted and charged, side by side. */
export class FeeTable {
  count = 0;
  private readonly rows = new Map<string, Sample[]>();
  private readonly known: number[] = [];
  private readonly unknown = new Map<string, number>();

  add(shape: string, composition: string, prediction: FeePrediction, charged: Fee): void {
    this.count++;
    const total = parseAmount(charged.total);
    const error = Math.abs(Number(prediction.total - total) / Number(total)) * 100;
    const row = `${shape} ${composition}${prediction.known ? '' : ' (not known)'}`;
    const samples = this.rows.get(row) ?? [];
    this.rows.set(row, samples);
    const units = prediction.executionUnits - charged.executionCostUnits;
    samples.push({ predicted: prediction.total, charged: total, error, units });
    if (prediction.known) this.known.push(error);
    for (const what of prediction.unknown) {
      const kind = what.replaceAll(/(account|of) [0-9a-f]{60}/g, '$1 …').replaceAll(/[0-9a-f]{60}/g, '…');
      this.unknown.set(kind, (this.unknown.get(kind) ?? 0) + 1);
    }
  }

  notes(): string[] {
    const head =
      'fee by shape'.padEnd(42) + ['count', 'predicted', 'charged', 'p95 %', 'most %', 'units off'].map(cell).join('');
    const table = [...this.rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([row, samples]) => {
        const mean = (of: (sample: Sample) => bigint) =>
          samples.reduce((sum, each) => sum + of(each), 0n) / BigInt(samples.length);
        const errors = samples.map((each) => each.error);
        const worst = samples.reduce((most, { units }) => (Math.abs(units) > Math.abs(most) ? units : most), 0);
        const amounts = [mean((each) => each.predicted), mean((each) => each.charged)].map((each) => short(each));
        const percents = [quantile(errors, 0.95), quantile(errors, 1)].map((each) => each.toFixed(3));
        return row.padEnd(42) + [String(samples.length), ...amounts, ...percents, String(worst)].map(cell).join('');
      });
    const known = `known ${this.known.length} of ${this.count}: p95 ${quantile(this.known, 0.95).toFixed(4)} %, most ${quantile(this.known, 1).toFixed(4)} %`;
    const unknown = [...this.unknown]
      .sort((a, b) => b[1] - a[1])
      .map(([what, count]) => `  not known: ${what} ${count}`);
    return [head, ...table, known, ...unknown];
  }
}

function cell(text: string): string {
  return text.padStart(11);
}

function short(amount: bigint): string {
  return formatAmount((amount / 10n ** 12n) * 10n ** 12n);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}
