import { z } from 'zod';
import { type Attos, formatAmount, parseAmount, units } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import { recordOf } from '../base/record.js';
import { LIMITS } from '../transaction/limits.js';
import { BEST, FEE_MAXIMUM, LEAST_FEE, MOST_BUNDLES, type Policy, type TipPolicy } from './policy.js';
import { PolicyAddresses } from './policyAddresses.js';

/** A policy that cannot be followed; the path is the field. */
export class PolicyError extends SolverError {
  declare readonly code: 'bad-policy' | 'wrong-network';
}

const HOUR = 3_600_000;
/** More XRD than there ever will be: an amount like that is a mistake, and one that would be acted upon. */
const ABSURD = units(24_000_000_000n);

const leaf = <T>(what: string, read: (value: unknown) => T | undefined) =>
  z.unknown().transform((value, context): T => {
    const found = read(value);
    if (found !== undefined) return found;
    context.addIssue(`expected ${what}, got ${shown(value)}`);
    return z.NEVER;
  });

/** JSON reads 1e400 as Infinity, and writes that as null. */
function shown(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : JSON.stringify(value)?.slice(0, 60);
}

const whole = (from: number, to: number) =>
  leaf(`a whole number from ${from} to ${to}`, (value) =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= to ? (value as number) : undefined,
  );

const text = (what: string, pattern: RegExp) =>
  leaf(what, (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined));

const amount = (what: string, least: Attos) =>
  leaf(what, (value) => {
    const attos = typeof value === 'string' ? tryAmount(value) : undefined;
    return attos !== undefined && attos >= least && attos <= ABSURD ? attos : undefined;
  });

function tryAmount(value: string): Attos | undefined {
  try {
    return parseAmount(value);
  } catch {
    return undefined;
  }
}

const PPM = 1_000_000;
/** A chance from 0 to 1 as parts of a million. */
const chance = (from: number, to: number) =>
  leaf(`a number from ${from / PPM} to ${to / PPM}`, (value) => {
    const ppm = typeof value === 'number' ? Math.round(value * PPM) : Number.NaN;
    return ppm >= from && ppm <= to ? ppm : undefined;
  });

const url = leaf('a URL that starts http:// or https://', (value) =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? value : undefined,
);

const MOST = `at most ${formatAmount(ABSURD)}`;
const PRICE = `a price in XRD above 0, ${MOST}, as text such as "0.05"`;
const AMOUNT = `an amount above 0, ${MOST}, as text such as "10"`;
const tokens = <T extends z.ZodType>(schema: T) => recordOf(z.string(), schema).default({});
const tipBasisPoints = whole(1, LIMITS.tipBasisPoints);

const schema = z.strictObject({
  name: text('a name of 1 to 64 letters, digits and .-_ or spaces', /^[\w.\- ]{1,64}$/),
  composition: z.enum(['cheapest', 'template']).default(BEST.composition),
  maxBundles: whole(1, MOST_BUNDLES).default(BEST.maxBundles),
  mergeWindow: whole(0, 60_000).default(BEST.mergeWindow),
  minProfit: amount(`an amount, ${MOST} either way, as text such as "0.01"`, -ABSURD).default(BEST.minProfit as Attos),
  maxFee: amount(`${FEE_MAXIMUM}, ${MOST}`, LEAST_FEE).optional(),
  tip: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({ kind: z.literal('fixed'), basisPoints: tipBasisPoints }),
      z.strictObject({
        kind: z.literal('adaptive'),
        maxBasisPoints: tipBasisPoints,
        stepBasisPoints: tipBasisPoints,
      }),
    ])
    .default(BEST.tip as { kind: 'none' }),
  chances: z
    .strictObject({
      cannotPay: chance(0, PPM - 1).default(BEST.chances.cannotPay),
      weight: whole(1, 1_000_000).default(BEST.chances.weight),
      winsRace: chance(1, PPM).default(BEST.chances.winsRace),
    })
    .prefault({}),
  prices: z
    .strictObject({
      table: tokens(amount(PRICE, 1n)),
      maxAge: whole(1, 24 * HOUR).default(BEST.prices.maxAge),
      http: z.strictObject({ url }).optional(),
      orderBook: z.strictObject({ url }).optional(),
    })
    .prefault({}),
  inventory: tokens(amount(AMOUNT, 1n)),
});

/**
 * Reads a policy from JSON (docs/policies.md); `where` is what errors call it. Error: `PolicyError`, for what is missing,
 * unknown, absurd or contradictory, with the field.
 */
export function readPolicy(json: unknown, where: string): Policy {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw refusal(where, parsed.error.issues[0]!);
  const { prices, inventory, minProfit, maxFee, ...same } = parsed.data;
  const fail = (field: string, message: string) => bad(where, field, message);
  refuseContradiction(same, fail);
  const addresses = new PolicyAddresses(fail);
  const { http, orderBook } = prices;
  const table = addresses.read('prices.table', prices.table);
  const caps = addresses.read('inventory', inventory);
  addresses.checkXrd(table);
  if (http === undefined && orderBook === undefined) addresses.checkPriced(caps, table);
  return {
    ...same,
    minProfit,
    maxFee,
    prices: { table, maxAge: prices.maxAge, sources: { http, orderBook } },
    inventory: caps,
    network: addresses.network,
  };
}

/** What each field may say, but not both together. */
function refuseContradiction(
  { tip, maxBundles, mergeWindow }: { tip: TipPolicy; maxBundles: number; mergeWindow: number },
  fail: (field: string, message: string) => Error,
): void {
  if (tip.kind === 'adaptive' && tip.stepBasisPoints > tip.maxBasisPoints) {
    const most = `expected at most maxBasisPoints, ${tip.maxBasisPoints}`;
    throw fail('tip.stepBasisPoints', `${most}, got ${tip.stepBasisPoints}`);
  }
  if (maxBundles === 1 && mergeWindow > 0) {
    throw fail('mergeWindow', `expected 0 where maxBundles is 1: nothing waits for company, got ${mergeWindow}`);
  }
}

function refusal(where: string, issue: z.core.$ZodIssue): PolicyError {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return bad(where, [...path, issue.keys[0]!].join('.'), 'expected no such field');
  }
  const expected: Partial<Record<typeof issue.code, string>> = {
    invalid_type: 'expected an object',
    invalid_union: 'expected none, fixed or adaptive',
    invalid_value: `expected ${'values' in issue ? issue.values.join(' or ') : ''}`,
  };
  return bad(where, path.join('.'), expected[issue.code] ?? issue.message);
}

function bad(where: string, field: string, message: string): PolicyError {
  const named = field === '' ? message : `${field}: ${message}`;
  return new PolicyError('bad-policy', `${where}: ${named}`, { path: field });
}

/** Error: `wrong-network`, naming the field, where the policy's addresses are of another network. */
export function checkPolicyNetwork(
  { name, network }: Policy,
  { name: wanted, suffix }: { name: string; suffix: string },
): void {
  if (network === undefined || network.suffix === suffix) return;
  const message = `policy ${name}: expected addresses of ${wanted}, which end their prefix in _${suffix}`;
  throw new PolicyError('wrong-network', message, { path: network.field });
}
