import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readTransaction } from '../../src/sandbox/ledger/transaction.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { formatAddress, parseAddress } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { ANTHIC_ACCOUNT } from '../support/bundles.js';
import { notarizedHex, SIM, SIM_XRD, startSandbox } from '../support/engine.js';
import { sdk } from '../support/gateway.js';
import { pairOf, SOLVER_ACCOUNT, settlePair } from '../support/settlement.js';

const COUNT = 150;
const USERS = 10;
const WANTED = 30;

it(`settles at least ${WANTED} bundles a second, through the Gateway and in rounds of its own`, async () => {
  const sandbox = await startSandbox({ roundMs: 250 });
  try {
    const settlements = await settlementsOn(sandbox);
    const ids = settlements.map((hex) => readTransaction(hex, SIM).intentId);
    const client = sdk(sandbox.gateway.url);
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    await Promise.all(settlements.map((hex) => client.submit(hex)));
    const commits = () => ids.map((id) => sandbox.world.history.commitOf(id));
    while (commits().includes(undefined) && seconds() < 30) await sleep(20);
    const rate = COUNT / seconds();
    console.log(`${COUNT} settlements in ${seconds().toFixed(2)} s: ${rate.toFixed(1)} a second`);
    expect(commits().filter((commit) => commit?.success)).toHaveLength(COUNT);
    expect(rate).toBeGreaterThan(WANTED);
  } finally {
    await sandbox.close();
  }
});

/** Pairs of orders by a few users, each in a root of its own, and the accounts that they need. */
async function settlementsOn({ world }: Sandbox): Promise<string[]> {
  const [a, b] = [await token('A'), await token('B')];
  const orders = Array.from({ length: COUNT }, (_, index) =>
    pairOf(parseAddress(a, SIM), parseAddress(b, SIM), index % USERS).map((order, side) => ({
      ...order,
      header: { ...order.header, discriminator: BigInt(2 * index + side) },
    })),
  );
  const users = orders.slice(0, USERS).flatMap((pair) => pair.map(({ user }) => preallocatedAccount(user!.publicKey)));
  for (const account of [...users, ANTHIC_ACCOUNT, SOLVER_ACCOUNT]) {
    for (const resource of [a, b, SIM_XRD])
      await world.fund(formatAddress(account, SIM), { resource, amount: '1000000' });
  }
  const epochs = { startEpoch: 1000n, endEpoch: 1010n };
  return orders.map((pair) => notarizedHex(settlePair(pair, { ...epochs, lockAfter: 2 })));

  function token(symbol: string): Promise<string> {
    return world.createToken({ symbol, divisibility: 18 });
  }
}
