import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.js';
import { accountChange } from '../../src/ledger/answer.js';
import { GatewayEndpoint } from '../../src/ledger/endpoint.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { TrackerEvent } from '../../src/ledger/tracker.js';
import type { Fault } from '../../src/sandbox/fault/fault.js';
import { FaultSchedule } from '../../src/sandbox/fault/schedule.js';
import { Gateway } from '../../src/sandbox/gateway/server.js';
import type { Ruling } from '../../src/sandbox/ledger/ruleLedger.js';
import { readTransaction } from '../../src/sandbox/ledger/transaction.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { networkById } from '../../src/transaction/network.js';
import { encodeTransaction } from '../../src/transaction/payload.js';
import { ed25519Key, makeNotarized, makeSignedPartial, NOTARY } from '../support/build.js';
import { ruleSandbox } from '../support/ruleSandbox.js';
import { surroundings } from './fakeGateway.js';

/** Two Gateways of the sandbox over one ledger by rule: the other side is not of this room's making. */

const SIM = networkById(242);
const XRD_SIM = formatAddress(XRD, SIM);
const ACCOUNT = formatAddress(preallocatedAccount(NOTARY.publicKey), SIM);
const EXPIRY_S = 530n;

let sandbox: Sandbox;
let second: Gateway;
let ledger: Ledger;
let ruling: Ruling;

beforeEach(async () => {
  ruling = { outcome: 'success' };
  sandbox = await ruleSandbox(() => ruling);
  second = await Gateway.start(sandbox.world);
  const of = surroundings({ wallNow: () => 500_000 });
  const endpoints = [sandbox.gateway, second].map(
    ({ url }) => new GatewayEndpoint(url, of, { timeoutMs: 500, coolDown: { baseMs: 10, capMs: 40 } }),
  );
  const decide = { repeatMs: 5, graceMs: 200 };
  ledger = new Ledger(endpoints, of, { tracker: { intervalMs: 20, requestsPerSecond: 1_000, decide } });
  await ledger.checkNetwork(SIM.id);
});

afterEach(async () => {
  await second.close();
  await sandbox.close();
});

/** Two settlements of one order: same subintent, other roots. */
function make(discriminator: bigint) {
  const children = [makeSignedPartial({ maxTimestamp: EXPIRY_S, discriminator: 7n, signers: [ed25519Key(3)] })];
  const hex = toHex(encodeTransaction('NotarizedTransactionV2', makeNotarized({ discriminator, children })));
  const { intentId: id, subintents } = readTransaction(hex, SIM);
  const window = { endEpoch: 100n, maxTimestamp: EXPIRY_S };
  return { hex, followed: { id, subintents: subintents.map((of) => of.id), window } };
}

function inflict(gateway: Gateway, fault: Fault, path = '*'): void {
  gateway.faults = new FaultSchedule({ seed: 1, rules: [{ path, fault }] });
}

async function submit(hex: string) {
  const { verdict } = ledger.submit(hex, { deadline: performance.now() + 400, retry: { baseMs: 5, capMs: 10 } });
  return (await verdict).type;
}

async function rounds(advanceMs: number): Promise<void> {
  sandbox.world.clock.advance(advanceMs);
  for (let n = 0; n < 3; n++) await sandbox.world.round();
}

