import { formatAmount, parseAmount } from '../../src/base/amount.js';
import type { Settled } from './settlementsCase.js';
import type { JudgedReceipt } from './worldEngine.js';

interface Good {
  /** Units of the loan that are left, by our prediction, when the lock has run. */
  readonly left: number;
  /** Whether the next later place would have been in time; undefined where there is none. */
  readonly later: boolean | undefined;
  readonly known: boolean;
  readonly shape: string;
}

/** Counts what the suite of locks finds. */
export class LockTally {
  compared = 0;
  differ = 0;
  private readonly left: number[] = [];
  private readonly later = { none: 0, refused: 0, accepted: 0 };
  private readonly missed = new Map<string, number>();
  private readonly unspared = new Map<string, number>();
  private readonly brokens = { free: 0, paid: 0, cost: 0n };
  private readonly blinds = { accepted: 0, refused: 0 };
  private readonly truth = { free: 0, ours: 0, orders: 0, knownFree: 0, knownOurs: 0 };

  good({ left, later, known, shape }: Good): void {
    this.compared++;
    if (later === undefined) this.later.none++;
    else {
      this.left.push(left);
      this.later[later ? 'accepted' : 'refused']++;
    }
    if (later) count(this.missed, kindOf(shape, known));
  }

  /** A bundle of which one order cannot pay: with our lock, and (for a sample) with the lock as late as a node takes it. */
  broken(receipt: JudgedReceipt, best: JudgedReceipt | undefined, { bundle, proposal }: Settled): void {
    this.compared++;
    if (receipt.status === 'CommittedFailure') {
      this.brokens.paid++;
      this.brokens.cost += parseAmount(receipt.fee!.total);
    } else this.brokens.free++;
    if (best === undefined) return;
    this.truth.orders++;
    if (best.status === 'CommittedFailure') return;
    const { known } = proposal.fee;
    const ours = receipt.status !== 'CommittedFailure';
    this.truth.free++;
    if (ours) this.truth.ours++;
    else count(this.unspared, kindOf(bundle.shape, known));
    if (known) this.truth.knownFree++;
    if (known && ours) this.truth.knownOurs++;
  }

  blind(accepted: boolean): void {
    this.blinds[accepted ? 'accepted' : 'refused']++;
  }

  notes(): string[] {
    const { none, refused, accepted } = this.later;
    const { free, paid, cost } = this.brokens;
    const { truth } = this;
    const mean = paid === 0 ? '-' : formatAmount((cost / BigInt(paid) / 10n ** 14n) * 10n ** 14n);
    return [
      `lock: ${none} as late as can be, ${refused} with the next place refused, ${accepted} with the next place good too`,
      ...most(this.missed).map((each) => `  next place good too: ${each}`),
      `units left of the loan behind the lock: ${spread(this.left)}`,
      `an order that cannot pay: ${free} cost nothing, ${paid} cost a fee (mean ${mean} XRD)`,
      `without facts about the ledger: ${this.blinds.accepted} accepted, ${this.blinds.refused} refused`,
      `of a sample of ${truth.orders} some place rejects ${truth.free}, of which ours rejects ${truth.ours}`,
      `  where the fee is known: ${truth.knownFree}, ours ${truth.knownOurs}`,
      ...most(this.unspared).map((each) => `  not by ours: ${each}`),
    ];
  }
}

/** Shapes without their numbers are few enough to count. */
function kindOf(shape: string, known: boolean): string {
  return `${shape.replaceAll(/\d+/g, '')}${known ? '' : ' (fee not known)'}`;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function most(counts: ReadonlyMap<string, number>): string[] {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return sorted.slice(0, 6).map(([what, count]) => `${what} ${count}`);
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return `least ${sorted[0]}, median ${at(0.5)}, p90 ${at(0.9)}, most ${sorted.at(-1)}`;
}
