import { z } from 'zod';
import { parseAmount } from '../../base/amount.js';
import { decodeAccessRuleScrypto } from '../../transaction/scryptoRule.js';

/**
 * Messages of the Trade API (docs/interfaces.md §4.1, docs/anthic-assumptions.md), read into this project's words. Unknown
 * fields pass; a missing one, or one of another type, is refused by its path.
 */

/** A decimal string of at least 0, as attos. */
const amount = z.string().transform((text, context) => {
  try {
    const value = parseAmount(text);
    if (value >= 0n) return value;
  } catch {
    // said below
  }
  context.addIssue('expected a decimal of at least 0 as a string');
  return z.NEVER;
});

const symbol = z.string().min(1).max(64);
const count = z.number().int().nonnegative();
const hex = z.string().regex(/^([0-9a-f]{2})*$/i, 'expected hex');

const accessRule = z.string().transform((text, context) => {
  try {
    return decodeAccessRuleScrypto(text);
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
});

const level = z.tuple([amount, amount]).transform(([price, amount]) => ({ price, amount }));

type Level = z.output<typeof level>;

/** Best price first, as documented: an order that takes from the front then has the best there is. */
function sorted(inOrder: (before: Level, after: Level) => boolean, how: string) {
  return z.array(level).superRefine((levels, context) => {
    const at = levels.findIndex((each, index) => index > 0 && !inOrder(levels[index - 1]!, each));
    if (at > 0) context.addIssue({ code: 'custom', message: `expected prices that ${how}`, path: [at] });
  });
}

const orderBook = z.object({
  pair: z.object({ base: symbol, quote: symbol }),
  bids: sorted((before, after) => before.price >= after.price, 'do not rise'),
  asks: sorted((before, after) => before.price <= after.price, 'do not fall'),
});

const tokenAmount = z.object({ symbol, amount });

/** An earlier revision of Anthic's SDK has `balance` for `amount`. */
const balance = z
  .object({ symbol, amount: amount.optional(), balance: amount.optional() })
  .transform(({ symbol, amount, balance }, context) => {
    const value = amount ?? balance;
    if (value !== undefined) return { symbol, amount: value };
    context.addIssue({ code: 'custom', message: 'expected a decimal of at least 0 as a string', path: ['amount'] });
    return z.NEVER;
  });

const chainToken = z.object({
  symbol,
  address: z.string().nullish(),
  chain: z.string(),
  testnet: z.string().nullish(),
});
const paybackAddress = z.object({ chain: z.string(), address: z.string() });

const info = z
  .object({
    verify_parent_access_rule_sbor_hex: accessRule,
    per_token_settlement_fee: z.array(
      z.object({ symbol, solver_amount: amount, transaction_execution_amount: amount }),
    ),
    per_level_anthic_fee: z.array(z.object({ taker_fee: amount, maker_fee: amount })),
  })
  .transform((of) => ({
    parentRule: of.verify_parent_access_rule_sbor_hex,
    fees: {
      levels: of.per_level_anthic_fee.map((each) => ({ taker: each.taker_fee, maker: each.maker_fee })),
      settlement: of.per_token_settlement_fee.map((each) => ({
        symbol: each.symbol,
        solver: each.solver_amount,
        execution: each.transaction_execution_amount,
      })),
    },
  }));

const limitOrder = z.object({
  type: z.literal('LimitOrder'),
  account: z.string(),
  sell: tokenAmount,
  buy: tokenAmount,
  fee: z.object({ symbol, anthic_amount: amount, settlement_amount: amount }),
});

export const WIRE = {
  networkStatus: z.object({ cur_epoch: count }),
  info,
  accountAddress: z.object({ level: count }),
  tokens: z.object({ tokens: z.array(z.object({ resource_address: z.string(), symbol })) }),
  tokenPairs: z.object({ token_pairs: z.array(z.object({ base: symbol, quote: symbol })) }),
  accounts: z.object({ accounts: z.array(z.object({ address: z.string(), balances: z.array(balance) })) }),
  orderBook,
  orders: z.object({ success: z.literal(true), success_response: z.object({ subintent_id: z.string() }) }),
  compose: z.object({ manifest: z.string() }),
  parse: limitOrder,
  createSubintent: z.object({ subintent: hex, subintent_hash: hex, subintent_id: z.string() }),
  sign: z.object({ signed_partial_transaction: hex }),
  instamintInfo: z.object({ instamint_component: z.string(), customer_badge_resource: z.string() }),
  instamintTokens: z.object({
    tokens: z.array(chainToken.omit({ testnet: true }).extend({ repayment_tokens: z.array(chainToken) })),
  }),
  instamintAccount: z.object({
    account: z.object({ address: z.string(), customer_badge_non_fungible_local_ids: z.array(hex) }),
  }),
  instamintAccounts: z.object({
    accounts: z.array(z.object({ address: z.string(), customer_badge_non_fungible_local_ids: z.array(hex) })),
  }),
  instamintAllowance: z.object({ allowance: amount }),
  instamintBalance: z.object({ balances: z.array(tokenAmount) }),
  instamintPaybackAddresses: z.object({ payback_addresses: z.array(paybackAddress) }),
} as const;

/** How a refusal is told, whatever the status. */
export const failureWire = z.object({
  success: z.literal(false),
  error: z.object({ code: z.string(), message: z.string() }),
});
