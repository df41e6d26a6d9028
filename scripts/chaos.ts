#!/usr/bin/env tsx
import { parseArgs } from 'node:util';
import { chaos } from './chaos/chaos.js';

/** `npm run chaos [-- --orders N --seed S]`: exit status 0 only when every order ended once and all books agree. */
const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '4' },
  },
});
const [orders, seed, rate] = [values.orders, values.seed, values.rate].map(Number) as [number, number, number];
for (const [name, number] of Object.entries({ orders, seed, rate })) {
  if (Number.isInteger(number) && number > 0) continue;
  console.error(`error: expected --${name} to be a whole number from 1`);
  process.exit(2);
}
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
