import { DEFAULT_JOURNAL } from '../journal/command.js';
import type { Kind } from './kind.js';
import * as kinds from './kind.js';

const { amount, choice, flag, gatewayUrls, integer, milliseconds, network, orNone, path } = kinds;
const { positiveAmount, publicKeys, size, streamUrls, text } = kinds;

/** A setting of a running solver. */
export interface Setting<T> {
  readonly kind: Kind<T>;
  /** As it would be written in the environment. */
  readonly fallback: string | undefined;
  readonly required: boolean;
  readonly description: string;
}

/** Without a default and not required: undefined where nobody gives it. */
function optional<T>(kind: Kind<T>, description: string): Setting<T | undefined> {
  return { kind: kind as Kind<T | undefined>, fallback: undefined, required: false, description };
}

function required<T>(kind: Kind<T>, description: string): Setting<T> {
  return { kind, fallback: undefined, required: true, description };
}

function setting<T>(kind: Kind<T>, fallback: string, description: string): Setting<T> {
  return { kind, fallback, required: false, description };
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const countOrNone = orNone(integer(1, 1e6));
const maximum = orNone(positiveAmount);
const maximumFee = orNone(kinds.maximumFee);
const composition = choice('cheapest', 'template');
const logLevel = choice(...LOG_LEVELS);
const port = integer(0, 65_535, '<port>');

/**
 * All of them: key in a file → kind, default, meaning. Names of flags and variables, the schema, the help, .env.example
 * and `config show` are made from this. Amounts are XRD. A feed's death must show within 15 s, 5 of which are for the
 * answer to a ping, hence the bound on pings.
 */
// biome-ignore format: a table reads better aligned
export const SETTINGS = {
  network:              required(network,                        'the network: mainnet, stokenet, …, or its id'),
  streams:              required(streamUrls,                     'where bundles come from; the first copy of one wins'),
  gateways:             required(gatewayUrls,                    'a Radix Gateway; submissions go to each'),
  keyFile:              optional(path,                           "the solver's private key; or ANTHIC_SOLVER_KEY"),
  account:              optional(text('<address>'),              "what pays and earns; default: the key's own"),
  submit:               setting(flag,                      'false',     'submit settlements; else dry run'),
  journal:              setting(path,                      DEFAULT_JOURNAL, 'what became of each bundle; on a local disk'),
  journalMaxDays:       setting(orNone(integer(1, 10_000)), 'none',     'drop what is older and no accounting needs'),
  journalMaxBytes:      setting(orNone(size(1_000_000)),   '4GiB',      'the same of the oldest, where it is larger'),
  record:               optional(path,                           'append every pushed message to it, for replay'),
  recordMaxBytes:       setting(size(4096),                '64MiB',     'size at which a recording is put aside'),
  policy:               setting(text('<name or file>'),    'best',      'what is merged and tipped: best, single, or a file'),
  composition:          setting(composition,               'cheapest',  'how roots are composed'),
  wrapperKeys:          optional(publicKeys,                     'who may sign wrappers; default: as the order admits'),
  minProfit:            optional(amount,                         'decline what earns less; default: as the policy says'),
  maxFeePerTransaction: setting(maximumFee,                'none',      'the most one transaction may cost'),
  maxFeePerHour:        setting(maximumFee,                'none',      'fees of an hour, after which to wait'),
  maxFeePerDay:         setting(maximumFee,                'none',      'fees of a day, after which to wait'),
  maxCostlyFailures:    setting(countOrNone,               '5',         'failures in a row at a fee, after which to stop'),
  minBalance:           setting(maximum,                   'none',      'stop rather than let the account hold less'),
  maxCostPerBundle:     setting(maximum,                   '5',         'what all attempts of one bundle may cost'),
  maxAttempts:          setting(integer(1, 100),           '3',         'attempts of one bundle'),
  maxClockAgeMs:        setting(milliseconds(1_000, HOUR), '15000',     "age of the ledger's time at which to wait"),
  queueLimit:           setting(integer(1, 100_000),       '1000',      'bundles that may wait; more are declined'),
  expiryMarginMs:       setting(milliseconds(0, MINUTE),   '2000',      'a bundle that expires sooner is not begun'),
  pingIntervalMs:       setting(milliseconds(100, 10_000), '5000',      'between two pings of a stream'),
  pollIntervalMs:       setting(milliseconds(100, MINUTE), '1000',      'between two looks at a transaction'),
  requestsPerSecond:    setting(integer(2, 10_000),        '50',        'questions to Gateways about transactions in flight'),
  requestTimeoutMs:     setting(milliseconds(100, MINUTE), '5000',      'of one request to a Gateway'),
  shutdownTimeoutMs:    setting(milliseconds(0, HOUR),     '30000',     'how long to wait for what is in flight'),
  'http.host':          setting(text('<host>'),            '127.0.0.1', 'where /health and /metrics listen'),
  'http.port':          setting(port,                      '9610',      'their port; 0: any that is free'),
  logLevel:             setting(logLevel,                  'info',      'the least that is logged'),
} as const;

export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The table without the types of its values. */
export function settingOf(name: SettingName): Setting<unknown> {
  return SETTINGS[name] as unknown as Setting<unknown>;
}

const PREFIX = 'ANTHIC_SOLVER_';

/** A variable that looks like a setting of ours. */
export function isOurs(variable: string): boolean {
  return variable.startsWith(PREFIX);
}

/** `minProfit` → `ANTHIC_SOLVER_MIN_PROFIT`. */
export function variableOf(name: SettingName): string {
  return PREFIX + wordsOf(name).join('_').toUpperCase();
}

/** `minProfit` → `--min-profit`. One that is repeated names one thing at a time: `streams` → `--stream`. */
export function flagOf(name: SettingName): string {
  const flag = `--${wordsOf(name).join('-')}`;
  return settingOf(name).kind.several ? flag.replace(/s$/, '') : flag;
}

/** As commander names the option: `--min-profit` → `minProfit`. */
export function optionKeyOf(name: SettingName): string {
  return flagOf(name)
    .slice(2)
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function wordsOf(name: SettingName): string[] {
  return name.split(/(?=[A-Z])|\./).map((word) => word.toLowerCase());
}
