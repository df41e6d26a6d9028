import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import { soldBy } from '../compose/choose.js';
import type { WaitingBundle } from './model.js';

/** What a bundle sells less what it buys, of every resource of either; rewards are not counted. */
export type Balance = ReadonlyMap<NodeId, Attos>;

export function balanceOfBundle({ orders }: WaitingBundle): Balance {
  const balance = new Map<NodeId, Attos>();
  for (const { resource, amount } of soldBy(orders)) add(balance, resource, amount);
  for (const { script } of orders) add(balance, script.need.resource, -script.need.atLeast);
  return balance;
}

export function sumOf(a: Balance, b: Balance): Balance {
  const sum = new Map(a);
  for (const [resource, amount] of b) add(sum, resource, amount);
  return sum;
}

function add(balance: Map<NodeId, Attos>, resource: NodeId, amount: Attos): void {
  balance.set(resource, (balance.get(resource) ?? 0n) + amount);
}

/** A resource that is lacking. */
export function lackOf(balance: Balance): NodeId | undefined {
  for (const [resource, amount] of balance) if (amount < 0n) return resource;
  return undefined;
}
