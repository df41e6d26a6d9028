import type { LiveContext } from './context.js';
import type { Pursuit } from './pursuit.js';

/** Longest wait for what Gateways know: the others are in a hurry. */
const BUDGET_MS = 500;

/**
 * Asks which of these bundles another transaction has used up, by their wrappers. Those are lost; returns the others, those
 * of which no Gateway says anything in time among them. They are nobody else's meanwhile.
 */
export async function sift(pursuits: readonly Pursuit[], context: LiveContext): Promise<Pursuit[]> {
  const free = pursuits.filter(({ isOver, waiting }) => !isOver && !waiting);
  for (const pursuit of free) pursuit.waiting = true;
  const winners = await Promise.all(free.map((pursuit) => winnerOf(pursuit, context)));
  // The solver has ended; the next run takes them up.
  if (context.signal.aborted) return [];
  const left: Pursuit[] = [];
  free.forEach((pursuit, index) => {
    const winner = winners[index];
    pursuit.waiting = false;
    if (winner === undefined) left.push(pursuit);
    else pursuit.lose(winner);
  });
  return left;
}

/** The transaction that used up one of its wrappers, if that is known. */
export async function winnerOf({ bundle }: Pursuit, context: LiveContext): Promise<string | undefined> {
  const { ledger, signal, now } = context;
  const options = { deadline: now() + BUDGET_MS, signal };
  const ask = async (id: string): Promise<string | undefined> => {
    try {
      return (await ledger.subintentStatus(id, options)).finalized?.by;
    } catch {
      return undefined;
    }
  };
  const winners = await Promise.all(bundle.wrapperIds.map(ask));
  return winners.find((winner) => winner !== undefined);
}
