import { z } from 'zod';
import { type Attos, parseAmount, units } from '../../base/amount.js';
import { badPrices } from './source.js';

/** Answers of the Trade API, as far as they are needed (docs/interfaces.md §4.1). Unknown fields pass. */

const tokens = z.object({
  tokens: z.array(z.object({ resource_address: z.string(), symbol: z.string() })).max(10_000),
});
const pairs = z.object({ token_pairs: z.array(z.object({ base: z.string(), quote: z.string() })).max(10_000) });

const amount = z.string().transform((text, context) => {
  try {
    return parseAmount(text);
  } catch {
    context.addIssue('expected a decimal');
    return z.NEVER;
  }
});
const level = z.tuple([amount, amount]);
const book = z.object({ bids: z.array(level).max(100_000), asks: z.array(level).max(100_000) });

/** Error: `bad-prices` with the field. */
export function readTokens(json: unknown): readonly { readonly resource_address: string; readonly symbol: string }[] {
  return read(tokens, json).tokens;
}

/** A pair of symbols. Error: `bad-prices` with the field. */
export interface Pair {
  readonly base: string;
  readonly quote: string;
}

export function readPairs(json: unknown): readonly Pair[] {
  return read(pairs, json).token_pairs;
}

/** Attos of one token for a whole unit of another: what selling gives, and what buying takes. Undefined: nobody says. */
export interface Rate {
  readonly bid: Attos | undefined;
  readonly ask: Attos | undefined;
}

/** The best prices of a book, in quote for base. Error: `bad-prices` with the field. */
export function readBook(json: unknown): Rate {
  const { bids, asks } = read(book, json);
  const [bid, ask] = [best(bids, 'bids', 1n), best(asks, 'asks', -1n)];
  if (bid !== undefined && ask !== undefined && ask < bid) {
    throw badPrices('asks[0]', 'expected an ask of at least the best bid');
  }
  return { bid, ask };
}

/** The first level, which must be the best one: a book upside down would price everything wrong. */
function best(levels: readonly (readonly [Attos, Attos])[], side: string, sign: bigint): Attos | undefined {
  let before: Attos | undefined;
  for (const [index, [price, size]] of levels.entries()) {
    if (price <= 0n || size <= 0n) throw badPrices(`${side}[${index}]`, 'expected a price and an amount above 0');
    if (before !== undefined && (before - price) * sign < 0n) {
      throw badPrices(`${side}[${index}]`, 'expected the best price first');
    }
    before = price;
  }
  return levels[0]?.[0];
}

const ONE = units(1);

/** The same book from the other side. */
export function inverse({ bid, ask }: Rate): Rate {
  return {
    bid: ask === undefined ? undefined : (ONE * ONE) / ask,
    ask: bid === undefined ? undefined : (ONE * ONE + bid - 1n) / bid,
  };
}

/** One trade after the other. */
export function through(first: Rate, second: Rate): Rate {
  return {
    bid: both(first.bid, second.bid, (one, other) => (one * other) / ONE),
    ask: both(first.ask, second.ask, (one, other) => (one * other + ONE - 1n) / ONE),
  };
}

/** Of two ways the less favourable, side by side; where only one has a side, that one. */
export function worse(one: Rate, other: Rate): Rate {
  return {
    bid: both(one.bid, other.bid, (a, b) => (a < b ? a : b)) ?? one.bid ?? other.bid,
    ask: both(one.ask, other.ask, (a, b) => (a > b ? a : b)) ?? one.ask ?? other.ask,
  };
}

function both(
  one: Attos | undefined,
  other: Attos | undefined,
  of: (one: Attos, other: Attos) => Attos,
): Attos | undefined {
  return one === undefined || other === undefined ? undefined : of(one, other);
}

function read<T extends z.ZodType>(schema: T, json: unknown): z.output<T> {
  const found = schema.safeParse(json);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw badPrices(issue!.path.join('.'), issue!.message);
}
