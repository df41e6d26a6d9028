import { afterEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import type { Followed } from '../../src/ledger/observation.js';
import type { Surroundings } from '../../src/ledger/surroundings.js';
import type { FollowOptions, TrackerEvent, TrackerOptions } from '../../src/ledger/tracker.js';
import { endpointOf, error, FakeGateway, HTML, type Scripted, START_MS, surroundings } from './fakeGateway.js';

const OWN = 'txid_tdx_2_1own';
const RIVAL = 'txid_tdx_2_1rival';
const [SUB_A, SUB_B] = ['subtxid_tdx_2_1a', 'subtxid_tdx_2_1b'];
const STATUS = '/transaction/status';
const SUBINTENT = '/transaction/subintent-status';
const DETAILS = '/transaction/committed-details';
const EXPIRY_MS = START_MS + 30_000;
const FOLLOWED: Followed = {
  id: OWN,
  subintents: [SUB_A, SUB_B],
  window: { endEpoch: 20n, maxTimestamp: BigInt(EXPIRY_MS / 1000) },
};

async function tracking(count = 1, options: TrackerOptions = {}, of: Surroundings = surroundings(), timeoutMs = 300) {
  const gateways = await Promise.all(Array.from({ length: count }, () => FakeGateway.start()));
  const endpoints = gateways.map((gateway) => endpointOf(gateway, { timeoutMs }, of));
  const decide = { repeatMs: 5, graceMs: 200, ...options.decide };
  const tracker = { intervalMs: 20, requestsPerSecond: 2_000, ...options, decide };
  const ledger = new Ledger(endpoints, of, { tracker });
  await ledger.checkNetwork(2);
  const stop = new AbortController();
  const follow = (options: FollowOptions = {}, followed = FOLLOWED) => {
    const events: TrackerEvent[] = [];
    let outcome: unknown = 'open';
    const end = ledger.tracker.follow(followed, {
      ...{ firstLookMs: 0, signal: stop.signal, onEvent: (event: TrackerEvent) => events.push(event) },
      ...options,
    });
    end.then(
      (value) => (outcome = value),
      () => {},
    );
    return { end, events, phases: () => events.map(({ phase }) => phase), outcome: () => outcome };
  };
  cleanups.push(() => stop.abort(new Error('over')));
  return { ledger, tracker: ledger.tracker, gateways, a: gateways[0]!, b: gateways[1]!, follow, stop };
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (holds: () => boolean) => {
  while (!holds()) await pause(5);
};
const expire = (...gateways: FakeGateway[]) => {
  for (const gateway of gateways) gateway.timeMs = EXPIRY_MS + 10_000;
};

describe('to its end', () => {
  it('T15: an accepted transaction is followed until it is committed', async () => {
    const { a, follow, tracker } = await tracking();
    const { end, phases } = follow();
    await until(() => phases().includes('unknown'));
    a.pending.set(OWN, { intent_status: 'Pending' });
    await until(() => phases().includes('pending'));
    a.commit(OWN, { subintents: [SUB_A, SUB_B], feePaid: '0.75' });
    expect(await end).toMatchObject({
      type: 'committed-success',
      details: { feePaid: 75n * 10n ** 16n, stateVersion: 101 },
    });
    expect(phases()).toEqual(['unknown', 'pending']);
    expect(tracker.open).toEqual([]);
  });

  it('T69: a failure is another end, with its error', async () => {
    const { a, follow } = await tracking();
    a.commit(OWN, { success: false, error: 'AssertionFailed' });
    expect(await follow().end).toMatchObject({ type: 'committed-failure', details: { error: 'AssertionFailed' } });
  });

  it('T28, T69: a lost race names its winner, found by asking one subintent after the other', async () => {
    const { a, follow } = await tracking();
    a.pending.set(OWN, { intent_status: 'Pending' });
    a.commit(RIVAL, { subintents: [SUB_B] });
    expect(await follow().end).toEqual({ type: 'lost', winner: RIVAL, subintent: SUB_B, stateVersion: 101 });
    const asked = a.calls(SUBINTENT).map(({ body }) => body.subintent_hash);
    expect(asked.slice(0, 2)).toEqual([SUB_A, SUB_B]);
  });

  it('a failure of ours before another wins is a failure, not a lost race', async () => {
    const { a, follow } = await tracking();
    a.commit(OWN, { success: false });
    a.commit(RIVAL, { subintents: [SUB_A] });
    a.on(STATUS, { status: 503, text: '' });
    const { end, outcome } = follow();
    await pause(80);
    expect(outcome()).toMatchObject(expect.not.objectContaining({ type: 'lost' }));
    a.honest(STATUS);
    expect(await end).toMatchObject({ type: 'committed-failure' });
  });

  it('T52, T65, T66: a temporary rejection is an event; the transaction may still commit', async () => {
    const { a, follow } = await tracking();
    const reason = 'ErrorBeforeLoanAndDeferredCostsRepaid(..)';
    a.pending.set(OWN, { intent_status: 'LikelyButNotCertainRejection', known_payloads: [{ error_message: reason }] });
    const { end, events, outcome } = follow();
    await until(() => events.length > 0);
    await pause(80);
    expect(events).toEqual([{ id: OWN, phase: 'temporarily-rejected', reason, everywhere: true }]);
    expect(outcome()).toBe('open');
    a.commit(OWN);
    expect(await end).toMatchObject({ type: 'committed-success' });
  });

  it('rejected for good, with the reason', async () => {
    const { a, follow } = await tracking();
    a.pending.set(OWN, { intent_status: 'PermanentlyRejected', error_message: 'ManifestValidation' });
    expect(await follow().end).toEqual({ type: 'rejected-permanently', reason: 'ManifestValidation', expired: false });
  });

  it('T71: rejected as a payload, committed as an intent', async () => {
    const { a, follow } = await tracking();
    const known_payloads = [{ payload_status: 'PermanentlyRejected', error_message: 'clash' }];
    a.pending.set(OWN, { intent_status: 'CommitPendingOutcomeUnknown', known_payloads });
    const { end, phases } = follow();
    await until(() => phases().length > 0);
    expect(phases()).toEqual(['committing']);
    a.commit(OWN);
    expect(await end).toMatchObject({ type: 'committed-success' });
  });

  it('T17, T24, T68: dead by its own expiry, whatever the Gateway thinks of the end epoch', async () => {
    const { a, follow } = await tracking();
    a.pending.set(OWN, { intent_status: 'Pending', permanently_rejects_at_epoch: 999 });
    const { end, outcome } = follow();
    a.timeMs = EXPIRY_MS + 9_000;
    await pause(60);
    expect(outcome()).toBe('open');
    expire(a);
    expect(await end).toMatchObject({ type: 'dead', by: 'timestamp' });
    // Looked for as of the very state that proves it.
    expect(a.calls(DETAILS).at(-1)!.body.at_ledger_state).toEqual({ state_version: 100 });
  });

  it('dead by its epochs', async () => {
    const { a, follow } = await tracking();
    a.epoch = 21;
    expect(await follow().end).toMatchObject({ type: 'dead', by: 'epoch' });
  });
});

describe('whatever a Gateway does', () => {
  it.each<[string, Scripted]>([
    ['stall', { fault: 'stall' }],
    ['429', { status: 429, text: '' }],
    ['500', error(500, { type: 'InternalServerError' })],
    ['HTML', HTML],
    ['a reset in the body', { fault: 'reset-mid-body' }],
    ['torn JSON', { text: '{"ledger' }],
    ['not synced', error(500, { type: 'NotSyncedUpError', current_sync_delay_seconds: 999 })],
    ['T22: a refusal', error(400, undefined)],
  ])('T21: no answer is no end (%s)', async (_name, fault) => {
    const { a, follow } = await tracking();
    a.on(STATUS, fault).on(SUBINTENT, fault).on(DETAILS, fault);
    expire(a);
    const { end, outcome } = follow();
    await pause(150);
    expect(outcome()).toBe('open');
    a.honest(STATUS).honest(SUBINTENT).honest(DETAILS);
    expect(await end).toMatchObject({ type: 'dead' });
  });

  it('a stale one never makes anything dead', async () => {
    const { follow } = await tracking();
    const { outcome } = follow();
    await pause(150);
    expect(outcome()).toBe('open');
  });

  it('one that says CommittedSuccess and cannot show it is not believed', async () => {
    const { a, follow, gateways } = await tracking(2, { decide: { hollowMs: 100 } });
    const [, b] = gateways as [FakeGateway, FakeGateway];
    a.on(STATUS, () => ({ json: { ledger_state: a.ledgerState(), intent_status: 'CommittedSuccess' } }));
    const { end, outcome, phases } = follow();
    await until(() => phases().includes('committing'));
    expect(outcome()).toBe('open');
    expire(a, b);
    expect(await end).toMatchObject({ type: 'dead' });
  });

  it('alone, such a one leaves it open', async () => {
    const { a, follow } = await tracking(1, { decide: { hollowMs: 50 } });
    a.on(STATUS, () => ({ json: { ledger_state: a.ledgerState(), intent_status: 'CommittedSuccess' } }));
    expire(a);
    const { outcome } = follow();
    await pause(250);
    expect(outcome()).toBe('open');
  });

  it('T15: one that accepts and forgets is outlived', async () => {
    const { a, ledger, follow } = await tracking();
    const { verdict } = ledger.submit('4d22', { deadline: performance.now() + 500 });
    expect(await verdict).toMatchObject({ type: 'accepted-somewhere' });
    const { end } = follow();
    expire(a);
    expect(await end).toMatchObject({ type: 'dead' });
  });

  it('T70: after a failover Unknown is no verdict; the one that knows is heard', async () => {
    const { a, b, follow } = await tracking(2);
    a.commit(OWN);
    for (const path of [STATUS, SUBINTENT, DETAILS]) a.on(path, { status: 503, text: '' });
    expire(b);
    const { end, outcome } = follow();
    // The other is asked again before anything is dead.
    a.honest(STATUS).honest(SUBINTENT).honest(DETAILS);
    expect(await end).toMatchObject({ type: 'committed-success' });
    expect(outcome()).not.toBe('open');
  });

  it('T30: balances that come late are waited for', async () => {
    const { a, follow } = await tracking(1, { decide: { graceMs: 5_000 } });
    a.commit(OWN, { balances: null });
    const { end, outcome } = follow();
    await pause(80);
    expect(outcome()).toBe('open');
    a.commit(OWN);
    expect(await end).toMatchObject({ details: { balances: { changes: [] } } });
  });

  it('while none of our network is there, it waits', async () => {
    const { a, follow, tracker } = await tracking();
    a.on(STATUS, { status: 429, text: '', headers: { 'retry-after': '1' } });
    const { end } = follow();
    await pause(100);
    const calls = a.requests.length;
    await pause(100);
    expect(a.requests.length).toBe(calls);
    expect(tracker.open).toEqual([OWN]);
    a.honest(STATUS);
    a.commit(OWN);
    expect(await end).toMatchObject({ type: 'committed-success' });
  });
});

describe('the polling', () => {
  const numbered = (n: number): Followed => ({ ...FOLLOWED, id: `txid_tdx_2_1n${n}`, subintents: [`subtxid_${n}`] });

  it('T54: looks at the set pace', async () => {
    const { a, follow } = await tracking(1, { intervalMs: 100 });
    follow();
    await pause(450);
    const calls = a.calls(STATUS);
    expect(calls.length).toBeGreaterThanOrEqual(3);
    expect(calls.length).toBeLessThanOrEqual(5);
  });

  it('a fresh submission is first looked at after an interval', async () => {
    const { a, ledger, stop } = await tracking(1, { intervalMs: 150 });
    ledger.tracker.follow(FOLLOWED, { signal: stop.signal }).catch(() => {});
    await pause(70);
    expect(a.calls(STATUS)).toHaveLength(0);
    await pause(180);
    expect(a.calls(STATUS).length).toBeGreaterThan(0);
  });

  it('T28: keeps to its budget over all transactions, and forgets none', async () => {
    const { a, follow } = await tracking(1, { intervalMs: 10, requestsPerSecond: 100, burst: 10 });
    const started = performance.now();
    const before = a.requests.length;
    for (let n = 0; n < 12; n++) follow({}, numbered(n));
    await pause(600);
    const seconds = (performance.now() - started) / 1000;
    expect(a.requests.length - before).toBeLessThanOrEqual(10 + 100 * seconds + 4);
    expect(new Set(a.calls(STATUS).map(({ body }) => body.intent_hash)).size).toBe(12);
  });

  it('what is near its end goes first', async () => {
    const { a, follow } = await tracking(1, { intervalMs: 10, requestsPerSecond: 60, burst: 4 });
    for (let n = 0; n < 30; n++) follow({}, numbered(n));
    a.pending.set(OWN, { intent_status: 'CommitPendingOutcomeUnknown' });
    const { end, events } = follow();
    await until(() => events.length > 0);
    const before = a.calls(STATUS).length;
    a.commit(OWN);
    await end;
    // Not behind the thirty others.
    expect(a.calls(STATUS).length - before).toBeLessThan(12);
  });

  it('many at once all come to their end', async () => {
    const { a, follow, tracker } = await tracking(2, { intervalMs: 200, requestsPerSecond: 1_000, maxConcurrent: 20 });
    const followed = Array.from({ length: 100 }, (_, n) => follow({}, numbered(n)).end);
    await pause(50);
    for (let n = 0; n < 100; n++) a.commit(`txid_tdx_2_1n${n}`, { success: n % 2 === 0, subintents: [`subtxid_${n}`] });
    const types = (await Promise.all(followed)).map(({ type }) => type);
    expect(types.filter((type) => type === 'committed-success')).toHaveLength(50);
    expect(types.filter((type) => type === 'committed-failure')).toHaveLength(50);
    expect(tracker.open).toEqual([]);
  });

  it('what is open for long is looked at less often', async () => {
    let extra = 0;
    const of = surroundings({ now: () => performance.now() + extra });
    const { a, follow } = await tracking(1, { intervalMs: 20 }, of);
    follow();
    await pause(50);
    extra = 3_600_000;
    await pause(100);
    const calls = a.calls(STATUS).length;
    await pause(300);
    expect(a.calls(STATUS).length - calls).toBeLessThanOrEqual(2);
  });

  it('a transaction is followed once, and not under a signal that has fired', async () => {
    const { follow, tracker } = await tracking();
    follow();
    await expect(tracker.follow(FOLLOWED)).rejects.toThrow(/already/);
    await expect(tracker.follow(numbered(1), { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });

  it('an abort ends the following, not the transaction', async () => {
    const { a, follow, tracker } = await tracking();
    a.on(STATUS, { fault: 'stall' });
    const controller = new AbortController();
    const { end } = follow({ signal: controller.signal });
    await pause(50);
    controller.abort(new Error('shutdown'));
    await expect(end).rejects.toThrow('shutdown');
    expect(tracker.open).toEqual([]);
    a.honest(STATUS);
    a.commit(OWN);
    expect(await follow().end).toMatchObject({ type: 'committed-success' });
  });

  it('a listener that throws ends nothing', async () => {
    const { a, follow, tracker } = await tracking();
    const errors: unknown[] = [];
    tracker.onError = (thrown) => errors.push(thrown);
    const { end } = follow({
      onEvent: () => {
        throw new Error('a mistake');
      },
    });
    await until(() => errors.length > 0);
    a.commit(OWN);
    expect(await end).toMatchObject({ type: 'committed-success' });
    expect(errors.length).toBeGreaterThan(0);
  });

  it.each([STATUS, SUBINTENT, DETAILS])(
    'a Gateway that stands still holds up no end that another shows: %s',
    async (path) => {
      const { a, b, follow } = await tracking(2, { patienceMs: 20 }, surroundings(), 3_600_000);
      a.on(path, { fault: 'stall' });
      const committed = follow();
      await until(() => a.calls(path).length + b.calls(STATUS).length > 0);
      for (const each of [a, b]) each.commit(OWN, { subintents: [SUB_A, SUB_B] });
      expect(await committed.end).toMatchObject({ type: 'committed-success' });
      for (let n = 0; n < 4; n++) {
        for (const each of [a, b]) each.commit(`txid_tdx_2_1n${n}`, { subintents: [`subtxid_${n}`] });
        expect(await follow({}, numbered(n)).end).toMatchObject({ type: 'committed-success' });
      }
    },
  );

  it('an answer that comes when the next poll has begun says nothing any more', async () => {
    const { a, b, follow } = await tracking(2, { patienceMs: 20, intervalMs: 10 }, surroundings(), 3_600_000);
    let release: (said: Scripted) => void = () => {};
    const late = new Promise<Scripted>((resolve) => {
      release = resolve;
    });
    a.on(STATUS, (_, nth) => (nth === 1 ? late : { fault: 'stall' }));
    const { end, events } = follow();
    await until(() => b.calls(STATUS).length > 2);
    const ledger_state = a.ledgerState();
    release({ json: { ledger_state, status: 'Pending', intent_status: 'Pending', known_payloads: [] } });
    const before = b.calls(STATUS).length;
    await until(() => b.calls(STATUS).length > before + 2);
    expect(events.map(({ phase }) => phase)).toEqual(['unknown']);
    b.commit(OWN);
    expect(await end).toMatchObject({ type: 'committed-success' });
  });

  it('without subintents there is nothing but the status to ask', async () => {
    const { a, follow } = await tracking();
    const { end } = follow({}, { ...FOLLOWED, subintents: [] });
    await pause(40);
    a.commit(OWN);
    expect(await end).toMatchObject({ type: 'committed-success' });
    expect(a.calls(SUBINTENT)).toHaveLength(0);
  });
});
