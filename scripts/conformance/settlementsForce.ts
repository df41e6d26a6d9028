import { units } from '../../src/base/amount.js';
import { callMethod } from '../../test/support/build.js';
import { decimal, makeItem } from '../../test/support/bundles.js';
import type { Chance } from '../../test/support/randomBundles.js';
import { checked, hexOf, isLock, rootOf, withItems, withRoot } from './settlementsAssemble.js';
import type { Bundle, Settled } from './settlementsCase.js';
import { ITEM_CHANGES } from './settlementsForceItem.js';
import { ROOT_CHANGES } from './settlementsForceRoot.js';
import type { Outcome } from './settlementsJudge.js';
import type { World } from './world.js';

/** A transaction that nobody would send: what was done to it, and what our checker says of it. */
export interface Forced {
  readonly label: string;
  readonly hex: string;
  readonly outcome: Outcome;
  readonly bundle: Bundle;
}

/** Enough for whatever a change may cost. */
export const LOCKED = units(50);

/**
 * Changes a good settlement in one place: in its root's instructions, or in one of its orders or wrappers, which is then
 * signed anew. The fee is locked first, so that the engine has to go all the way.
 */
export function forceMutation(world: World, chance: Chance, { bundle, proposal }: Settled): Forced[] {
  const others = rootOf(proposal.signed).filter((each) => !isLock(each));
  const list = [callMethod(bundle.solver.account, 'lock_fee', decimal(LOCKED)), ...others];
  if (chance.often(0.5)) {
    const name = chance.pick(Object.keys(ROOT_CHANGES));
    const changed = ROOT_CHANGES[name]!(list, { world, chance, bundle });
    if (changed === undefined) return [];
    const signed = withRoot(proposal.signed, changed);
    return [{ label: `root-${name}`, hex: hexOf(signed, bundle), outcome: checked(world, signed, bundle), bundle }];
  }
  const name = chance.pick(Object.keys(ITEM_CHANGES));
  const index = chance.below(bundle.items.length);
  const changed = ITEM_CHANGES[name]!(bundle.items[index]!, { world, chance, bundle });
  if (changed === undefined) return [];
  const items = bundle.items.with(index, changed);
  const partials = items.map(({ order, wrapper }, at) =>
    at === index ? makeItem(order, wrapper) : bundle.orders[at]!.partial,
  );
  const signed = withItems(withRoot(proposal.signed, list), partials);
  const outcome = checked(world, signed, { ...bundle, items });
  return [{ label: `item-${name} ${index}`, hex: hexOf(signed, bundle), outcome, bundle }];
}
