import { z } from 'zod';
import { OrderError } from '../../anthic/error.js';
import { composeLimitOrder } from '../../anthic/order/compose.js';
import { type OrderQuote, quoteOrder } from '../../anthic/order/quote.js';
import { signedPartialHex, signSubintent } from '../../anthic/order/sign.js';
import { preallocatedAccount } from '../../transaction/key.js';
import { currentEpoch } from '../anthic/context.js';
import { RefusedError } from '../anthic/error.js';
import { feeTable, levelOf, requiredFees } from '../anthic/fees.js';
import { positiveAmount, read } from '../anthic/input.js';
import { quantity, type Token } from '../anthic/tokens.js';
import type { TradeContext } from '../anthic/trade/call.js';
import { accountOf, type People, type User } from './people.js';

/** Orders that a person places on the page, signed by a user's key. */
export interface HandContext extends TradeContext {
  readonly people: People;
}

const quoteBody = z.strictObject({
  user: z.string(),
  base: z.string(),
  quote: z.string(),
  side: z.enum(['buy', 'sell']),
  /** Of the base. */
  amount: positiveAmount,
  /** Basis points. */
  slippage: z
    .number({ error: 'expected a whole number of basis points' })
    .int('expected a whole number of basis points')
    .min(0, 'expected at least 0')
    .max(9_999, 'expected at most 9999'),
});

/** What an order would say and cost by the order book of now. The path of an error is a field of the form. */
export function quoteByHand(body: unknown, context: HandContext): object {
  const { settings, tokens, makers, people } = context;
  const { side, amount, slippage, ...names } = read(quoteBody, body);
  const [base, quote] = [tokens.named(names.base, 'base'), tokens.named(names.quote, 'quote')];
  if (tokens.pairOf(base, quote)?.base !== base) {
    throw new RefusedError('not-found', 'expected a pair of /trade/token_pairs', { path: 'base' });
  }
  const account = accountOf(userOf(names.user, people), settings.network);
  const [sold, bought] = side === 'sell' ? [base, quote] : [quote, base];
  const level = levelOf(account, settings);
  const pair = { base: base.symbol, quote: quote.symbol };
  const quoted = byField(() =>
    quoteOrder({
      book: { pair, ...makers.book(base, quote) },
      fees: feeTable(settings),
      ...{ sold, bought, amount, exact: side, slippage, level, role: 'taker' },
    }),
  );
  return quoteJson(quoted, sold, bought, level);
}

/** What is wrong with an order can only be the amount: all else was chosen from what there is. */
function byField(quote: () => OrderQuote): OrderQuote {
  try {
    return quote();
  } catch (cause) {
    if (!(cause instanceof OrderError)) throw cause;
    const code = cause.code === 'no-liquidity' ? 'no-liquidity' : 'bad-request';
    throw new RefusedError(code, cause.message, { path: 'amount', cause });
  }
}

function quoteJson({ book, order, fees }: OrderQuote, sold: Token, bought: Token, level: number): object {
  return {
    sell: quantity(sold, order.sell),
    buy: quantity(bought, order.buy),
    book: { sell: quantity(sold, book.sell), buy: quantity(bought, book.buy) },
    level,
    fees: { anthic: quantity(sold, fees.anthic), settlement: quantity(sold, fees.settlement) },
    withdrawn: quantity(sold, fees.withdrawn),
  };
}

const side = z.strictObject({ symbol: z.string(), amount: positiveAmount });
const orderBody = z.strictObject({ user: z.string(), sell: side, buy: side });

/** An epoch is five minutes: the timestamp ends the order long before these do. */
const EPOCHS = 2n;

/** Composes and signs the order that was quoted, and hands it in as everybody does. */
export async function placeByHand(body: unknown, context: HandContext): Promise<object> {
  const { settings, tokens, people, rule, ledger, desk, now, randomBits } = context;
  const { user: name, sell, buy } = read(orderBody, body);
  const user = userOf(name, people);
  const [sold, bought] = [tokens.named(sell.symbol, 'sell.symbol'), tokens.named(buy.symbol, 'buy.symbol')];
  const { network, timing } = settings;
  const startEpoch = currentEpoch(ledger);
  const subintent = composeLimitOrder({
    account: preallocatedAccount(user.key.publicKey),
    sell: { resource: sold.resource, amount: sell.amount },
    buy: { resource: bought.resource, amount: buy.amount },
    fees: requiredFees('taker', accountOf(user, network), sold, sell.amount, settings),
    parentRule: rule,
    network: network.id,
    startEpoch,
    endEpoch: startEpoch + EPOCHS,
    // Far from both bounds.
    expiresAt: BigInt(Math.floor((now() + (timing.minExpiryMs + timing.maxExpiryMs) / 2) / 1000)),
    discriminator: randomBits(),
  });
  const { subintentId } = await desk.submit(signedPartialHex(signSubintent(subintent, user.key)));
  return { order: subintentId };
}

function userOf(name: string, { users }: People): User {
  const user = users.find((each) => each.name === name);
  if (user !== undefined) return user;
  const known = users.map((each) => each.name).join(', ') || 'none';
  throw new RefusedError('bad-request', `expected a user of this test stand (${known})`, { path: 'user' });
}
