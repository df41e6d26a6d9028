import { type Command, Option } from 'commander';
import { OPEN_STATES, type OpenState, OUTCOMES, type Outcome } from '../../journal/model.js';
import type { Counters } from '../../journal/tally.js';
import { type Io, processIo } from '../io.js';
import { jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { type JournalOption, parseCount, parseTime, subcommand, withReader } from './command.js';
import { bundleObject, bundleTable } from './format.js';

interface Options extends JournalOption {
  readonly json?: boolean;
  readonly status?: readonly ('open' | OpenState | Outcome)[];
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

/** `journal list`: the newest bundles, and the counts of all. */
export function listCommand(io: Io = processIo()): Command {
  const time = (text: string): number => parseTime(text, Date.now());
  return subcommand(io, 'list', 'list the newest bundles and what became of them')
    .addOption(new Option('--status <status...>', 'only these').choices(['open', ...OPEN_STATES, ...OUTCOMES]))
    .option('--since <time>', 'received at or after: 2026-01-31, or 36h for ago', time)
    .option('--until <time>', 'received before', time)
    .option('--limit <count>', 'at most so many', parseCount, 50)
    .addOption(jsonOption())
    .action((options: Options) =>
      withReader(options, async (reader) => {
        const status = options.status?.flatMap((name) => (name === 'open' ? OPEN_STATES : [name]));
        const bundles = [...reader.bundles({ ...options, status })];
        if (options.json) {
          for (const bundle of bundles) await printJson(io.stdout, bundleObject(bundle));
          return;
        }
        if (bundles.length > 0) await printLine(io.stdout, `${bundleTable(bundles)}\n`);
        await printLine(io.stdout, formatCounters(reader.counters()));
      }),
    );
}

/** `received 12: 9 settled, 2 lost; open: 1 queued`. */
export function formatCounters({ received, outcomes, open, strayFrames }: Counters): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none';
  const stray = strayFrames === 0 ? '' : `; frames that were no bundle: ${strayFrames}`;
  return `received ${received}: ${list(outcomes)}; open: ${list(open)}${stray}`;
}
