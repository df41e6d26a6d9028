import type { NodeId } from '../../sbor/custom.js';
import type { PublicKey } from '../../transaction/key.js';
import { randomDiscriminator } from '../compose/transaction.js';
import type { StateFacts } from '../fee/predict.js';
import type { Policy } from '../policy.js';
import { PriceTable } from '../price.js';
import type { PlanContext } from './model.js';

/** What lies outside a plan that is made without experience. */
export interface Given {
  readonly network: number;
  readonly epoch: bigint;
  readonly solver: { readonly account: NodeId; readonly publicKey: PublicKey };
  readonly facts: StateFacts;
}

/** The context of a plan by the policy alone: its chances, the tip it starts with, and the prices that it names. */
export function priorContext(policy: Policy, given: Given): PlanContext {
  const { chances, tip, composition, prices, inventory } = policy;
  return {
    ...given,
    policy,
    composition,
    odds: {
      cannotPay: () => chances.cannotPay,
      winsRace: () => chances.winsRace,
    },
    tipBasisPoints: tip.kind === 'fixed' ? tip.basisPoints : 0,
    ...(prices.table.size === 0 ? {} : { prices: PriceTable.of(prices.table).at(0) }),
    inventory,
    newDiscriminator: randomDiscriminator,
  };
}
