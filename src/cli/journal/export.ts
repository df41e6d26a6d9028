import type { Command } from 'commander';
import type { JournalReader } from '../../journal/reader.js';
import { type Io, processIo } from '../io.js';
import { jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { type JournalOption, parseTime, subcommand, withReader } from './command.js';
import { attemptObject, bundleObject, csvLine } from './format.js';

interface Options extends JournalOption {
  readonly json?: boolean;
  readonly attempts?: boolean;
  readonly since?: number;
  readonly until?: number;
}

/** `journal export`: everything, oldest first, for a spreadsheet or another program. */
export function exportCommand(io: Io = processIo()): Command {
  const time = (text: string): number => parseTime(text, Date.now());
  return subcommand(io, 'export', 'print every bundle as CSV or JSON lines, oldest first')
    .option('--attempts', 'a line an attempt, with its share of reward and fee, instead of one a bundle')
    .option('--since <time>', 'received at or after: 2026-01-31, or 36h for ago', time)
    .option('--until <time>', 'received before', time)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nAmounts are in XRD.\n\nExample:\n  $ anthic-solver journal export --since 30d > month.csv\n',
    )
    .action((options: Options) =>
      withReader(options, async (reader) => {
        const rows = options.attempts ? attemptRows(reader, options) : bundleRows(reader, options);
        if (options.json) {
          for (const row of rows) await printJson(io.stdout, row);
          return;
        }
        await printLine(io.stdout, csvLine(options.attempts ? ATTEMPT_COLUMNS : BUNDLE_COLUMNS));
        for (const row of rows) await printLine(io.stdout, csvLine(Object.values(row)));
      }),
    );
}

const BUNDLE_COLUMNS = [
  'bundle',
  'status',
  'reasonCode',
  'reasonMessage',
  'receivedAt',
  'finishedAt',
  'expiresAt',
  'source',
  'attempts',
  'transactionId',
  'winner',
  'expectedReward',
  'expectedFee',
  'expectedProfit',
  'feeCharged',
  'xrdChange',
] as const;
type BundleRow = Record<(typeof BUNDLE_COLUMNS)[number], unknown>;

function* bundleRows(reader: JournalReader, { since, until }: Options): Generator<BundleRow> {
  for (const bundle of reader.bundles({ since, until, oldestFirst: true })) {
    const { reason, expected, feeCharged, xrdChange, attempts, transactionId, winner, source, ...rest } =
      bundleObject(bundle);
    yield {
      bundle: rest.bundle,
      status: rest.status,
      reasonCode: reason?.code ?? null,
      reasonMessage: reason?.message ?? null,
      receivedAt: rest.receivedAt,
      finishedAt: rest.finishedAt,
      expiresAt: rest.expiresAt,
      source,
      attempts,
      transactionId,
      winner,
      expectedReward: expected?.reward ?? null,
      expectedFee: expected?.fee ?? null,
      expectedProfit: expected?.profit ?? null,
      feeCharged,
      xrdChange,
    };
  }
}

const ATTEMPT_COLUMNS = [
  'transactionId',
  'bundle',
  'n',
  'state',
  'message',
  'bundles',
  'plannedAt',
  'submittedAt',
  'concludedAt',
  'stateVersion',
  'winner',
  'lock',
  'expectedReward',
  'expectedFee',
  'expectedProfit',
  'feeCharged',
  'xrdChange',
] as const;
type AttemptRow = Record<(typeof ATTEMPT_COLUMNS)[number], unknown>;

function* attemptRows(reader: JournalReader, { since, until }: Options): Generator<AttemptRow> {
  for (const bundle of reader.bundles({ since, until, oldestFirst: true })) {
    if (bundle.attempts === 0) continue;
    for (const attempt of reader.attempts(bundle).map(attemptObject)) {
      yield {
        transactionId: attempt.transactionId,
        bundle: bundle.id,
        n: attempt.n,
        state: attempt.state,
        message: attempt.message,
        bundles: attempt.bundles,
        plannedAt: attempt.plannedAt,
        submittedAt: attempt.submittedAt,
        concludedAt: attempt.concludedAt,
        stateVersion: attempt.stateVersion,
        winner: attempt.winner,
        lock: attempt.lock,
        expectedReward: attempt.expected?.reward ?? null,
        expectedFee: attempt.expected?.fee ?? null,
        expectedProfit: attempt.expected?.profit ?? null,
        feeCharged: attempt.feeCharged,
        xrdChange: attempt.xrdChange,
      };
    }
  }
}
