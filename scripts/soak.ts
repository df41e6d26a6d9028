#!/usr/bin/env tsx
import { parseArgs } from 'node:util';
import { formatTable } from '../src/cli/table.js';
import type { GroundOptions, Part } from './soak/protocol.js';
import { rowsOf } from './soak/report.js';
import { soak } from './soak/soak.js';

const USAGE = `usage: npm run soak -- rule|engine [--bundles N | --seconds S] [--rate R] [--json]
  rule    20,000 bundles at 100 a second on a ledger that answers by rule
  engine  20 settlements a second for 600 seconds on the official engine, every balance checked`;

const DEFAULTS: Readonly<Record<Part, { readonly bundles: number; readonly rate: number }>> = {
  rule: { bundles: 20_000, rate: 100 },
  engine: { bundles: 12_000, rate: 20 },
};

function usage(problem: string): never {
  console.error(`error: ${problem}\n${USAGE}`);
  process.exit(2);
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) usage(`expected --${name} to be a whole number from 1, got ${text}`);
  return value;
}

function optionsOf(args: ReturnType<typeof read>): GroundOptions {
  const part = args.positionals[0] as Part;
  if (!(part in DEFAULTS) || args.positionals.length > 1) usage('expected one of rule and engine');
  const { bundles, seconds, rate: pace } = args.values;
  if (bundles !== undefined && seconds !== undefined) usage('--bundles and --seconds exclude each other');
  const rate = pace === undefined ? DEFAULTS[part].rate : count('rate', pace);
  if (seconds !== undefined) return { part, rate, bundles: rate * count('seconds', seconds) };
  return { part, rate, bundles: bundles === undefined ? DEFAULTS[part].bundles : count('bundles', bundles) };
}

function read() {
  const text = { type: 'string' } as const;
  const options = { bundles: text, seconds: text, rate: text, json: { type: 'boolean', default: false } } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return usage((error as Error).message);
  }
}

const args = read();
const options = optionsOf(args);
const result = await soak(options, (line) => console.error(line));
const rows = rowsOf(options, result);
if (args.values.json) {
  const { problems, consumption, log, frames } = result;
  console.log(JSON.stringify({ ...options, frames, outcomes: log.outcomes, consumption, problems, rows }));
} else {
  const columns = [{ title: 'what' }, { title: 'measured' }, { title: 'target' }, { title: '' }];
  const cells = rows.map(({ what, value, target, met }) => [what, value, target, met ? 'met' : 'MISSED']);
  console.log(formatTable(columns, cells));
}
for (const problem of result.problems) console.error(`error: ${problem}`);
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
