import { z } from 'zod';
import type { Level } from '../../../anthic/order/book.js';
import { formatAmount } from '../../../base/amount.js';
import { SolverError } from '../../../base/error.js';
import { isAccount, parseAddress } from '../../../transaction/address.js';
import { encodeAccessRuleScrypto } from '../../../transaction/scryptoRule.js';
import { currentEpoch } from '../context.js';
import { RefusedError } from '../error.js';
import { levelOf } from '../fees.js';
import { read } from '../input.js';
import { quantity } from '../tokens.js';
import type { TradeCall, TradeEndpoint } from './call.js';

/** What is traded, for what fees, by whom: the reading part of the Trade API (docs/interfaces.md §4.1). */

export const networkStatus: TradeEndpoint = ({ ledger }) => ({ cur_epoch: Number(currentEpoch(ledger)) });

export const info: TradeEndpoint = ({ rule, tokens, settings }) => ({
  verify_parent_access_rule_sbor_hex: encodeAccessRuleScrypto(rule),
  per_token_settlement_fee: tokens.all.map(({ symbol, solverFee, executionFee }) => ({
    symbol,
    solver_amount: formatAmount(solverFee),
    transaction_execution_amount: formatAmount(executionFee),
  })),
  per_level_anthic_fee: settings.levels.map(({ takerFee, makerFee }) => ({
    taker_fee: formatAmount(takerFee),
    maker_fee: formatAmount(makerFee),
  })),
});

const addressParams = z.object({ address: z.string() });

export const accountLevel: TradeEndpoint = ({ params, settings }) => {
  const { address } = read(addressParams, params);
  return { level: levelOf(accountOf(address, settings.network), settings) };
};

function accountOf(address: string, network: TradeCall['settings']['network']): string {
  try {
    if (isAccount(parseAddress(address, network))) return address;
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
  }
  throw new RefusedError('bad-request', `expected the address of an account of ${network.name}`, { path: 'address' });
}

export const tokenList: TradeEndpoint = ({ tokens }) => ({
  tokens: tokens.all.map(({ symbol, address, divisibility }) => ({ symbol, resource_address: address, divisibility })),
});

export const tokenPairs: TradeEndpoint = ({ tokens }) => ({ token_pairs: tokens.pairs });

const bookQuery = z.object({ base: z.string(), quote: z.string() });

export const orderBook: TradeEndpoint = ({ query, tokens, makers }) => {
  const pair = read(bookQuery, query);
  const [base, quote] = [tokens.named(pair.base, 'base'), tokens.named(pair.quote, 'quote')];
  if (tokens.pairOf(base, quote)?.base !== base) {
    throw new RefusedError('not-found', `expected a pair of /trade/token_pairs, got ${pair.base}/${pair.quote}`);
  }
  const { bids, asks } = makers.book(base, quote);
  return { pair: { base: base.symbol, quote: quote.symbol }, bids: bids.map(levelText), asks: asks.map(levelText) };
};

function levelText({ price, amount }: Level): readonly [string, string] {
  return [formatAmount(price), formatAmount(amount)];
}

export const accounts: TradeEndpoint = async ({ caller, tokens, ledger }) => {
  const of = caller!.settings.accounts.map(async (address) => {
    const { amounts } = await ledger.balances(address);
    const held = tokens.all.filter((token) => amounts.has(token.address));
    return { address, balances: held.map((token) => quantity(token, amounts.get(token.address)!)) };
  });
  return { accounts: await Promise.all(of) };
};

const orderBody = z.object({ signed_partial_transaction: z.string() });

export const submitOrder: TradeEndpoint = async ({ body, desk }) => {
  const { subintentId } = await desk.submit(read(orderBody, body).signed_partial_transaction);
  return { success: true, success_response: { subintent_id: subintentId } };
};
