import { callsForeign, type WrappedOrder } from '../../anthic/wrappedOrder.js';
import type { Ppm } from '../chance.js';

const MAX_SEQUENCES = 4;

/** An order of looking at the children, of which the first `openings` are called before all else. */
export interface Sequence {
  readonly children: readonly number[];
  readonly openings: number;
}

/** Orders of looking at the children: as they came, then so that those that sell and buy the same follow each other. */
export function* sequences(orders: readonly WrappedOrder[]): Generator<Sequence> {
  const inTurn = orders.map((_, index) => index);
  const openers = lockedLast(inTurn, orders);
  // The first is mostly enough, so the others are not prepared.
  yield { children: openers, openings: 0 };
  yield* distinct(chains(openers, orders, MAX_SEQUENCES), openers);
}

/** How many calls go by before a lock, mostly (docs/economics.md §3). */
export const BEFORE_LOCK = 2;

/** The same with those first that are most likely to fail, and with the likeliest forced to the front. */
export function* riskSequences(orders: readonly WrappedOrder[], risks: readonly Ppm[]): Generator<Sequence> {
  const byRisk = orders.map((_, index) => index).sort((a, b) => risks[b]! - risks[a]!);
  const openers = lockedLast(byRisk, orders);
  yield { children: openers, openings: 0 };
  yield* distinct(chains(openers, orders, 1), openers);
  yield { children: openers, openings: Math.min(BEFORE_LOCK, orders.length) };
}

/** An order whose own calls cost nobody knows what comes late: the fee is locked before its first call. */
function lockedLast(openers: number[], orders: readonly WrappedOrder[]): readonly number[] {
  return openers.sort((a, b) => Number(callsForeign(orders[a]!)) - Number(callsForeign(orders[b]!)));
}

function* chains(openers: readonly number[], orders: readonly WrappedOrder[], count: number): Generator<Sequence> {
  for (const opener of openers.slice(0, count)) yield { children: chainFrom(opener, openers, orders), openings: 0 };
}

/** Bundles stand side by side mostly, so that some chain is what was tried already. */
function* distinct(tried: Iterable<Sequence>, first: readonly number[]): Generator<Sequence> {
  const seen = new Set([first.join()]);
  for (const sequence of tried) {
    const key = sequence.children.join();
    if (!seen.has(key)) yield sequence;
    seen.add(key);
  }
}

/** Follows who buys just what the last one sells, then who buys of it at all, and starts again where nobody does. */
function chainFrom(opener: number, openers: readonly number[], orders: readonly WrappedOrder[]): number[] {
  const left = new Set(openers);
  const chain: number[] = [];
  let next: number | undefined = opener;
  while (next !== undefined) {
    chain.push(next);
    left.delete(next);
    next = follower(orders[next]!, left, orders);
  }
  return chain;
}

function follower({ limitOrder }: WrappedOrder, left: ReadonlySet<number>, orders: readonly WrappedOrder[]) {
  const { resource, amount } = limitOrder.sell;
  const buyers = [...left].filter((index) => orders[index]!.limitOrder.buy.resource === resource);
  return buyers.find((index) => orders[index]!.limitOrder.buy.amount === amount) ?? buyers[0] ?? [...left][0];
}
