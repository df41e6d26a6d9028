import { readFileSync } from 'node:fs';
import { formatAddress, isAccount, parseAddress } from '../../transaction/address.js';
import type { Network } from '../../transaction/network.js';
import { CliError, EXIT, systemMessage } from '../error.js';
import type { Io } from '../io.js';
import { contradictionsOf } from './nestedLimits.js';
import { defaults, type Flat, nest, type RunConfig, sourceSchema } from './runConfig.js';
import { flagOf, isOurs, optionKeyOf, SETTING_NAMES, type SettingName, settingOf, variableOf } from './settings.js';

export const CONFIG_VARIABLE = 'ANTHIC_SOLVER_CONFIG';
/** keySource.ts names it, too, but loads the native bindings, whose lack `doctor` has to survive. */
export const SECRET_VARIABLE = 'ANTHIC_SOLVER_KEY';
const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  SECRET_VARIABLE,
  CONFIG_VARIABLE,
  ...SETTING_NAMES.map(variableOf),
]);

/** Something in the configuration that cannot be. `where`: the file, the environment or the command line. */
export interface Problem {
  readonly where: string;
  /** As it is called there: a key, a variable, a flag. */
  readonly name: string;
  readonly message: string;
}

/** Everything that is wrong with a configuration, at once. */
export class ConfigError extends CliError {
  constructor(readonly problems: readonly Problem[]) {
    const list = problems.map(formatProblem).join('; ');
    super(EXIT.usage, 'bad-config', `the configuration has ${countOf(problems)}: ${list}`, {
      hint: '`anthic-solver config show --help` tells every setting',
    });
  }
}

function countOf({ length }: readonly Problem[]): string {
  return length === 1 ? 'an error' : `${length} errors`;
}

export function formatProblem({ where, name, message }: Problem): string {
  return `${where}: ${name}: ${message}`;
}

/** Where a value comes from, as people read it. */
export type Origin = string;

export interface ConfigInput {
  /** Of commander: what the flags of `addSettings` gave. */
  readonly argvOptions: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}

export interface Loaded {
  readonly config: RunConfig;
  readonly flat: Flat;
  readonly origins: ReadonlyMap<SettingName, Origin>;
}

interface Source {
  readonly where: string;
  readonly nameOf: (name: SettingName) => string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** The configuration by file, environment and command line, each over the one before. Error: `ConfigError`. */
export function loadConfig(input: ConfigInput): RunConfig {
  return load(input).config;
}

/** The same with where each value comes from. Error: `ConfigError`, with all there is to say. */
export function load(input: ConfigInput): Loaded {
  const problems: Problem[] = [];
  const sources = [fileSource(input, problems), environmentSource(input, problems), flagSource(input)];
  const values: Record<string, unknown> = defaults();
  const origins = new Map<SettingName, Origin>();
  for (const source of sources) {
    // A value that another source overrules is checked all the same: it is a mistake that waits.
    for (const [name, value] of Object.entries(read(source, problems))) {
      values[name] = value;
      origins.set(name as SettingName, `${source.where} (${source.nameOf(name as SettingName)})`);
    }
  }
  checkRequired(values, problems);
  checkAccount(values, problems);
  for (const { part, whole, message } of contradictionsOf(values)) {
    problems.push({ where: `${part} and ${whole}`, name: part, message });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const flat = Object.fromEntries(SETTING_NAMES.map((name) => [name, values[name]])) as Flat;
  return { config: nest(flat), flat, origins };
}

/** For a command: the real files, the environment of the process; problems printed a line each. Error: `CliError`. */
export function loadFor(io: Pick<Io, 'env' | 'stderr'>, argvOptions: ConfigInput['argvOptions']): Loaded {
  try {
    return load({ argvOptions, env: io.env, readFile: (path) => readFileSync(path, 'utf8') });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) io.stderr.write(`${formatProblem(problem)}\n`);
    throw new CliError(EXIT.usage, error.code, `the configuration has ${countOf(error.problems)}`, {
      hint: error.hint!,
    });
  }
}

/** What is valid of a source. */
function read({ given, where, nameOf }: Source, problems: Problem[]): Record<string, unknown> {
  const result = sourceSchema.safeParse(given);
  if (result.success) return result.data;
  const bad = new Set<string>();
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        bad.add(key);
        problems.push({ where, name: key, message: unknown(key, nameOf) });
      }
    } else {
      const name = String(issue.path[0]);
      bad.add(name);
      problems.push({ where, name: nameOf(name as SettingName), message: withoutSecrets(issue.message) });
    }
  }
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !bad.has(name)));
  return sourceSchema.parse(rest);
}

