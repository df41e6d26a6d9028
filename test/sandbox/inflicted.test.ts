import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFaults } from '../../src/sandbox/fault/fault.js';
import { FaultSchedule } from '../../src/sandbox/fault/schedule.js';
import { readTransaction } from '../../src/sandbox/ledger/transaction.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { makeNotarized } from '../support/build.js';
import { notarizedHex, SIM } from '../support/engine.js';
import { post, refusal, type Sdk, sdk } from '../support/gateway.js';
import { ruleSandbox } from '../support/ruleSandbox.js';

/** Every fault, as it arrives over a real socket. */

let sandbox: Sandbox;
let gateway: Sdk;

beforeEach(async () => {
  sandbox = await ruleSandbox();
  gateway = sdk(sandbox.gateway.url);
});

afterEach(() => sandbox.close());

function inflict(fault: object, rule: object = {}): void {
  sandbox.gateway.faults = new FaultSchedule(parseFaults([{ ...rule, fault }]));
}

const hex = notarizedHex(makeNotarized());
const { intentId } = readTransaction(hex, SIM);
const url = (path = '/status/gateway-status') => `${sandbox.gateway.url}${path}`;

describe('a fault', () => {
  it('may be that the answer is late', async () => {
    inflict({ type: 'latency', ms: 80 });
    const started = performance.now();
    await gateway.gatewayStatus();
    expect(performance.now() - started).toBeGreaterThan(70);
  });

  it('may be that there is no answer', async () => {
    inflict({ type: 'stall' }, { nth: [1] });
    await expect(fetch(url(), { method: 'POST', signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
    await gateway.gatewayStatus();
  });

  it('may be a limit of the rate, with and without a time to wait', async () => {
    inflict({ type: 'rate-limit', retryAfter: '3' });
    const limited = await refusal(gateway.gatewayStatus());
    expect([limited.status, limited.body, limited.headers.get('retry-after')]).toEqual([429, undefined, '3']);
    inflict({ type: 'rate-limit' });
    expect((await refusal(gateway.gatewayStatus())).headers.get('retry-after')).toBeNull();
  });

  it('may be an error of the server, or of what stands in front of it', async () => {
    inflict({ type: 'internal-error', exception: 'NoValidCoreApiNodesAvailable' });
    expect(await refusal(gateway.gatewayStatus())).toMatchObject({
      status: 500,
      body: { code: 500, details: { type: 'InternalServerError', exception: 'NoValidCoreApiNodesAvailable' } },
    });
    inflict({ type: 'unavailable', status: 502, retryAfter: '9' });
    const answer = await post(url());
    expect([answer.status, answer.text]).toEqual([502, expect.stringMatching(/^<html>/)]);
    inflict({ type: 'not-synced' });
    expect(await refusal(gateway.gatewayStatus())).toMatchObject({
      status: 500,
      body: { details: { type: 'NotSyncedUpError', current_sync_delay_seconds: 1000 } },
    });
  });

  it('may be a connection reset, in mid-body or before', async () => {
    inflict({ type: 'reset' });
    const response = await fetch(url(), { method: 'POST' });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    inflict({ type: 'reset', afterBytes: 0 });
    await expect(fetch(url(), { method: 'POST' })).rejects.toThrow('fetch failed');
    inflict({ type: 'reset' }, { path: '/transaction/submit' });
    await expect(gateway.submit(hex)).rejects.toThrow();
    // The submission itself has arrived.
    expect((await gateway.status(intentId)).intent_status).toBe('Pending');
  });

  it('may be JSON that is none', async () => {
    inflict({ type: 'malformed-json' });
    await expect(gateway.gatewayStatus()).rejects.toThrow(SyntaxError);
    inflict({ type: 'malformed-json', body: '' });
    expect(await post(url())).toMatchObject({ status: 200, text: '' });
  });

  it('may be a submission that goes nowhere', async () => {
    inflict({ type: 'never-commits' }, { times: 1 });
    expect(await gateway.submit(hex)).toEqual({ duplicate: false });
    for (let round = 0; round < 3; round += 1) {
      sandbox.world.clock.advance(60_000);
      expect(await sandbox.world.round()).toEqual([]);
    }
    expect((await gateway.status(intentId)).intent_status).toBe('Pending');
    const other = notarizedHex(makeNotarized({ discriminator: 1n }));
    inflict({ type: 'never-commits', forget: true }, { times: 1 });
    expect(await gateway.submit(other)).toEqual({ duplicate: false });
    expect((await gateway.status(readTransaction(other, SIM).intentId)).intent_status).toBe('Unknown');
    expect(await gateway.submit(other)).toEqual({ duplicate: false });
    expect(await sandbox.world.round()).toHaveLength(1);
  });

  it('may be that a commit is known late, or the whole state is old', async () => {
    await gateway.submit(hex);
    await sandbox.world.round();
    const { stateVersion } = sandbox.world.state;
    inflict({ type: 'late-status', rounds: 1 });
    const late = await gateway.status(intentId);
    expect([late.intent_status, late.ledger_state.state_version]).toEqual(['Pending', stateVersion]);
    expect((await refusal(gateway.committed(intentId))).status).toBe(404);
    await sandbox.world.round();
    expect((await gateway.status(intentId)).intent_status).toBe('CommittedSuccess');
    inflict({ type: 'stale-state', rounds: 2 });
    const stale = await gateway.status(intentId);
    expect([stale.intent_status, stale.ledger_state.state_version]).toEqual(['Pending', 1]);
    inflict({ type: 'stale-state', rounds: 999 });
    expect((await gateway.gatewayStatus()).ledger_state.state_version).toBe(1);
  });
});
