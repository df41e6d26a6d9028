import type { Level } from '../../anthic/order/book.js';
import type { Attos } from '../../base/amount.js';
import type { Token } from './tokens.js';

/** What a maker offers of a pair, the best price first. */
export interface Book {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export type BookSide = keyof Book;

export const EMPTY_BOOK: Book = { bids: [], asks: [] };

/** Sorted, and without what the base token is too coarse to express. */
export function makeBook(bids: readonly Level[], asks: readonly Level[], base: Token): Book {
  const fit = (levels: readonly Level[]) =>
    levels
      .map(({ price, amount }) => ({ price, amount: amount - (amount % base.unit) }))
      .filter((of) => of.amount > 0n);
  return {
    bids: fit(bids).sort((a, b) => compare(b.price, a.price)),
    asks: fit(asks).sort((a, b) => compare(a.price, b.price)),
  };
}

/** What is left of levels when so much of their front is promised already. */
export function without(levels: readonly Level[], promised: Attos): readonly Level[] {
  const left: Level[] = [];
  let rest = promised;
  for (const { price, amount } of levels) {
    const taken = amount < rest ? amount : rest;
    rest -= taken;
    if (amount > taken) left.push({ price, amount: amount - taken });
  }
  return left;
}

/** Several makers' levels as one side of a book; equal prices are one level. */
export function aggregate(side: BookSide, all: readonly (readonly Level[])[]): readonly Level[] {
  const amounts = new Map<Attos, Attos>();
  for (const { price, amount } of all.flat()) amounts.set(price, (amounts.get(price) ?? 0n) + amount);
  const order = side === 'bids' ? -1 : 1;
  return [...amounts].map(([price, amount]) => ({ price, amount })).sort((a, b) => order * compare(a.price, b.price));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
