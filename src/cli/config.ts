import { Command } from 'commander';
import { envExample } from './config/envExample.js';
import { addSettings } from './config/flags.js';
import { loadFor } from './config/load.js';
import { showConfig } from './config/show.js';
import { type Io, processIo } from './io.js';
import { jsonOption } from './options.js';

/** `config`: what a solver would run with, and what it can be told. */
export function configCommand(io: Io = processIo()): Command {
  return new Command('config')
    .description('show the settings of a running solver, and where each comes from')
    .addCommand(showCommand(io))
    .addCommand(envCommand(io));
}

function showCommand(io: Io): Command {
  return addSettings(subcommand(io, 'show', 'check all settings and print them, secrets left out'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver config show --config solver.json
  $ anthic-solver config show --json

A file is one JSON object with the names that \`config show\` prints (\`"http": { "port": 9610 }\` for http.port); amounts
are text. Precedence, lowest first: defaults, file, environment, command line. Every error is listed; exit status 2 then.`,
    )
    .action((options: Record<string, unknown>) => showConfig(io, loadFor(io, options), options.json === true));
}

function envCommand(io: Io): Command {
  return subcommand(io, 'env', 'print every variable of the environment, with its default: .env.example').action(() => {
    io.stdout.write(envExample());
  });
}

/** Commands made by commander itself would end the process by themselves. */
function subcommand(io: Io, name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .showHelpAfterError('(--help tells the options)')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
}
