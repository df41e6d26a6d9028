import { CERTAIN } from '../../settlement/chance.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { cannotPay } from '../../solver/payers.js';
import { hashKey, subintentHash } from '../../transaction/hash.js';
import type { Arrival } from '../stream/arrival.js';
import type { Assumptions } from './assumptions.js';
import { Chance } from './random.js';

/** A rival's settlement of a bundle. */
export interface Rival {
  /** When it is before the ledger, by the clock of the recording. */
  readonly at: number;
  readonly tipBasisPoints: number;
}

/** An arrival, and what no policy knows of it. */
export interface FatedArrival extends Arrival {
  /** Orders whose account cannot pay. */
  readonly unpaid: ReadonlySet<SettledOrder>;
  readonly rival: Rival | undefined;
}

/**
 * What is decided beforehand, whatever any policy does: which orders cannot pay, which bundles a rival wants and when it
 * is there, how long each of our settlements takes.
 */
export class Fates {
  private readonly chance: Chance;

  constructor(
    private readonly assumptions: Assumptions,
    seed: number,
  ) {
    this.chance = new Chance(seed);
  }

  /** A rival cannot settle either what cannot pay. */
  of(arrival: Arrival): FatedArrival {
    const unpaid = new Set(arrival.bundle.orders.filter((order) => this.cannotPay(order, arrival)));
    return { ...arrival, unpaid, rival: unpaid.size > 0 ? undefined : this.rivalOf(arrival) };
  }

  /** What the recording knows is so; else chance decides by the order, not by the bundle: it fails wherever it stands. */
  private cannotPay(order: SettledOrder, { recording }: Arrival): boolean {
    const known = cannotPay(recording, order);
    const chance = known === undefined ? this.assumptions.cannotPay : known / CERTAIN;
    return this.chance.uniform('pay', hashKey(subintentHash(order.order))) < chance;
  }

  private rivalOf({ bundle: { id }, receivedAt, deadline }: Arrival): Rival | undefined {
    const { contested, rivalLatency, rivalTip } = this.assumptions;
    if (this.chance.uniform('contested', id) >= contested) return undefined;
    const at = receivedAt + this.chance.delay('rival', id, rivalLatency);
    if (at >= deadline) return undefined;
    return { at, tipBasisPoints: Math.floor(this.chance.uniform('tip', id) * (rivalTip + 1)) };
  }

  /** Of the settlement whose first bundle is named: alone and merged it takes the same time. */
  latency(bundleId: string, attempt: number): number {
    return this.chance.delay('latency', `${bundleId} ${attempt}`, this.assumptions.latency);
  }
}

/** Whether a rival's settlement is taken first: by rounds, within one by tip, then by time. */
export function rivalIsFirst(rival: Rival, ourAt: number, ourTip: number, round: number): boolean {
  const sameRound = round > 0 && Math.floor(rival.at / round) === Math.floor(ourAt / round);
  if (sameRound && rival.tipBasisPoints !== ourTip) return rival.tipBasisPoints > ourTip;
  return rival.at <= ourAt;
}
