import { type Attos, parseAmount, units } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { AttemptStory } from '../../journal/story.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Supply } from '../../settlement/compose/supply.js';
import { parseAddress, XRD } from '../../transaction/address.js';
import type { LiveContext } from './context.js';

/** XRD that is left for fees: several roots may lock theirs at once. */
const FOR_FEES: Attos = units(20);

const NONE: ReadonlyMap<NodeId, Attos> = new Map();

/**
 * What a root may add from the solver's own account: no more than the policy allows, and than is there for sure. What is in
 * flight is gone already, and an amount that was not seen moments ago is none: a withdrawal that fails costs a fee.
 */
export function stockOf({ policy, facts, account, inFlight }: LiveContext): ReadonlyMap<NodeId, Attos> {
  if (policy.inventory.size === 0) return NONE;
  const stock = new Map<NodeId, Attos>();
  const { supplies } = inFlight();
  for (const [resource, cap] of policy.inventory) {
    let free = facts.held(account, resource)?.atLeast ?? 0n;
    if (resource === XRD) free -= FOR_FEES;
    for (const supply of supplies) if (supply.resource === resource) free -= supply.amount;
    if (free > 0n) stock.set(resource, free < cap ? free : cap);
  }
  return stock;
}

/** Whether what a proposal adds is there still: another root of the same plan may have taken it. */
export function isInStock(supplies: readonly Supply[], context: LiveContext): boolean {
  if (supplies.length === 0) return true;
  const stock = stockOf(context);
  return supplies.every(({ resource, amount }) => amount <= (stock.get(resource) ?? 0n));
}

/** What an attempt of an earlier run adds, by its story; what cannot be read is passed over. */
export function suppliesOf(details: unknown, network: number): readonly Supply[] {
  const { inventory = [] } = (details ?? {}) as Partial<AttemptStory>;
  return inventory.flatMap(({ resource, amount }): Supply[] => {
    try {
      return [{ resource: parseAddress(resource, network), amount: parseAmount(amount) }];
    } catch (error) {
      if (error instanceof SolverError) return [];
      throw error;
    }
  });
}
