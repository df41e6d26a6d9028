import { writeSync } from 'node:fs';
import { Journal } from '../../src/journal/journal.js';
import type { AttemptNews } from '../../src/journal/model.js';
import { attemptOf, bundleOf } from './support.js';

/**
 * A process that writes as fast as it can until it is killed: `tsx writer.ts FILE PREFIX`. It says on standard output
 * what a call has returned from, by a direct write, so that nothing is said that did not happen.
 */
const [file, prefix] = process.argv.slice(2) as [string, string];
const journal = Journal.open(file, { now: Date.now });
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
const ENDS: readonly AttemptNews[] = [
  { state: 'committed-success', fee: 9n, xrdChange: 1n, stateVersion: 1 },
  { state: 'committed-failure', fee: 5n, xrdChange: -5n, stateVersion: 2 },
  { state: 'lost', winner: 'txid_other' },
  { state: 'dead' },
];

say('ready');
for (let i = 0; ; i++) {
  const name = `${prefix}-${i}.`;
  const [first, second] = [bundleOf([`${name}a`, `${name}b`]), bundleOf([`${name}c`, `${name}d`])];
  journal.receive(first);
  journal.receive(second);
  journal.receive(first);
  journal.countStray('bad-json');
  journal.planAttempt(attemptOf(name, [first.id, second.id]));
  say(`planned ${name}`);
  journal.recordSubmission(name);
  if (i % 3 === 0) journal.recordAttemptState(name, { state: 'accepted' });
  if (i % 5 === 4) continue;
  const news = ENDS[i % ENDS.length]!;
  journal.recordAttemptState(name, news);
  const outcome = { 'committed-failure': 'failed', lost: 'lost', dead: 'expired' } as const;
  if (news.state in outcome) {
    journal.finish(first.id, { outcome: outcome[news.state as keyof typeof outcome] });
    say(`ended ${first.id} ${outcome[news.state as keyof typeof outcome]}`);
  } else {
    say(`ended ${first.id} settled`);
  }
  if (i % 50 === 49) journal.checkpoint();
}
