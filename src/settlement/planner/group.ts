import type { Attos } from '../../base/amount.js';
import type { Estimate, Group } from './estimate.js';
import type { Fit, Part } from './part.js';

/**
 * Brings parts together where that is worth more by the estimate: those that surely pay first, each into the group that
 * gains most by it. Where every part alone is worth nothing, only a full root may be worth something, so that is tried
 * beside it; then parts move on while that gains.
 */
export function groupParts(parts: readonly Part[], fit: Fit, estimate: Estimate): readonly (readonly Part[])[] {
  const safest = [...parts].sort((a, b) => b.pays - a.pays).map((part) => estimate.of([part]));
  const careful = improve(
    gather(safest, fit, estimate, (gain) => gain > 0n),
    fit,
    estimate,
  );
  if (careful.length === 1) return careful.map((group) => group.parts);
  const full = improve(
    gather(safest, fit, estimate, () => true),
    fit,
    estimate,
  );
  return (worth(full) > worth(careful) ? full : careful).map((group) => group.parts);
}

function gather(singles: readonly Group[], fit: Fit, estimate: Estimate, wanted: (gain: Attos) => boolean): Group[] {
  const groups: Group[] = [];
  for (const single of singles) {
    const best = bestHome(single, groups, fit, estimate);
    if (best !== undefined && wanted(best.gain)) groups[best.index] = best.merged;
    else groups.push(single);
  }
  return groups;
}

interface Home {
  readonly index: number;
  readonly merged: Group;
  readonly gain: Attos;
}

/** The group that gains most by taking another in; the first of equals. */
function bestHome(one: Group, groups: readonly Group[], fit: Fit, estimate: Estimate): Home | undefined {
  let best: Home | undefined;
  for (const [index, group] of groups.entries()) {
    if (!fit.fits(group, one) || fit.overlapParts(group.parts, one.parts)) continue;
    const merged = estimate.of([...group.parts, ...one.parts]);
    const gain = merged.value - group.value - one.value;
    if (best === undefined || gain > best.gain) best = { index, merged, gain };
  }
  return best;
}

/** Rounds of improvement: each takes what it can get, so a few find nearly all there is. */
const ROUNDS = 4;
/** More than that is not worth the time it takes: what waits together for one root is seldom more than a few. */
const MOST_IMPROVED = 32;

/** Takes parts out of groups that are better off without them, into those that are better off with them. */
function improve(groups: Group[], fit: Fit, estimate: Estimate): Group[] {
  if (groups.length > MOST_IMPROVED) return groups;
  let list = groups;
  for (let round = 0; round < ROUNDS; round++) {
    const next = moveOne(list, fit, estimate);
    if (next === undefined) return list;
    list = next;
  }
  return list;
}

function moveOne(groups: readonly Group[], fit: Fit, estimate: Estimate): Group[] | undefined {
  for (const group of groups) {
    const others = groups.filter((other) => other !== group);
    for (const part of group.parts) {
      const rest = group.parts.filter((other) => other !== part);
      const without = rest.length === 0 ? undefined : estimate.of(rest);
      const single = estimate.of([part]);
      const left = without === undefined ? others : [...others, without];
      const loss = group.value - (without?.value ?? 0n) - single.value;
      const home = bestHome(single, others, fit, estimate);
      if (home !== undefined && home.gain > loss) {
        return left.map((other) => (other === others[home.index] ? home.merged : other));
      }
      if (loss < 0n) return [...left, single];
    }
  }
  return undefined;
}

function worth(groups: readonly Group[]): Attos {
  return groups.reduce((sum, group) => sum + group.value, 0n);
}
