import type { WrappedOrder } from '../../anthic/wrappedOrder.js';
import type { WrapperScript } from '../../anthic/wrapper.js';
import { type Attos, formatAmount } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import { CERTAIN, type Ppm } from '../chance.js';
import { UnmatchedError } from '../error.js';
import type { PriceLookup } from '../price.js';
import { leastTakes } from './bound.js';
import { type Spare, spareVariants } from './keep.js';
import { type Balance, balanceOf, type Plan, planTemplate, planYields, STRATEGIES, type Strategy } from './plan.js';
import { BEFORE_LOCK, riskSequences, type Sequence, sequences } from './sequence.js';
import { type Supply, supplyScript, withSupplies } from './supply.js';

/** `cheapest`: the fewest takes that can be found; `template`: the recipe of the documentation. */
export type Composition = 'cheapest' | 'template';

/** What plans are chosen for beside the fewest takes. */
export interface Aims {
  /** Chance of each order that it cannot pay; undefined where they are alike. */
  readonly risks?: readonly Ppm[] | undefined;
  readonly prices?: PriceLookup | undefined;
  /** Whether the solver would add so much of a resource from its own account. */
  readonly adds?: ((supply: Supply) => boolean) | undefined;
}

/**
 * The plans of a composition that are worth a fee prediction, mostly one. Errors: `deficit` where the orders ask for more
 * than they sell, `no-order-of-calls` where no order of the calls gives each what it needs in time.
 */
export function choosePlans(
  orders: readonly WrappedOrder[],
  composition: Composition,
  aims: Aims = {},
): readonly Plan[] {
  const scripts = orders.map((order) => order.script);
  const balance = balanceOf(scripts, soldBy(orders));
  const supplies = composition === 'cheapest' ? suppliesFor(balance, aims) : [];
  refuseDeficit(balance, supplies, orders);
  const task: Task = { orders, scripts, supplies, risks: aims.risks };
  const best = composition === 'cheapest' ? bestPlans(task, balance, aims.prices) : [];
  if (best.length > 0 && best.some(({ takes }) => takes <= orders.length / 2)) return best;
  // Takes are nearly all that tells plans apart; where a plan saves hardly any, its fee decides.
  const template = supplies.length > 0 ? undefined : planTemplate(scripts);
  const plans = template === undefined ? best : [...best, template];
  if (plans.length === 0) {
    throw new UnmatchedError('no-order-of-calls', 'expected an order of calls that gives each what it needs in time');
  }
  return plans;
}

/** What each wrapper hands out of the resource its order sells. */
export function soldBy(orders: readonly WrappedOrder[]): { resource: NodeId; amount: Attos }[] {
  return orders.map(({ script, limitOrder: { sell } }) => {
    let amount = 0n;
    for (const call of script.calls)
      for (const give of call) if (give.resource === sell.resource) amount += give.amount;
    // Rewards in the very resource that is sold are the solver's, not the buyers'.
    return { resource: sell.resource, amount: sell.resource === XRD ? amount - script.reward : amount };
  });
}

const NO_SUPPLIES: readonly Supply[] = [];

function suppliesFor(balance: Balance, { adds }: Aims): readonly Supply[] {
  if (adds === undefined) return NO_SUPPLIES;
  const supplies: Supply[] = [];
  for (const [resource, amount] of balance) {
    if (amount < 0n && adds({ resource, amount: -amount })) supplies.push({ resource, amount: -amount });
  }
  return supplies;
}

function refuseDeficit(balance: Balance, supplies: readonly Supply[], orders: readonly WrappedOrder[]): void {
  for (const [resource, amount] of balance) {
    if (amount >= 0n || supplies.some((supply) => supply.resource === resource)) continue;
    const { networkId } = orders[0]!.wrapper.value.intentCore.header.value;
    const what = `${formatAmount(-amount)} more of ${formatAddress(resource, networkId)}`;
    throw new UnmatchedError('deficit', `expected the orders to sell ${what}`);
  }
}

/** XRD is kept, since the rewards are deposited anyway; another surplus would cost more to keep than it may be worth. */
function passable(balance: Balance): Spare {
  const spare = new Map<NodeId, Attos>();
  for (const [resource, amount] of balance) if (resource !== XRD && amount > 0n) spare.set(resource, amount);
  return spare;
}

interface Task {
  readonly orders: readonly WrappedOrder[];
  readonly scripts: readonly WrapperScript[];
  readonly supplies: readonly Supply[];
  readonly risks: readonly Ppm[] | undefined;
}

