import { ConformanceEngine } from './conformance/engine.js';
import { fees } from './conformance/fees.js';
import { locks } from './conformance/locks.js';
import { merges } from './conformance/merges.js';
import { mutations } from './conformance/mutations.js';
import { payloads } from './conformance/payloads.js';
import { Report } from './conformance/report.js';
import { settlements } from './conformance/settlements.js';
import type { Suite } from './conformance/suite.js';
import { CommandLine } from './process/commandLine.js';

/**
 * Runs this project and the official implementation on the same input and compares what they say (docs/conformance.md).
 * The last line tells how many cases were compared and how many differ; the exit status is 0 only when none does.
 */
const SUITES: readonly Suite[] = [payloads, mutations, settlements, locks, fees, merges];

const commandLine = new CommandLine(`usage: npm run conformance -- [--ci] [--count N] [--seed S] [--suite NAME]…
  suites: ${SUITES.map(({ name }) => name).join(', ')}
exit status 0 only when no case differs`);
const { values: options } = commandLine.read({
  options: {
    ci: { type: 'boolean', default: false },
    count: { type: 'string' },
    seed: { type: 'string' },
    suite: { type: 'string', multiple: true },
  },
});

function wholeNumber(name: 'count' | 'seed'): number | undefined {
  const text = options[name];
  return text === undefined ? undefined : commandLine.wholeNumber(name, text, 0);
}

function chosen(names: readonly string[] | undefined): readonly Suite[] {
  const unknown = names?.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) commandLine.refuse(`expected a suite of those below, got ${unknown}`);
  return SUITES.filter((suite) => names === undefined || names.includes(suite.name));
}

const say = (line: string) => console.error(line);
const count = wholeNumber('count');
const seed = wholeNumber('seed') ?? (options.ci ? 1 : Date.now() % 1_000_000_000);
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
