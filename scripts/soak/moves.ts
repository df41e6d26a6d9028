import type { Attos } from '../../src/base/amount.js';
import type { SettledOrder } from '../../src/settlement/settle.js';
import { formatAddress } from '../../src/transaction/address.js';
import { REWARD, SIM, XRD_SIM } from '../../test/e2e/world.js';
import { ANTHIC_ACCOUNT } from '../../test/support/bundles.js';

/** Account → resource → change. */
export type Moves = ReadonlyMap<string, ReadonlyMap<string, Attos>>;

/** A sum of moves. */
export class MoveSum {
  readonly moves = new Map<string, Map<string, Attos>>();

  add(account: string, resource: string, amount: Attos): void {
    const of = this.moves.get(account) ?? this.moves.set(account, new Map()).get(account)!;
    of.set(resource, (of.get(resource) ?? 0n) + amount);
  }

  addAll(moves: Moves): void {
    for (const [account, of] of moves) for (const [resource, amount] of of) this.add(account, resource, amount);
  }
}

const ANTHIC = formatAddress(ANTHIC_ACCOUNT, SIM);

/** What traders and Anthic give and get when these orders are settled: what they say themselves, nothing of our planning. */
export function movesOf(orders: readonly SettledOrder[]): Moves {
  const sum = new MoveSum();
  for (const { limitOrder } of orders) {
    const account = formatAddress(limitOrder.account, SIM);
    const [sold, bought] = [limitOrder.sell, limitOrder.buy].map(({ resource }) => formatAddress(resource, SIM));
    sum.add(account, sold!, -limitOrder.withdrawn);
    sum.add(account, bought!, limitOrder.buy.amount);
    for (const fee of limitOrder.fees) sum.add(ANTHIC, sold!, fee);
    sum.add(ANTHIC, XRD_SIM, -REWARD / 2n);
  }
  return sum.moves;
}
