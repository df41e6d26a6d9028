import type { Attos } from '../../base/amount.js';
import { hashKey, subintentHash } from '../../transaction/hash.js';
import { LIMITS } from '../../transaction/limits.js';
import { intersectWindows, type Window } from '../../transaction/window.js';
import { CERTAIN, type Ppm } from '../chance.js';
import type { PlanContext, WaitingBundle } from './model.js';
import { both, paysOf, type Worked, worthOf } from './worth.js';

/** What settles by itself: a bundle, or several that have no settlement but together. */
export interface Part extends Room {
  readonly worked: Worked;
  /** What it is worth by itself. */
  readonly value: Attos;
  readonly profit: Attos;
  readonly fee: Attos;
  /** That every order in it pays. */
  readonly pays: Ppm;
}

/** What limits how much one root may hold. */
export interface Room {
  readonly bundles: number;
  readonly orders: number;
  readonly signatures: number;
  readonly window: Window;
}

export function partOf(worked: Worked, context: PlanContext): Part {
  const { quote } = worked.proposal;
  return {
    ...roomOf(worked.bundles),
    worked,
    value: worthOf(worked),
    profit: quote.profit,
    fee: quote.networkFee,
    pays: worked.bundles.reduce((pays, bundle) => both(pays, paysOf(bundle, context.odds)), CERTAIN),
  };
}

export function roomOf(members: readonly WaitingBundle[]): Room {
  let orders = 0;
  let signatures = 0;
  for (const bundle of members) {
    orders += bundle.orders.length;
    for (const { signers } of bundle.orders) signatures += signers.wrapper.length + signers.order.length;
  }
  const window = intersectWindows(members.map((bundle) => bundle.window));
  return { bundles: members.length, orders, signatures, window };
}

/** Each order brings its wrapper along. */
const MAX_ORDERS = LIMITS.subintents / 2;
const NOTARY = 1;

/** Says what may stand in one root. */
export class Fit {
  /** Pairs of bundles that share a subintent, as each other's ids. */
  private readonly apart = new Map<WaitingBundle, Set<WaitingBundle>>();

  constructor(
    waiting: readonly WaitingBundle[],
    private readonly context: PlanContext,
  ) {
    const owners = new Map<string, WaitingBundle[]>();
    for (const bundle of waiting) {
      for (const { wrapper, order } of bundle.orders) {
        for (const subintent of [wrapper, order]) this.own(hashKey(subintentHash(subintent)), bundle, owners);
      }
    }
  }

  private own(key: string, bundle: WaitingBundle, owners: Map<string, WaitingBundle[]>): void {
    const others = owners.get(key);
    if (others === undefined) {
      owners.set(key, [bundle]);
      return;
    }
    for (const other of others) {
      this.keepApart(bundle, other);
      this.keepApart(other, bundle);
    }
    others.push(bundle);
  }

  private keepApart(a: WaitingBundle, b: WaitingBundle): void {
    let others = this.apart.get(a);
    if (others === undefined) {
      others = new Set();
      this.apart.set(a, others);
    }
    others.add(b);
  }

  /** Whether what two hold fits into one root by number, signatures and time. */
  fits(a: Room, b: Room): boolean {
    if (a.bundles + b.bundles > this.context.policy.maxBundles || a.orders + b.orders > MAX_ORDERS) return false;
    if (a.signatures + b.signatures + NOTARY > LIMITS.signatureValidations) return false;
    return this.open(intersectWindows([a.window, b.window]));
  }

  private open({ startEpoch, endEpoch, minTimestamp, maxTimestamp }: Window): boolean {
    const start = startEpoch > this.context.epoch ? startEpoch : this.context.epoch;
    if (start >= endEpoch) return false;
    return minTimestamp === undefined || maxTimestamp === undefined || minTimestamp < maxTimestamp;
  }

  /** Whether two lists of bundles name a subintent twice. */
  overlap(some: readonly WaitingBundle[], others: readonly WaitingBundle[]): boolean {
    if (this.apart.size === 0) return false;
    return some.some((one) => others.some((other) => this.apart.get(one)?.has(other)));
  }

  /** The same for parts. */
  overlapParts(some: readonly Part[], others: readonly Part[]): boolean {
    return this.apart.size > 0 && this.overlap(some.flatMap(membersOf), others.flatMap(membersOf));
  }
}

function membersOf({ worked }: Part): readonly WaitingBundle[] {
  return worked.bundles;
}
