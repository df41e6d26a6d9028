import { type Attos, formatAmount } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import { isFungible, XRD } from '../transaction/address.js';
import type { Execution } from './check/execution.js';
import type { Aims } from './compose/choose.js';
import type { Plan } from './compose/plan.js';
import { gainsOf, type Supply } from './compose/supply.js';
import { UnmatchedError } from './error.js';
import type { SettledOrder } from './order.js';
import type { Placed } from './place.js';
import type { PriceLookup } from './price.js';

/** What a settlement earns and costs, in XRD but for the surplus. */
export interface Quote {
  readonly reward: Attos;
  readonly networkFee: Attos;
  /** Whether every fact the fee depends on was known; else it is an estimate. */
  readonly feeKnown: boolean;
  /** Whether it rests on something no simulation can know: what another component returns or grants. */
  readonly assumed: boolean;
  /** What the solver keeps beyond the rewards. */
  readonly surplus: readonly { readonly resource: NodeId; readonly amount: Attos }[];
  /** What is added from the solver's own account. */
  readonly inventory: readonly Supply[];
  /** Value in XRD of the surplus, as far as there are prices, less that of what is added. */
  readonly surplusValue: Attos;
  /** Reward and value of the surplus less the fee. */
  readonly profit: Attos;
}

/** What the solver brings along: what it knows of values, and what it would add of its own. */
export interface Means {
  /** What tokens are worth; without it a surplus of anything but XRD counts as nothing. */
  readonly prices?: PriceLookup | undefined;
  /**
   * Most of each token that may be added from the solver's own account to what the orders lack, XRD too where it is
   * traded. Never more than the account holds: a withdrawal that fails costs a fee. A token without a price is not used.
   */
  readonly inventory?: ReadonlyMap<NodeId, Attos> | undefined;
}

/** What the solver adds of its own has a limit and a price. */
export function addsOf({ inventory, prices }: Means): Aims['adds'] {
  if (inventory === undefined || inventory.size === 0) return undefined;
  return ({ resource, amount }) => {
    const most = inventory.get(resource) ?? 0n;
    return amount <= most && isFungible(resource) && costOf(resource, amount, prices) !== undefined;
  };
}

/** What an amount that is kept counts: nothing where it has no price. */
export function keptValue(resource: NodeId, amount: Attos, prices: PriceLookup | undefined): Attos {
  return resource === XRD ? amount : (prices?.valueOf(resource, amount) ?? 0n);
}

/** What an amount is worth to the one who gives it: what buying it again costs. */
export function costOf(resource: NodeId, amount: Attos, prices: PriceLookup | undefined): Attos | undefined {
  if (resource === XRD) return amount;
  if (prices?.costOf !== undefined) return prices.costOf(resource, amount);
  const value = prices?.valueOf(resource, amount);
  return value === undefined ? undefined : value + 1n;
}

/**
 * What the solver adds must come back with a profit: nobody may lack something so that it gives. The error `deficit` where
 * it would not.
 */
export function giftIn({ inventory, profit }: Quote): UnmatchedError | undefined {
  if (inventory.length === 0 || profit > 0n) return undefined;
  const message = `the orders lack something, and adding it would leave a profit of ${formatAmount(profit)}`;
  return new UnmatchedError('deficit', message);
}

/** What a plan earns and costs, once the simulation has found in the solver's account what the plan says. */
export function quoteOf(
  orders: readonly SettledOrder[],
  plan: Plan,
  placed: Placed,
  account: NodeId,
  { prices }: Means,
): Quote {
  proveGains(plan, placed.execution, account);
  let reward = 0n;
  for (const { script } of orders) reward += script.reward;
  const surplus: { resource: NodeId; amount: Attos }[] = [];
  let surplusValue = 0n;
  for (const [resource, left] of plan.left) {
    const amount = resource === XRD ? left - reward : left;
    if (amount !== 0n) surplus.push({ resource, amount });
    surplusValue += keptValue(resource, amount, prices);
  }
  const inventory: Supply[] = [];
  for (const step of plan.steps) {
    if (step.type !== 'withdraw') continue;
    const { resource, amount } = step;
    inventory.push({ resource, amount });
    surplusValue -= costOf(resource, amount, prices)!;
  }
  const assumed = placed.execution.assumed || orders.some((order) => order.assumed);
  return {
    reward,
    networkFee: placed.fee.total,
    feeKnown: placed.fee.known,
    assumed,
    surplus,
    inventory,
    surplusValue,
    profit: reward + surplusValue - placed.fee.total,
  };
}

/** The independent simulation must find in the solver's account what the plan says, to the atto. */
function proveGains(plan: Plan, execution: Execution, account: NodeId): void {
  const found = execution.changes.get(account) ?? NO_GAINS;
  const planned = gainsOf(plan);
  for (const [resource, gain] of planned) prove(resource, gain, found.get(resource) ?? 0n);
  for (const [resource, gain] of found) prove(resource, planned.get(resource) ?? 0n, gain);
}
const NO_GAINS: ReadonlyMap<NodeId, Attos> = new Map();

function prove(resource: NodeId, planned: Attos, found: Attos): void {
  if (found === planned) return;
  throw new UnmatchedError(
    'check-failed',
    `expected the solver to gain ${formatAmount(planned)} of ${resource}, the simulation says ${formatAmount(found)}`,
  );
}
