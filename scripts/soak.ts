#!/usr/bin/env tsx
import { formatTable } from '../src/cli/table.js';
import { CommandLine } from './process/commandLine.js';
import type { GroundOptions, Part } from './soak/protocol.js';
import { rowsOf } from './soak/report.js';
import { soak } from './soak/soak.js';

const commandLine = new CommandLine(`usage: npm run soak -- rule|engine [--bundles N | --seconds S] [--rate R] [--json]
  rule    20,000 bundles at 100 a second on a ledger that answers by rule
  engine  20 settlements a second for 600 seconds on the official engine, every balance checked`);

const DEFAULTS: Readonly<Record<Part, { readonly bundles: number; readonly rate: number }>> = {
  rule: { bundles: 20_000, rate: 100 },
  engine: { bundles: 12_000, rate: 20 },
};

const text = { type: 'string' } as const;
const args = commandLine.read({
  options: { bundles: text, seconds: text, rate: text, json: { type: 'boolean', default: false } },
  allowPositionals: true,
});

function optionsOf(): GroundOptions {
  const part = args.positionals[0] as Part;
  if (!(part in DEFAULTS) || args.positionals.length > 1) commandLine.refuse('expected one of rule and engine');
  const { bundles, seconds, rate: pace } = args.values;
  if (bundles !== undefined && seconds !== undefined) commandLine.refuse('--bundles and --seconds exclude each other');
  const count = (name: string, text: string) => commandLine.wholeNumber(name, text);
  const rate = pace === undefined ? DEFAULTS[part].rate : count('rate', pace);
  if (seconds !== undefined) return { part, rate, bundles: rate * count('seconds', seconds) };
  return { part, rate, bundles: bundles === undefined ? DEFAULTS[part].bundles : count('bundles', bundles) };
}

const options = optionsOf();
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
