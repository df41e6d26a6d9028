import type { Command } from 'commander';
import { CliError, EXIT } from '../error.js';
import { type Io, processIo } from '../io.js';
import { jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { type JournalOption, subcommand, withReader } from './command.js';

/** `journal verify`: checks the file and every rule. Exit status 1 where one is broken. */
export function verifyCommand(io: Io = processIo()): Command {
  return subcommand(io, 'verify', 'check the file, that the counts add up, and every other rule')
    .addOption(jsonOption())
    .action((options: JournalOption & { json?: boolean }) =>
      withReader(options, async (reader) => {
        const verification = reader.verify();
        const { received, open, attempts, violations } = verification;
        if (options.json) {
          await printJson(io.stdout, verification);
        } else {
          for (const { rule, subject, message } of violations) {
            await printLine(io.stdout, `${rule}: ${subject}: ${message}`);
          }
          await printLine(io.stdout, `${received} bundles received, ${open} open, ${attempts} attempts`);
        }
        if (violations.length > 0) {
          const what = `${violations.length} ${violations.length === 1 ? 'rule is' : 'rules are'} broken`;
          throw new CliError(EXIT.failure, 'journal-violated', what, {
            hint: 'keep a copy of the file, and report it',
          });
        }
        if (!options.json) await printLine(io.stdout, 'everything holds');
      }),
    );
}
