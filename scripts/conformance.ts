import { parseArgs } from 'node:util';
import { ConformanceEngine } from './conformance/engine.js';
import { fees } from './conformance/fees.js';
import { locks } from './conformance/locks.js';
import { merges } from './conformance/merges.js';
import { mutations } from './conformance/mutations.js';
import { payloads } from './conformance/payloads.js';
import { Report } from './conformance/report.js';
import { settlements } from './conformance/settlements.js';
import type { Suite } from './conformance/suite.js';

/**
 * Runs this project and the official implementation on the same input and compares what they say (docs/conformance.md).
 * The last line tells how many cases were compared and how many differ; the exit status is 0 only when none does.
 */
const SUITES: readonly Suite[] = [payloads, mutations, settlements, locks, fees, merges];

const USAGE = `npm run conformance -- [--ci] [--count N] [--seed S] [--suite NAME]…
suites: ${SUITES.map(({ name }) => name).join(', ')}`;

const options = readOptions();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        ci: { type: 'boolean', default: false },
        count: { type: 'string' },
        seed: { type: 'string' },
        suite: { type: 'string', multiple: true },
      },
    }).values;
  } catch (error) {
    return usage((error as Error).message);
  }
}

function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) usage(`expected a whole number after --${name}, got ${text}`);
  return Number(text);
}

function usage(problem: string): never {
  console.error(`${problem}\n${USAGE}`);
  process.exit(2);
}

function chosen(names: readonly string[] | undefined): readonly Suite[] {
  const unknown = names?.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) usage(`expected a suite of ${SUITES.map((each) => each.name).join(', ')}, got ${unknown}`);
  return SUITES.filter((suite) => names === undefined || names.includes(suite.name));
}

const say = (line: string) => console.error(line);
const count = wholeNumber(options.count, 'count');
const seed = wholeNumber(options.seed, 'seed') ?? (options.ci ? 1 : Date.now() % 1_000_000_000);
const suites = chosen(options.suite);
const report = new Report(seed, say);

let compared = 0;
let differ = 0;
let failed = false;
const engine = await ConformanceEngine.start(process.env);
try {
  for (const suite of suites) {
    const start = performance.now();
    const cases = count ?? (options.ci ? suite.counts.ci : suite.counts.full);
    const result = await suite.run({ count: cases, seed, engine, report });
    compared += result.compared;
    differ += result.differ;
    failed ||= result.failed === true;
    for (const note of result.notes) console.log(note);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${suite.name}: ${result.compared} compared, ${result.differ} differ, ${seconds} s`);
  }
} finally {
  await engine.close();
}
if (report.written > 0) console.log(`differences written to ${report.path}`);
console.log(`${compared} compared, ${differ} differ (seed ${seed})`);
process.exitCode = differ === 0 && compared > 0 && !failed ? 0 : 1;
