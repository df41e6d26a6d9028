import type { Level } from '../../anthic/order/book.js';
import type { Attos } from '../../base/amount.js';
import { divide, ONE, type Rounding } from '../../base/rounding.js';
import type { BookSide } from './book.js';
import type { Token } from './tokens.js';

/** What a taker wants: at least `buy` for `sell`. All or nothing: a subintent cannot be filled in part. */
export interface Wanted {
  readonly sell: { readonly token: Token; readonly amount: Attos };
  readonly buy: { readonly token: Token; readonly amount: Attos };
  readonly base: Token;
}

/** One maker's levels, the best first, of the side that the taker takes from. */
export interface Offer<M> {
  readonly maker: M;
  readonly levels: readonly Level[];
}

/** What one maker is asked for, in the taker's view. */
export interface Share<M> {
  readonly maker: M;
  readonly sell: Attos;
  readonly buy: Attos;
  /** How much of its levels this takes. */
  readonly base: Attos;
}

/** A taker who sells the base takes from the bids. */
export function sideOf({ sell, base }: Wanted): BookSide {
  return sell.token === base ? 'bids' : 'asks';
}

/**
 * Splits an order over offers, best price first. The shares add up to exactly what is sold and to at least what is wanted;
 * what the taker leaves on the table is shared in proportion. Undefined: the offers do not suffice at the taker's price.
 */
export function match<M>(
  wanted: Wanted,
  offers: readonly Offer<M>[],
  maxMakers: number,
): readonly Share<M>[] | undefined {
  const side = sideOf(wanted);
  const wantedBase = side === 'bids' ? wanted.sell.amount : wanted.buy.amount;
  const target = wholeUnits(wanted.base, wantedBase, 1n, 'up');
  let left = offers;
  for (;;) {
    const taken = walk(left, side, target, maxMakers);
    if (taken === undefined) return undefined;
    const shares = side === 'bids' ? shareBuy(wanted, taken) : shareSell(wanted, taken);
    const empty = shares?.find(({ sell, buy }) => sell === 0n || buy === 0n);
    if (empty === undefined) return shares;
    // Too small a part to be expressed: another maker takes it along.
    left = left.filter(({ maker }) => maker !== empty.maker);
  }
}

/** Of a maker: base amount, and its value in quote, in attos of attos so that nothing is rounded yet. */
interface Taken<M> {
  readonly maker: M;
  base: Attos;
  value: bigint;
}

function walk<M>(
  offers: readonly Offer<M>[],
  side: BookSide,
  target: Attos,
  maxMakers: number,
): Taken<M>[] | undefined {
  const sign = side === 'bids' ? -1n : 1n;
  const all = offers.flatMap(({ maker, levels }) => levels.map((level) => ({ maker, ...level })));
  all.sort((a, b) => Number(sign * (a.price - b.price) > 0n) - Number(sign * (a.price - b.price) < 0n));
  const taken = new Map<M, Taken<M>>();
  let rest = target;
  for (const { maker, price, amount } of all) {
    if (rest === 0n) break;
    const known = taken.get(maker);
    if (known === undefined && taken.size === maxMakers) continue;
    const base = amount < rest ? amount : rest;
    rest -= base;
    if (known === undefined) taken.set(maker, { maker, base, value: base * price });
    else {
      known.base += base;
      known.value += base * price;
    }
  }
  return rest === 0n ? [...taken.values()] : undefined;
}

/**
 * The taker sells the base: what it wants of the quote is shared by what each maker would pay. Each maker's share is
 * rounded down, so that none is asked for more than its book says; together they may be a few units short of the taker's
 * own sum, and that is not enough.
 */
function shareBuy<M>({ buy: { token, amount } }: Wanted, taken: readonly Taken<M>[]): Share<M>[] | undefined {
  const wanted = wholeUnits(token, amount, 1n, 'up');
  const offered = sum(taken.map(({ value }) => wholeUnits(token, value, ONE, 'down')));
  if (offered < wanted) return undefined;
  const amounts = shareOut(wanted, token.unit, taken);
  return taken.map(({ maker, base }, index) => ({ maker, sell: base, buy: amounts[index]!, base }));
}

/** The taker buys the base: every maker gets what it asks, rounded up, and its part of what is given beyond that. */
function shareSell<M>({ sell: { token, amount } }: Wanted, taken: readonly Taken<M>[]): Share<M>[] | undefined {
  const asked = taken.map(({ value }) => wholeUnits(token, value, ONE, 'up'));
  const beyond = amount - sum(asked);
  if (beyond < 0n) return undefined;
  const extra = shareOut(beyond, token.unit, taken);
  return taken.map(({ maker, base }, index) => ({ maker, sell: asked[index]! + extra[index]!, buy: base, base }));
}

/** In proportion to value, in whole units; the units that rounding leaves go to who is furthest below its value. */
function shareOut<M>(amount: Attos, unit: Attos, taken: readonly Taken<M>[]): Attos[] {
  const total = sum(taken.map(({ value }) => value));
  const shares = taken.map(({ value }) => {
    const exact = (amount * value) / total;
    return exact - (exact % unit);
  });
  let rest = amount - sum(shares);
  while (rest > 0n) {
    let lowest = 0;
    for (const index of shares.keys()) if (gap(index) > gap(lowest)) lowest = index;
    const given = rest < unit ? rest : unit;
    shares[lowest] = shares[lowest]! + given;
    rest -= given;
  }
  return shares;

  function gap(index: number): bigint {
    return taken[index]!.value - shares[index]! * ONE;
  }
}

/** Not held to the ledger's 192 bits: what a maker's prices come to is compared, and need not be an amount. */
function wholeUnits({ unit }: Token, n: bigint, d: bigint, rounding: Rounding): bigint {
  return divide(n, d * unit, rounding) * unit;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((all, value) => all + value, 0n);
}