describe('over the sandbox', () => {
  it('settles, with its fee and what it brought', async () => {
    await sandbox.world.fund(ACCOUNT, { resource: XRD_SIM, amount: '100' });
    ruling = {
      outcome: 'success',
      fee: 75n * 10n ** 16n,
      payer: ACCOUNT,
      changes: { [ACCOUNT]: { [XRD_SIM]: 10n ** 18n } },
    };
    const { hex, followed } = make(1n);
    expect(await submit(hex)).toBe('accepted-somewhere');
    const end = ledger.tracker.follow(followed, { firstLookMs: 0 });
    await rounds(1_000);
    const outcome = await end;
    if (outcome.type !== 'committed-success') expect.unreachable(outcome.type);
    expect(outcome.details!.feePaid).toBe(75n * 10n ** 16n);
    expect(outcome.details!.feeSummary).toEqual({ tip: 0n, tipped: 75n * 10n ** 16n });
    expect(accountChange(outcome.details!, ACCOUNT)).toEqual({
      changes: new Map([[XRD_SIM, 10n ** 18n]]),
      feePaid: 75n * 10n ** 16n,
    });
    expect((await ledger.balances(ACCOUNT)).amounts.get(XRD_SIM)).toBe(10_025n * 10n ** 16n);
    expect(await ledger.holdsVault(ACCOUNT, XRD_SIM)).toBe(true);
    expect(ledger.clock.clockAt()).toMatchObject({ epoch: 50n, timestamp: 501n });
  });

  it('loses the race, and names the winner', async () => {
    const [ours, theirs] = [make(1n), make(2n)];
    expect(await submit(theirs.hex)).toBe('accepted-somewhere');
    expect(await submit(ours.hex)).toBe('accepted-somewhere');
    const end = ledger.tracker.follow(ours.followed, { firstLookMs: 0 });
    await rounds(1_000);
    expect(await end).toMatchObject({ type: 'lost', winner: theirs.followed.id });
    // Sent after the race: the node knows at once, and so do both Gateways.
    const late = make(3n);
    expect(await submit(late.hex)).toBe('refused-everywhere');
    expect(await ledger.tracker.follow(late.followed, { firstLookMs: 0 })).toMatchObject({ type: 'lost' });
  });

  it('fails, and has cost a fee', async () => {
    ruling = { outcome: 'failure', error: 'ApplicationError(Sold)', fee: 5n * 10n ** 17n, payer: ACCOUNT };
    const { hex, followed } = make(1n);
    await submit(hex);
    await rounds(1_000);
    expect(await ledger.tracker.follow(followed, { firstLookMs: 0 })).toMatchObject({
      type: 'committed-failure',
      details: { feePaid: 5n * 10n ** 17n, error: 'ApplicationError(Sold)' },
    });
  });

  it('is rejected for the moment, and dead in the end', async () => {
    ruling = { outcome: 'rejected', atSubmission: true, error: 'SuccessButFeeLoanNotRepaid' };
    const { hex, followed } = make(1n);
    expect(await submit(hex)).toBe('accepted-somewhere');
    const events: TrackerEvent[] = [];
    const end = ledger.tracker.follow(followed, { firstLookMs: 0, onEvent: (event) => events.push(event) });
    while (!events.some(({ everywhere }) => everywhere)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(events.at(-1)).toMatchObject({
      everywhere: true,
      phase: 'temporarily-rejected',
      reason: 'SuccessButFeeLoanNotRepaid',
    });
    await rounds(45_000);
    expect((await end).type).toMatch(/dead|rejected-permanently/);
  });

  it.each<[string, Fault]>([
    ['accepts and keeps', { type: 'never-commits', forget: false }],
    ['accepts and forgets', { type: 'never-commits', forget: true }],
  ])('a Gateway that %s does no harm while the other is honest; alone, the transaction dies', async (_name, fault) => {
    inflict(second, fault, '/transaction/submit');
    const { hex, followed } = make(1n);
    const { results } = ledger.submit(hex, { deadline: performance.now() + 400 });
    await results;
    const end = ledger.tracker.follow(followed, { firstLookMs: 0 });
    await rounds(1_000);
    expect(await end).toMatchObject({ type: 'committed-success' });
    inflict(sandbox.gateway, fault, '/transaction/submit');
    ruling = { outcome: 'rejected' };
    const other = makeAlone(2n);
    await submit(other.hex);
    const death = ledger.tracker.follow(other.followed, { firstLookMs: 0 });
    await rounds(45_000);
    expect(await death).toMatchObject({ type: 'dead' });
  });

  it.each<[string, Fault]>([
    ['latency', { type: 'latency', ms: 60 }],
    ['stall', { type: 'stall' }],
    ['rate-limit', { type: 'rate-limit' }],
    ['internal-error', { type: 'internal-error', exception: 'BadGatewayException' }],
    ['unavailable', { type: 'unavailable', status: 502 }],
    ['not-synced', { type: 'not-synced', delaySeconds: 900 }],
    ['reset', { type: 'reset' }],
    ['reset at once', { type: 'reset', afterBytes: 0 }],
    ['late-status', { type: 'late-status', rounds: 3 }],
    ['stale-state', { type: 'stale-state', rounds: 5 }],
    ['malformed-json', { type: 'malformed-json' }],
    ['HTML as success', { type: 'malformed-json', body: '<html></html>' }],
  ])('one Gateway suffering from %s changes no outcome', async (_name, fault) => {
    inflict(sandbox.gateway, fault);
    const { hex, followed } = make(1n);
    expect(await submit(hex)).toBe('accepted-somewhere');
    const end = ledger.tracker.follow(followed, { firstLookMs: 0 });
    await rounds(1_000);
    expect(await end).toMatchObject({ type: 'committed-success' });
  });

  it.each([true, false])(
    'a commit right before the expiry that both see late is not dead (success: %s)',
    async (success) => {
      if (!success) ruling = { outcome: 'failure' };
      const { hex, followed } = make(1n);
      await submit(hex);
      await rounds(29_000);
      for (const gateway of [sandbox.gateway, second]) inflict(gateway, { type: 'late-status', rounds: 5 });
      const end = ledger.tracker.follow(followed, { firstLookMs: 0 });
      for (let second = 0; second < 12; second++) {
        sandbox.world.clock.advance(1_000);
        await sandbox.world.round();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect((await end).type).toBe(success ? 'committed-success' : 'committed-failure');
    },
  );
});

/** With an order of its own. */
function makeAlone(discriminator: bigint) {
  const children = [makeSignedPartial({ maxTimestamp: EXPIRY_S, discriminator: 99n, signers: [ed25519Key(4)] })];
  const hex = toHex(encodeTransaction('NotarizedTransactionV2', makeNotarized({ discriminator, children })));
  const { intentId: id, subintents } = readTransaction(hex, SIM);
  return {
    hex,
    followed: { id, subintents: subintents.map((of) => of.id), window: { endEpoch: 100n, maxTimestamp: EXPIRY_S } },
  };
}
