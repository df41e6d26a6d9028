import { z } from 'zod';
import { type Pair, pairName } from '../anthic/flash/wire.js';
import { type Attos, parseAmount, units } from '../base/amount.js';
import { recordOf } from '../base/record.js';
import { MakerError } from './error.js';

/** How much of a token may be held; what would leave the bounds is neither quoted nor filled. */
export interface TokenLimits {
  readonly min: Attos;
  readonly max: Attos | undefined;
}

/** How a pair is quoted. Ratios are attos, too: 10^18 is the whole. */
export interface PairPricing extends Pair {
  /** The middle: quote tokens for one base token. */
  readonly price: Attos;
  /** Of the best bid and the best ask, as a part of the price. */
  readonly spread: Attos;
  /** Base tokens of each level. */
  readonly size: Attos;
  readonly levels: number;
  /** How much further from the middle each level is than the one before, as a part of the price. */
  readonly step: Attos;
  /** In quote tokens: what an order has to bring at least, valued at the price, fees paid. */
  readonly minGain: Attos;
}

export interface Pricing {
  readonly tokens: ReadonlyMap<string, TokenLimits>;
  readonly pairs: readonly PairPricing[];
}

export const NO_LIMITS: TokenLimits = { min: 0n, max: undefined };

const ONE = units(1);
const MAX_LEVELS = 20;

function amount(wanted: string, isFine: (value: Attos) => boolean) {
  return z.unknown().transform((raw, context): Attos => {
    try {
      // A JSON number would have lost digits before it is read.
      if (typeof raw === 'string') {
        const value = parseAmount(raw);
        if (isFine(value)) return value;
      }
    } catch {
      // What is wrong with it is said below.
    }
    context.addIssue(`expected ${wanted}, such as "0.5", got ${JSON.stringify(raw)?.slice(0, 80)}`);
    return z.NEVER;
  });
}

const atLeast0 = amount('an amount of at least 0 as text', (value) => value >= 0n);
const above0 = amount('an amount above 0 as text', (value) => value > 0n);
const any = amount('an amount as text', () => true);
const ratio = amount('a ratio from 0 to below 1 as text', (value) => value >= 0n && value < ONE);
const symbol = z.string().min(1).max(64);

const limits = z
  .strictObject({ min: atLeast0.optional(), max: atLeast0.optional() })
  .refine(({ min = 0n, max }) => max === undefined || min <= max, { message: 'expected min to be no more than max' })
  .transform(({ min = 0n, max }): TokenLimits => ({ min, max }));

const pair = z
  .strictObject({
    base: symbol,
    quote: symbol,
    price: above0,
    spread: ratio,
    size: above0,
    levels: z.int().min(1).max(MAX_LEVELS).default(1),
    step: ratio.optional(),
    minGain: any.optional(),
  })
  .refine(({ base, quote }) => base !== quote, { message: 'expected two different tokens', path: ['quote'] })
  .transform((given): PairPricing => ({ ...given, step: given.step ?? 0n, minGain: given.minGain ?? 0n }))
  .refine(({ levels, step }) => levels === 1 || step > 0n, {
    message: 'expected a step above 0 between several levels',
    path: ['step'],
  })
  .refine(({ spread, step, levels }) => spread / 2n + step * BigInt(levels - 1) < ONE, {
    message: 'expected the last bid to be above 0',
    path: ['step'],
  });

const pricing = z.strictObject({
  tokens: recordOf(symbol, limits).default({}),
  pairs: z.array(pair).max(200),
});

/** Reads a pricing file. Error: `bad-pricing`, whose path and message name the field. */
export function parsePricing(text: string): Pricing {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MakerError('bad-pricing', 'expected JSON');
  }
  const result = pricing.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw bad(pathText(issue!.path), issue!.message);
  }
  const { tokens, pairs } = result.data;
  const names = new Set<string>();
  for (const [index, { base, quote }] of pairs.entries()) {
    if (names.has(pairName({ base, quote })) || names.has(pairName({ base: quote, quote: base }))) {
      throw bad(`pairs[${index}]`, `expected no pair twice, got ${base}/${quote} again`);
    }
    names.add(pairName({ base, quote }));
  }
  return { tokens: new Map(Object.entries(tokens)), pairs };
}

function bad(path: string, message: string): MakerError {
  return new MakerError('bad-pricing', path === '' ? message : `${path}: ${message}`, { path });
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
