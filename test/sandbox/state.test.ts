import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RuleLedger } from '../../src/sandbox/ledger/ruleLedger.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { SIM_XRD } from '../support/engine.js';
import { post, refusal, type Sdk, sdk } from '../support/gateway.js';
import { ruleSandbox } from '../support/ruleSandbox.js';

/** Entities, balances, and states of the past. */

let sandbox: Sandbox;
let gateway: Sdk;
let account: string;
const KEY = { curve: 'Ed25519', hex: '11'.repeat(32) } as const;
const UNUSED = 'account_sim128f6jadgh8jn7zy8pc6u508q38m8ag2dxc8433u5q639yvymhww3r6';

beforeEach(async () => {
  sandbox = await ruleSandbox();
  gateway = sdk(sandbox.gateway.url);
  account = await sandbox.world.createAccount(KEY, [{ resource: SIM_XRD, amount: '4' }]);
});

afterEach(() => sandbox.close());

describe('entity details', () => {
  it('leave out what is not known, and have no order', async () => {
    const missing = 'account_sim1c8c2kf6n7u7j6zx6f6p9gk2p8n5jq6m7n8z0gk0w4a5f6h7j8k9l0m';
    const global = await sandbox.world.createGlobalAccount(KEY);
    const { items } = await gateway.details([account, account, UNUSED, SIM_XRD, global]);
    expect(items.map(({ address }) => address)).toEqual([global, SIM_XRD, UNUSED, account]);
    expect(items[2]!.fungible_resources).toMatchObject({ total_count: 0, items: [] });
    expect((await refusal(gateway.details([missing]))).status).toBe(400);
    const component = 'component_sim1cptxxxxxxxxxfaucetxxxxxxxxx000527798379xxxxxxxxxhkrefh';
    expect((await gateway.details([component])).items).toEqual([]);
  });

  it('tell divisibility and symbol of a resource', async () => {
    const token = await sandbox.world.createToken({ symbol: 'xUSDC', divisibility: 6 });
    const { items } = await gateway.details([token], { opt_ins: { explicit_metadata: ['symbol', 'icon_url'] } });
    expect(items[0]!.details).toMatchObject({ type: 'FungibleResource', divisibility: 6 });
    expect(items[0]!.explicit_metadata!.items).toMatchObject([
      {
        key: 'symbol',
        is_locked: true,
        value: { raw_hex: '5c2200010c057855534443', typed: { type: 'String', value: 'xUSDC' } },
      },
    ]);
    const keys = Array.from({ length: 21 }, (_, n) => `${n}`);
    expect((await refusal(gateway.details([token], { opt_ins: { explicit_metadata: keys } }))).status).toBe(400);
    expect((await refusal(gateway.details(Array.from({ length: 21 }, () => token)))).status).toBe(400);
  });

  it('tell vaults where they are asked for', async () => {
    const { items } = await gateway.details([account], { aggregation_level: 'Vault' });
    expect(items[0]!.fungible_resources!.items).toMatchObject([
      {
        aggregation_level: 'Vault',
        vaults: { items: [{ vault_address: expect.stringMatching(/^internal_vault_sim1/), amount: '4' }] },
      },
    ]);
  });
});

