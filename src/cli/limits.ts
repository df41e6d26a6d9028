import { Argument, Command } from 'commander';
import { formatAmount } from '../base/amount.js';
import { resetLimits } from '../journal/resetLimits.js';
import { LIMIT_NAMES, type LimitName, type LimitRecord } from '../journal/spend.js';
import { type Io, processIo } from './io.js';
import { asCliError, type JournalOption, subcommand, withReader } from './journal/command.js';
import { iso } from './journal/format.js';
import { jsonOption } from './options.js';
import { printJson, printLine } from './output.js';
import { type Column, formatTable } from './table.js';

/** `limits`: what stops submissions, and how to let them go on. */
export function limitsCommand(io: Io = processIo()): Command {
  return new Command('limits')
    .description('show what limits submissions, and lift what stopped them')
    .addCommand(showCommand(io))
    .addCommand(resetCommand(io));
}

const COLUMNS: readonly Column[] = [
  { title: 'limit' },
  { title: 'maximum', align: 'right' },
  { title: 'used', align: 'right' },
  { title: 'stopped since' },
  { title: 'why' },
  { title: 'reset at' },
];

function showCommand(io: Io): Command {
  return subcommand(io, 'show', 'show each limit, how much of it is used, and whether it stops submissions')
    .addOption(jsonOption())
    .action((options: JournalOption & { json?: boolean }) =>
      withReader(options, async (reader) => {
        const { hour, day, exposure } = reader.spending(Date.now());
        const records = new Map(reader.limits().map((record) => [record.name, record]));
        const used: Partial<Record<LimitName, string>> = {
          'max-fee-per-hour': formatAmount(hour),
          'max-fee-per-day': formatAmount(day),
          'max-failures': String(records.get('max-failures')?.count ?? 0),
        };
        const limits = LIMIT_NAMES.map((name) => describe(name, records.get(name), used[name]));
        if (options.json) return printJson(io.stdout, { limits, inFlight: formatAmount(exposure) });
        const rows = limits.map((limit) => Object.values(limit).map((value) => value ?? ''));
        await printLine(io.stdout, formatTable(COLUMNS, rows));
        await printLine(io.stdout, `\nwhat is in flight can cost ${formatAmount(exposure)} XRD`);
      }),
    );
}

function describe(name: LimitName, record: LimitRecord | undefined, used: string | undefined) {
  return {
    limit: name,
    maximum: record?.maximum ?? null,
    used: used ?? null,
    stoppedAt: iso(record?.stoppedAt ?? undefined),
    why: record?.why ?? null,
    resetAt: iso(record?.resetAt ?? undefined),
  };
}

function resetCommand(io: Io): Command {
  return subcommand(io, 'reset', 'let submissions go on; a running solver takes notice before the next')
    .addArgument(new Argument('[limits...]', 'which; default: all').choices(LIMIT_NAMES))
    .action(async (names: readonly LimitName[], { journal }: JournalOption) => {
      await asCliError(() => resetLimits(journal, names, Date.now()));
      await printLine(io.stdout, `reset: ${(names.length === 0 ? LIMIT_NAMES : names).join(', ')}`);
    });
}
