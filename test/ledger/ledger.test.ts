import { describe, expect, it } from 'vitest';
import type { EndpointOptions } from '../../src/ledger/endpoint.js';
import type { GatewayError } from '../../src/ledger/error.js';
import { Ledger, type LedgerOptions } from '../../src/ledger/ledger.js';
import type { Surroundings } from '../../src/ledger/surroundings.js';
import { endpointOf, error, FakeGateway, START_MS, surroundings, XRD_ADDRESS } from './fakeGateway.js';

const ACCOUNT = 'account_tdx_2_1me';
const PAGE = '/state/entity/page/fungibles/';
const VAULTS = '/state/entity/page/fungible-vaults/';
const GATEWAY_STATUS = '/status/gateway-status';
const CONFIGURATION = '/status/network-configuration';

async function ledgerOver(
  count: number,
  options: LedgerOptions = {},
  of: Surroundings = surroundings(),
  endpoint: EndpointOptions = {},
) {
  const gateways = await Promise.all(Array.from({ length: count }, () => FakeGateway.start()));
  const endpoints = gateways.map((gateway) => endpointOf(gateway, endpoint, of));
  return { gateways, endpoints, ledger: new Ledger(endpoints, of, options), a: gateways[0]!, b: gateways[1]! };
}

describe('network', () => {
  it('asks every Gateway; one that does not answer is unknown', async () => {
    const { ledger, b } = await ledgerOver(2);
    b.on(CONFIGURATION, { status: 503, text: '' });
    const checks = await ledger.checkNetwork(2);
    expect(checks.map(({ state }) => state)).toEqual(['right', 'unknown']);
    expect(checks[1]!.error).toMatchObject({ code: 'server-error' });
    expect(ledger.verified).toHaveLength(1);
  });

  it.each(['networkId', 'xrd'] as const)('a wrong %s is fatal', async (field) => {
    const { ledger, b } = await ledgerOver(2);
    Object.assign(b, { networkId: 2, [field]: field === 'xrd' ? 'resource_tdx_2_1other' : 1 });
    await expect(ledger.checkNetwork(2)).rejects.toMatchObject({ code: 'wrong-network' });
  });

  it('a Gateway that comes later is checked first, and never used if it is of another network', async () => {
    const { ledger, gateways, endpoints } = await ledgerOver(3);
    const [, b, c] = gateways as [FakeGateway, FakeGateway, FakeGateway];
    b.on(CONFIGURATION, { status: 503, text: '' });
    c.on(CONFIGURATION, { status: 503, text: '' });
    await ledger.checkNetwork(2);
    b.honest(CONFIGURATION);
    c.honest(CONFIGURATION).networkId = 1;
    c.timeMs += 9_999;
    const wrong: string[] = [];
    ledger.onWrongNetwork = (endpoint) => wrong.push(endpoint);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await ledger.clock.poll();
    await ledger.clock.poll();
    expect(ledger.verified).toHaveLength(2);
    expect(c.calls(GATEWAY_STATUS)).toHaveLength(0);
    expect(wrong).toEqual([endpoints[2]!.name]);
    expect(ledger.clock.clockAt()!.proposerTimestampMs).toBe(START_MS);
  });

  it('before that nothing is asked or sent', async () => {
    const { ledger, a } = await ledgerOver(1);
    await expect(ledger.balances(ACCOUNT)).rejects.toMatchObject({ code: 'unreachable' });
    const { verdict } = ledger.submit('4d22', { deadline: performance.now() + 100 });
    expect(await verdict).toEqual({ type: 'unknown', arrived: false });
    await ledger.clock.poll();
    expect(a.requests).toHaveLength(0);
  });

  it('a signal ends the check', async () => {
    const { ledger, a } = await ledgerOver(1);
    a.on(CONFIGURATION, { fault: 'stall' });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('stop')), 10);
    await expect(ledger.checkNetwork(2, { signal: controller.signal })).rejects.toThrow('stop');
  });

  it('no Gateway, or the same twice, is refused', async () => {
    const gateway = await FakeGateway.start();
    const of = surroundings();
    expect(() => new Ledger([], of)).toThrow(/at least one/);
    expect(() => new Ledger([endpointOf(gateway), endpointOf(gateway)], of)).toThrow(/twice/);
  });
});

