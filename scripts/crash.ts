#!/usr/bin/env tsx
import { parseArgs } from 'node:util';
import { crash } from './crash/crash.js';

/** `npm run crash [-- --count N]`: exit status 0 only when the journal held every time. */
const { values } = parseArgs({ options: { count: { type: 'string', default: '40' } } });
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1) {
  console.error(`error: expected --count to be a whole number from 1, got ${values.count}`);
  process.exit(2);
}
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
