import { type Attos, units } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import { XRD } from '../transaction/address.js';

/** What tokens are worth. */
export interface PriceLookup {
  /** Value in XRD of an amount, rounded down; undefined where there is no price. XRD is worth itself. */
  valueOf(resource: NodeId, amount: Attos): Attos | undefined;
}

/** A price: attos of XRD for one whole unit of a token. */
interface Priced {
  readonly price: Attos;
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
    for (const [resource, price] of table) made.set(resource, price, undefined, nameOf(resource));
    return made;
  }

  /** Error: `bad-price` naming the entry, for a price that is zero, negative or absurd, and for XRD at another than 1. */
  set(resource: NodeId, price: Attos, asOf?: number, name: string = resource): void {
    checkPrice(resource, price, name);
    this.entries.set(resource, { price, asOf });
  }

  /** The prices that are young enough at a time. A price from the future is as good as one from now. */
  at(now: number): PriceLookup {
    return { valueOf: (resource, amount) => this.valueOf(resource, amount, now) };
  }

  /** How old the price of a resource is; 0 for what does not age, undefined for none. */
  ageOf(resource: NodeId, now: number): number | undefined {
    const entry = this.entries.get(resource);
    return entry && (entry.asOf === undefined ? 0 : Math.max(0, now - entry.asOf));
  }

  private valueOf(resource: NodeId, amount: Attos, now: number): Attos | undefined {
    if (resource === XRD) return amount;
    const age = this.ageOf(resource, now);
    if (age === undefined || age > this.maxAge) return undefined;
    return valueAt(this.entries.get(resource)!.price, amount);
  }
}

/** An amount at a price, rounded down. */
export function valueAt(price: Attos, amount: Attos): Attos {
  const product = price * amount;
  const value = product / ONE;
  return product < 0n && product % ONE !== 0n ? value - 1n : value;
}

/** Error: `bad-price`, with `name` as the path. */
export function checkPrice(resource: NodeId, price: Attos, name: string): void {
  if (price <= 0n) throw badPrice(name, 'expected a price above 0');
  if (price > ABSURD) throw badPrice(name, 'expected a price of less XRD than there is');
  if (resource === XRD && price !== ONE) throw badPrice(name, 'expected 1: XRD is worth itself');
}

function badPrice(path: string, message: string): SolverError {
  return new SolverError('bad-price', message, { path });
}
