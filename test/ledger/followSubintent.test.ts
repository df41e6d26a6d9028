import { describe, expect, it } from 'vitest';
import { type FollowOptions, followSubintent } from '../../src/ledger/followSubintent.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { formatId } from '../../src/transaction/address.js';
import { endpointOf, FakeGateway, START_MS, surroundings } from './fakeGateway.js';

const ID = formatId('subtxid', Buffer.alloc(32, 1), 2);
const WINNER = formatId('txid', Buffer.alloc(32, 2), 2);
const START = BigInt(START_MS / 1000);

async function open(): Promise<{ gateway: FakeGateway; ledger: Ledger }> {
  const gateway = await FakeGateway.start();
  const ledger = new Ledger([endpointOf(gateway)], surroundings());
  await ledger.checkNetwork(2);
  return { gateway, ledger };
}

/** Each pause is a step of the ledger's time, and of the test. */
function follow(ledger: Ledger, options: Partial<FollowOptions>, step: (nth: number) => void) {
  let nth = 0;
  const sleep = async () => step(nth++);
  return followSubintent(ledger, ID, { lifetime: 60n, ...options }, { sleep });
}

describe('following a subintent', () => {
  it('names the transaction that settled it', async () => {
    const { gateway, ledger } = await open();
    const end = await follow(ledger, {}, (nth) => {
      if (nth === 2) gateway.commit(WINNER, { subintents: [ID] });
    });
    expect(end).toEqual({ type: 'settled', transaction: WINNER, stateVersion: 101 });
  });

  it('is told by a transaction that came in the very last second', async () => {
    const { gateway, ledger } = await open();
    const end = await follow(ledger, { expiresAt: START + 5n }, () => {
      gateway.timeMs += 10_000;
      gateway.commit(WINNER, { subintents: [ID] });
    });
    expect(end.type).toBe('settled');
  });

  it('ends with its time, by the ledger and not by this machine', async () => {
    const { gateway, ledger } = await open();
    const looks: [bigint, bigint][] = [];
    const onOpen = (now: bigint, expiresAt: bigint) => looks.push([now - START, expiresAt - START]);
    const end = await follow(ledger, { expiresAt: START + 2n, onOpen }, () => {
      gateway.timeMs += 999;
    });
    expect(end).toEqual({ type: 'expired' });
    expect(looks.map(([now]) => now)).toEqual([0n, 0n, 1n]);
    expect(gateway.calls('/transaction/subintent-status')).toHaveLength(4);
  });

  it('gives one whose time is not known the longest that orders have', async () => {
    const { gateway, ledger } = await open();
    const ends: bigint[] = [];
    const onOpen = (_: bigint, expiresAt: bigint) => ends.push(expiresAt - START);
    const end = await follow(ledger, { onOpen }, () => {
      gateway.timeMs += 30_000;
    });
    expect(end).toEqual({ type: 'expired' });
    expect(ends).toEqual([60n, 60n]);
  });

  it('takes no failure for an end', async () => {
    const { gateway, ledger } = await open();
    gateway.commit(WINNER, { subintents: [ID], success: false });
    const end = await follow(ledger, { expiresAt: START + 1n }, () => {
      gateway.timeMs += 1_000;
    });
    expect(end).toEqual({ type: 'expired' });
  });
});

describe('the divisibility of resources', () => {
  it('is told of those that are known and fungible', async () => {
    const { gateway, ledger } = await open();
    const items = [
      { address: 'resource_b', details: { type: 'FungibleResource', divisibility: 6, total_supply: '1' } },
      { address: 'resource_a', details: { type: 'NonFungibleResource' } },
      { address: 'account_1' },
    ];
    gateway.on('/state/entity/details', { json: { ledger_state: gateway.ledgerState(), items } });
    expect(await ledger.divisibilities(['resource_a', 'resource_b'])).toEqual(new Map([['resource_b', 6]]));
    expect(gateway.calls('/state/entity/details')[0]!.body).toMatchObject({ addresses: ['resource_a', 'resource_b'] });
  });

  it('is none that no token has', async () => {
    const { gateway } = await open();
    const items = [{ address: 'resource_a', details: { divisibility: 19 } }];
    gateway.on('/state/entity/details', { json: { ledger_state: gateway.ledgerState(), items } });
    await expect(endpointOf(gateway).divisibilities(['resource_a'])).rejects.toMatchObject({ code: 'bad-answer' });
  });
});
