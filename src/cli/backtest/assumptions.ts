import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { JournalReader } from '../../journal/reader.js';
import {
  type Assumed,
  AssumptionError,
  type Assumptions,
  layerAssumptions,
  readAssumptions,
} from '../../study/backtest/assumptions.js';
import { estimateAssumptions } from '../../study/backtest/estimate.js';
import type { Delay } from '../../study/backtest/random.js';
import { unreadable, usageError } from '../error.js';
import { asCliError } from '../journal/command.js';

export interface AssumptionOptions {
  readonly assume?: string;
  readonly journal?: string;
  readonly latency?: Delay;
  readonly contested?: number;
  readonly rivalLatency?: Delay;
  readonly rivalTip?: number;
  readonly round?: number;
  readonly cannotPay?: number;
  readonly preview?: number;
}

/** Adds the options that say what is assumed of the ledger and of rivals. */
export function addAssumptions(command: Command): Command {
  return command
    .option('--assume <file>', 'assumptions as JSON; the options below overrule them')
    .option('--journal <file>', 'estimate assumptions from a journal; --assume and the options overrule them')
    .addOption(option('--latency <p50,p95>', 'milliseconds from a decision to the ledger', delay))
    .addOption(option('--contested <percent>', 'bundles that a rival settles too', percent))
    .addOption(option('--rival-latency <p50,p95>', 'milliseconds from the push to the rival at the ledger', delay))
    .addOption(option('--rival-tip <basis points>', 'rivals tip anything up to this', count))
    .addOption(option('--round <ms>', 'time within which the ledger takes the higher tip first', count))
    .addOption(option('--cannot-pay <percent>', 'orders whose account cannot pay', percent))
    .addOption(option('--preview <ms>', 'merged roots are previewed, which takes so long', count));
}

function option(flags: string, description: string, parse: (text: string) => unknown): Option {
  return new Option(flags, description).argParser(parse);
}

function percent(text: string): number {
  const match = /^(\d{1,3}(?:\.\d{1,6})?) ?%?$/.exec(text);
  const value = Number(match?.[1]);
  if (match === null || value > 100) throw new InvalidArgumentError('expected a percentage such as 2.5 %');
  return value / 100;
}

function delay(text: string): Delay {
  const match = /^(\d{1,7}),(\d{1,7})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('expected two numbers of milliseconds such as 400,1200');
  return { p50: Number(match[1]), p95: Number(match[2]) };
}

function count(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

/** All that was said, the weightier last. Error: bad usage where it cannot be. */
export async function assumptionsOf(options: AssumptionOptions): Promise<Assumed> {
  const { assume, journal, latency, contested, rivalLatency, rivalTip, round, cannotPay, preview } = options;
  const estimated = journal === undefined ? {} : await estimate(journal);
  try {
    const flags = readAssumptions(said({ latency, contested, rivalLatency, rivalTip, round, cannotPay, preview }));
    return layerAssumptions([
      { origin: 'journal', given: estimated },
      { origin: 'file', given: assume === undefined ? {} : readFile(assume) },
      { origin: 'flag', given: flags },
    ]);
  } catch (error) {
    if (!(error instanceof AssumptionError)) throw error;
    throw usageError(error.message, error.hint === undefined ? {} : { hint: error.hint });
  }
}

function said(flags: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

function readFile(path: string): Partial<Assumptions> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usageError(`${path}: expected JSON`);
  }
  try {
    return readAssumptions(value);
  } catch (error) {
    if (error instanceof AssumptionError) throw usageError(`${path}: ${error.message}`);
    throw error;
  }
}

function estimate(path: string): Promise<Partial<Assumptions>> {
  return asCliError(() => {
    const reader = JournalReader.openReader(path);
    try {
      return estimateAssumptions(reader);
    } finally {
      reader.close();
    }
  });
}
