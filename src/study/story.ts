import { z } from 'zod';
import { parseAmount } from '../base/amount.js';
import type { AttemptStory, BundleStory, PriorStory } from '../journal/story.js';

/**
 * Reads what the journal keeps as JSON. Nothing is sure to be there: a journal of another version, one that was pruned, a
 * bundle that could not be read. A part that is not as it should be counts as missing, and no other part with it.
 */

const amount = z.string().refine((text) => {
  try {
    parseAmount(text);
    return true;
  } catch {
    return false;
  }
});
const ppm = z.number().min(0).max(1_000_000);
const position = z.object({ resource: z.string(), amount });

const order = z.object({
  wrapperId: z.string(),
  account: z.string(),
  maker: z.string().optional().catch(undefined),
  sells: position,
  buys: position,
  reward: amount,
});

const candidate = z.object({
  bundleIds: z.array(z.string()),
  reward: amount,
  surplus: amount,
  fee: amount,
  tip: amount,
  succeeds: ppm,
  fails: ppm,
  failureCost: amount,
  expected: amount,
  chosen: z.boolean(),
  reason: z.string().optional().catch(undefined),
});

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const loss = z.object({
  winner: z.string(),
  winnerAccount: maybe(z.string()),
  winnerFee: maybe(amount),
  winnerTip: maybe(amount),
  committedAt: maybe(z.number()),
  submittedAt: maybe(z.number()),
  lateMs: maybe(z.number()),
  ourTip: maybe(amount),
  wouldHaveWon: z.string(),
});

const attemptSchema = z.object({
  policy: maybe(z.string()),
  tipBasisPoints: maybe(z.number()),
  feeKnown: maybe(z.boolean()),
  unknown: maybe(z.array(z.string())),
  supposed: maybe(z.array(z.string())),
  assumed: maybe(z.boolean()),
  preview: maybe(z.object({ outcome: z.string(), fee: maybe(amount) })),
  considered: maybe(z.array(candidate)),
  inventory: maybe(z.array(position)),
  stages: maybe(z.record(z.string(), z.number())),
});

const bundleSchema = z.object({
  orders: maybe(z.array(order)),
  considered: maybe(z.array(candidate)),
  decision: maybe(attemptSchema),
  simulated: maybe(z.object({ by: z.enum(['preview', 'model']), outcome: z.string() })),
  loss: maybe(loss),
});

const priorSchema = z.object({ cannotPay: ppm, weight: z.number().int().nonnegative() });

/** Undefined where it is no prior. */
export function priorStory(fact: unknown): PriorStory | undefined {
  const read = priorSchema.safeParse(fact);
  return read.success ? read.data : undefined;
}

/** Of an attempt's story what is there. */
export type KnownAttemptStory = { readonly [K in keyof AttemptStory]?: AttemptStory[K] | undefined };

/** The same of a bundle's. */
export type KnownBundleStory = Omit<BundleStory, 'decision'> & { readonly decision?: KnownAttemptStory | undefined };

export function bundleStory(details: unknown): KnownBundleStory {
  const read = bundleSchema.safeParse(details);
  return read.success ? read.data : {};
}

export function attemptStory(details: unknown): KnownAttemptStory {
  const read = attemptSchema.safeParse(details);
  return read.success ? read.data : {};
}
