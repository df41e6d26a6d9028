import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.js';
import { temporaryFolder } from '../cli/support.js';
import { ed25519Key } from '../support/build.js';
import { post, sdk } from '../support/gateway.js';

/** `anthic-solver sandbox` as a process. */

const folder = temporaryFolder();
const key = ed25519Key(7).publicKey;

function start(...args: string[]): ChildProcess {
  const command = ['--import', 'tsx', 'src/main.ts', 'sandbox', '--port', '0', ...args];
  // A group of its own, as a shell would give it.
  return spawn(process.execPath, command, { detached: true });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = await once(createInterface({ input: child.stdout! }), 'line');
  return line as string;
}

it('starts a ledger and a Gateway, and a signal ends both', async () => {
  const world = folder.write(
    'world.json',
    JSON.stringify({
      tokens: [{ symbol: 'xUSDC', divisibility: 6 }],
      accounts: [
        {
          name: 'solver',
          publicKey: { curve: 'Ed25519', hex: toHex(key.key) },
          fund: [
            { resource: 'XRD', amount: '100.5' },
            { resource: 'xUSDC', amount: '7' },
          ],
        },
      ],
    }),
  );
  const faults = folder.write(
    'faults.json',
    '[{ "path": "/transaction/construction", "fault": { "type": "rate-limit" } }]',
  );
  const child = start('--json', '--round', '50', '--epoch', '77', '--world', world, '--faults', faults);
  const said = JSON.parse(await firstLine(child));
  expect(said).toMatchObject({ network: { id: 242, name: 'simulator' }, epoch: 77 });
  const gateway = sdk(said.gateway);
  const { items } = await gateway.details([said.accounts[0].address]);
  const held = items[0]!.fungible_resources!.items.map((each) => (each as { amount: string }).amount);
  expect(held.sort()).toEqual(['100.5', '7']);
  expect((await post(`${said.gateway}/transaction/construction`)).status).toBe(429);
  const { ledger_state } = await gateway.gatewayStatus();
  await expect
    .poll(async () => (await gateway.gatewayStatus()).ledger_state.round)
    .toBeGreaterThan(ledger_state.round + 1);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

/** The engine's process id, as the child of the command's. */
async function enginePid(child: ChildProcess): Promise<number> {
  const listing = spawn('ps', ['--ppid', `${child.pid}`, '-o', 'pid=,comm=']);
  let listed = '';
  listing.stdout.on('data', (chunk) => {
    listed += chunk;
  });
  await once(listing, 'close');
  return Number(/(\d+) anthic-engine/.exec(listed)?.[1]);
}

/** A dead process that nobody has asked about stays listed, as a zombie. */
function lives(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim());
}

it('ends in order when a terminal interrupts the whole group', async () => {
  const child = start('--manual');
  await firstLine(child);
  const engine = await enginePid(child);
  process.kill(-child.pid!, 'SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(lives(engine)).toBe(false);
});

it('leaves no engine behind when it is killed', async () => {
  const child = start('--manual');
  await firstLine(child);
  const engine = await enginePid(child);
  child.kill('SIGKILL');
  await expect.poll(() => lives(engine)).toBe(false);
});

it('ends with status 1 when its engine dies', async () => {
  const child = start('--manual');
  let stderr = '';
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  await firstLine(child);
  process.kill(await enginePid(child), 'SIGKILL');
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(stderr).toMatch(/^error: the engine died \(signal SIGKILL\) \[engine-died\]\n$/);
});
