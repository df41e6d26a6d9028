import type { WrappedOrder } from '../../anthic/wrappedOrder.js';
import { type Attos, formatAmount } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import { XRD } from '../../transaction/address.js';
import { UnmatchedError } from '../error.js';
import { type Balance, balanceOf, type Plan, planTemplate, planYields } from './plan.js';

/** `cheapest`: the fewest takes that can be found; `template`: the recipe of the documentation. */
export type Composition = 'cheapest' | 'template';

/** Openers that are tried. The first plan is hardly ever beaten, and never by more than a take. */
const MAX_OPENERS = 4;

/**
 * The plan of a composition. Errors: `deficit` where the orders ask for more than they sell, `no-order-of-calls` where no
 * order of the calls gives each what it needs in time.
 */
export function choosePlan(orders: readonly WrappedOrder[], composition: Composition): Plan {
  const scripts = orders.map((order) => order.script);
  const balance = balanceOf(scripts, soldBy(orders));
  refuseDeficit(balance);
  const plan = composition === 'template' ? planTemplate(scripts) : cheapest(orders, passable(balance));
  if (plan === undefined) {
    throw new UnmatchedError('no-order-of-calls', 'expected an order of calls that gives each what it needs in time');
  }
  return plan;
}

/** What each wrapper hands out of the resource its order sells. */
function soldBy(orders: readonly WrappedOrder[]): { resource: NodeId; amount: Attos }[] {
  return orders.map(({ script, limitOrder: { sell } }) => {
    let amount = 0n;
    for (const call of script.calls)
      for (const give of call) if (give.resource === sell.resource) amount += give.amount;
    // Rewards in the very resource that is sold are the solver's, not the buyers'.
    return { resource: sell.resource, amount: sell.resource === XRD ? amount - script.reward : amount };
  });
}

function refuseDeficit(balance: Balance): void {
  for (const [resource, amount] of balance) {
    if (amount < 0n) {
      throw new UnmatchedError('deficit', `expected the orders to sell ${formatAmount(-amount)} more of ${resource}`);
    }
  }
}

/** XRD is kept, since the rewards are deposited anyway; another surplus would cost more to keep than it may be worth. */
function passable(balance: Balance): ReadonlyMap<NodeId, Attos> {
  return new Map([...balance].filter(([resource, amount]) => resource !== XRD && amount > 0n));
}

function cheapest(orders: readonly WrappedOrder[], spare: ReadonlyMap<NodeId, Attos>): Plan | undefined {
  const scripts = orders.map((order) => order.script);
  // An order whose own calls cost nobody knows what comes late: the fee is locked before its first call.
  const openers = orders.map((_, index) => index);
  openers.sort((a, b) => Number(isForeign(orders[a]!)) - Number(isForeign(orders[b]!)));
  let best: Plan | undefined;
  for (const opener of openers.slice(0, MAX_OPENERS)) {
    const plan = planYields(scripts, opener, spare);
    if (plan !== undefined && (best === undefined || plan.takes < best.takes)) best = plan;
    if (best?.takes === 0) break;
  }
  return best ?? planTemplate(scripts);
}

function isForeign(order: WrappedOrder): boolean {
  return order.limitOrder.foreignCall !== undefined;
}
