import { type EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { SolverError } from '../base/error.js';
import { engineBinary } from '../sandbox/engine/binary.js';
import { type FaultScript, parseFaults } from '../sandbox/fault/fault.js';
import { Sandbox } from '../sandbox/sandbox.js';
import { parseSeed, type Seed, type SeedAccount } from '../sandbox/seed.js';
import { type Network, networkById } from '../transaction/network.js';
import { unreadable, usageError } from './error.js';
import { type Io, processIo } from './io.js';
import { jsonOption, networkOption } from './options.js';
import { formatFields, printJson, printLine } from './output.js';
import { type OpenedAnthic, openAnthic } from './sandbox/anthic.js';

interface Options {
  readonly port: number;
  readonly network?: Network;
  readonly round: number;
  readonly manual?: boolean;
  readonly epoch?: number;
  readonly world?: string;
  readonly faults?: string;
  readonly token: readonly string[];
  readonly fund: readonly string[];
  readonly anthic?: string | true;
  readonly keys: string;
  readonly json?: boolean;
}

const SIMULATOR = 242;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `sandbox`: a real ledger in memory behind the Gateway's wire format. `signals` end it. */
export function sandboxCommand(io: Io = processIo(), signals: EventEmitter = process): Command {
  return new Command('sandbox')
    .description('run a local ledger (the official engine) with a Gateway in front, to try a solver against')
    .option('--port <number>', 'where the Gateway listens on 127.0.0.1; 0: any that is free', port, 8765)
    .addOption(networkOption('the network it plays; default: simulator'))
    .option('--round <ms>', 'time between two rounds', count, 1000)
    .option('--manual', 'no rounds by themselves: the clock stands, POST /sandbox/rounds moves it')
    .option('--epoch <number>', 'the first epoch', count)
    .option('--world <file>', 'tokens and accounts to begin with, as JSON')
    .option('--token <symbol:divisibility>', 'a token to begin with; repeatable', collect, [])
    .option('--fund <key or account=amount resource>', 'an account to begin with; repeatable', collect, [])
    .option('--faults <file>', 'what goes wrong, as JSON')
    .option('--anthic [settings]', 'a local Anthic on top, a test stand: settings as JSON, or an example without')
    .option('--keys <folder>', 'with --anthic: where the keys of who trades there are, or are made', 'anthic-sandbox')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver sandbox --token xUSDC:6 --fund 'account_sim1…=1000 XRD'
  $ anthic-solver sandbox --port 0 --world world.json --faults faults.json --json
  $ anthic-solver sandbox --anthic

world.json   { "tokens": [{ "symbol", "divisibility", "address"? }],
               "accounts": [{ "publicKey": { "curve", "hex" } and/or "address", "fund": [{ "resource", "amount" }] }] }
             A resource is an address, XRD, or the symbol of one of the tokens.
faults.json  [{ "path": "/transaction/submit", "nth": [2], "fault": { "type": "latency", "ms": 800 } }]
             Types: latency, stall, rate-limit, internal-error, unavailable, not-synced, reset, never-commits,
             late-status, stale-state, malformed-json. Chosen by path, nth, from, to, probability, times.
settings     what the local Anthic trades and with whom (docs/sandbox.md). It is no more than a test stand: what the
             documentation does not show is assumed (docs/anthic-assumptions.md).

It needs the engine: npm run engine:build. Nothing of it is kept when it ends (Ctrl-C).
Exit status: 0 when it was ended by a signal, 1 when it could not start or broke, 2 bad usage, 3 an unreadable file.`,
    )
    .action((options: Options) => sandbox(options, io, signals));
}

async function sandbox(options: Options, io: Io, signals: EventEmitter): Promise<void> {
  const { network = networkById(SIMULATOR), faults, manual, epoch } = options;
  const binary = await engineBinary(io.env);
  const started = await Sandbox.start(binary, {
    network,
    port: options.port,
    seed: seedOf(options),
    ...(manual ? {} : { roundMs: options.round }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(faults === undefined ? {} : { faults: faultsOf(faults) }),
  });
  const ending = new AbortController();
  const signal = Promise.race(SIGNALS.map((name) => once(signals, name, { signal: ending.signal }))).catch(() => {});
  let opened: OpenedAnthic | undefined;
  try {
    const { anthic, keys, port } = options;
    if (anthic !== undefined) {
      opened = await openAnthic(started, { anthic, keys, port }, fromFile);
    }
    await print(started, opened, options, io);
    const failure = await Promise.race([signal.then(() => undefined), started.failed]);
    if (failure !== undefined) throw failure;
  } finally {
    ending.abort();
    await opened?.anthic.close();
    await started.close();
  }
}

async function print(started: Sandbox, opened: OpenedAnthic | undefined, options: Options, io: Io): Promise<void> {
  const { gateway, world, planted } = started;
  const { tokens, accounts } = planted;
  const { network, state } = world;
  if (options.json) {
    const { id, name } = network;
    const ledger = { gateway: gateway.url, network: { id, name }, epoch: state.epoch, tokens, accounts };
    await printJson(io.stdout, { ...ledger, ...(opened === undefined ? {} : { anthic: anthicJson(opened) }) });
    return;
  }
  await printLine(
    io.stdout,
    formatFields([
      ['gateway', gateway.url],
      ['network', `${network.name} (${network.id}), epoch ${state.epoch}`],
      ['rounds', options.manual ? `by POST ${gateway.url}/sandbox/rounds` : `every ${options.round} ms`],
      ...tokens.map(
        ({ symbol, divisibility, address }) => [`token ${symbol}`, `${address} (${divisibility})`] as const,
      ),
      ...accounts.map(({ name, address }) => [`account${name === undefined ? '' : ` ${name}`}`, address] as const),
      ['a solver', solverLine(started, opened)],
      ['to change it', `${gateway.url}/sandbox/… (faults, rounds, tokens, accounts, fund, balances)`],
      ...(opened === undefined ? [] : anthicFields(opened)),
    ]),
  );
}

function solverLine({ gateway, world }: Sandbox, opened: OpenedAnthic | undefined): string {
  const line = `anthic-solver run --network ${world.network.name} --gateway ${gateway.url}`;
  if (opened === undefined) return line;
  return `${line} --stream ${opened.anthic.solverUrl} --key-file ${opened.files.solver} --submit`;
}

function anthicJson({ anthic, files }: OpenedAnthic): object {
  const { pageUrl: page, tradeUrl: trade, flashUrl: flash, solverUrl: solver, account, settings } = anthic;
  const tokens = settings.tokens.map(({ symbol, divisibility, resource: address }) => ({
    symbol,
    divisibility,
    address,
  }));
  return { testStand: true, page, trade, flash, solver, account, tokens, pairs: settings.pairs, files };
}

function anthicFields({ anthic, files }: OpenedAnthic): [string, string][] {
  const { pageUrl, tradeUrl, flashUrl, solverUrl, account, settings } = anthic;
  return [
    ['local Anthic', 'a test stand: nothing of it is the real one, and nothing is kept when it ends'],
    ['page', `${pageUrl}  (watch it, and place orders by hand)`],
    ['trade API', tradeUrl],
    ['flash API', flashUrl],
    ['solver API', solverUrl],
    ['pairs', settings.pairs.map(({ base, quote }) => `${base}/${quote}`).join(', ')],
    ['its account', account],
    ...Object.entries(files).map(([name, path]): [string, string] => [`key: ${name}`, path]),
    ['to watch it', `${tradeUrl}/sandbox/… (stats, orders, bundles, makers, faults, events)`],
  ];
}

function faultsOf(file: string): FaultScript {
  return fromFile(file, parseFaults);
}

/** The world file's, then those of the flags. */
function seedOf({ world, token, fund }: Options): Seed {
  const seed = world === undefined ? { tokens: [], accounts: [] } : fromFile(world, parseSeed);
  return {
    tokens: [...seed.tokens, ...token.map(tokenOf)],
    accounts: [...seed.accounts, ...fund.map(accountOf)],
  };
}

function fromFile<T>(file: string, parse: (json: unknown) => T): T {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    const where = error instanceof SolverError && error.path !== '' ? ` at ${error.path}` : '';
    throw usageError(`${file}${where}: ${(error as Error).message}`);
  }
}

function tokenOf(text: string): Seed['tokens'][number] {
  const [, symbol, digits] = /^([^:]+):(\d{1,2})$/.exec(text) ?? [];
  const divisibility = Number(digits);
  if (symbol === undefined || divisibility > 18) throw usageError(`--token: expected such as xUSDC:6, got ${text}`);
  return { symbol, divisibility };
}

const FUND = /^(?<who>[0-9a-z_]+)=(?<amount>\d+(\.\d{1,18})?) (?<resource>\S+)$/i;

function accountOf(text: string): SeedAccount {
  const { who, amount, resource } = FUND.exec(text)?.groups ?? {};
  if (who === undefined || amount === undefined || resource === undefined) {
    throw usageError(`--fund: expected such as 'account_sim1…=1000 XRD' or a public key in its place, got ${text}`);
  }
  const fund = [{ resource, amount }];
  if (who.startsWith('account_')) return { address: who, fund };
  if (/^[0-9a-f]{64}$/i.test(who)) return { publicKey: { curve: 'Ed25519', hex: who }, fund };
  if (/^[0-9a-f]{66}$/i.test(who)) return { publicKey: { curve: 'Secp256k1', hex: who }, fund };
  throw usageError(`--fund: expected an account or a public key of 64 or 66 hex digits, got ${who}`);
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}

function port(text: string): number {
  const number = count(text);
  if (number <= 65_535) return number;
  throw new InvalidArgumentError('expected a port');
}
