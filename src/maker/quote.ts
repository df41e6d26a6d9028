import type { Level, OrderBook } from '../anthic/order/book.js';
import { orderFees } from '../anthic/order/fees.js';
import type { Token } from '../anthic/order/token.js';
import { type Attos, units } from '../base/amount.js';
import { divide, roundTo } from '../base/rounding.js';
import type { Inventory } from './inventory.js';
import type { PairPricing } from './pricing.js';
import { sellable, type Terms, tokenOf } from './terms.js';

const ONE = units(1);

/** What can be offered still: what one pair offers, the next cannot. */
export class Budget {
  private readonly given = new Map<string, Attos>();
  private readonly taken = new Map<string, Attos>();

  constructor(private readonly inventory: Pick<Inventory, 'spendable' | 'room'>) {}

  spendable(symbol: string): Attos {
    const left = this.inventory.spendable(symbol) - (this.given.get(symbol) ?? 0n);
    return left > 0n ? left : 0n;
  }

  room(symbol: string): Attos | undefined {
    const room = this.inventory.room(symbol);
    if (room === undefined) return undefined;
    const left = room - (this.taken.get(symbol) ?? 0n);
    return left > 0n ? left : 0n;
  }

  offer(gives: string, given: Attos, gets: string, taken: Attos): void {
    this.given.set(gives, (this.given.get(gives) ?? 0n) + given);
    this.taken.set(gets, (this.taken.get(gets) ?? 0n) + taken);
  }
}

/**
 * The book of a pair: levels around the price, as far as the budget reaches, fees included. Prices are rounded away from
 * the middle. Errors: `unknown-token`, `no-settlement-fee`.
 */
export function quoteBook(pricing: PairPricing, terms: Terms, budget: Budget): OrderBook {
  const base = tokenOf(terms, pricing.base);
  const quote = tokenOf(terms, pricing.quote);
  const baseLeft = sellable(terms, base, budget.spendable(base.symbol));
  const quoteLeft = sellable(terms, quote, budget.spendable(quote.symbol));
  const bids = new Side(pricing, base.divisibility, budget.room(base.symbol), quoteLeft);
  const asks = new Side(pricing, base.divisibility, baseLeft, budget.room(quote.symbol));
  const book = {
    pair: { base: pricing.base, quote: pricing.quote },
    bids: bids.levels((distance) => divide(pricing.price * (ONE - distance), ONE, 'down')),
    asks: asks.levels((distance) => divide(pricing.price * (ONE + distance), ONE, 'up')),
  };
  const cost = (token: Token, amount: Attos) =>
    amount === 0n ? 0n : orderFees(terms.fees, token, amount, terms.level, 'maker').withdrawn;
  budget.offer(quote.symbol, cost(quote, bids.quoteAmount), base.symbol, bids.baseAmount);
  budget.offer(base.symbol, cost(base, asks.baseAmount), quote.symbol, asks.quoteAmount);
  return book;
}

/** One side of a book; what is left of either token shrinks from level to level. Undefined: no bound. */
class Side {
  baseAmount = 0n;
  quoteAmount = 0n;

  constructor(
    private readonly pricing: PairPricing,
    private readonly divisibility: number,
    private base: Attos | undefined,
    private quote: Attos | undefined,
  ) {}

  levels(priceAt: (distance: Attos) => Attos): Level[] {
    const { spread, step, levels } = this.pricing;
    const list: Level[] = [];
    for (let index = 0; index < levels; index++) {
      const price = priceAt(divide(spread, 2n, 'up') + step * BigInt(index));
      const amount = this.take(price);
      if (amount <= 0n) break;
      list.push({ price, amount });
    }
    return list;
  }

  private take(price: Attos): Attos {
    if (price <= 0n) return 0n;
    let amount = this.pricing.size;
    if (this.base !== undefined && this.base < amount) amount = this.base;
    if (this.quote !== undefined) {
      const affordable = (this.quote * ONE) / price;
      if (affordable < amount) amount = affordable;
    }
    amount = roundTo(this.divisibility, amount > 0n ? amount : 0n, 1n, 'down');
    const value = divide(amount * price, ONE, 'up');
    if (this.base !== undefined) this.base -= amount;
    if (this.quote !== undefined) this.quote -= value;
    this.baseAmount += amount;
    this.quoteAmount += value;
    return amount;
  }
}
