import type { OrderBook } from '../../anthic/order/book.js';
import { type OrderQuote, quoteOrder } from '../../anthic/order/quote.js';
import type { Token } from '../../anthic/order/token.js';
import type { TradeApi, TradeInfo } from '../../anthic/trade/client.js';
import { SolverError } from '../../base/error.js';
import type { Ledger } from '../../ledger/ledger.js';
import { parseAddress } from '../../transaction/address.js';
import type { Network } from '../../transaction/network.js';
import { exactSide, type TradeOptions } from './options.js';

/** A token of an order, with the address by which the ledger knows it. */
export interface MarketToken extends Token {
  readonly resource: string;
}

/** An order as the servers' answers make it. */
export interface Quoted extends OrderQuote {
  readonly sold: MarketToken;
  readonly bought: MarketToken;
  /** Of the account; 0 where there is none. */
  readonly level: number;
  readonly slippage: number;
  readonly parentRule: TradeInfo['parentRule'];
}

/** Order book, tokens and fees from Anthic, the tokens' divisibility from the ledger, and the order that follows. */
export async function quoteFromServers(
  options: TradeOptions,
  account: string | undefined,
  api: TradeApi,
  ledger: Ledger,
): Promise<Quoted> {
  const { sell, buy, slippage, network } = options;
  const exact = exactSide(options);
  const [tokens, pairs, info, level] = await Promise.all([
    api.tokens(),
    api.tokenPairs(),
    api.info(),
    account === undefined ? 0 : api.accountLevel(account),
  ]);
  const [of, to] = [findToken(tokens, sell.token, network), findToken(tokens, buy.token, network)];
  const [book, divisibilities] = await Promise.all([
    readBook(api, pairs, of.symbol, to.symbol),
    ledger.divisibilities([of.resource, to.resource]),
  ]);
  const [sold, bought] = [withDivisibility(of, divisibilities), withDivisibility(to, divisibilities)];
  const quote = quoteOrder({ ...exact, book, fees: info.fees, sold, bought, slippage, level, role: 'taker' });
  return { ...quote, sold, bought, level, slippage, parentRule: info.parentRule };
}

type Listed = Pick<MarketToken, 'symbol' | 'resource'>;

/** By symbol or by address. Errors: `unknown-token`; `bad-address`, of an address of another network. */
function findToken(tokens: readonly Listed[], name: string, network: Network): Listed {
  const found = tokens.filter(({ symbol, resource }) => symbol === name || resource === name);
  if (found.length === 1) {
    parseAddress(found[0]!.resource, network);
    return found[0]!;
  }
  const known = tokens.map(({ symbol }) => symbol).join(', ');
  const got = found.length === 0 ? name : `${name}, which ${found.length} tokens have`;
  throw new SolverError('unknown-token', `expected a token that Anthic trades (${known}), got ${got}`);
}

async function readBook(api: TradeApi, pairs: OrderBook['pair'][], sold: string, bought: string): Promise<OrderBook> {
  const pair = pairs.find(({ base, quote }) => [base, quote].includes(sold) && [base, quote].includes(bought));
  if (pair !== undefined && sold !== bought) return api.orderBook(pair.base, pair.quote);
  const known = pairs.map(({ base, quote }) => `${base}/${quote}`).join(', ');
  throw new SolverError('unknown-pair', `expected a pair with an order book (${known}), got ${sold} and ${bought}`);
}

function withDivisibility(token: Listed, divisibilities: ReadonlyMap<string, number>): MarketToken {
  const divisibility = divisibilities.get(token.resource);
  if (divisibility !== undefined) return { ...token, divisibility };
  throw new SolverError('unknown-resource', `the ledger has no fungible resource ${token.resource} (${token.symbol})`, {
    hint: 'check that the Trade API and the Gateway are of the same network',
  });
}
