import type { Level, OrderBook } from '../anthic/order/book.js';
import { type Attos, units } from '../base/amount.js';
import { divide, roundTo } from '../base/rounding.js';
import type { Inventory } from './inventory.js';
import type { PairPricing } from './pricing.js';
import { sellable, type Terms, tokenOf } from './terms.js';

const ONE = units(1);

/**
 * The book of a pair: levels around the price, as far as what is not promised yet reaches, fees included, and as far as
 * the limits allow. Prices are rounded away from the middle. Errors: `unknown-token`, `no-settlement-fee`.
 */
export function quoteBook(
  pricing: PairPricing,
  terms: Terms,
  inventory: Pick<Inventory, 'spendable' | 'room'>,
): OrderBook {
  const base = tokenOf(terms, pricing.base);
  const quote = tokenOf(terms, pricing.quote);
  const quoteLeft = sellable(terms, quote, inventory.spendable(quote.symbol));
  const baseLeft = sellable(terms, base, inventory.spendable(base.symbol));
  const bids = new Side(pricing, base.divisibility, inventory.room(base.symbol), quoteLeft);
  const asks = new Side(pricing, base.divisibility, baseLeft, inventory.room(quote.symbol));
  return {
    pair: { base: pricing.base, quote: pricing.quote },
    bids: bids.levels((distance) => divide(pricing.price * (ONE - distance), ONE, 'down')),
    asks: asks.levels((distance) => divide(pricing.price * (ONE + distance), ONE, 'up')),
  };
}

/** One side of a book; what is left of either token shrinks from level to level. Undefined: no bound. */
class Side {
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
    amount = roundTo(this.divisibility, amount, 1n, 'down');
    if (this.base !== undefined) this.base -= amount;
    if (this.quote !== undefined) this.quote -= divide(amount * price, ONE, 'up');
    return amount;
  }
}
