import { type Attos, formatAmount } from '../../base/amount.js';
import { CERTAIN, type Ppm } from '../chance.js';
import { decline, type Reason, reasonOf } from '../decline.js';
import { price } from '../fee/price.js';
import { giftIn } from '../quote.js';
import type { Proposal, SettledOrder } from '../settle.js';
import type { Candidate, Odds, PlanContext, WaitingBundle } from './model.js';

/** A proposal for some of the bundles that wait, with what may become of it. */
export interface Worked {
  readonly bundles: readonly WaitingBundle[];
  readonly proposal: Proposal;
  readonly candidate: Candidate;
  /** Orders behind the lock that are not known to be able to pay. */
  readonly unsure: readonly SettledOrder[];
  /** Why it is not wanted, by the policy's limits. */
  readonly declined: Reason | undefined;
}

/** The chance that two things hold that have nothing to do with each other. */
export function both(a: Ppm, b: Ppm): Ppm {
  return Math.round((a * b) / CERTAIN);
}

/** Weighs what a proposal earns against what may go wrong. */
export function weigh(bundles: readonly WaitingBundle[], proposal: Proposal, context: PlanContext): Worked {
  const { quote, fee: units } = proposal;
  const fee = price(units.executionUnits, units.finalizationUnits, units.storageBytes, 0);
  const { succeeds, fails, failureCost, unsure } = chances(proposal, context);
  const weighed = {
    bundleIds: bundles.map(({ id }) => id),
    reward: quote.reward,
    surplus: quote.profit + quote.networkFee - quote.reward,
    fee,
    tip: quote.networkFee - fee,
    succeeds,
    fails,
    failureCost,
    expected: (BigInt(succeeds) * quote.profit - BigInt(fails) * failureCost) / BigInt(CERTAIN),
    chosen: false,
  };
  const declined = unwanted(weighed.expected, proposal, context);
  const candidate = declined === undefined ? weighed : { ...weighed, reason: declined.message };
  return { bundles, proposal, candidate, unsure, declined };
}

interface Chances {
  readonly succeeds: Ppm;
  readonly fails: Ppm;
  readonly failureCost: Attos;
  readonly unsure: readonly SettledOrder[];
}

/** Accounts are taken as independent. What cannot pay before the lock rejects the transaction for nothing. */
function chances(proposal: Proposal, { odds, tipBasisPoints }: PlanContext): Chances {
  const { orders, behindLock, failureCosts } = proposal;
  let reached = odds.winsRace(tipBasisPoints);
  for (const [index, order] of orders.entries()) {
    if (!behindLock.includes(index)) reached = both(reached, CERTAIN - odds.cannotPay(order, orders));
  }
  let fails = 0;
  let cost = 0n;
  const unsure: SettledOrder[] = [];
  for (const index of behindLock) {
    const order = orders[index]!;
    const cannotPay = odds.cannotPay(order, orders);
    if (cannotPay === 0) continue;
    unsure.push(order);
    const here = both(reached, cannotPay);
    fails += here;
    cost += BigInt(here) * failureCosts[index]!;
    reached = both(reached, CERTAIN - cannotPay);
  }
  return { succeeds: reached, fails, failureCost: fails === 0 ? 0n : cost / BigInt(fails), unsure };
}

/**
 * The limits hold for a settlement that succeeds; and nobody who asked for a profit asked for a gamble, so one whose
 * failures are expected to eat up what it earns is not wanted either.
 */
function unwanted(expected: Attos, { quote }: Proposal, { policy }: PlanContext): Reason | undefined {
  const { minProfit } = policy;
  const gift = giftIn(quote);
  if (gift !== undefined) return reasonOf(gift);
  const reason = decline(quote, policy);
  if (reason !== undefined || minProfit === undefined) return reason;
  const least = minProfit < 0n ? minProfit : 0n;
  if (expected >= least) return undefined;
  const message = `expected profit ${formatAmount(expected)} is below ${formatAmount(least)}`;
  return { code: 'min-profit', message };
}

/** What it is worth to have this settlement: one that is not wanted is not made. */
export function worthOf({ candidate, declined }: Worked): Attos {
  return declined === undefined ? candidate.expected : 0n;
}

/** The chance that every order of a bundle pays. */
export function paysOf({ orders }: WaitingBundle, odds: Odds): Ppm {
  let pays = CERTAIN;
  for (const order of orders) pays = both(pays, CERTAIN - odds.cannotPay(order, orders));
  return pays;
}
