import { type Attos, units } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import { XRD } from '../transaction/address.js';

/** What tokens are worth. */
export interface PriceLookup {
  /** Value in XRD of an amount, rounded down; undefined where there is no price. XRD is worth itself. */
  valueOf(resource: NodeId, amount: Attos): Attos | undefined;
  /**
   * What it would cost to buy so much, rounded up; undefined where nobody says. Where there is no such method, its value
   * and an atto.
   */
  costOf?(resource: NodeId, amount: Attos): Attos | undefined;
}

/** Attos of XRD for one whole unit of a token. */
export interface Price {
  /** What it can be sold for. */
  readonly bid: Attos;
  /** What it can be bought for, at least the bid; undefined where nobody says: then only its value is known. */
  readonly ask: Attos | undefined;
}

interface Priced extends Price {
  /** By the caller's clock; undefined: it does not age. */
  readonly asOf: number | undefined;
}

const ONE = units(1);
/** More XRD than there ever will be. A price like that is a mistake, and one that would be acted upon. */
const ABSURD = units(24_000_000_000n);

/** Prices and how old they are. Times are milliseconds of any one clock, given with each call. */
export class PriceTable {
  private readonly entries = new Map<NodeId, Priced>();

  /** Older than `maxAge` milliseconds a price is none. */
  constructor(private readonly maxAge: number) {
    if (!(maxAge > 0)) throw badPrice('maxAge', `expected an age above 0 ms, got ${maxAge}`);
  }

  /** Prices that an operator wrote down: they do not age. `nameOf` says how an entry is called in errors. */
  static of(table: ReadonlyMap<NodeId, Attos>, nameOf: (resource: NodeId) => string = String): PriceTable {
    const made = new PriceTable(Number.POSITIVE_INFINITY);
    for (const [resource, price] of table) made.set(resource, { bid: price, ask: price }, undefined, nameOf(resource));
    return made;
  }

  get size(): number {
    return this.entries.size;
  }

  /** How many prices are young enough. */
  sizeAt(now: number): number {
    let young = 0;
    for (const resource of this.entries.keys()) if (this.youngOf(resource, now) !== undefined) young++;
    return young;
  }

  /** Error: `bad-price` naming the entry, for a price that is zero, negative or absurd, and for XRD at another than 1. */
  set(resource: NodeId, price: Price, asOf?: number, name: string = resource): void {
    const { bid, ask } = price;
    checkPrice(resource, bid, name);
    if (ask !== undefined) {
      checkPrice(resource, ask, name);
      if (ask < bid) throw badPrice(name, 'expected an ask of at least the bid');
    }
    this.entries.set(resource, { bid, ask, asOf });
  }

  /** The prices that are young enough at a time. A price from the future is as good as one from now. */
  at(now: number): PriceLookup {
    return {
      valueOf: (resource, amount) => valueAt(resource, amount, this.youngOf(resource, now)),
      costOf: (resource, amount) => costAt(resource, amount, this.youngOf(resource, now)),
    };
  }

  private youngOf(resource: NodeId, now: number): Price | undefined {
    const age = this.ageOf(resource, now);
    return age === undefined || age > this.maxAge ? undefined : this.entries.get(resource);
  }

  /** How old the price of a resource is; 0 for what does not age, undefined for none. */
  ageOf(resource: NodeId, now: number): number | undefined {
    const entry = this.entries.get(resource);
    return entry && (entry.asOf === undefined ? 0 : Math.max(0, now - entry.asOf));
  }
}

function valueAt(resource: NodeId, amount: Attos, price: Price | undefined): Attos | undefined {
  if (resource === XRD) return amount;
  return price && floored(price.bid * amount);
}

function costAt(resource: NodeId, amount: Attos, price: Price | undefined): Attos | undefined {
  if (resource === XRD) return amount;
  return price?.ask === undefined ? undefined : -floored(-price.ask * amount);
}

function floored(product: bigint): Attos {
  const whole = product / ONE;
  return product < 0n && product % ONE !== 0n ? whole - 1n : whole;
}

/** Error: `bad-price`, with `name` as the path. */
function checkPrice(resource: NodeId, price: Attos, name: string): void {
  if (price <= 0n) throw badPrice(name, 'expected a price above 0');
  if (price > ABSURD) throw badPrice(name, 'expected a price of less XRD than there is');
  if (resource === XRD && price !== ONE) throw badPrice(name, 'expected 1: XRD is worth itself');
}

function badPrice(path: string, message: string): SolverError {
  return new SolverError('bad-price', message, { path });
}