describe('fungibles', () => {
  it('come in pages of one state', async () => {
    for (let n = 0; n < 4; n += 1) {
      const resource = await sandbox.world.createToken({ symbol: `T${n}`, divisibility: 0 });
      await sandbox.world.fund(account, { resource, amount: `${n}` });
    }
    const first = await gateway.fungibles(account, { limit_per_page: 2 });
    expect([first.total_count, first.items.length]).toEqual([5, 2]);
    await sandbox.world.fund(account, { resource: SIM_XRD, amount: '1' });
    const pin = { state_version: first.ledger_state.state_version };
    const all = [...first.items];
    for (let cursor = first.next_cursor; cursor != null; ) {
      const page = await gateway.fungibles(account, { cursor, limit_per_page: 2, at_ledger_state: pin });
      expect(page.ledger_state.state_version).toBe(pin.state_version);
      all.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(all.map((item) => (item as { amount: string }).amount)).toEqual(['4', '0', '1', '2', '3']);
    expect((await gateway.fungibles(account)).items[0]).toMatchObject({ amount: '5' });
    const bad = await post(`${sandbox.gateway.url}/state/entity/page/fungibles/`, { address: account, cursor: '!!' });
    expect(bad.status).toBe(400);
  });

  it('of what does not exist are not found, unless it could be used', async () => {
    const global = await new RuleLedger(sandbox.world.network).createGlobalAccount(KEY, []);
    const { status, body } = await refusal(gateway.fungibles(global));
    expect([status, body.details]).toEqual([404, { type: 'EntityNotFoundError', address: global }]);
    expect((await gateway.fungibles(UNUSED)).items).toEqual([]);
  });
});

describe('the vault of one resource', () => {
  it('comes by itself, as of a state', async () => {
    const { items, ...answer } = await gateway.vaults(account, SIM_XRD);
    expect(answer).toMatchObject({ total_count: 1, address: account, resource_address: SIM_XRD });
    expect(items).toMatchObject([
      { vault_address: expect.stringMatching(/^internal_vault_sim1/), amount: '4', last_updated_at_state_version: 2 },
    ]);
    const pin = { state_version: answer.ledger_state.state_version };
    await sandbox.world.fund(account, { resource: SIM_XRD, amount: '1' });
    expect((await gateway.vaults(account, SIM_XRD, { at_ledger_state: pin })).items[0]!.amount).toBe('4');
    expect((await gateway.vaults(account, SIM_XRD)).items[0]!.amount).toBe('5');
  });

  it('is none where nothing was ever held; what does not exist is not found', async () => {
    const token = await sandbox.world.createToken({ symbol: 'T', divisibility: 0 });
    expect(await gateway.vaults(account, token)).toMatchObject({ total_count: 0, items: [] });
    expect((await gateway.vaults(UNUSED, token)).items).toEqual([]);
    const global = await new RuleLedger(sandbox.world.network).createGlobalAccount(KEY, []);
    expect((await refusal(gateway.vaults(global, token))).body.details.type).toBe('EntityNotFoundError');
    expect((await refusal(gateway.vaults(account, 'nonsense'))).status).toBe(400);
    const other = new RuleLedger(sandbox.world.network);
    await other.createToken({ symbol: 'T', divisibility: 0 });
    const missing = await other.createToken({ symbol: 'U', divisibility: 0 });
    expect((await refusal(gateway.vaults(account, missing))).status).toBe(404);
    expect((await refusal(gateway.vaults(account, global))).status).toBe(404);
    expect((await refusal(gateway.vaults(account, account))).body.details.type).toBe('InvalidEntityError');
  });
});

describe('a state of the past', () => {
  const at = async (at_ledger_state: object) =>
    (await post(`${sandbox.gateway.url}/state/entity/details`, { addresses: [SIM_XRD], at_ledger_state })).json;

  it('is named by version, time, epoch or round', async () => {
    sandbox.world.clock.advance(1000);
    await sandbox.world.round();
    await sandbox.world.round();
    await sandbox.world.round({ epoch: 60 });
    // Versions: 1 the start, 2 the account, 3 to 5 the rounds.
    const version = async (state: object) => (await at(state)).ledger_state?.state_version;
    expect(await version({ state_version: 4 })).toBe(4);
    expect(await version({ timestamp: '1970-01-01T00:08:20.500Z' })).toBe(2);
    expect(await version({ epoch: 50, round: 1 })).toBe(3);
    expect(await version({ epoch: 51 })).toBe(4);
    expect(await version({ epoch: 60, round: 1 })).toBe(5);
  });

  it('must be one that was', async () => {
    for (const state of [
      { state_version: 3 },
      { state_version: 0 },
      { timestamp: '1960-01-01T00:00:00Z' },
      { epoch: 1 },
      {},
    ]) {
      expect((await at(state)).code).toBe(400);
    }
  });
});