describe('clock', () => {
  it('holds the latest time of all Gateways, and adds nothing to it', async () => {
    let now = 1_000;
    const of = surroundings({ now: () => now, wallNow: () => START_MS + 5_000 });
    const { ledger, a, b } = await ledgerOver(2, {}, of);
    expect(ledger.clock.clockAt()).toBeUndefined();
    expect(ledger.clock.staleness(1e9)).toMatch(/yet/);
    await ledger.checkNetwork(2);
    a.timeMs += 4_200;
    b.epoch = 9;
    await ledger.clock.poll();
    now += 700;
    const reading = ledger.clock.clockAt()!;
    expect(reading).toMatchObject({ epoch: 10n, proposerTimestampMs: START_MS + 4_200, ageMs: 700, skewMs: 800 });
    expect(reading.timestamp).toBe(BigInt(START_MS / 1000 + 4));
    expect(ledger.clock.isFresh(700)).toBe(true);
    expect(ledger.clock.isFresh(699)).toBe(false);
  });

  it('T4: a Gateway that stands still makes nothing fresher, though it answers 200', async () => {
    let now = 0;
    const of = surroundings({ now: () => now });
    const { ledger, a } = await ledgerOver(1, {}, of);
    await ledger.checkNetwork(2);
    await ledger.clock.poll();
    now = 5_000;
    await ledger.clock.poll();
    expect(a.calls(GATEWAY_STATUS)).toHaveLength(2);
    expect(ledger.clock.clockAt()!.ageMs).toBe(5_000);
    expect(ledger.clock.staleness(4_000)).toMatch(/newer time of the ledger for 5.0 s/);
    // A new epoch at the same time is news.
    a.epoch += 1;
    await ledger.clock.poll();
    expect(ledger.clock.clockAt()).toMatchObject({ ageMs: 0, epoch: 11n });
    // What is older is not.
    a.timeMs -= 60_000;
    await ledger.clock.poll();
    expect(ledger.clock.clockAt()!.proposerTimestampMs).toBe(START_MS);
  });

  it("T6: a time far from this machine's is not fresh, whichever of the two is wrong", async () => {
    let wall = START_MS + 61_000;
    const of = surroundings({ wallNow: () => wall });
    const { ledger, a } = await ledgerOver(1, { clock: { maxSkewMs: 60_000 } }, of);
    await ledger.checkNetwork(2);
    await ledger.clock.poll();
    expect(ledger.clock.staleness(1e9)).toMatch(/behind this machine/);
    wall = START_MS - 60_000;
    a.timeMs += 1_000;
    await ledger.clock.poll();
    expect(ledger.clock.staleness(1e9)).toMatch(/ahead of this machine/);
    wall = START_MS;
    a.timeMs += 1_000;
    await ledger.clock.poll();
    expect(ledger.clock.isFresh(1e9)).toBe(true);
  });

  it('T6: one Gateway that is far ahead stops nothing while another is not, and nothing once it is right', async () => {
    const { ledger, a, b } = await ledgerOver(2, {}, surroundings({ wallNow: () => START_MS }));
    await ledger.checkNetwork(2);
    a.timeMs += 365 * 86_400_000;
    await ledger.clock.poll();
    expect(ledger.clock.staleness(1e9)).toBeUndefined();
    expect(ledger.clock.clockAt()).toMatchObject({ proposerTimestampMs: START_MS });
    b.on(GATEWAY_STATUS, { status: 503, text: '' });
    a.timeMs = START_MS + 1_000;
    await ledger.clock.poll();
    expect(ledger.clock.clockAt()).toMatchObject({ proposerTimestampMs: START_MS + 1_000 });
  });

  it('T6: the only Gateway, once far ahead, is believed again when it is right', async () => {
    const { ledger, a } = await ledgerOver(1, {}, surroundings({ wallNow: () => START_MS }));
    await ledger.checkNetwork(2);
    a.timeMs += 3_600_000;
    await ledger.clock.poll();
    expect(ledger.clock.staleness(1e9)).toMatch(/ahead of this machine/);
    a.timeMs = START_MS + 1_000;
    await ledger.clock.poll();
    expect(ledger.clock.staleness(1e9)).toBeUndefined();
  });

  it('runs on: a slow Gateway holds up no other, a failing one is given time, an abort ends it', async () => {
    const { ledger, a, b } = await ledgerOver(2, { clock: { intervalMs: 10 } });
    await ledger.checkNetwork(2);
    b.on(GATEWAY_STATUS, { fault: 'stall' });
    a.on(GATEWAY_STATUS, (_request, nth) => {
      a.timeMs += 100;
      return nth === 2 ? { status: 503, text: '' } : a.answer(GATEWAY_STATUS, {});
    });
    const controller = new AbortController();
    const running = ledger.clock.run(controller.signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    controller.abort();
    await running;
    expect(a.calls(GATEWAY_STATUS).length).toBeGreaterThan(4);
    expect(b.calls(GATEWAY_STATUS)).toHaveLength(1);
  });

  it('hears the time of every read', async () => {
    const { ledger, a } = await ledgerOver(1);
    await ledger.checkNetwork(2);
    a.timeMs += 5_000;
    await ledger.transactionStatus('txid_tdx_2_1x');
    expect(ledger.clock.clockAt()!.proposerTimestampMs).toBe(START_MS + 5_000);
    expect(a.calls(GATEWAY_STATUS)).toHaveLength(0);
  });

  it('an endpoint that is cooling is left alone', async () => {
    const { ledger, a } = await ledgerOver(1, {}, surroundings(), { coolDown: { baseMs: 5_000, capMs: 5_000 } });
    await ledger.checkNetwork(2);
    a.on(GATEWAY_STATUS, { status: 500, text: '' });
    await ledger.clock.poll();
    await ledger.clock.poll();
    expect(a.calls(GATEWAY_STATUS)).toHaveLength(1);
  });

  it('a mistake of ours is not swallowed', async () => {
    const { ledger, endpoints } = await ledgerOver(1);
    await ledger.checkNetwork(2);
    endpoints[0]!.gatewayStatus = () => Promise.reject(new Error('a mistake'));
    await expect(ledger.clock.poll()).rejects.toThrow('a mistake');
  });
});

describe('reads', () => {
  it('T37, T43: fail over to the next Gateway, and try again within the deadline', async () => {
    const { ledger, a, b } = await ledgerOver(2);
    await ledger.checkNetwork(2);
    a.on(VAULTS, error(500, { type: 'NotSyncedUpError', current_sync_delay_seconds: 900 }));
    b.on(VAULTS, (request, nth) => (nth < 3 ? { status: 502, text: '<html>' } : b.answer(VAULTS, request.body)));
    b.holdings.set(ACCOUNT, [[XRD_ADDRESS, '7']]);
    expect(await ledger.holdsVault(ACCOUNT, XRD_ADDRESS, { deadline: performance.now() + 2_000 })).toBe(true);
    expect(b.calls(VAULTS)).toHaveLength(3);
  });

  it('end with the last error at the deadline', async () => {
    const { ledger, a } = await ledgerOver(1, { readTimeoutMs: 300 });
    await ledger.checkNetwork(2);
    a.on(PAGE, { status: 502, text: '<html>' });
    await expect(ledger.balances(ACCOUNT)).rejects.toMatchObject({ code: 'server-error' });
    a.on(PAGE, { fault: 'stall' });
    await expect(ledger.balances(ACCOUNT)).rejects.toMatchObject({
      code: expect.stringMatching(/timeout|unreachable/),
    });
  });

  it('leave an endpoint in peace that has asked for it', async () => {
    const { ledger, a } = await ledgerOver(1, { readTimeoutMs: 200 });
    await ledger.checkNetwork(2);
    a.on(PAGE, { status: 429, text: '', headers: { 'retry-after': '60' } });
    await expect(ledger.balances(ACCOUNT)).rejects.toMatchObject({ code: 'rate-limited' });
    await expect(ledger.balances(ACCOUNT)).rejects.toMatchObject({ code: 'unreachable', arrived: false });
    expect(a.calls(PAGE)).toHaveLength(1);
  });

  it('T22: a refusal is an answer, and not asked again', async () => {
    const { ledger, a, b } = await ledgerOver(2);
    await ledger.checkNetwork(2);
    a.on('/transaction/status', error(400, { type: 'InvalidRequestError' }, 'wrong suffix'));
    const thrown = (await ledger.transactionStatus('txid_rdx1x').catch((error: unknown) => error)) as GatewayError;
    expect(thrown).toMatchObject({ code: 'refused' });
    expect(b.calls('/transaction/status')).toHaveLength(0);
  });

  it('T33, T35, T36: balances come one account at a time, page by page, all at the state of the first', async () => {
    const { ledger, a } = await ledgerOver(1);
    await ledger.checkNetwork(2);
    a.holdings.set(ACCOUNT, [
      [XRD_ADDRESS, '12.5'],
      ['resource_b', '0'],
      ['resource_c', '3'],
      ['resource_d', '4'],
      ['resource_e', '5'],
    ]);
    a.on(PAGE, (request) => {
      a.stateVersion += 1;
      return a.answer(PAGE, request.body);
    });
    const { ledger: state, amounts } = await ledger.balances(ACCOUNT);
    expect(amounts.size).toBe(5);
    expect(amounts.get(XRD_ADDRESS)).toBe(12_500_000_000_000_000_000n);
    expect(a.calls(PAGE).map(({ body }) => body.at_ledger_state?.state_version)).toEqual([
      undefined,
      state!.stateVersion,
      state!.stateVersion,
    ]);
    expect(a.calls(PAGE).every(({ body }) => body.address === ACCOUNT)).toBe(true);
  });

  it('those of a few resources come a request each, at one state, whatever else the account holds', async () => {
    const { ledger, a } = await ledgerOver(1);
    await ledger.checkNetwork(2);
    const junk = Array.from({ length: 500 }, (_, n): [string, string] => [`resource_junk${n}`, '1']);
    a.holdings.set(ACCOUNT, [...junk, ['resource_b', '2'], ['resource_c', '3']]);
    a.on(VAULTS, (request) => {
      a.stateVersion += 1;
      return a.answer(VAULTS, request.body);
    });
    const { ledger: state, amounts } = await ledger.balances(ACCOUNT, ['resource_x', 'resource_c', 'resource_b']);
    expect([...amounts]).toEqual([
      ['resource_c', 3n * 10n ** 18n],
      ['resource_b', 2n * 10n ** 18n],
    ]);
    expect(a.calls(VAULTS).map(({ body }) => body.at_ledger_state?.state_version)).toEqual([
      undefined,
      state!.stateVersion,
      state!.stateVersion,
    ]);
    expect(a.calls(PAGE)).toEqual([]);
    expect((await ledger.balances('account_tdx_2_1new', ['resource_c'])).amounts.size).toBe(0);
    a.on(VAULTS, a.answer(VAULTS, { address: ACCOUNT, resource_address: 'resource_b' }));
    await expect(ledger.balances(ACCOUNT, ['resource_c'])).rejects.toMatchObject({ code: 'bad-answer' });
    a.on(VAULTS, { json: {}, status: 500 });
    await expect(ledger.balances(ACCOUNT, ['resource_c'], { deadline: 0 })).rejects.toThrow();
  });

  it('T34: no entry and an entry of 0 are both nothing, but only the entry proves a vault', async () => {
    const { ledger, a } = await ledgerOver(1);
    await ledger.checkNetwork(2);
    a.holdings.set(ACCOUNT, [['resource_b', '0']]);
    expect(await ledger.holdsVault(ACCOUNT, 'resource_b')).toBe(true);
    expect(await ledger.holdsVault(ACCOUNT, 'resource_c')).toBe(false);
  });

  it('T33: an account that was never used holds nothing', async () => {
    const { ledger } = await ledgerOver(1);
    await ledger.checkNetwork(2);
    expect(await ledger.balances('account_tdx_2_1new')).toEqual({ ledger: undefined, amounts: new Map() });
  });

  it('pages without end are no answer', async () => {
    const { ledger, a } = await ledgerOver(1, { readTimeoutMs: 1_500 });
    await ledger.checkNetwork(2);
    const json = { ledger_state: a.ledgerState(), address: ACCOUNT, next_cursor: 'again', items: [] };
    a.on(PAGE, { json });
    await expect(ledger.balances(ACCOUNT)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('passes everything else on', async () => {
    const { ledger, a } = await ledgerOver(1);
    await ledger.checkNetwork(2);
    a.commit('txid_x', { subintents: ['subtxid_x'] });
    expect((await ledger.committedDetails('txid_x')).status).toBe('CommittedSuccess');
    expect((await ledger.subintentStatus('subtxid_x')).finalized?.by).toBe('txid_x');
    a.on('/transaction/preview-v2', error(400, undefined, 'no'));
    await expect(ledger.preview('4d')).rejects.toMatchObject({ code: 'refused' });
  });
});
