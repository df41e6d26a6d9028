import { Command, InvalidArgumentError } from 'commander';
import { SolverError } from '../base/error.js';
import { planSettlements } from '../settlement/planner/plan.js';
import type { Policy } from '../settlement/policy.js';
import { Backtest } from '../study/backtest/backtest.js';
import { comparisonObject } from '../study/backtest/comparison.js';
import { preallocatedAccount } from '../transaction/key.js';
import { SolverKey } from '../transaction/solverKey.js';
import { type AssumptionOptions, addAssumptions, assumptionsOf } from './backtest/assumptions.js';
import { backtestText } from './backtest/text.js';
import { CliError, EXIT, usageError } from './error.js';
import { type Io, processIo } from './io.js';
import { jsonOption } from './options.js';
import { printJson, printLine } from './output.js';
import { Progress } from './progress.js';
import { readRecordings, recordedBytes, UnreadLines } from './recordings.js';
import { loadPolicy } from './replay/policy.js';

interface Options extends AssumptionOptions {
  readonly policy: readonly string[];
  readonly seed: number;
  readonly json?: boolean;
}

/** `backtest`: what several policies would have made of the same recordings before a simulated ledger. */
export function backtestCommand(io: Io = processIo()): Command {
  const command = new Command('backtest')
    .description('replay recordings under several policies before a simulated ledger, and compare what they earn')
    .argument('<recordings...>', "recordings (JSON Lines), '-' for standard input")
    .option('--policy <name or file>', 'a policy to compare; repeatable; default: single and best', collect, [])
    .option('--seed <number>', 'of the simulated chance: the same seed gives the same result', parseSeed, 1);
  return addAssumptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver backtest run*.jsonl
  $ anthic-solver backtest run*.jsonl --policy single --policy mine.json --contested 30 --cannot-pay 2

All policies meet the same chance: the same orders cannot pay, the same rivals are there, at the same time.`,
    )
    .action((files: string[], options: Options) => backtest(files, options, io));
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function parseSeed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number of at most nine digits');
  return Number(text);
}

async function backtest(files: readonly string[], options: Options, io: Io): Promise<void> {
  const { seed } = options;
  const policies = loadPolicies(options.policy.length > 0 ? options.policy : ['single', 'best']);
  const assumed = await assumptionsOf(options);
  const key = SolverKey.generate('Ed25519');
  try {
    const solver = { account: preallocatedAccount(key.publicKey), publicKey: key.publicKey };
    const assumptions = assumed.values;
    const made = new Backtest({ policies, assumptions, seed, solver, plan: planSettlements });
    await feed(made, files, io);
    if (made.bundles === 0) {
      throw new CliError(
        EXIT.failure,
        'no-bundles',
        `expected recordings with bundles, found none in ${files.join(', ')}`,
      );
    }
    if (options.json) await printJson(io.stdout, comparisonObject(made, seed, assumed));
    else await printLine(io.stdout, backtestText(made, seed, assumed));
  } finally {
    key.dispose();
  }
}

function loadPolicies(names: readonly string[]): Policy[] {
  const policies = names.map(loadPolicy);
  const twice = policies.find(({ name }, at) => policies.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw usageError(`--policy: expected policies of different names, got ${twice.name} twice`);
  return policies;
}

async function feed(made: Backtest, files: readonly string[], io: Io): Promise<void> {
  const progress = new Progress(io.stderr);
  const unread = new UnreadLines();
  const total = recordedBytes(files);
  let bytes = 0;
  try {
    for await (const line of readRecordings(files, io)) {
      const { recording } = line;
      bytes += line.bytes;
      if (recording instanceof SolverError) {
        made.unread++;
        unread.add(line, recording);
      } else {
        made.add(recording);
      }
      progress.tell(made.bundles, 'bundles', () => total && bytes / total);
    }
    made.finish();
  } finally {
    progress.end();
    unread.tell(io.stderr);
  }
}
