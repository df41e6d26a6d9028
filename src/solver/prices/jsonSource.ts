import { z } from 'zod';
import { parseAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { Surroundings } from '../../ledger/surroundings.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Price } from '../../settlement/price.js';
import { parseAddress } from '../../transaction/address.js';
import { type FetchOptions, fetchJson, parsePriceUrl } from './fetchJson.js';
import { badPrices, type PriceReading, type PriceSource } from './source.js';

const MAX_ENTRIES = 10_000;

/** Prices are text: what JSON calls a number has lost digits before anyone sees it. */
const document = z.object({
  prices: z.record(z.string(), z.unknown()),
  asOf: z.number().int().nonnegative().optional(),
});

/**
 * Prices from any server: `{ "prices": { "<resource address>": "0.05" }, "asOf": 1767225600 }`, in XRD for one whole unit;
 * `asOf` is in Unix seconds and may be left out. An entry that is no price is left out alone.
 */
export class JsonPrices implements PriceSource {
  readonly name: string;
  private readonly url: URL;

  /** Error: `bad-price-url`. */
  constructor(
    url: string,
    private readonly network: number,
    private readonly surroundings: Pick<Surroundings, 'fetch' | 'sleep'>,
    private readonly options: FetchOptions = {},
  ) {
    this.url = parsePriceUrl(url);
    this.name = this.url.host + this.url.pathname;
  }

  async read(signal: AbortSignal): Promise<PriceReading> {
    return readDocument(await fetchJson(this.url, this.options, this.surroundings, signal), this.network);
  }
}

function readDocument(json: unknown, network: number): PriceReading {
  const read = document.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw badPrices(issue!.path.join('.'), issue!.message);
  }
  const entries = Object.entries(read.data.prices);
  if (entries.length > MAX_ENTRIES) throw badPrices('prices', `expected at most ${MAX_ENTRIES} entries`);
  const prices = new Map<NodeId, Price>();
  const refused: string[] = [];
  for (const [address, text] of entries) {
    try {
      if (typeof text !== 'string') throw badPrices('', `expected text such as "0.05", got a ${typeof text}`);
      const price = parseAmount(text);
      prices.set(parseAddress(address, network), { bid: price, ask: price });
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      refused.push(`prices[${JSON.stringify(address.slice(0, 80))}]: ${error.message}`);
    }
  }
  const { asOf } = read.data;
  return { prices, asOf: asOf === undefined ? undefined : asOf * 1000, refused };
}
