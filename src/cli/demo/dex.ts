import { composeLimitOrder } from '../../anthic/order/compose.js';
import { expiryAfter } from '../../anthic/order/expiry.js';
import { type OrderQuote, quoteOrder } from '../../anthic/order/quote.js';
import { signSubintent, subintentId } from '../../anthic/order/sign.js';
import type { TradeApi, TradeInfo } from '../../anthic/trade/client.js';
import type { Attos } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { Ledger } from '../../ledger/ledger.js';
import { randomDiscriminator } from '../../settlement/compose/transaction.js';
import { parseAddress } from '../../transaction/address.js';
import type { SignedPartialTransaction, Subintent } from '../../transaction/model.js';
import type { Network } from '../../transaction/network.js';
import type { MarketToken } from '../order/market.js';
import type { Person } from './cast.js';

/** What a user would like: so much of one token for another. */
export interface Wish {
  readonly user: Person;
  readonly sell: string;
  readonly buy: string;
  readonly amount: Attos;
  /** The token that `amount` is of. */
  readonly exact: 'sell' | 'buy';
  /** Basis points. */
  readonly slippage: number;
  readonly expiresIn: number;
}

/** The deal that the DEX shows. */
export interface Deal extends OrderQuote {
  readonly wish: Wish;
  readonly sold: MarketToken;
  readonly bought: MarketToken;
}

/** An order as it goes to the user for a signature, and comes back. */
export interface DexOrder {
  readonly id: string;
  readonly deal: Deal;
  readonly subintent: Subintent;
}

/** What does not change from order to order. */
interface Market {
  readonly info: TradeInfo;
  readonly tokens: ReadonlyMap<string, MarketToken>;
  readonly pairs: readonly { readonly base: string; readonly quote: string }[];
}

/** An epoch is five minutes: the timestamp ends the order long before these do. */
const EPOCHS = 2n;

/** A DEX in front of Anthic: it reads prices, composes orders on its own, and hands in what its users have signed. */
export class Dex {
  private readonly levels = new Map<string, number>();

  private constructor(
    readonly api: TradeApi,
    private readonly ledger: Ledger,
    private readonly network: Network,
    private readonly market: Market,
  ) {}

  static async open(api: TradeApi, ledger: Ledger, network: Network): Promise<Dex> {
    const [info, tokens, pairs] = await Promise.all([api.info(), api.tokens(), api.tokenPairs()]);
    const divisibilities = await ledger.divisibilities(tokens.map(({ resource }) => resource));
    const known = tokens.map(
      (token) => [token.symbol, { ...token, divisibility: divisibilities.get(token.resource)! }] as const,
    );
    return new Dex(api, ledger, network, { info, pairs, tokens: new Map(known) });
  }

  /** The order that the order book of now suggests, and its fees. Errors: `no-liquidity`, and those of the Trade API. */
  async quote(wish: Wish): Promise<Deal> {
    const { sell, buy, user } = wish;
    const { info, tokens, pairs } = this.market;
    const { base, quote } = pairs.find(
      (of) => [of.base, of.quote].includes(sell) && [of.base, of.quote].includes(buy),
    )!;
    const [book, level] = await Promise.all([this.api.orderBook(base, quote), this.levelOf(user.account)]);
    const [sold, bought] = [tokens.get(sell)!, tokens.get(buy)!];
    const { fees } = info;
    const { amount, exact, slippage } = wish;
    return {
      wish,
      sold,
      bought,
      ...quoteOrder({ book, fees, sold, bought, amount, exact, slippage, level, role: 'taker' }),
    };
  }

  /** Error: `stale-clock`, before the Gateway has told the time. */
  compose(deal: Deal): DexOrder {
    const { sold, bought, order, fees, wish } = deal;
    const { network } = this;
    const time = this.ledger.clock.clockAt();
    if (time === undefined)
      throw new SolverError('stale-clock', 'the ledger has not told its time yet', { retry: true });
    const subintent = composeLimitOrder({
      account: parseAddress(wish.user.account, network),
      sell: { resource: parseAddress(sold.resource, network), amount: order.sell },
      buy: { resource: parseAddress(bought.resource, network), amount: order.buy },
      fees,
      parentRule: this.market.info.parentRule,
      network: network.id,
      startEpoch: time.epoch,
      endEpoch: time.epoch + EPOCHS,
      expiresAt: expiryAfter(time.timestamp, wish.expiresIn),
      discriminator: randomDiscriminator(),
    });
    return { id: subintentId(subintent), deal, subintent };
  }

  /** The manifest of the same order as Anthic would write it. */
  theirManifest({ deal: { wish, sold, bought, order, fees } }: DexOrder): Promise<string> {
    return this.api.compose({
      account: wish.user.account,
      sell: { symbol: sold.symbol, amount: order.sell },
      buy: { symbol: bought.symbol, amount: order.buy },
      fees,
    });
  }

  async submit(signed: SignedPartialTransaction): Promise<void> {
    await this.api.submitOrder(signed);
  }

  private async levelOf(account: string): Promise<number> {
    const level = this.levels.get(account) ?? (await this.api.accountLevel(account));
    this.levels.set(account, level);
    return level;
  }
}

/** What a wallet does. */
export function signOrder({ subintent, deal }: DexOrder): SignedPartialTransaction {
  return signSubintent(subintent, deal.wish.user.key);
}
