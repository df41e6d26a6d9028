import type { WrapperScript } from '../../anthic/wrapper.js';
import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Plan } from './plan.js';

/** What the solver adds to a bundle from its own account. */
export interface Supply {
  readonly resource: NodeId;
  readonly amount: Attos;
}

/** To a planner a supply is one more child, which gives with its only call and needs nothing. */
export function supplyScript({ resource, amount }: Supply): WrapperScript {
  return {
    calls: [[{ resource, amount, delivered: false }]],
    need: { resource: '', atLeast: 0n, atMost: undefined, from: 0, by: 1 },
    reward: 0n,
  };
}

/** The plan in which the children behind the first `orders` are withdrawals. */
export function withSupplies(plan: Plan, orders: number, supplies: readonly Supply[]): Plan {
  const steps = plan.steps.map((step) =>
    step.type === 'yield' && step.child >= orders
      ? ({ type: 'withdraw', ...supplies[step.child - orders]! } as const)
      : step,
  );
  return { ...plan, steps };
}

/** What the solver's account gains of each resource by a plan. */
export function gainsOf({ steps, left }: Plan): ReadonlyMap<NodeId, Attos> {
  if (!steps.some(({ type }) => type === 'withdraw')) return left;
  const gains = new Map(left);
  for (const step of steps) {
    if (step.type === 'withdraw') gains.set(step.resource, (gains.get(step.resource) ?? 0n) - step.amount);
  }
  return gains;
}
