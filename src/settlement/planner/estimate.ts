import type { Attos } from '../../base/amount.js';
import { intersectWindows } from '../../transaction/window.js';
import { CERTAIN, type Ppm } from '../chance.js';
import { price } from '../fee/price.js';
import type { PlanContext } from './model.js';
import type { Part, Room } from './part.js';
import { both } from './worth.js';

/**
 * What a root costs whatever it holds, in the ledger's terms: its intent, header and signature, the packages it is the
 * first to use, the lock and the deposit (measured on the engine: docs/economics.md §2 has it in XRD). Parts that share a
 * root save that much each but the first.
 */
const ROOT = { execution: 3_100_000, finalization: 415_000, bytes: 566 } as const;

/** Part of a merged root's fee that a failure behind the lock is charged, about: docs/economics.md §3 has 0.45 to 0.7. */
const FAILURE_PERCENT = 60n;

/** Parts that may share a root, and what that would earn, about: sums only, so that thousands can be looked at. */
export interface Group extends Room {
  readonly parts: readonly Part[];
  /** What it is worth: known for one part, estimated for several. */
  readonly value: Attos;
}

interface Sums {
  readonly fees: Attos;
  readonly profits: Attos;
  readonly pays: Ppm;
  /** Of the part most likely to fail: it stands before the lock. */
  readonly front: Ppm;
}

export class Estimate {
  private readonly saved: Attos;
  private readonly wins: Ppm;

  constructor(private readonly context: PlanContext) {
    const { tipBasisPoints, odds } = context;
    this.saved = price(ROOT.execution, ROOT.finalization, ROOT.bytes, tipBasisPoints);
    this.wins = odds.winsRace(tipBasisPoints);
  }

  /** Parts in one root. Whether they fit is not asked. */
  of(parts: readonly Part[]): Group {
    const [first] = parts;
    let { fee: fees, profit: profits, pays, pays: front, bundles, orders, signatures, window } = first!;
    for (let at = 1; at < parts.length; at++) {
      const part = parts[at]!;
      fees += part.fee;
      profits += part.profit;
      pays = both(pays, part.pays);
      if (part.pays < front) front = part.pays;
      bundles += part.bundles;
      orders += part.orders;
      signatures += part.signatures;
      window = intersectWindows([window, part.window]);
    }
    const value = parts.length === 1 ? first!.value : this.value(parts.length, { fees, profits, pays, front });
    return { parts, bundles, orders, signatures, window, value };
  }

  private value(count: number, sums: Sums): Attos {
    const { minProfit, maxFee } = this.context.policy;
    const shared = this.saved * BigInt(count - 1);
    const fee = sums.fees - shared;
    const profit = sums.profits + shared;
    if ((maxFee !== undefined && fee > maxFee) || (minProfit !== undefined && profit < minProfit)) return 0n;
    const succeeds = both(this.wins, sums.pays);
    const fails = both(this.wins, sums.front - sums.pays);
    return (BigInt(succeeds) * profit - (BigInt(fails) * fee * FAILURE_PERCENT) / 100n) / BigInt(CERTAIN);
  }
}
