import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { readWrappedOrder, verifyWrappedOrder } from '../../../src/anthic/wrappedOrder.js';
import { parseAmount } from '../../../src/base/amount.js';
import { fromHex } from '../../../src/base/bytes.js';
import { LocalAnthic } from '../../../src/sandbox/anthic/anthic.js';
import { parseAnthicSettings } from '../../../src/sandbox/anthic/settings.js';
import { exampleSettings, startAnthicOn } from '../../../src/sandbox/anthic/stand.js';
import { bundleItem, wrapOrder } from '../../../src/sandbox/anthic/wrapping.js';
import { parseRecording } from '../../../src/solver/recording.js';
import type { Instruction } from '../../../src/transaction/instruction.js';
import { networkById } from '../../../src/transaction/network.js';
import { ed25519Key } from '../../support/build.js';
import { ruleSandbox } from '../../support/ruleSandbox.js';
import { ANTHIC_KEY, accountOf, makerKey, SIM, type Stand, startStand, USER } from './support.js';

let stand: Stand | undefined;
afterEach(async () => {
  await stand?.close();
  stand = undefined;
});

describe('a trade', () => {
  it('of one taker and one maker settles, and all balances agree to the atto', async () => {
    stand = await startStand();
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([['90000', '1']], []);
    const order = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['45000', 'xUSDC'] });
    const answer = await stand.submit(order.hex);
    expect(answer).toMatchObject({
      status: 200,
      json: { success: true, success_response: { subintent_id: order.id } },
    });
    expect(await stand.event('order-ended')).toMatchObject({ order: order.id, state: 'settled' });
    expect(await maker.execution(2)).toMatchObject({
      sequence_number: 2,
      change: { completed: { outcome: 'Settled' } },
    });
    expect(maker.executions[0]).toMatchObject({
      sequence_number: 1,
      change: { started: { subintent_id: expect.stringMatching(/^subtxid_sim1/) } },
    });
    expect(await stand.balance(USER, 'xUSDC')).toBe(parseAmount('1045000'));
    expect(await stand.balance(USER, 'xwBTC')).toBe(parseAmount('1000000') - order.withdrawn);
    expect(await stand.balance(makerKey(1), 'xUSDC')).toBe(parseAmount('954999.798'));
    expect(await stand.balance(ANTHIC_KEY, 'XRD')).toBe(parseAmount('999'));
    expect(stand.events.map(({ sequence }) => sequence)).toEqual(stand.events.map((_, index) => index + 1));
  });

  it('pays back what the settings say of the execution fee', async () => {
    stand = await startStand({
      settings: {
        tokens: [
          { symbol: 'xUSDC', divisibility: 6, solverFee: '0.002', executionFee: '0.2', rebate: '0.15' },
          { symbol: 'xwBTC', divisibility: 8 },
        ],
        pairs: [{ base: 'xwBTC', quote: 'xUSDC' }],
      },
    });
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([], [['90000', '1']]);
    await stand.submit(stand.order({ sell: ['45000', 'xUSDC'], buy: ['0.5', 'xwBTC'] }).hex);
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    expect(await stand.balance(USER, 'xUSDC')).toBe(parseAmount('954954.948'));
    expect(await stand.balance(ANTHIC_KEY, 'xUSDC')).toBe(parseAmount('1000045.052'));
  });
});

