import { type Attos, units } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import type { PriceLookup } from '../price.js';

/** What may be passed on to a buyer that admits it. */
export type Spare = ReadonlyMap<NodeId, Attos>;

/** Nothing can be kept for less: a take, and one more bucket to deposit (docs/economics.md §4). */
const LEAST_COST = units(1) / 100n;
/** Nothing costs more to keep than this, with a new vault and all. */
const MOST_COST = units(1) / 4n;
const MAX_UNSURE = 3;

/**
 * Which surpluses to pass on, in all the ways that are worth a fee prediction: as many as may be, and, the dearest token
 * first, one after the other kept.
 */
export function spareVariants(spare: Spare, prices: PriceLookup | undefined): readonly Spare[] {
  if (prices === undefined || spare.size === 0) return [spare];
  const valued = [...spare]
    .map(([resource, amount]) => ({ resource, value: prices.valueOf(resource, amount) ?? 0n }))
    .filter(({ value }) => value > LEAST_COST)
    .sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : 0));
  if (valued.length === 0) return [spare];
  const clear = valued.filter(({ value }) => value > MOST_COST).length;
  // What has to be taken may stand in the way of an order of calls that works: passing all on is always looked at.
  const kept = new Set([0]);
  for (let count = clear; count <= Math.min(valued.length, clear + MAX_UNSURE); count++) kept.add(count);
  return [...kept].map((count) => {
    const left = new Map(spare);
    for (const { resource } of valued.slice(0, count)) left.delete(resource);
    return left;
  });
}
