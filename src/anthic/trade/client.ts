import type { z } from 'zod';
import { formatAmount } from '../../base/amount.js';
import { toHex } from '../../base/bytes.js';
import { excerpt } from '../../base/excerpt.js';
import type { SignatureWithPublicKey } from '../../transaction/key.js';
import type { SignedPartialTransaction } from '../../transaction/model.js';
import type { ApiKey } from '../apiKey.js';
import type { OrderBook } from '../order/book.js';
import type { OrderFees } from '../order/fees.js';
import { signedPartialHex, subintentId } from '../order/sign.js';
import { TradeApiError } from './error.js';
import { type TradeRequest, type TradeSurroundings, TradeTransport, type TransportOptions } from './transport.js';
import { parseTradeUrl } from './url.js';
import { failureWire, WIRE } from './wire.js';

type Wire<K extends keyof typeof WIRE> = z.output<(typeof WIRE)[K]>;

/** What `/trade/info` tells: who may settle an order, and what orders cost. */
export type TradeInfo = Wire<'info'>;

/** An order in Anthic's words: symbols for resources. Amounts are attos. */
export interface OrderRequest {
  readonly account: string;
  readonly sell: { readonly symbol: string; readonly amount: bigint };
  readonly buy: { readonly symbol: string; readonly amount: bigint };
  readonly fees: Pick<OrderFees, 'anthic' | 'settlement'>;
}

export interface TradeApiOptions extends TransportOptions {
  readonly apiKey?: ApiKey | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

type Call = Omit<TradeRequest, 'signal' | 'key' | 'repeatable'> & {
  readonly withKey?: boolean;
  readonly repeatable?: boolean;
};

/**
 * Anthic's Trade API: every method of its documentation (docs/interfaces.md §4.1). Every method throws `TradeApiError`, or
 * the reason of the caller's signal. What can be repeated without harm is: reads, and submitting an order, which its
 * subintent's id names. The API key goes to this host alone, and only with the methods that need it.
 */
export class TradeApi {
  /** Host and path: what logs may show. */
  readonly name: string;
  private readonly transport: TradeTransport;
  private readonly apiKey: ApiKey | undefined;

  /** Error: `bad-trade-url`. */
  constructor(url: string, surroundings: TradeSurroundings, { apiKey, ...options }: TradeApiOptions = {}) {
    const { base, name } = parseTradeUrl(url);
    this.name = name;
    this.apiKey = apiKey;
    this.transport = new TradeTransport(base, surroundings, options);
  }

  async networkStatus(options?: CallOptions): Promise<{ readonly epoch: bigint }> {
    const { cur_epoch } = await this.get('networkStatus', '/network/status', options);
    return { epoch: BigInt(cur_epoch) };
  }

  info(options?: CallOptions): Promise<TradeInfo> {
    return this.get('info', '/trade/info', options);
  }

  /** The level that decides an account's share of Anthic's fee: an index into the fee table. */
  async accountLevel(address: string, options?: CallOptions): Promise<number> {
    const path = `/trade/account_addresses/${encodeURIComponent(address)}`;
    return (await this.get('accountAddress', path, options)).level;
  }

  async tokens(options?: CallOptions): Promise<readonly { readonly symbol: string; readonly resource: string }[]> {
    const { tokens } = await this.get('tokens', '/trade/tokens', options);
    return tokens.map(({ symbol, resource_address: resource }) => ({ symbol, resource }));
  }

  /** Pairs that have an order book, by symbol. */
  async tokenPairs(options?: CallOptions): Promise<Wire<'tokenPairs'>['token_pairs']> {
    return (await this.get('tokenPairs', '/trade/token_pairs', options)).token_pairs;
  }

  /** The caller's accounts and what they hold, by symbol. Needs the API key. */
  async accounts(options?: CallOptions): Promise<Wire<'accounts'>['accounts']> {
    return (await this.getWithKey('accounts', '/trade/accounts', options)).accounts;
  }

