import type { EventEmitter } from 'node:events';
import { Command } from 'commander';
import { addSettings } from './config/flags.js';
import { loadFor } from './config/load.js';
import { CliError, EXIT } from './error.js';
import { type Io, processIo } from './io.js';
import { runSolver } from './run/session.js';

/** `run`: settles what the stream pushes, until a signal ends it. `exit` is for those who cannot wait. */
export function runCommand(
  io: Io = processIo(),
  signals: EventEmitter = process,
  exit: (status: number) => void = process.exit,
): Command {
  const command = new Command('run').description('settle pushed bundles, live; a dry run unless --submit is given');
  return addSettings(command)
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver run --network stokenet --stream wss://… --gateway https://stokenet.radixdlt.com --key-file solver.key
  $ anthic-solver run --config solver.json --submit --max-fee-per-day 50

Every bundle is written into the journal, with what became of it: \`anthic-solver journal list\`. Nothing is submitted that
is not written down first. SIGTERM and SIGINT (Ctrl-C) stop it: no bundle is taken any more, and what is in flight is
waited for. A second one ends it at once; the next start then looks up what was in flight.

Exit status: 0 when nothing is left in flight, 1 when something is, or it could not start or go on, 2 bad usage, 3 an
unreadable file, 130 when a second signal ended it.`,
    )
    .action(async (options: Record<string, unknown>) => {
      const { inFlight } = await runSolver(loadFor(io, options).config, { io, signals, exit });
      if (inFlight === 0) return;
      const what = inFlight === 1 ? 'a transaction is' : `${inFlight} transactions are`;
      throw new CliError(EXIT.failure, 'in-flight', `${what} still in flight`, {
        hint: 'start again: what became of it is looked up first',
      });
    });
}
