import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Period } from '../journal/query/bundles.js';
import { JournalReader } from '../journal/reader.js';
import { reportPage } from '../study/html/page.js';
import { addJournal } from '../study/report/fromJournal.js';
import { reportObject } from '../study/report/object.js';
import { Report } from '../study/report/report.js';
import { SECTIONS } from '../study/report/sections.js';
import { CliError, EXIT, systemMessage, unreadable, usageError } from './error.js';
import { STDIN } from './input.js';
import { type Io, processIo } from './io.js';
import { asCliError, DEFAULT_JOURNAL, JOURNAL_VARIABLE, parseTime } from './journal/command.js';
import { jsonOption } from './options.js';
import { printJson, printLine } from './output.js';
import { Progress } from './progress.js';
import { csvLines, csvTarget, writeCsvFolder } from './report/csv.js';
import { addRecordings } from './report/recordings.js';
import { reportText } from './report/text.js';

interface Options extends Period {
  readonly json?: boolean;
  readonly csv?: string;
  readonly html?: string;
  readonly policy: string;
}

/** `report`: what a journal's bundles earned, or what recorded ones would have. */
export function reportCommand(io: Io = processIo()): Command {
  const time = (text: string): number => parseTime(text, Date.now());
  return new Command('report')
    .description('what was earned and lost, by outcome, time, pair and maker; fees and latencies; who won')
    .argument('[files...]', `a journal, or recordings; default: ${JOURNAL_VARIABLE}, else ${DEFAULT_JOURNAL}`)
    .option('--since <time>', 'received at or after: 2026-01-31, or 36h for ago', time)
    .option('--until <time>', 'received before', time)
    .option('--policy <name or file>', 'of recordings: how to decide', 'best')
    .addOption(jsonOption())
    .option('--csv <table or folder>', 'print one table as CSV, or write all of them into a folder')
    .option('--html <file>', 'write one page with charts, which needs nothing but itself')
    .addHelpText(
      'after',
      `
Tables: ${SECTIONS.join(', ')}. Amounts are in XRD, times in UTC.

Examples:
  $ anthic-solver report --since 7d
  $ anthic-solver report --html report.html
  $ anthic-solver report --csv hours > hours.csv
  $ anthic-solver report run*.jsonl                what they would have earned; nothing is submitted`,
    )
    .action((files: string[], options: Options) => report(files, options, io));
}

async function report(files: readonly string[], options: Options, io: Io): Promise<void> {
  const { since, until, json, csv, html } = options;
  if (json && csv !== undefined) throw usageError('expected --json or --csv, got both');
  if (since !== undefined && until !== undefined && since >= until) {
    throw usageError('--since: expected a time before --until');
  }
  const target = csv === undefined ? undefined : csvTarget(csv);
  const made = await collect(files, options, io);
  if (html !== undefined) writePage(html, made, io);
  if (json) return printJson(io.stdout, reportObject(made));
  if (target === undefined) {
    if (html === undefined) await printLine(io.stdout, reportText(made));
  } else if ('folder' in target) {
    writeCsvFolder(made, target.folder);
    io.stderr.write(`wrote ${SECTIONS.length} tables into ${target.folder}\n`);
  } else {
    for (const line of csvLines(made, target.section)) await printLine(io.stdout, line);
  }
}

async function collect(files: readonly string[], options: Options, io: Io): Promise<Report> {
  const named = files.length > 0 ? files : [io.env[JOURNAL_VARIABLE] || DEFAULT_JOURNAL];
  const { since, until } = options;
  const journals = files.length === 0 ? named : named.filter(isDatabase);
  if (journals.length > 0 && journals.length < named.length) {
    throw usageError('expected journals or recordings, got both', { hint: 'make a report of each' });
  }
  if (journals.length === 0) return addRecordings(named, options, io);
  const report = new Report({ kind: 'journal', files: named, since, until, assumed: undefined });
  let network: number | undefined;
  for (const path of journals) network = await addJournalFile(report, path, { since, until }, network, io);
  return report;
}

/** Returns the network of those added so far. Error: `wrong-network` where this one is of another. */
function addJournalFile(
  report: Report,
  path: string,
  period: Period,
  network: number | undefined,
  io: Io,
): Promise<number | undefined> {
  return asCliError(() => {
    const reader = JournalReader.openReader(path);
    const progress = new Progress(io.stderr);
    let rows = 0;
    let total: number | undefined;
    try {
      if (network !== undefined) reader.checkNetwork(network);
      addJournal(report, reader, period, () => {
        progress.tell(++rows, 'rows', () => {
          total ??= reader.countRows(period);
          return rows / total;
        });
      });
      return network ?? reader.network;
    } finally {
      progress.end();
      reader.close();
    }
  });
}

const MAGIC = 'SQLite format 3\0';

/** Whether a file is a database: a journal, then. Error: `unreadable-file`. */
function isDatabase(path: string): boolean {
  if (path === STDIN) return false;
  try {
    // What is read from a pipe is gone.
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(MAGIC.length);
      readSync(file, head, 0, head.length, 0);
      return head.toString('latin1') === MAGIC;
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function writePage(file: string, made: Report, io: Io): void {
  try {
    writeFileSync(file, reportPage(made));
  } catch (cause) {
    throw new CliError(EXIT.failure, 'unwritable-file', `cannot write ${file}: ${systemMessage(cause)}`, { cause });
  }
  io.stderr.write(`wrote ${file}\n`);
}