  async orderBook(base: string, quote: string, options?: CallOptions): Promise<OrderBook> {
    const call = { method: 'GET', path: '/trade/order_book', query: { base, quote } } as const;
    const book = await this.call('orderBook', call, options);
    if (book.pair.base === base && book.pair.quote === quote) return book;
    throw this.badAnswer(call, `expected the book of ${base}/${quote}`, 'pair');
  }

  /** Hands in a signed order. Returns the id under which the ledger will know it. Twice is as good as once. */
  async submitOrder(order: SignedPartialTransaction, options?: CallOptions): Promise<string> {
    const body = { signed_partial_transaction: signedPartialHex(order) };
    const call = { method: 'POST', path: '/trade/orders', body, repeatable: true } as const;
    const { success_response } = await this.call('orders', call, options);
    const expected = subintentId(order.partialTransaction.rootSubintent);
    if (success_response.subintent_id === expected) return expected;
    throw this.badAnswer(call, `expected ${expected}, the id of what was sent`, 'success_response.subintent_id');
  }

  /** The manifest that Anthic would write for an order. */
  async compose(order: OrderRequest, options?: CallOptions): Promise<string> {
    const body = {
      type: 'LimitOrder',
      account: order.account,
      sell: wireAmount(order.sell),
      buy: wireAmount(order.buy),
      fee: {
        symbol: order.sell.symbol,
        anthic_amount: formatAmount(order.fees.anthic),
        settlement_amount: formatAmount(order.fees.settlement),
      },
    };
    return (await this.post('compose', '/construction/compose', body, options)).manifest;
  }

  /** What Anthic reads out of a manifest, or out of a signed order. */
  async parse(what: string | SignedPartialTransaction, options?: CallOptions): Promise<OrderRequest> {
    const body = typeof what === 'string' ? { manifest: what } : { signed_partial_transaction: signedPartialHex(what) };
    const { account, sell, buy, fee } = await this.post('parse', '/construction/parse', body, options);
    return { account, sell, buy, fees: { anthic: fee.anthic_amount, settlement: fee.settlement_amount } };
  }

  /** A subintent made by Anthic of a manifest; whoever signs it should look at it first. */
  async createSubintent(
    manifest: string,
    { expireAfterSeconds, nonce, ...options }: CallOptions & { expireAfterSeconds: number; nonce?: number },
  ): Promise<{ readonly subintent: string; readonly hash: string; readonly id: string }> {
    const body = { manifest, expire_after_secs: expireAfterSeconds, ...(nonce === undefined ? {} : { nonce }) };
    const made = await this.post('createSubintent', '/construction/create_subintent', body, options);
    return { subintent: made.subintent, hash: made.subintent_hash, id: made.subintent_id };
  }

  /** Puts signatures that were made here to a subintent; no key leaves. Returns the hex of the signed order. */
  async sign(subintent: string, signatures: readonly SignatureWithPublicKey[], options?: CallOptions): Promise<string> {
    const body = { subintent, signatures: signatures.map(wireSignature) };
    return (await this.post('sign', '/construction/sign', body, options)).signed_partial_transaction;
  }

  async instamintInfo(
    options?: CallOptions,
  ): Promise<{ readonly component: string; readonly customerBadgeResource: string }> {
    const of = await this.get('instamintInfo', '/instamint/info', options);
    return { component: of.instamint_component, customerBadgeResource: of.customer_badge_resource };
  }

  async instamintTokens(options?: CallOptions): Promise<Wire<'instamintTokens'>['tokens']> {
    return (await this.get('instamintTokens', '/instamint/tokens', options)).tokens;
  }

