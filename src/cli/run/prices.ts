import { SolverError } from '../../base/error.js';
import { systemSurroundings } from '../../ledger/surroundings.js';
import type { Observer } from '../../observe/observers.js';
import type { Policy } from '../../settlement/policy.js';
import { PriceFeed } from '../../solver/prices/feed.js';
import { JsonPrices } from '../../solver/prices/jsonSource.js';
import { OrderBookPrices } from '../../solver/prices/orderBookSource.js';
import type { PriceSource } from '../../solver/prices/source.js';
import { formatAddress } from '../../transaction/address.js';
import { usageError } from '../error.js';

/** Often enough that one reading may fail before a price is too old, but no source is asked without pause. */
const EVERY = { mostMs: 10_000, leastMs: 1_000, perAge: 3 } as const;

/** The prices of a policy: its table, then its sources. Error: bad usage, naming the field. */
export function openPrices({ name, prices }: Policy, network: number, emit: Observer): PriceFeed {
  const { table, maxAge, sources } = prices;
  const surroundings = systemSurroundings();
  const found: PriceSource[] = [];
  const open = (field: string, make: () => PriceSource): void => {
    try {
      found.push(make());
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      throw usageError(`policy ${name}, ${field}: ${error.message}`, { path: field });
    }
  };
  const { http, orderBook } = sources;
  if (http !== undefined) open('prices.http.url', () => new JsonPrices(http.url, network, surroundings));
  if (orderBook !== undefined) {
    open('prices.orderBook.url', () => new OrderBookPrices(orderBook.url, network, surroundings));
  }
  const everyMs = Math.max(EVERY.leastMs, Math.min(EVERY.mostMs, maxAge / EVERY.perAge));
  const nameOf = (resource: string): string => formatAddress(resource, network);
  return new PriceFeed({ table, sources: found, maxAge, everyMs, emit, nameOf }, surroundings);
}