/** A mistyped limit would be no limit at all, so nothing unknown is passed over. */
function unknown(key: string, nameOf: Source['nameOf']): string {
  const same = (name: string) => name.replace(/[^a-z]/gi, '').toLowerCase();
  const meant = SETTING_NAMES.find((name) => same(nameOf(name)) === same(key));
  return `there is no such setting${meant === undefined ? '' : `; did you mean ${nameOf(meant)}?`}`;
}

/** Whatever was typed in the wrong place: what could be a private key is in no message. */
function withoutSecrets(message: string): string {
  return message.replace(/[0-9a-f]{64,}/gi, '…');
}

function fileSource({ argvOptions, env, readFile }: ConfigInput, problems: Problem[]): Source {
  const file = (argvOptions.config as string | undefined) ?? (env[CONFIG_VARIABLE] || undefined);
  const source = { where: file ?? '', nameOf: (name: SettingName): string => name };
  if (file === undefined) return { ...source, given: {} };
  const fail = (message: string): Source => {
    problems.push({ where: file, name: 'file', message });
    return { ...source, given: {} };
  };
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    return fail(`cannot be read: ${systemMessage(error)}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's message quotes the file.
    return fail('expected JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return fail('expected a JSON object');
  return { ...source, given: flatten(json) };
}

/** `{ http: { port } }` → `{ 'http.port' }`, for the objects that the table has. */
function flatten(json: object): Record<string, unknown> {
  const entries = Object.entries(json).flatMap(([key, value]) => {
    const isGroup = SETTING_NAMES.some((name) => name.startsWith(`${key}.`));
    if (!isGroup || typeof value !== 'object' || value === null || Array.isArray(value)) return [[key, value]];
    return Object.entries(value).map(([inner, each]) => [`${key}.${inner}`, each]);
  });
  return Object.fromEntries(entries);
}

function environmentSource({ env }: ConfigInput, problems: Problem[]): Source {
  const where = 'environment';
  for (const variable of Object.keys(env)) {
    if (!isOurs(variable) || KNOWN_VARIABLES.has(variable)) continue;
    problems.push({ where, name: variable, message: unknown(variable, variableOf) });
  }
  // A variable that is empty is one that is not set: files of variables have such lines.
  const given = SETTING_NAMES.filter((name) => env[variableOf(name)]).map((name) => [name, env[variableOf(name)]]);
  return { where, nameOf: variableOf, given: Object.fromEntries(given) };
}

function flagSource({ argvOptions }: ConfigInput): Source {
  const given = SETTING_NAMES.map((name) => [name, argvOptions[optionKeyOf(name)]] as const);
  return {
    where: 'command line',
    nameOf: flagOf,
    given: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
}

function checkRequired(values: Readonly<Record<string, unknown>>, problems: Problem[]): void {
  for (const name of SETTING_NAMES) {
    if (!settingOf(name).required || values[name] !== undefined) continue;
    const flag = flagOf(name);
    const reported = problems.some((problem) => [name, flag, variableOf(name)].includes(problem.name));
    if (reported) continue;
    const message = `required: give ${flag}, ${variableOf(name)} or the key ${name} of a file`;
    problems.push({ where: 'nowhere', name, message });
  }
}

/** An address says of which network it is. */
function checkAccount(values: Record<string, unknown>, problems: Problem[]): void {
  const { account, network } = values as { account?: string; network?: Network };
  if (account === undefined || network === undefined) return;
  try {
    const node = parseAddress(account, network);
    if (!isAccount(node)) throw new Error(`expected an account, got ${formatAddress(node, network)}`);
  } catch (error) {
    problems.push({ where: 'account and network', name: 'account', message: withoutSecrets((error as Error).message) });
  }
}
