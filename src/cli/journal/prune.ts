import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { JournalError } from '../../journal/error.js';
import { Journal } from '../../journal/journal.js';
import { usageError } from '../error.js';
import { type Io, processIo } from '../io.js';
import { jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { asCliError, type JournalOption, parseDuration, parseSize, subcommand } from './command.js';

interface Options extends JournalOption {
  readonly json?: boolean;
  readonly olderThan?: number;
  readonly maxSize?: number;
}

/** `journal prune`: makes the journal smaller. Only while no solver owns it: a running one prunes by itself. */
export function pruneCommand(io: Io = processIo()): Command {
  return subcommand(io, 'prune', 'drop what is old and what accounting does not need; not while a solver runs')
    .option('--older-than <duration>', 'of what ended longer ago, e.g. 30d', parseDuration)
    .option('--max-size <size>', 'the oldest, until the journal is as small, e.g. 500MB', parseSize)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Dropped are, in this order: the bytes of transactions whose end is known; frames and details; bundles that were never
submitted, which stay in the counts. Outcomes, amounts and fees of all others are kept.`,
    )
    .action(async ({ journal: path, json, ...retention }: Options) => {
      if (retention.olderThan === undefined && retention.maxSize === undefined) {
        throw usageError('expected --older-than or --max-size');
      }
      const pruned = await asCliError(() => {
        if (!existsSync(path)) throw new JournalError('journal-missing', `there is no journal ${path}`);
        const journal = Journal.open(path, { now: Date.now });
        try {
          return journal.prune(retention);
        } finally {
          journal.close();
        }
      });
      if (json) return printJson(io.stdout, pruned);
      const { payloads, details, bundles, size } = pruned;
      const dropped = `dropped ${payloads} payloads, ${details} details, ${bundles} bundles`;
      await printLine(io.stdout, `${dropped}; the journal has ${(size / 1e6).toFixed(1)} MB`);
      if (retention.maxSize !== undefined && size > retention.maxSize) {
        await printLine(io.stdout, 'the rest is needed for accounting, or is too young');
      }
    });
}