/** The best plans for each way to treat surpluses, every plan once. */
function bestPlans(task: Task, balance: Balance, prices: PriceLookup | undefined): readonly Plan[] {
  const variants = spareVariants(passable(balance), prices);
  if (variants.length === 1) return plansFor(task, variants[0]!);
  const found = new Map<string, Plan>();
  for (const spare of variants) {
    for (const plan of plansFor(task, spare)) found.set(signatureOf(plan), plan);
  }
  return [...found.values()];
}

function signatureOf({ steps }: Plan): string {
  return steps
    .map((step) => (step.type === 'yield' ? `${step.child}:${step.pass}` : `${step.resource}=${step.amount}`))
    .join(' ');
}

function plansFor(task: Task, spare: Spare): readonly Plan[] {
  if (task.risks !== undefined) return worthwhile(task, spare, task.risks);
  const plan = cheapest(task, spare);
  return plan === undefined ? [] : [plan];
}

/** What a take costs beside one that empties: an amount on the wire, and a bucket that stays behind (docs/economics.md). */
const TAKE = 10;
const TAKE_ALL = 7;

function costOf(plan: Plan): number {
  let cost = 0;
  for (const step of plan.steps) if (step.type === 'take') cost += step.amount === 'all' ? TAKE_ALL : TAKE;
  return cost;
}

/**
 * Tries the strategies from several openers until no plan can need fewer takes, and otherwise keeps the cheapest. A pair
 * is settled by the first try; a large bundle gets no more tries than a small one, so that the time stays linear.
 */
function cheapest(task: Task, spare: Spare): Plan | undefined {
  let best: Plan | undefined;
  let least: number | undefined;
  let cost = Number.POSITIVE_INFINITY;
  for (const sequence of sequences(task.orders)) {
    for (const strategy of STRATEGIES) {
      const plan = planFor(task, spare, sequence, strategy);
      if (plan === undefined || costOf(plan) >= cost) continue;
      best = plan;
      cost = costOf(plan);
      if (cost === 0) return best;
      least ??= task.supplies.length > 0 ? 0 : TAKE_ALL * leastTakes(task.scripts);
      if (cost <= least) return best;
    }
  }
  return best;
}

function planFor(task: Task, spare: Spare, { children, openings }: Sequence, strategy: Strategy): Plan | undefined {
  const { orders, scripts, supplies } = task;
  if (supplies.length === 0) return planYields(scripts, children, spare, strategy, openings);
  const all = [...scripts, ...supplies.map(supplyScript)];
  // The fee is locked before the solver's own vaults are touched, so what it adds comes last.
  const sequence = all.map((_, i) => children[i] ?? i);
  const plan = planYields(all, sequence, spare, strategy, openings);
  return plan && withSupplies(plan, orders.length, supplies);
}

/**
 * The usual plan, and the one that promises more by what its takes cost and what failures do, if there is one. Ends as
 * soon as none can be better.
 */
function worthwhile(task: Task, spare: Spare, risks: readonly Ppm[]): readonly Plan[] {
  const usual = cheapest(task, spare);
  if (usual === undefined) return [];
  const takes = costOf(usual);
  const least = takes + leastExposure(risks);
  let best = usual;
  let cost = takes + exposureOf(usual, risks);
  for (const sequence of riskSequences(task.orders, risks)) {
    for (const strategy of STRATEGIES) {
      if (cost <= least) break;
      const plan = planFor(task, spare, sequence, strategy);
      if (plan === undefined) continue;
      const rated = costOf(plan) + exposureOf(plan, risks);
      if (rated < cost) [best, cost] = [plan, rated];
      // Another strategy would hardly save more.
      if (costOf(plan) <= takes) break;
    }
  }
  return best === usual ? [usual] : [usual, best];
}

/** If the orders were called first one by one, the riskiest first. */
function leastExposure(risks: readonly Ppm[]): number {
  return [...risks].sort((a, b) => b - a).reduce((sum, risk, calls) => sum + failureCost(risk, calls), 0);
}

/** What failures cost a plan, about. */
function exposureOf({ steps }: Plan, risks: readonly Ppm[]): number {
  const called = new Set<number>();
  let calls = 0;
  let cost = 0;
  for (const step of steps) {
    if (step.type !== 'yield') continue;
    if (!called.has(step.child)) cost += failureCost(risks[step.child]!, calls);
    called.add(step.child);
    calls++;
  }
  return cost;
}

/**
 * What it costs that an order may fail after so many calls, where a take costs a hundredth of an XRD: next to nothing
 * before the lock, then more than an XRD, and with each call a little more (docs/economics.md §3).
 */
function failureCost(risk: Ppm, calls: number): number {
  const cost = calls < BEFORE_LOCK ? calls : BEHIND_LOCK + CALL * calls;
  return (risk * cost) / CERTAIN;
}
const BEHIND_LOCK = 120 * TAKE;
const CALL = 5 * TAKE;