  /**
   * The caller's instamint accounts, each with the ids of its customer badges (hex of Scrypto SBOR). Needs the API key. The
   * SDK asks for the one account; the documentation names a list, which is asked for where there is no other.
   */
  async instamintAccounts(
    options?: CallOptions,
  ): Promise<readonly { readonly address: string; readonly customerBadgeIds: readonly string[] }[]> {
    const accounts = await this.getWithKey('instamintAccount', '/instamint/account', options).then(
      ({ account }) => [account],
      async (error: unknown) => {
        if (!(error instanceof TradeApiError) || error.code !== 'not-found') throw error;
        return (await this.getWithKey('instamintAccounts', '/instamint/accounts', options)).accounts;
      },
    );
    return accounts.map(({ address, customer_badge_non_fungible_local_ids: customerBadgeIds }) => ({
      address,
      customerBadgeIds,
    }));
  }

  /** How much may still be minted. Needs the API key. */
  async instamintAllowance(options?: CallOptions): Promise<bigint> {
    return (await this.getWithKey('instamintAllowance', '/instamint/account/allowance', options)).allowance;
  }

  /** Loans that are outstanding, by symbol. Needs the API key. */
  async instamintBalance(options?: CallOptions): Promise<Wire<'instamintBalance'>['balances']> {
    return (await this.getWithKey('instamintBalance', '/instamint/account/balance', options)).balances;
  }

  /** Where loans are paid back, by chain. Needs the API key. */
  async instamintPaybackAddresses(
    options?: CallOptions,
  ): Promise<Wire<'instamintPaybackAddresses'>['payback_addresses']> {
    const path = '/instamint/account/payback-addresses';
    return (await this.getWithKey('instamintPaybackAddresses', path, options)).payback_addresses;
  }

  private get<K extends keyof typeof WIRE>(shape: K, path: string, options?: CallOptions): Promise<Wire<K>> {
    return this.call(shape, { method: 'GET', path }, options);
  }

  private getWithKey<K extends keyof typeof WIRE>(shape: K, path: string, options?: CallOptions): Promise<Wire<K>> {
    return this.call(shape, { method: 'GET', path, withKey: true }, options);
  }

  private post<K extends keyof typeof WIRE>(
    shape: K,
    path: string,
    body: unknown,
    options?: CallOptions,
  ): Promise<Wire<K>> {
    return this.call(shape, { method: 'POST', path, body }, options);
  }

  private async call<K extends keyof typeof WIRE>(shape: K, call: Call, options?: CallOptions): Promise<Wire<K>> {
    const { withKey = false, repeatable = call.method === 'GET', ...rest } = call;
    const endpoint = `${call.method} ${call.path}`;
    if (withKey && this.apiKey === undefined) {
      throw new TradeApiError('no-api-key', endpoint, 'expected an API key, which this method needs');
    }
    const key = withKey ? this.apiKey : undefined;
    const json = await this.transport.call({ ...rest, repeatable, key, signal: options?.signal });
    const read = WIRE[shape].safeParse(json);
    if (read.success) return read.data as Wire<K>;
    // A refusal may come with a status that says it is none.
    const failure = failureWire.safeParse(json);
    if (failure.success) {
      const { code, message } = failure.data.error;
      const clean = (text: string) => excerpt(key?.redact(text) ?? text);
      throw new TradeApiError('refused', endpoint, clean(message), { status: 200, reason: clean(code) });
    }
    const { path, message } = read.error.issues[0]!;
    throw this.badAnswer(call, message, fieldPath(path));
  }

  private badAnswer({ method, path }: Pick<Call, 'method' | 'path'>, message: string, field: string): TradeApiError {
    const what = `${field === '' ? 'an answer' : field} that does not fit: ${excerpt(message)}`;
    return new TradeApiError('bad-answer', `${method} ${path}`, what, { status: 200, path: field });
  }
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return text === '' ? String(segment) : `${text}.${String(segment)}`;
  }, '');
}

function wireAmount({ symbol, amount }: OrderRequest['sell']) {
  return { symbol, amount: formatAmount(amount) };
}

/** A Secp256k1 key is recovered from its signature. */
function wireSignature(signed: SignatureWithPublicKey) {
  const { type: curve, signature } = signed;
  return {
    curve,
    ...(signed.type === 'Ed25519' ? { public_key: toHex(signed.publicKey) } : {}),
    signature: toHex(signature.bytes),
  };
}