describe('a wrapper', () => {
  const [line] = readFileSync('fixtures/recordings/documentation.jsonl', 'utf8').split('\n');
  const { frame } = parseRecording(line!);

  it('has the script of the recorded one, instruction for instruction', () => {
    for (const hex of (JSON.parse(frame) as { params: string[] }).params) {
      const item = readWrappedOrder(fromHex(hex));
      const { partialTransaction: of, nonRootSubintentSignatures } = item.partial;
      const order = {
        partialTransaction: { rootSubintent: of.nonRootSubintents[0]!, nonRootSubintents: [] },
        rootSubintentSignatures: nonRootSubintentSignatures[0]!,
        nonRootSubintentSignatures: [],
      };
      const network = networkById(2).id;
      const { reward } = item.script;
      const wrapping = { key: ANTHIC_KEY, network, epoch: 61_332n, reward, rebate: 0n, discriminator: 1n };
      const made = wrapOrder(order, item.limitOrder, wrapping);
      const [mine, theirs] = [made, item.partial].map(
        ({ partialTransaction: { rootSubintent } }) => rootSubintent.value.intentCore.instructions.value,
      );
      expect(withoutAccounts(mine!)).toEqual(withoutAccounts(theirs!));
      expect(bundleItem(made)).toMatch(/^4d2103/);
      const again = readWrappedOrder(fromHex(bundleItem(made)));
      expect(again.script).toEqual(item.script);
      // The recorded orders admit the recorded key alone.
      expect(() => verifyWrappedOrder(again, network, undefined)).toThrow(/VERIFY_PARENT/);
    }
  });
});

/** Anthic's account is its key's, and keys differ. */
function withoutAccounts(list: readonly Instruction[]) {
  return list.map((each) => (each.type === 'CALL_METHOD' ? { ...each, address: 'account' } : each));
}

describe('a stand', () => {
  const key = ed25519Key(31);

  it('makes its tokens on the ledger, and funds who trades', async () => {
    const sandbox = await ruleSandbox(undefined, {
      seed: { tokens: [{ symbol: 'xUSDC', divisibility: 6 }], accounts: [] },
    });
    const maker = { publicKey: makerKey(1).publicKey, settings: { name: 'm', apiKey: 'k' } };
    const settings = exampleSettings(SIM, [maker]);
    const events: string[] = [];
    const onEvent = ({ type }: { type: string }) => void events.push(type);
    const anthic = await startAnthicOn(sandbox, { settings, key, fund: [makerKey(1).publicKey], onEvent });
    const usdc = anthic.settings.tokens.find(({ symbol }) => symbol === 'xUSDC')!;
    expect(usdc.resource).toBe(sandbox.planted.tokens[0]!.address);
    const held = await sandbox.world.balances(accountOf(makerKey(1)));
    expect([...held.values()].map(({ amount }) => amount)).toEqual(Array(4).fill(parseAmount('1000000')));
    expect(anthic.account).toBe(accountOf(key));
    expect(anthic.orders()).toEqual([]);
    await anthic.close();
    await sandbox.close();
    expect(events).toEqual([]);
  });

  it('is of the network of its ledger', async () => {
    const sandbox = await ruleSandbox();
    const settings = exampleSettings(networkById(2), []);
    await expect(startAnthicOn(sandbox, { settings, key, fund: [] })).rejects.toMatchObject({ path: 'network' });
    const resource = 'resource_tdx_2_1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxtfd2jc';
    const of = { ...settings, tokens: settings.tokens.map((token) => ({ ...token, resource })) };
    const started = LocalAnthic.start({ settings: of, key, gatewayUrl: sandbox.gateway.url });
    await expect(started).rejects.toMatchObject({ code: 'wrong-network' });
    await sandbox.close();
  });

  it('does not start without a ledger, without a resource, nor on a port that is taken', async () => {
    const sandbox = await ruleSandbox();
    const gatewayUrl = sandbox.gateway.url;
    const settings = parseAnthicSettings({
      tokens: [
        { symbol: 'A', divisibility: 1 },
        { symbol: 'B', divisibility: 1 },
      ],
      pairs: [{ base: 'A', quote: 'B' }],
    });
    await expect(LocalAnthic.start({ settings, key, gatewayUrl })).rejects.toMatchObject({
      path: 'tokens[0].resource',
    });
    const taken = Number(new URL(gatewayUrl).port);
    for (const name of ['trade', 'flash', 'solver']) {
      const ports = { ...settings.ports, [name]: taken };
      const of = exampleSettings(SIM, [], ports);
      await expect(startAnthicOn(sandbox, { settings: of, key, fund: [] })).rejects.toThrow('EADDRINUSE');
    }
    await sandbox.close();
    const gone = startAnthicOn(sandbox, { settings: exampleSettings(SIM, []), key, fund: [] });
    await expect(gone).rejects.toMatchObject({ code: 'unreachable' });
  });
});
