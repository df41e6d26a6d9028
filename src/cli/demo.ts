import type { EventEmitter } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { engineBinary } from '../sandbox/engine/binary.js';
import { Sandbox } from '../sandbox/sandbox.js';
import { networkById } from '../transaction/network.js';
import { runLoad } from './demo/load.js';
import { Production } from './demo/production.js';
import { balanceJson, balanceText, loadText, stepLine } from './demo/report.js';
import { playScript } from './demo/script.js';
import type { StageOptions } from './demo/stage.js';
import { Steps } from './demo/steps.js';
import { CliError, EXIT } from './error.js';
import { type Io, processIo } from './io.js';
import { jsonOption } from './options.js';
import { printJson, printLine } from './output.js';
import { listenForStop } from './run/signals.js';

interface Options {
  readonly load?: number;
  readonly seconds: number;
  readonly round: number;
  readonly json?: boolean;
}

const SIMULATOR = 242;
const INTERRUPTED = 130;
/** Between two looks at the ledger, of everybody: few orders want quick answers, many orders few questions. */
const POLL_MS = { steps: 250, load: 1000 };

/** `demo`: the whole trade on this machine, step by step or under load. `signals` end it; `start` starts the ledger. */
export function demoCommand(io: Io = processIo(), signals: EventEmitter = process, start = onEngine(io)): Command {
  return new Command('demo')
    .description('play whole trades on this machine: ledger, Anthic, makers, a solver and a DEX with its users')
    .option('--load <orders>', 'instead of telling steps, trade so many orders a second and measure', positive)
    .option('--seconds <seconds>', 'with --load: for how long', positive, 20)
    .option('--round <ms>', 'time between two rounds of the ledger', positive, 500)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver demo
  $ anthic-solver demo --load 10 --seconds 60

The ledger is the official engine (npm run engine:build); maker and solver are those of \`maker\` and \`run\`, on sockets
and in the formats of the real network; Anthic is the one of \`sandbox --anthic\`. Keys are made for it and thrown away.
Exit status: 0 when every order has ended and all books agree with the ledger, 1 otherwise, 2 bad usage, 130 when a
signal ended it.`,
    )
    .action((options: Options) => demo(options, io, signals, start));
}

type Start = StageOptions['start'];

function onEngine({ env }: Io): Start {
  return async (options) => Sandbox.start(await engineBinary(env), options);
}

async function demo(options: Options, io: Io, signals: EventEmitter, start: Start): Promise<void> {
  const stop = listenForStop(
    signals,
    () => {},
    (error) => {
      io.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    },
  );
  try {
    await play(start, options, io, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new CliError(INTERRUPTED, 'interrupted', `ended by ${stop.signal.reason}`);
  } finally {
    stop.close();
  }
}

async function play(start: Start, options: Options, io: Io, signal: AbortSignal): Promise<void> {
  const { json = false, round: roundMs } = options;
  const print = (text: string, object: object) => (json ? printJson(io.stdout, object) : printLine(io.stdout, text));
  const started = performance.now();
  const network = networkById(SIMULATOR);
  const pollMs = options.load === undefined ? POLL_MS.steps : POLL_MS.load;
  const production = await Production.open({ start, network, roundMs, pollMs, signal });
  try {
    const { tradeUrl, flashUrl, solverUrl } = production.stage.anthic;
    const gateway = production.stage.sandbox.gateway.url;
    await print(
      `ledger (official engine), Gateway ${gateway}, a local Anthic ${tradeUrl}, two makers and a solver: all on this machine\n`,
      { event: 'started', gateway, trade: tradeUrl, flash: flashUrl, solver: solverUrl },
    );
    if (options.load === undefined) {
      const steps = new Steps(production, (step) => void print(stepLine(step), { event: 'step', ...step }), signal);
      await playScript(production, steps);
    } else {
      const load = await runLoad(production, {
        ...{ rate: options.load, seconds: options.seconds, signal },
        onProgress: (seconds, sent, settled) =>
          void print(`${seconds} s: ${sent} orders, ${settled} settled`, { event: 'progress', seconds, sent, settled }),
      });
      await print(loadText(load), { event: 'load', ...load });
    }
    const balance = await production.balance();
    if (json) for (const object of balanceJson(balance)) await printJson(io.stdout, object);
    else await printLine(io.stdout, `\n${balanceText(balance)}`);
    for (const warning of production.warnings) io.stderr.write(`${warning}\n`);
    const tookMs = Math.round(performance.now() - started);
    await print(`took ${(tookMs / 1000).toFixed(1)} s`, { event: 'end', tookMs });
    const [difference] = balance.differences;
    if (difference !== undefined) throw new CliError(EXIT.failure, 'books-differ', difference);
    const [lost] = production.orders.tally(production.stage.watch.stories).lost;
    if (lost !== undefined) throw new CliError(EXIT.failure, 'order-lost', lost);
  } finally {
    await production.close();
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (/^\d{1,6}$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError('expected a whole number from 1');
}
