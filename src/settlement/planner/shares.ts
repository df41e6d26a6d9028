import type { Attos } from '../../base/amount.js';
import { splitExactly } from '../../base/split.js';
import type { NodeId } from '../../sbor/custom.js';
import { XRD } from '../../transaction/address.js';
import type { PriceLookup } from '../price.js';
import { costOf, keptValue, type Quote } from '../quote.js';
import { balanceOfBundle } from './balance.js';
import type { Share, WaitingBundle } from './model.js';
import type { Part } from './part.js';
import type { Worked } from './worth.js';

/**
 * What each bundle has of a settlement. The fee is shared by marginal cost: what the root would cost without the bundle is
 * estimated from what its parts cost by themselves, less what all but one of them save by sharing a root. Rewards are
 * each bundle's own, and so is what it leaves over and what is added to it.
 */
export function sharesOf(
  { bundles, proposal }: Worked,
  parts: readonly Part[],
  prices: PriceLookup | undefined,
): readonly Share[] {
  const { quote, lock } = proposal;
  const weights = bundles.length === 1 ? [1n] : marginalCosts(bundles, quote.networkFee, parts);
  const fees = splitExactly(quote.networkFee, weights);
  const locks = splitExactly(lock, weights);
  const extras = extrasOf(bundles, quote, prices);
  return bundles.map(({ id, orders }, at) => {
    const reward = orders.reduce((sum, { script }) => sum + script.reward, 0n);
    const { surplus, xrd, kept } = extras[at]!;
    const own = { reward, surplus, fee: fees[at]!, lock: locks[at]! };
    return { bundleId: id, ...own, profit: reward + surplus - own.fee, kept, xrd: reward + xrd };
  });
}

/** What a bundle leaves over, less what is added to it: in XRD by price, in XRD itself, and token by token. */
interface Extras {
  surplus: Attos;
  xrd: Attos;
  readonly kept: { readonly resource: NodeId; readonly amount: Attos }[];
}

/** Of each resource that is kept a bundle has what it left over itself; of what is added it bears what it lacked. */
function extrasOf(
  bundles: readonly WaitingBundle[],
  { surplus, inventory }: Quote,
  prices: PriceLookup | undefined,
): readonly Extras[] {
  const extras: Extras[] = bundles.map(() => ({ surplus: 0n, xrd: 0n, kept: [] }));
  if (surplus.length === 0 && inventory.length === 0) return extras;
  const balances = bundles.map(balanceOfBundle);
  const balancesOf = (resource: NodeId): Attos[] => balances.map((balance) => balance.get(resource) ?? 0n);
  for (const { resource, amount } of surplus) {
    const own = balancesOf(resource);
    const values = splitExactly(keptValue(resource, amount, prices), own);
    for (const [at, part] of splitExactly(amount, own).entries()) {
      const extra = extras[at]!;
      extra.surplus += values[at]!;
      if (resource === XRD) extra.xrd += part;
      if (part !== 0n) extra.kept.push({ resource, amount: part });
    }
  }
  for (const { resource, amount } of inventory) {
    const lacked = balancesOf(resource).map((balance) => -balance);
    const costs = splitExactly(costOf(resource, amount, prices)!, lacked);
    for (const [at, part] of splitExactly(amount, lacked).entries()) {
      const extra = extras[at]!;
      extra.surplus -= costs[at]!;
      if (resource === XRD) extra.xrd -= part;
    }
  }
  return extras;
}

/** What the root would cost less without each bundle; bundles that settle only together have their part's, by orders. */
function marginalCosts(bundles: readonly WaitingBundle[], total: Attos, parts: readonly Part[]): readonly Attos[] {
  const alone = parts.reduce((sum, { fee }) => sum + fee, 0n);
  const saved = parts.length < 2 ? 0n : (alone - total) / BigInt(parts.length - 1);
  const costs = new Map<WaitingBundle, Attos>();
  for (const { worked, fee, orders } of parts) {
    const marginal = fee > saved ? fee - saved : 1n;
    for (const bundle of worked.bundles) costs.set(bundle, (marginal * BigInt(bundle.orders.length)) / BigInt(orders));
  }
  return bundles.map((bundle) => costs.get(bundle)!);
}
