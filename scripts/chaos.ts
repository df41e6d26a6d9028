#!/usr/bin/env tsx
import { chaos } from './chaos/chaos.js';
import { CommandLine } from './process/commandLine.js';

const commandLine = new CommandLine(`usage: npm run chaos -- [--orders N] [--rate R] [--seed S]
  N orders (1000), R a second (4), against makers and solvers that are killed and cut off as the seed (1) says
exit status 0 only when every order ended once and all books agree`);
const { values } = commandLine.read({
  options: {
    orders: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '4' },
  },
});
const orders = commandLine.wholeNumber('orders', values.orders);
const seed = commandLine.wholeNumber('seed', values.seed);
const rate = commandLine.wholeNumber('rate', values.rate);
const started = performance.now();
const { ends, troubles, transactions, problems } = await chaos({
  orders,
  seed,
  rate,
  say: (line) => console.log(line),
});
const listed = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([name, number]) => `${number} ${name}`)
    .join(', ');
for (const problem of problems) console.error(`error: ${problem}`);
console.log(
  `trouble: ${listed(troubles)}; ${transactions} transactions in ${Math.round((performance.now() - started) / 1000)} s`,
);
console.log(`chaos: ${orders} orders, ${listed(ends)}, ${problems.length} differ`);
process.exitCode = problems.length === 0 ? 0 : 1;
