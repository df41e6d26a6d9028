import { SolverError } from '../../base/error.js';
import type { Surroundings } from '../../ledger/surroundings.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Price } from '../../settlement/price.js';
import { parseAddress, XRD } from '../../transaction/address.js';
import { type FetchOptions, fetchJson, parsePriceUrl } from './fetchJson.js';
import { inverse, type Pair, type Rate, readBook, readPairs, readTokens, through, worse } from './orderBook.js';
import { badPrices, type PriceReading, type PriceSource } from './source.js';

/** Books that are asked for at a time of reading: more of them than Anthic has tokens. */
const MAX_PAIRS = 100;

type Rates = ReadonlyMap<NodeId, ReadonlyMap<NodeId, Rate>>;

/**
 * Prices out of Anthic's order books: a token is worth the best bid for it in XRD, directly or by way of one other token,
 * and costs the best ask. Where nobody asks it has a value and no cost; where nobody bids, neither: what we would sell is
 * worth what somebody gives for it, not what somebody wants. A book that cannot be read is left out alone; of several ways the least favourable counts, so
 * that nobody talks a price up (or down) with a book of his own.
 */
export class OrderBookPrices implements PriceSource {
  readonly name: string;
  private readonly base: string;

  /** `base`: of the Trade API, e.g. `https://trade-api.staging.anthic.io`. Error: `bad-price-url`. */
  constructor(
    base: string,
    private readonly network: number,
    private readonly surroundings: Pick<Surroundings, 'fetch' | 'sleep'>,
    private readonly options: FetchOptions = {},
  ) {
    const url = parsePriceUrl(base);
    this.base = url.origin + url.pathname.replace(/\/+$/, '');
    this.name = `${url.host} order books`;
  }

  async read(signal: AbortSignal): Promise<PriceReading> {
    const refused: string[] = [];
    const bySymbol = this.resources(readTokens(await this.get('/trade/tokens', signal)), refused);
    const pairs = readPairs(await this.get('/trade/token_pairs', signal));
    if (pairs.length > MAX_PAIRS) throw badPrices('token_pairs', `expected at most ${MAX_PAIRS}, got ${pairs.length}`);
    const rates = new Map<NodeId, Map<NodeId, Rate>>();
    for (const pair of pairs) {
      const [base, quote] = [bySymbol.get(pair.base), bySymbol.get(pair.quote)];
      if (base === undefined || quote === undefined || base === quote) {
        refused.push(`${nameOf(pair)}: expected two tokens that are listed`);
        continue;
      }
      const rate = await this.rateOf(pair, refused, signal);
      if (rate === undefined) continue;
      put(rates, base, quote, rate);
      put(rates, quote, base, inverse(rate));
    }
    return { prices: pricesOf(rates), asOf: undefined, refused };
  }

  private resources(tokens: ReturnType<typeof readTokens>, refused: string[]): Map<string, NodeId> {
    const bySymbol = new Map<string, NodeId>();
    for (const { symbol, resource_address } of tokens) {
      try {
        const resource = parseAddress(resource_address, this.network);
        // Two tokens of one name: nobody knows which of them the books are about.
        if (bySymbol.has(symbol)) throw badPrices('tokens', `the symbol ${symbol.slice(0, 20)} stands there twice`);
        bySymbol.set(symbol, resource);
      } catch (error) {
        if (!(error instanceof SolverError) || error.code === 'bad-prices') throw error;
        refused.push(`tokens[${JSON.stringify(symbol.slice(0, 20))}]: ${error.message}`);
      }
    }
    return bySymbol;
  }

  private async rateOf(pair: Pair, refused: string[], signal: AbortSignal): Promise<Rate | undefined> {
    const query = new URLSearchParams({ base: pair.base, quote: pair.quote });
    try {
      return readBook(await this.get(`/trade/order_book?${query}`, signal));
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      refused.push(`${nameOf(pair)}: ${error.path === '' ? '' : `${error.path}: `}${error.message}`);
      return undefined;
    }
  }

  private get(path: string, signal: AbortSignal): Promise<unknown> {
    return fetchJson(new URL(this.base + path), this.options, this.surroundings, signal);
  }
}

function nameOf({ base, quote }: Pair): string {
  return `${base.slice(0, 20)}/${quote.slice(0, 20)}`;
}

function put(rates: Map<NodeId, Map<NodeId, Rate>>, of: NodeId, inUnits: NodeId, rate: Rate): void {
  const known = rates.get(of) ?? new Map<NodeId, Rate>();
  const before = known.get(inUnits);
  rates.set(of, known.set(inUnits, before === undefined ? rate : worse(before, rate)));
}

function pricesOf(rates: Rates): Map<NodeId, Price> {
  const prices = new Map<NodeId, Price>();
  for (const [token, own] of rates) {
    if (token === XRD) continue;
    const direct = own.get(XRD);
    const { bid, ask } = direct?.bid === undefined ? byWayOfAnother(own, rates) : direct;
    if (bid !== undefined) prices.set(token, { bid, ask });
  }
  return prices;
}

function byWayOfAnother(own: ReadonlyMap<NodeId, Rate>, rates: Rates): Rate {
  let found: Rate = { bid: undefined, ask: undefined };
  for (const [other, rate] of own) {
    const onward = rates.get(other)?.get(XRD);
    if (onward !== undefined) found = worse(found, through(rate, onward));
  }
  return found;
}
