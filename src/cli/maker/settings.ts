import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ASSUMED_SHAPES, type AssumedShapes } from '../../anthic/assumptions.js';
import { parseTradeUrl } from '../../anthic/trade/url.js';
import { isObject } from '../../base/record.js';
import type { Kind } from '../config/kind.js';
import * as kinds from '../config/kind.js';
import { LOG_LEVELS } from '../config/settings.js';
import { CliError, EXIT, systemMessage } from '../error.js';
import type { Io } from '../io.js';

const { choice, flag, gatewayUrls, integer, milliseconds, network, orNone, path, streamUrls, text } = kinds;

/** A setting of a market maker: what it can hold, its default as text, what it means. Without a default it is required. */
interface MakerSetting<T> {
  readonly kind: Kind<T>;
  readonly fallback: string | undefined;
  readonly optional?: boolean;
  readonly description: string;
}

function setting<T>(kind: Kind<T>, fallback: string | undefined, description: string): MakerSetting<T> {
  return { kind, fallback, description };
}

function optional<T>(kind: Kind<T>, description: string): MakerSetting<T | undefined> {
  return { kind: kind as Kind<T | undefined>, fallback: undefined, optional: true, description };
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

// biome-ignore format: a table reads better aligned
const SETTINGS = {
  network:           setting(network,                        undefined,      'the network: mainnet, stokenet, …, or its id'),
  flash:             setting(streamUrls,                     undefined,      'Flash Liquidity APIs of one account'),
  trade:             setting(text('<url>'),                  undefined,      "the Trade API: fees, tokens, the account's level"),
  gateways:          setting(gatewayUrls,                    undefined,      'a Radix Gateway'),
  pricing:           setting(path,                           undefined,      'prices, sizes and limits; read again when it changes'),
  keyFile:           optional(path,                                          "the maker's private key; or ANTHIC_SOLVER_KEY"),
  apiKeyFile:        optional(path,                                          'the API key of the account; or ANTHIC_API_KEY'),
  account:           optional(text('<address>'),                             "what trades; default: the key's own"),
  submit:            setting(flag,                           'false',        'quote and fill; else dry run'),
  store:             setting(path,                           'maker.sqlite', 'what was promised; on a local disk'),
  connections:       setting(integer(1, 16),                 '2',            'to each Flash Liquidity API'),
  expirySeconds:     setting(integer(20, 60),                '30',           'how long a fill can be settled'),
  marginMs:          setting(milliseconds(0, MINUTE),        '500',          'an order with less time than this is not filled'),
  maxClockAgeMs:     setting(milliseconds(1_000, 10*MINUTE), '15000',        "age of the ledger's time at which to stop quoting"),
  maxPricingAgeMs:   setting(orNone(milliseconds(1_000, DAY)), 'none',       'age of the pricing file at which to stop quoting'),
  pollIntervalMs:    setting(milliseconds(100, MINUTE),      '1000',         'between two looks at the ledger'),
  termsIntervalMs:   setting(milliseconds(1_000, 60*MINUTE), '60000',        'between two looks at fees and tokens'),
  pricingIntervalMs: setting(milliseconds(50, MINUTE),       '500',          'between two looks at the pricing file'),
  statusIntervalMs:  setting(milliseconds(1_000, 60*MINUTE), '60000',        'between two lines of status'),
  requestTimeoutMs:  setting(milliseconds(100, MINUTE),      '5000',         'of one request to a Gateway'),
  shutdownTimeoutMs: setting(milliseconds(0, MINUTE),        '5000',         'how long to wait for fills on their way'),
  logLevel:          setting(choice(...LOG_LEVELS),          'info',         'the least that is logged'),
} as const;

type Name = keyof typeof SETTINGS;

export type MakerSettings = {
  readonly [N in Name]: (typeof SETTINGS)[N] extends MakerSetting<infer T> ? T : never;
} & { readonly shapes: AssumedShapes };

const NAMES = Object.keys(SETTINGS) as readonly Name[];
const settingOf = (name: Name): MakerSetting<unknown> => SETTINGS[name] as unknown as MakerSetting<unknown>;

/** Names that Anthic may have other words for; in the file only. */
const shapes = z.strictObject({
  fillOrderId: z.string().min(1).optional(),
  fillTransaction: z.string().min(1).optional(),
  startingPoint: z.enum(['object', 'number']).optional(),
  pingMethod: z.string().min(1).optional(),
  rejectMethod: z.string().optional(),
} satisfies Record<keyof AssumedShapes, z.ZodType>);

function flagOf(name: Name): string {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${name === 'gateways' ? 'gateway' : words}`;
}

/** Adds `--config` and a flag for each setting. */
export function addMakerSettings(command: Command): Command {
  command.option('--config <file>', 'settings as JSON: the names below without dashes, and `shapes`');
  for (const name of NAMES) {
    const { kind, fallback, optional: isOptional, description } = settingOf(name);
    const { placeholder, several } = kind;
    const notes = [description];
    if (several) notes.push('repeatable');
    if (fallback !== undefined && placeholder !== undefined) notes.push(`default: ${fallback}`);
    if (fallback === undefined && !isOptional) notes.push('required');
    const option = new Option(
      placeholder === undefined ? flagOf(name) : `${flagOf(name)} ${placeholder}`,
      notes.join('; '),
    );
    if (several) option.argParser((value: string, before: readonly string[] = []) => [...before, value]);
    command.addOption(option);
  }
  return command;
}

/** The defaults, the file over them, and the command line over both. Error: `bad-config`, after a line for each mistake. */
export function loadMakerSettings(options: Readonly<Record<string, unknown>>, io: Pick<Io, 'stderr'>): MakerSettings {
  const problems: string[] = [];
  const file = typeof options.config === 'string' ? options.config : undefined;
  const given = file === undefined ? {} : readObject(file, problems);
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(given)) {
    if (key !== 'shapes' && !Object.hasOwn(SETTINGS, key)) problems.push(`${file}: ${key}: there is no such setting`);
  }
  for (const name of NAMES) values[name] = readSetting(name, file, given, options, problems);
  values.shapes = readShapes(file, given.shapes, problems);
  checkTradeUrl(values.trade, problems);
  if (problems.length === 0) return values as unknown as MakerSettings;
  for (const problem of problems) io.stderr.write(`${problem}\n`);
  const count = problems.length === 1 ? 'an error' : `${problems.length} errors`;
  throw new CliError(EXIT.usage, 'bad-config', `the settings have ${count}`, {
    hint: '`anthic-solver maker --help` tells every setting',
  });
}

function readSetting(
  name: Name,
  file: string | undefined,
  given: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>>,
  problems: string[],
): unknown {
  const { kind, fallback, optional: isOptional } = settingOf(name);
  const option = options[optionKey(name)];
  const [where, raw] =
    option !== undefined
      ? [flagOf(name), option]
      : given[name] !== undefined
        ? [`${file}: ${name}`, given[name]]
        : [name, fallback];
  if (raw === undefined) {
    if (!isOptional) problems.push(`${name}: required: give ${flagOf(name)} or the key ${name} of a file`);
    return undefined;
  }
  const read = kind.schema.safeParse(raw);
  if (read.success) return read.data;
  for (const { message } of read.error.issues) problems.push(`${where}: ${message.replace(/[0-9a-f]{64,}/gi, '…')}`);
  return undefined;
}

/** As commander names the option. */
function optionKey(name: Name): string {
  return name === 'gateways' ? 'gateway' : name;
}

function readShapes(file: string | undefined, given: unknown, problems: string[]): AssumedShapes {
  const read = shapes.safeParse(given ?? {});
  if (read.success) return { ...ASSUMED_SHAPES, ...(read.data as Partial<AssumedShapes>) };
  for (const { path: at, message } of read.error.issues) problems.push(`${file}: shapes.${at.join('.')}: ${message}`);
  return ASSUMED_SHAPES;
}

function checkTradeUrl(url: unknown, problems: string[]): void {
  if (typeof url !== 'string') return;
  try {
    parseTradeUrl(url);
  } catch (error) {
    problems.push(`trade: ${(error as Error).message}`);
  }
}

function readObject(file: string, problems: string[]): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(`${file}: cannot be read: ${systemMessage(error)}`);
    return {};
  }
  try {
    const json: unknown = JSON.parse(content);
    if (isObject(json)) return json;
  } catch {
    // The parser's message quotes the file.
  }
  problems.push(`${file}: expected a JSON object`);
  return {};
}
