import { callsForeign, type WrappedOrder } from '../../anthic/wrappedOrder.js';
import type { WrapperScript } from '../../anthic/wrapper.js';
import { type Attos, formatAmount } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import { UnmatchedError } from '../error.js';
import { type Balance, balanceOf, type Plan, planTemplate, planYields, STRATEGIES } from './plan.js';

/** `cheapest`: the fewest takes that can be found; `template`: the recipe of the documentation. */
export type Composition = 'cheapest' | 'template';

/**
 * The plans of a composition that are worth a fee prediction, mostly one. Errors: `deficit` where the orders ask for more
 * than they sell, `no-order-of-calls` where no order of the calls gives each what it needs in time.
 */
export function choosePlans(orders: readonly WrappedOrder[], composition: Composition): readonly Plan[] {
  const scripts = orders.map((order) => order.script);
  const balance = balanceOf(scripts, soldBy(orders));
  refuseDeficit(balance, orders);
  const best = composition === 'cheapest' ? cheapest(orders, scripts, passable(balance)) : undefined;
  if (best !== undefined && best.takes <= orders.length / 2) return [best];
  // Takes are nearly all that tells plans apart; where a plan saves hardly any, its fee decides.
  const plans = [best, planTemplate(scripts)].filter((plan) => plan !== undefined);
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

function refuseDeficit(balance: Balance, orders: readonly WrappedOrder[]): void {
  for (const [resource, amount] of balance) {
    if (amount >= 0n) continue;
    const { networkId } = orders[0]!.wrapper.value.intentCore.header.value;
    const what = `${formatAmount(-amount)} more of ${formatAddress(resource, networkId)}`;
    throw new UnmatchedError('deficit', `expected the orders to sell ${what}`);
  }
}

/** XRD is kept, since the rewards are deposited anyway; another surplus would cost more to keep than it may be worth. */
function passable(balance: Balance): ReadonlyMap<NodeId, Attos> {
  const spare = new Map<NodeId, Attos>();
  for (const [resource, amount] of balance) if (resource !== XRD && amount > 0n) spare.set(resource, amount);
  return spare;
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
 * Tries the strategies from several openers until a plan needs no take, and otherwise keeps the cheapest. A pair is
 * settled by the first try; a large bundle gets no more tries than a small one, so that the time stays linear.
 */
function cheapest(
  orders: readonly WrappedOrder[],
  scripts: readonly WrapperScript[],
  spare: ReadonlyMap<NodeId, Attos>,
): Plan | undefined {
  let best: Plan | undefined;
  let cost = Number.POSITIVE_INFINITY;
  for (const sequence of sequences(orders)) {
    for (const strategy of STRATEGIES) {
      const plan = planYields(scripts, sequence, spare, strategy);
      if (plan === undefined || costOf(plan) >= cost) continue;
      best = plan;
      cost = costOf(plan);
      if (cost === 0) return best;
    }
  }
  return best;
}

const MAX_SEQUENCES = 4;

/** Orders of looking at the children: as they came, then so that those that sell and buy the same follow each other. */
function* sequences(orders: readonly WrappedOrder[]): Generator<readonly number[]> {
  // An order whose own calls cost nobody knows what comes late: the fee is locked before its first call.
  const openers = orders.map((_, index) => index);
  openers.sort((a, b) => Number(callsForeign(orders[a]!)) - Number(callsForeign(orders[b]!)));
  yield openers;
  for (const opener of openers.slice(0, MAX_SEQUENCES)) yield chainFrom(opener, openers, orders);
}

/** Follows who buys just what the last one sells, then who buys of it at all, and starts again where nobody does. */
function chainFrom(opener: number, openers: readonly number[], orders: readonly WrappedOrder[]): number[] {
  const left = new Set(openers);
  const chain: number[] = [];
  let next: number | undefined = opener;
  while (next !== undefined) {
    chain.push(next);
    left.delete(next);
    next = follower(orders[next]!, left, orders);
  }
  return chain;
}

function follower({ limitOrder }: WrappedOrder, left: ReadonlySet<number>, orders: readonly WrappedOrder[]) {
  const { resource, amount } = limitOrder.sell;
  const buyers = [...left].filter((index) => orders[index]!.limitOrder.buy.resource === resource);
  return buyers.find((index) => orders[index]!.limitOrder.buy.amount === amount) ?? buyers[0] ?? [...left][0];
}
