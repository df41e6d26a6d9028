import { Command, InvalidArgumentError, Option } from 'commander';
import { JournalError } from '../../journal/error.js';
import { JournalReader } from '../../journal/reader.js';
import { CliError, EXIT } from '../error.js';
import type { Io } from '../io.js';

/** Names the journal where the command line does not. */
export const JOURNAL_VARIABLE = 'ANTHIC_SOLVER_JOURNAL';

/** In the working directory, so that it is where the operator looks first. */
export const DEFAULT_JOURNAL = 'anthic-solver.sqlite';

export interface JournalOption {
  readonly journal: string;
}

/** Which journal, where the command line names it. */
export function journalOption(io: Io): Option {
  return new Option('--journal <file>', `the journal; default: ${JOURNAL_VARIABLE}, else ${DEFAULT_JOURNAL}`).default(
    io.env[JOURNAL_VARIABLE] || DEFAULT_JOURNAL,
    DEFAULT_JOURNAL,
  );
}

/** A command within `journal` or `limits`. Those made by commander itself would end the process by themselves. */
export function subcommand(io: Io, name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(journalOption(io))
    .exitOverride()
    .showHelpAfterError('(--help tells the options)')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
}

/** Opens a journal for reading, beside a solver that may be writing, and closes it when `use` is done. */
export async function withReader<T>(
  { journal }: JournalOption,
  use: (reader: JournalReader) => T | Promise<T>,
): Promise<T> {
  return asCliError(async () => {
    const reader = JournalReader.openReader(journal);
    try {
      return await use(reader);
    } finally {
      reader.close();
    }
  });
}

/** A journal that cannot be read exits as any file that cannot be read. */
export async function asCliError<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JournalError) || !UNREADABLE.has(error.code)) throw error;
    const { code, message, hint, cause } = error;
    throw new CliError(EXIT.unreadable, code, message, hint === undefined ? { cause } : { hint, cause });
  }
}

const UNREADABLE: ReadonlySet<JournalError['code']> = new Set([
  'journal-missing',
  'journal-corrupt',
  'journal-foreign',
  'journal-newer',
  'journal-older',
  'journal-unwritable',
]);

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `90m`, `36h`, `30d`: milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  if (match === null) throw new InvalidArgumentError('expected a duration such as 90m, 36h or 30d');
  return Number(match[1]) * UNITS[match[2]!]!;
}

/** A time in ISO 8601, or how long ago: `2026-01-31`, `36h`. */
export function parseTime(text: string, now: number): number {
  if (/^\d+[a-z]$/.test(text)) return now - parseDuration(text);
  const time = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('expected a time such as 2026-01-31T12:00Z, or 36h for ago');
  return time;
}

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** `500MB`, `2GiB`, `1000000`: bytes. */
export function parseSize(text: string): number {
  const match = /^(\d{1,12})\s?([kmg]i?)?b?$/.exec(text.toLowerCase());
  if (match === null) throw new InvalidArgumentError('expected a size such as 500MB or 2GiB');
  return Number(match[1]) * SIZES[match[2] ?? '']!;
}

/** A whole number from 1 on. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1 on');
  return Number(text);
}
