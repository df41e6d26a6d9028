import type { EventEmitter } from 'node:events';
import { Command } from 'commander';
import { CliError, EXIT } from './error.js';
import { type Io, processIo } from './io.js';
import { reportCommand } from './maker/report.js';
import { runMaker } from './maker/session.js';
import { addMakerSettings, loadMakerSettings } from './maker/settings.js';

/** `maker`: makes a market until a signal ends it. `exit` is for those who cannot wait. */
export function makerCommand(
  io: Io = processIo(),
  signals: EventEmitter = process,
  exit: (status: number) => void = process.exit,
): Command {
  const command = new Command('maker').description(
    'make a market by flash liquidity; a dry run unless --submit is given',
  );
  // `--store` behind `report` is the report's.
  return addMakerSettings(command.enablePositionalOptions())
    .addHelpText(
      'after',
      `
The pricing file, read again whenever it changes:
  { "tokens": { "xUSDC": { "min": "100", "max": "50000" } },
    "pairs": [{ "base": "xwBTC", "quote": "xUSDC", "price": "95000", "spread": "0.002", "size": "0.01",
                "levels": 3, "step": "0.0005", "minGain": "0" }] }

Examples:
  $ anthic-solver maker --config maker.json
  $ anthic-solver maker --config maker.json --submit
  $ anthic-solver maker report --store maker.sqlite

A dry run sends neither prices nor fills. A fill is written into the store before it is sent, and what it sells stays
reserved until the ledger says what became of it. SIGTERM and SIGINT (Ctrl-C) stop it: prices are taken back first.

Exit status: 0 when no fill is left open, 1 when one is or it could not start, 2 bad usage, 3 an unreadable file, 130
when a second signal ended it.`,
    )
    .addCommand(reportCommand(io))
    .action(async (options: Record<string, unknown>) => {
      const { inFlight } = await runMaker(loadMakerSettings(options, io), { io, signals, exit });
      if (inFlight === 0) return;
      const what = inFlight === 1 ? 'a fill is' : `${inFlight} fills are`;
      throw new CliError(EXIT.failure, 'in-flight', `${what} still open`, {
        hint: 'start again: what became of it is looked up first',
      });
    });
}
