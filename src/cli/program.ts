import { Command, CommanderError } from 'commander';
import { SolverError } from '../base/error.js';
import { reasonOf } from '../settlement/decline.js';
import { CliError, EXIT } from './error.js';
import { type Io, processIo } from './io.js';
import { packageVersion } from './version.js';

/** The commands. Each is loaded when it is named: none waits for what another needs. */
const COMMANDS: Readonly<Record<string, (io: Io) => Promise<Command>>> = {
  run: async (io) => (await import('./run.js')).runCommand(io),
  replay: async (io) => (await import('./replay.js')).replayCommand(io),
  inspect: async (io) => (await import('./inspect.js')).inspectCommand(io),
  keygen: async (io) => (await import('./keygen.js')).keygenCommand(io),
  account: async (io) => (await import('./account.js')).accountCommand(io),
  report: async (io) => (await import('./report.js')).reportCommand(io),
  explain: async (io) => (await import('./explain.js')).explainCommand(io),
  backtest: async (io) => (await import('./backtest.js')).backtestCommand(io),
  journal: async (io) => (await import('./journal.js')).journalCommand(io),
  order: async (io) => (await import('./order.js')).orderCommand(io),
  limits: async (io) => (await import('./limits.js')).limitsCommand(io),
  maker: async (io) => (await import('./maker.js')).makerCommand(io),
  demo: async (io) => (await import('./demo.js')).demoCommand(io),
  sandbox: async (io) => (await import('./sandbox.js')).sandboxCommand(io),
  config: async (io) => (await import('./config.js')).configCommand(io),
  doctor: async (io) => (await import('./doctor.js')).doctorCommand(io),
};

/** Runs a command line (without node and script) and returns the exit status. Nothing escapes as an exception. */
export async function run(args: readonly string[], io: Io = processIo()): Promise<number> {
  listenForErrors(args, io);
  try {
    const program = await buildProgram(args, io);
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}

async function buildProgram(args: readonly string[], io: Io): Promise<Command> {
  const program = new Command('anthic-solver')
    .description('Settles Anthic bundles on the Radix ledger.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver replay recordings/*.jsonl        what each recorded bundle would earn
  $ anthic-solver inspect payload.hex              what a transaction or subintent says
  $ anthic-solver keygen --out solver.key          make a key
  $ anthic-solver account --key-file solver.key --network stokenet

Exit status: 0 fine, 1 failure, 2 bad usage, 3 a file that cannot be read.`,
    );
  // The first word that is no option names the command. Help and mistakes want to know them all.
  const named = args.find((arg) => !arg.startsWith('-'));
  const names = namesToLoad(args, named);
  for (const name of names) program.addCommand(await COMMANDS[name]!(io));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showHelpAfterError('(--help tells the options)')
      .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  }
  return program;
}

function namesToLoad(args: readonly string[], named: string | undefined): readonly string[] {
  if (named !== undefined && Object.hasOwn(COMMANDS, named)) return [named];
  const asksVersion = args.length === 1 && (args[0] === '-V' || args[0] === '--version');
  return asksVersion ? [] : Object.keys(COMMANDS);
}

/**
 * A reader that has seen enough (`| head`) ends the program without a word. What works for months outlives its terminal and
 * whoever reads its log: its journal and its metrics still tell.
 */
function listenForErrors(args: readonly string[], io: Io): void {
  io.stderr.on('error', () => {});
  if (args[0] === 'run' || (args[0] === 'maker' && !args.includes('report'))) {
    io.stdout.on('error', () => {});
    return;
  }
  io.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') io.stderr.write(`error: cannot write the output: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failure);
  });
}

/** Prints an error in one line, and says with which status to exit. */
function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message, or the help that was asked for, already.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const [firstLine = ''] = messageOf(error).split('\n');
  const code = error instanceof SolverError ? ` [${error.code}]` : '';
  io.stderr.write(`error: ${firstLine.slice(0, 500)}${code}\n`);
  if (error instanceof SolverError && error.hint !== undefined) io.stderr.write(`hint: ${error.hint}\n`);
  if (io.env.DEBUG !== undefined && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  return error instanceof CliError ? error.exitStatus : EXIT.failure;
}

/** What went wrong is half known without where. */
function messageOf(error: unknown): string {
  if (!(error instanceof SolverError)) return error instanceof Error ? error.message : String(error);
  return error.message.includes(error.path) ? error.message : reasonOf(error).message;
}
