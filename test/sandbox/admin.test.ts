import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SolverError } from '../../src/base/error.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { parseSeed } from '../../src/sandbox/seed.js';
import { makeNotarized } from '../support/build.js';
import { notarizedHex, SIM_XRD } from '../support/engine.js';
import { post, sdk } from '../support/gateway.js';
import { ruleSandbox } from '../support/ruleSandbox.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await ruleSandbox();
});

afterEach(() => sandbox.close());

const ask = async (path: string, body?: unknown) => (await post(`${sandbox.gateway.url}/sandbox${path}`, body)).json;
const publicKey = { curve: 'Ed25519', hex: '22'.repeat(32) };

describe('the stand beside the API', () => {
  it('makes tokens and accounts, funds them, tells balances', async () => {
    const token = await ask('/tokens', { symbol: 'xUSDC', divisibility: 6 });
    expect(token).toMatchObject({ symbol: 'xUSDC', divisibility: 6 });
    const fund = [
      { resource: 'XRD', amount: '5' },
      { resource: token.address, amount: '0.5' },
    ];
    const { address } = await ask('/accounts', { publicKey, fund, name: 'a' });
    await ask('/fund', { account: address, fund: [{ resource: 'XRD', amount: '1' }] });
    expect(await ask('/balances', { accounts: [address] })).toEqual({
      [address]: { [SIM_XRD]: '6', [token.address]: '0.5' },
    });
  });

  it('goes rounds and moves the clock', async () => {
    await sdk(sandbox.gateway.url).submit(notarizedHex(makeNotarized()));
    const before = await (await fetch(`${sandbox.gateway.url}/sandbox`)).json();
    expect(before).toMatchObject({ network: 'simulator', epoch: 50, mempoolSize: 1 });
    const after = await ask('/rounds', { count: 2, advanceMs: 500 });
    expect(after).toMatchObject({
      round: 2,
      proposerTimestampMs: 501_000,
      mempoolSize: 0,
      transactions: [expect.any(String)],
    });
    expect(await ask('/rounds', { epoch: 70 })).toMatchObject({ epoch: 70, transactions: [] });
  });

  it('sets, tells and lifts faults', async () => {
    const faults = `${sandbox.gateway.url}/sandbox/faults`;
    await ask('/faults', { rules: [{ fault: { type: 'rate-limit' } }] });
    expect((await post(`${sandbox.gateway.url}/transaction/construction`)).status).toBe(429);
    expect(await (await fetch(faults)).json()).toMatchObject({ rules: [{ calls: 1, fired: 1 }] });
    await fetch(faults, { method: 'DELETE' });
    expect((await post(`${sandbox.gateway.url}/transaction/construction`)).status).toBe(200);
  });

  it.each([
    ['POST', 'faults', { origin: 'https://evil.test', 'content-type': 'application/json' }, '{"rules":[]}'],
    ['POST', 'fund', { 'content-type': 'text/plain' }, '{}'],
    ['POST', 'rounds', { origin: 'null' }, undefined],
    ['DELETE', 'faults', { origin: 'http://127.0.0.1:1' }, undefined],
  ])('takes nothing from a page: %s %s %j', async (method, path, headers, body) => {
    const before = await (await fetch(`${sandbox.gateway.url}/sandbox`)).json();
    const response = await fetch(`${sandbox.gateway.url}/sandbox/${path}`, { method, headers, body: body ?? null });
    expect([response.status, (await response.json()).message]).toEqual([403, expect.stringContaining('this machine')]);
    expect(await (await fetch(`${sandbox.gateway.url}/sandbox`)).json()).toEqual(before);
  });

  it.each([
    ['/faults', { rules: [{}] }, 'rules[0].fault'],
    ['/tokens', { symbol: 'x', divisibility: 19 }, 'divisibility'],
    ['/tokens', {}, 'symbol'],
    ['/accounts', {}, 'publicKey'],
    ['/fund', { account: 5 }, 'account'],
    ['/fund', { account: 'account_sim1', fund: [{ resource: 'XRD', amount: '1' }] }, ''],
    ['/balances', { accounts: [5] }, 'accounts[0]'],
    ['/rounds', { count: -1 }, 'count'],
    ['/rounds', { epoch: 1 }, ''],
    ['/rounds', { rounds: 1 }, 'rounds'],
  ])('refuses %s %j', async (path, body, field) => {
    const { code, details } = await ask(path, body);
    expect([code, details.validation_errors[0].path]).toEqual([400, field]);
  });

  it('says when the ledger is gone', async () => {
    sandbox.world.ledger.advance = () => Promise.reject(new SolverError('engine-died', 'gone'));
    expect(await ask('/rounds', {})).toMatchObject({ code: 500, details: { exception: 'BadGatewayException' } });
    sandbox.world.ledger.advance = () => Promise.reject(new TypeError('a bug'));
    expect(await ask('/rounds', {})).toMatchObject({ code: 500, details: { exception: 'UnknownException' } });
  });
});

describe('a seed', () => {
  it('is planted in order, and refers to its own tokens', async () => {
    const seed = parseSeed({
      tokens: [{ symbol: 'A', address: 'resource_sim1t43j9g9lsv345dpuzg8d0vtvst00wm4dhl0ygd8qc5jj95lmv2aalf' }],
      accounts: [
        { name: 'one', publicKey, fund: [{ resource: 'A', amount: '1' }] },
        { publicKey, address: 'account_sim1c9yeaya6pehau0fn7vgavuggeev64gahsh05dauae2uu25njk224xz' },
      ],
    });
    const other = await ruleSandbox(undefined, { seed });
    expect(other.planted.accounts.map(({ name }) => name)).toEqual(['one', undefined]);
    const held = await other.world.balances(other.planted.accounts[0]!.address);
    expect([...held.keys()]).toEqual([seed.tokens[0]!.address]);
    expect(other.planted.accounts[1]!.address).toBe(seed.accounts[1]!.address);
    await other.close();
  });

  it.each([
    [{ tokens: [{ symbol: 5 }] }, 'tokens[0].symbol'],
    [{ tokens: [5] }, 'tokens[0]'],
    [{ accounts: [{ publicKey: { curve: 'P256', hex: '' } }] }, 'accounts[0].publicKey.curve'],
    [{ accounts: [{ publicKey: { curve: 'Ed25519', hex: '11' } }] }, 'accounts[0].publicKey.hex'],
    [{ accounts: [{ address: 'a', fund: [{ resource: 'XRD', amount: 'much' }] }] }, 'accounts[0].fund[0].amount'],
    [{ accounts: [{ address: 'a', fund: [{ resource: 'XRD', amount: 5 }] }] }, 'accounts[0].fund[0].amount'],
    [{ account: [] }, 'account'],
  ])('%j is refused', (json, path) => {
    expect(() => parseSeed(json)).toThrow(expect.objectContaining({ code: 'bad-field', path }));
  });
});

describe('several Gateways over one world', () => {
  it('know only what they were given, and see the same ledger', async () => {
    const { Gateway } = await import('../../src/sandbox/gateway/server.js');
    const second = await Gateway.start(sandbox.world);
    const [a, b] = [sdk(sandbox.gateway.url), sdk(second.url)];
    const hex = notarizedHex(makeNotarized());
    await a.submit(hex);
    expect(await b.submit(hex)).toEqual({ duplicate: false });
    const [commit] = await sandbox.world.round();
    expect((await b.status(commit!.intentId)).intent_status).toBe('CommittedSuccess');
    await second.close();
  });
});
