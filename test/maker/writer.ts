import { writeSync } from 'node:fs';
import { MakerStore } from '../../src/maker/store.js';
import { fillOf } from './support.js';

/**
 * A maker that writes fills down and sends them, as fast as it can, until it is killed: `tsx writer.ts FILE PREFIX`. What it
 * sends it says on standard output, by a direct write, so that nothing is said that was not written.
 */
const [file, prefix] = process.argv.slice(2) as [string, string];
const store = MakerStore.open(file, { network: 242, account: 'account_sim1x' }, Date.now);
writeSync(1, 'ready\n');
for (let index = 0; ; index++) {
  const orderId = `${prefix}-${index}`;
  store.writeAhead(fillOf(orderId));
  writeSync(1, `sent ${orderId}\n`);
  store.answered(orderId, 'accepted', null);
  const sequence = store.position + 1;
  store.executed({ sequence, occurredAt: 1, orderId, change: { type: 'started', subintentId: undefined } });
  writeSync(1, `executed ${sequence}\n`);
  if (index % 3 === 0) store.settled(orderId, `txid_${orderId}`, sequence);
}
