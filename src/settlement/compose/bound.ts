import type { WrapperScript } from '../../anthic/wrapper.js';
import type { NodeId } from '../../sbor/custom.js';

/**
 * How many takes every plan needs at least. Trades that have no token in common settle one after the other, and only the
 * first of them without a take: whoever is called first in a trade gets what it needs with its second call, which releases
 * its reward, and from then on the worktop holds something that nobody may be handed with the rest.
 */
export function leastTakes(scripts: readonly WrapperScript[]): number {
  const wanted = new Set(scripts.map(({ need }) => need.resource));
  return scripts.every((script) => paysWithSecondCall(script, wanted)) ? trades(scripts, wanted) - 1 : 0;
}

/** Whether its second call, the last that may bring it what it needs, releases something that nobody wants. */
function paysWithSecondCall({ need, calls }: WrapperScript, wanted: ReadonlySet<NodeId>): boolean {
  if (need.by !== 1 || need.atLeast <= 0n) return false;
  return calls[1]!.some(({ resource, amount }) => amount > 0n && !wanted.has(resource));
}

/** Groups of scripts that are connected by what they give and need. */
function trades(scripts: readonly WrapperScript[], wanted: ReadonlySet<NodeId>): number {
  const groups = new Map<NodeId, Set<NodeId>>();
  for (const resource of wanted) groups.set(resource, new Set([resource]));
  for (const { need, calls } of scripts) {
    for (const { resource } of calls.flat()) {
      const [one, other] = [groups.get(need.resource)!, groups.get(resource)];
      if (other === undefined || other === one) continue;
      for (const each of other) groups.set(each, one.add(each));
    }
  }
  return new Set(groups.values()).size;
}
