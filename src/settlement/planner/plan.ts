import { CERTAIN } from '../chance.js';
import type { Reason } from '../decline.js';
import { giftIn } from '../quote.js';
import type { Quote } from '../settle.js';
import { Estimate } from './estimate.js';
import { groupParts } from './group.js';
import type { Candidate, PlanContext, PlanDecision, WaitingBundle } from './model.js';
import { Fit, type Part, partOf } from './part.js';
import { Partners } from './partners.js';
import { sharesOf } from './shares.js';
import { isWorked, work } from './work.js';
import type { Worked } from './worth.js';

/**
 * Decides what becomes of the bundles that wait: which settle in one root, which alone, which not at all; each is in exactly
 * one decision. Pure but for the discriminators. Everything is proposed alone first; what then may gain by sharing a root
 * is chosen by estimate and proposed for real, and stands only if it is expected to earn more than its parts.
 */
export function planSettlements(waiting: readonly WaitingBundle[], context: PlanContext): readonly PlanDecision[] {
  const planning = new Planning(context);
  return planning.plan(waiting);
}

class Planning {
  private readonly considered: Candidate[] = [];
  private readonly decisions: PlanDecision[] = [];

  constructor(private readonly context: PlanContext) {}

  plan(waiting: readonly WaitingBundle[]): readonly PlanDecision[] {
    const { context } = this;
    const parts = new Set<Part>();
    const lonely = new Map<WaitingBundle, Reason>();
    // What they lack would be added at a loss: in company it may pay.
    const gifts = new Map<WaitingBundle, Worked>();
    for (const bundle of waiting) {
      const worked = work([bundle], context);
      if (isWorked(worked)) this.considered.push(worked.candidate);
      if (!canPay(bundle, context)) this.endBroke(bundle, worked);
      else if (!isWorked(worked)) lonely.set(bundle, worked);
      else if (giftIn(worked.proposal.quote) === undefined) parts.add(partOf(worked, context));
      else {
        gifts.set(bundle, worked);
        lonely.set(bundle, worked.declined!);
      }
    }
    if (context.policy.maxBundles === 1 || parts.size + lonely.size < 2) {
      for (const part of parts) this.decide(part.worked, [part]);
    } else {
      this.merge(waiting, parts, lonely, gifts);
    }
    for (const [bundle, reason] of lonely) this.end(bundle, reason);
    return this.decisions;
  }

  private merge(
    waiting: readonly WaitingBundle[],
    parts: Set<Part>,
    lonely: Map<WaitingBundle, Reason>,
    gifts: ReadonlyMap<WaitingBundle, Worked>,
  ): void {
    const { context } = this;
    const fit = new Fit(waiting, context);
    if (lonely.size > 0) {
      const partners = new Partners(context, fit);
      partners.join(lonely, parts);
      this.considered.push(...partners.tried);
    }
    for (const [bundle, worked] of gifts) if (lonely.delete(bundle)) parts.add(partOf(worked, context));
    const groups = groupParts([...parts], fit, new Estimate(context));
    for (const group of groups) this.settle(group);
  }

  /** Settles parts in one root if that earns more than apart; where the estimate was wrong, each half by itself. */
  private settle(parts: readonly Part[]): void {
    const [only] = parts;
    if (only === undefined) return;
    if (parts.length === 1) {
      this.decide(only.worked, parts);
      return;
    }
    const bundles = parts.flatMap((part) => part.worked.bundles);
    const worked = work(bundles, this.context);
    const apart = parts.reduce((sum, part) => sum + part.value, 0n);
    if (isWorked(worked) && worked.declined === undefined && worked.candidate.expected > apart) {
      this.considered.push(worked.candidate);
      this.decide(worked, parts);
      return;
    }
    if (isWorked(worked)) this.considered.push({ reason: 'earns less than its parts', ...worked.candidate });
    const half = Math.ceil(parts.length / 2);
    this.settle(parts.slice(0, half));
    this.settle(parts.slice(half));
  }

  private decide(worked: Worked, parts: readonly Part[]): void {
    const { bundles, proposal, unsure, declined } = worked;
    if (declined !== undefined) {
      const quote = giftIn(proposal.quote) === undefined ? proposal.quote : undefined;
      for (const bundle of bundles) this.end(bundle, declined, quote);
      return;
    }
    const considered = this.consideredFor(bundles, worked.candidate);
    const chosen = considered.find((candidate) => candidate.chosen)!;
    const shares = sharesOf(worked, parts, this.context.prices);
    const settle = { type: 'settle', bundles, parts: parts.map((part) => part.worked.bundles) } as const;
    this.decisions.push({ ...settle, proposal, shares, chosen, considered, unsure });
  }

  /** Nobody signs what is known to fail, alone or in company. */
  private endBroke(bundle: WaitingBundle, worked: Worked | Reason): void {
    const reason = { code: 'cannot-pay', message: 'the account of an order holds less than the order pays' };
    if (isWorked(worked)) this.end(bundle, reason, worked.proposal.quote);
    else this.end(bundle, worked);
  }

  private end(bundle: WaitingBundle, reason: Reason, quote?: Quote): void {
    const end = { type: 'end', bundle, reason, considered: this.consideredFor([bundle]) } as const;
    this.decisions.push(
      quote === undefined ? { ...end, outcome: 'unmatched' } : { ...end, outcome: 'declined', quote },
    );
  }

  private consideredFor(bundles: readonly WaitingBundle[], chosen?: Candidate): Candidate[] {
    const list: Candidate[] = [];
    for (const candidate of this.considered) {
      if (!bundles.some(({ id }) => candidate.bundleIds.includes(id))) continue;
      list.push(candidate === chosen ? { ...candidate, chosen: true } : candidate);
    }
    return list;
  }
}

function canPay({ orders }: WaitingBundle, { odds }: PlanContext): boolean {
  return orders.every((order) => odds.cannotPay(order, orders) < CERTAIN);
}
