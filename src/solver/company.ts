import type { WaitingBundle } from '../settlement/planner/model.js';
import { hashKey, subintentHash } from '../transaction/hash.js';
import { LIMITS } from '../transaction/limits.js';

/**
 * Orders that are planned together, at most: those of four roots, each with its wrapper. Of more the tightest would wait
 * for the plan of the others.
 */
export const MOST_ORDERS = 4 * (LIMITS.subintents / 2);

/**
 * Who is planned together with the first of those that wait, of whom the tightest deadline comes first. Bundles that overlap
 * (`wrappersOf`) are planned one after the other.
 */
export function companyOf<T>(waiting: Iterable<T>, wrappersOf: (one: T) => readonly string[]): T[] {
  const chosen: T[] = [];
  const wrappers = new Set<string>();
  for (const one of waiting) {
    if (wrappers.size >= MOST_ORDERS) break;
    const own = wrappersOf(one);
    if (chosen.length > 0 && wrappers.size + own.length > MOST_ORDERS) continue;
    if (own.some((id) => wrappers.has(id))) continue;
    chosen.push(one);
    for (const id of own) wrappers.add(id);
  }
  return chosen;
}

type Bundle = Pick<WaitingBundle, 'orders' | 'window'>;

/** All that wait, as `run` plans them: in companies, one after the other. */
export function companiesOf<T>(waiting: readonly T[], bundleOf: (one: T) => Bundle): readonly (readonly T[])[] {
  if (waiting.length === 1) return [waiting];
  const wrappersOf = (one: T) => bundleOf(one).orders.map(({ wrapper }) => hashKey(subintentHash(wrapper)));
  const companies: T[][] = [];
  let left = [...waiting].sort((a, b) => byDeadline(bundleOf(a), bundleOf(b)));
  while (left.length > 0) {
    const company = new Set(companyOf(left, wrappersOf));
    companies.push([...company]);
    left = left.filter((one) => !company.has(one));
  }
  return companies;
}

/** The tightest first; what has no end comes last. */
function byDeadline({ window: { maxTimestamp: a } }: Bundle, { window: { maxTimestamp: b } }: Bundle): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return Number(a - b);
}
