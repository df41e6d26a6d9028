import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Inventory } from '../../src/maker/inventory.js';
import { readReport } from '../../src/maker/report.js';
import { MakerStore } from '../../src/maker/store.js';
import { temporaryFolder } from '../cli/support.js';

const folder = temporaryFolder();
const KILLS = Number(process.env.MAKER_KILLS ?? 5);

describe('a maker that is killed at any moment', () => {
  it(`has written down all that it sent (${KILLS} times)`, { timeout: 300_000 }, async () => {
    const file = folder.path('killed.sqlite');
    const sent = new Set<string>();
    let executed = 0;
    for (let round = 0; round < KILLS; round++) {
      const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
      const args = ['--import', 'tsx', script, file, `round${round}`];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      const ready = new Promise<void>((resolve, reject) => {
        child.stdout.on('data', (data) => {
          said += data;
          if (said.includes('sent')) resolve();
        });
        child.once('close', () => reject(new Error('it did not start')));
      });
      await ready;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill('SIGKILL');
      await once(child, 'close');
      // The last line may be cut off: then it was not said.
      for (const line of said.split('\n').slice(1, -1)) {
        const [what, id] = line.split(' ');
        if (what === 'sent') sent.add(id!);
        else executed = Math.max(executed, Number(id));
      }

      // The lock of the killed process is no obstacle.
      const store = MakerStore.open(file, { network: 242, account: 'account_sim1x' }, Date.now);
      for (const id of sent) expect(store.knows(id)).toBe(true);
      expect(store.position).toBeGreaterThanOrEqual(executed);
      // What was promised is promised still, the fill between writing and sending as well.
      const open = store.openFills();
      const inventory = new Inventory(() => undefined, store.settledUpTo);
      for (const { orderId, sold, bought } of open) inventory.restore(orderId, { gives: sold, gets: bought });
      const promised = open.reduce((sum, { sold }) => sum + sold.amount, 0n);
      expect(inventory.reserved('xUSDC')).toBe(promised);
      store.close();
      const { fills } = readReport(file);
      const written = fills.open + fills.settled;
      expect(written).toBeGreaterThanOrEqual(sent.size);
      expect(written - sent.size).toBeLessThanOrEqual(round + 1);
    }
  });
});
