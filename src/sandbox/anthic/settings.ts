import { z } from 'zod';
import { parseAddress } from '../../transaction/address.js';
import { type Network, networkById, parseNetwork } from '../../transaction/network.js';
import { amount, positiveAmount, read } from './input.js';

/** The settings file of the local Anthic (docs/sandbox.md): everything has a default but what is traded and by whom. */

const count = (least: number, most: number) => z.number().int().min(least).max(most);
const chance = z.number().min(0).max(1).default(0);
const text = z.string().min(1).max(200);

const network = z.union([z.number(), z.string()]).transform((value, context): Network => {
  try {
    return typeof value === 'number' ? networkById(value) : parseNetwork(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const token = z.strictObject({
  symbol: text,
  /** Left out where the ledger shall make one. */
  resource: text.optional(),
  divisibility: count(0, 18),
  /** Settlement fee, of the token that is sold. */
  solverFee: amount.default(0n),
  executionFee: amount.default(0n),
  /** How much of the execution fee comes back in the order's second yield. */
  rebate: amount.default(0n),
});

const maker = z.strictObject({
  name: text,
  apiKey: text,
  /** Whose orders may fill for it; left out: any. */
  accounts: z.array(text).max(100).default([]),
});

export const faultSettings = z.strictObject({
  /** The same seed, the same faults. */
  seed: count(0, 2 ** 32 - 1).default(1),
  /** Of each message to a maker or a solver: that it is lost. */
  drop: chance,
  /** That it comes late, by up to `delayMs`. Those behind it wait. */
  delay: chance,
  delayMs: count(0, 60_000).default(500),
  /** Of each bundle: that it is pushed twice. */
  duplicatePush: chance,
  /** Of each message: that the connection ends instead. */
  disconnect: chance,
  /** Of each fill: that it is refused, whatever it holds. */
  refuseFill: chance,
});
export type FaultSettings = z.output<typeof faultSettings>;

const schema = z
  .strictObject({
    network: network.default(networkById(242)),
    tokens: z.array(token).min(2).max(1000),
    pairs: z
      .array(z.strictObject({ base: text, quote: text }))
      .min(1)
      .max(1000),
    levels: z
      .array(z.strictObject({ takerFee: amount, makerFee: amount }))
      .min(1)
      .max(100)
      .default([{ takerFee: 10n ** 15n, makerFee: 0n }]),
    /** Account → level; 0 of all others. */
    accountLevels: z.record(text, count(0, 99)).default({}),
    makers: z.array(maker).max(1000).default([]),
    /** XRD that each wrapper pays. */
    reward: positiveAmount.default(5n * 10n ** 17n),
    /** Whether an account must hold what its order withdraws. Orders that call anything in front are taken at their word. */
    checkBalances: z.boolean().default(true),
    /** Makers at most to one order. */
    maxMakers: count(1, 15).default(8),
    timing: z
      .strictObject({
        /** How long an order must and may live when it comes. */
        minExpiryMs: count(0, 3_600_000).default(15_000),
        maxExpiryMs: count(1, 3_600_000).default(60_000),
        /** What makers get to fill. */
        fillWindowMs: count(1, 60_000).default(10_000),
        /** What is left for settlement at the least. */
        settleMs: count(0, 60_000).default(4_000),
        /** How often the ledger is asked. */
        pollMs: count(10, 60_000).default(500),
        /** How far the ledger's time must be past an expiry before nothing is believed to come any more. */
        graceMs: count(0, 60_000).default(2_000),
        /** How often makers and solvers are pinged; whoever does not answer until the next is cut off. */
        pingMs: count(100, 600_000).default(15_000),
      })
      .prefault({}),
    limits: z
      .strictObject({
        /** REST requests of one address. */
        requestsPerSecond: count(1, 1_000_000).default(1_000),
        /** Messages of one maker's session. */
        messagesPerSecond: count(1, 1_000_000).default(1_000),
        /** Levels on one side of a book. */
        levels: count(1, 10_000).default(200),
      })
      .prefault({}),
    ports: z
      .strictObject({
        host: text.default('127.0.0.1'),
        trade: count(0, 65_535).default(0),
        flash: count(0, 65_535).default(0),
        solver: count(0, 65_535).default(0),
      })
      .prefault({}),
    faults: faultSettings.prefault({}),
  })
  .superRefine((settings, context) => {
    const issue = (message: string, ...path: (string | number)[]) =>
      context.addIssue({ code: 'custom', message, path });
    const symbols = new Set<string>();
    for (const [index, { symbol, resource, rebate, executionFee }] of settings.tokens.entries()) {
      if (symbols.has(symbol)) issue(`expected a symbol once, got ${symbol} again`, 'tokens', index, 'symbol');
      symbols.add(symbol);
      if (rebate > executionFee) issue('expected at most the execution fee', 'tokens', index, 'rebate');
      const refusal = resource === undefined ? undefined : addressRefusal(resource, settings.network);
      if (refusal !== undefined) issue(refusal, 'tokens', index, 'resource');
    }
    for (const [index, pair] of settings.pairs.entries()) {
      for (const side of ['base', 'quote'] as const) {
        if (!symbols.has(pair[side])) issue(`expected the symbol of a token, got ${pair[side]}`, 'pairs', index, side);
      }
      if (pair.base === pair.quote) issue('expected two tokens', 'pairs', index, 'quote');
    }
    for (const [account, level] of Object.entries(settings.accountLevels)) {
      if (level >= settings.levels.length)
        issue(`expected a level below ${settings.levels.length}`, 'accountLevels', account);
      const refusal = addressRefusal(account, settings.network);
      if (refusal !== undefined) issue(refusal, 'accountLevels', account);
    }
    const keys = settings.makers.map(({ apiKey }) => apiKey);
    const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
    if (twice >= 0) issue('expected an API key of its own', 'makers', twice, 'apiKey');
    const names = settings.makers.map(({ name }) => name);
    const named = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (named >= 0) issue('expected a name of its own', 'makers', named, 'name');
    if (settings.timing.minExpiryMs > settings.timing.maxExpiryMs) {
      issue('expected at least minExpiryMs', 'timing', 'maxExpiryMs');
    }
  });

export type AnthicSettings = z.output<typeof schema>;
export type MakerSettings = AnthicSettings['makers'][number];

/** Reads settings from JSON. Error: `bad-field`, its path being the field's. */
export function parseAnthicSettings(json: unknown): AnthicSettings {
  return read(schema, json);
}

function addressRefusal(address: string, of: Network): string | undefined {
  try {
    parseAddress(address, of);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
