import type { Attos } from '../../base/amount.js';
import { splitExactly } from '../../base/split.js';
import type { NodeId } from '../../sbor/custom.js';
import { balanceOfBundle } from './balance.js';
import type { Share, WaitingBundle } from './model.js';
import type { Part } from './part.js';
import type { Worked } from './worth.js';

/**
 * What each bundle has of a settlement. The fee is shared by marginal cost: what the root would cost without the bundle is
 * estimated from what its parts cost by themselves, less what all but one of them save by sharing a root. Rewards are
 * each bundle's own, and so is what it leaves over.
 */
export function sharesOf({ bundles, proposal }: Worked, parts: readonly Part[]): readonly Share[] {
  const { quote, lock } = proposal;
  const surplus = quote.profit + quote.networkFee - quote.reward;
  if (bundles.length === 1) {
    const { reward, networkFee: fee, profit } = quote;
    return [{ bundleId: bundles[0]!.id, reward, surplus, fee, lock, profit, kept: quote.surplus }];
  }
  const weights = marginalCosts(bundles, quote.networkFee, parts);
  const fees = splitExactly(quote.networkFee, weights);
  const locks = splitExactly(lock, weights);
  const kept = keptBy(bundles, quote.surplus);
  const surpluses = splitExactly(
    surplus,
    kept.map((own) => partOfSurplus(own, quote.surplus)),
  );
  return bundles.map(({ id, orders }, at) => {
    const reward = orders.reduce((sum, { script }) => sum + script.reward, 0n);
    const own = { reward, surplus: surpluses[at]!, fee: fees[at]!, lock: locks[at]! };
    return { bundleId: id, ...own, profit: own.reward + own.surplus - own.fee, kept: kept[at]! };
  });
}

type Kept = Share['kept'];

const WHOLE = 10n ** 18n;

/** A bundle's part of what is kept: of a single resource exactly, of several each counts alike. */
function partOfSurplus(own: Kept, surplus: Kept): Attos {
  let part = 0n;
  for (const { resource, amount } of own) {
    const whole = surplus.find((all) => all.resource === resource)!.amount;
    part += surplus.length === 1 ? amount : (amount * WHOLE) / whole;
  }
  return part;
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

/** Of what is kept of each resource, each bundle has what it left over itself. */
function keptBy(bundles: readonly WaitingBundle[], surplus: Kept): readonly Kept[] {
  const own: { resource: NodeId; amount: Attos }[][] = bundles.map(() => []);
  if (surplus.length === 0) return own;
  const balances = bundles.map(balanceOfBundle);
  for (const { resource, amount } of surplus) {
    const parts = splitExactly(
      amount,
      balances.map((balance) => balance.get(resource) ?? 0n),
    );
    for (const [at, part] of parts.entries()) if (part !== 0n) own[at]!.push({ resource, amount: part });
  }
  return own;
}
