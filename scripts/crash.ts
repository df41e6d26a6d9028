#!/usr/bin/env tsx
import { crash } from './crash/crash.js';
import { CommandLine } from './process/commandLine.js';

const commandLine = new CommandLine(`usage: npm run crash -- [--count N]
  kills a running solver N times (40) and compares its journal with the ledger
exit status 0 only when the journal held every time`);
const { values } = commandLine.read({ options: { count: { type: 'string', default: '40' } } });
const count = commandLine.wholeNumber('count', values.count);
const { held, atSteps, merged, received, outcomes, problems } = await crash({
  count,
  say: (line) => console.log(line),
});
const ended = Object.entries(outcomes).filter(([, number]) => number > 0);
for (const problem of problems) console.error(`error: ${problem}`);
console.log(`${atSteps} kills at a step of the journal, the others at random instants`);
console.log(`${received} bundles, ${merged} transactions of several:`);
console.log(ended.map(([outcome, number]) => `  ${outcome} ${number}`).join('\n'));
console.log(`crash: ${count} kills, ${held} held`);
process.exitCode = problems.length === 0 ? 0 : 1;
