import { beforeEach, describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { SolverEvent } from '../../src/observe/event.js';
import { Metrics } from '../../src/observe/metrics.js';

let now = 0;
let metrics: Metrics;

beforeEach(() => {
  now = 1000;
  metrics = new Metrics({ now: () => now, ofProcess: false });
});

const emit = (...events: SolverEvent[]): void => {
  for (const event of events) metrics.observe(event);
};

/** The values of a metric, by its labels as they are printed. */
async function values(name: string): Promise<Record<string, number>> {
  const found = (await metrics.text()).matchAll(/^anthic_solver_(\w+?)(?:\{(.*)\})? (\S+)$/gm);
  return Object.fromEntries(
    [...found].filter(([, each]) => each === name).map(([, , labels = '', value]) => [labels, Number(value)]),
  );
}

const value = async (name: string, labels = ''): Promise<number | undefined> => (await values(name))[labels];

describe('metrics of bundles', () => {
  it('add up: received is what ended and what is open', async () => {
    emit(
      { type: 'recovery', attempts: [], bundles: 2 },
      { type: 'frame', url: 'wss://a', bytes: 10 },
      { type: 'frame', url: 'wss://a', bytes: 5 },
      { type: 'no-bundle', url: 'wss://a', code: 'bad-json' },
      { type: 'bundle-received', bundleId: 'x', url: 'wss://a', wrappers: 2 },
      { type: 'bundle-received', bundleId: 'y', url: 'wss://a', wrappers: 2 },
      { type: 'bundle-finished', bundleId: 'x', outcome: 'declined', reason: 'min-profit' },
      { type: 'bundle-finished', bundleId: 'z', outcome: 'settled' },
      { type: 'bundle-finished', bundleId: 'x', outcome: 'duplicate' },
      { type: 'bundle-finished', bundleId: 'v', outcome: 'invalid' },
    );
    expect(await value('frames_total', 'url="wss://a"')).toBe(2);
    expect(await value('frame_bytes_total')).toBe(15);
    expect(await value('no_bundle_frames_total', 'code="bad-json"')).toBe(1);
    const ended = await values('bundles_total');
    expect(Object.keys(ended)).toHaveLength(10);
    expect(ended['outcome="settled"']).toBe(1);
    expect(ended['outcome="lost"']).toBe(0);
    expect(await value('bundles_open')).toBe(2);
    const sum = Object.values(ended).reduce((a, b) => a + b, 0);
    expect(await value('bundles_received_total')).toBe(sum + (await value('bundles_open'))!);
    expect(await values('bundle_reasons_total')).toEqual({ 'outcome="declined",reason="min-profit"': 1 });
  });

  it('tell how many share a settlement, what previews say, and who spoils', async () => {
    const stages = { verified: { tookMicros: 1 }, planned: { tookMicros: 1 }, signed: { tookMicros: 1 } };
    const amounts = { reward: 1n, fee: 1n, profit: 0n, lock: 1n };
    emit(
      ...['a', 'b'].map(
        (txid): SolverEvent => ({
          ...{ type: 'settlement-planned', bundleIds: [txid, 'x', 'y'], txid, attempt: 1, stages, ...amounts },
          ...{ feeKnown: true, assumed: false },
        }),
      ),
      { type: 'previewed', bundleIds: ['a', 'b'], outcome: 'Failed', tookMicros: 20_000 },
      { type: 'bundle-dropped', bundleId: 'x', of: 3, how: 'message' },
    );
    expect(await value('settlement_bundles_sum')).toBe(6);
    expect(await value('settlement_bundles_count')).toBe(2);
    expect(await value('preview_seconds_sum', 'outcome="Failed"')).toBeCloseTo(0.02);
    expect(await value('bundles_dropped_total', 'how="message"')).toBe(1);
  });

  it('know where each attempt stands', async () => {
    const open = async (): Promise<Record<string, number>> =>
      Object.fromEntries(Object.entries(await values('attempts_open')).filter(([, count]) => count !== 0));
    emit(
      { type: 'recovery', attempts: [{ txid: 'r', state: 'submitted' }], bundles: 1 },
      { type: 'attempt-journaled', txid: 'a', tookMicros: 1 },
      { type: 'attempt-journaled', txid: 'b', tookMicros: 1 },
    );
    expect(await open()).toEqual({ 'state="submitted"': 1, 'state="planned"': 2 });
    emit(
      { type: 'submission-started', txid: 'a', endpoints: 1, tookMicros: 1 },
      { type: 'attempt-state', txid: 'a', state: 'accepted' },
      { type: 'attempt-state', txid: 'b', state: 'refused' },
      { type: 'attempt-state', txid: 'r', state: 'lost', winner: 'w' },
      { type: 'submission-result', txid: 'a', endpoint: 'g', verdict: 'accepted', tries: 1, tookMicros: 1 },
    );
    expect(await open()).toEqual({ 'state="accepted"': 1, 'state="refused"': 1 });
    emit({
      type: 'attempt-committed',
      txid: 'a',
      success: true,
      feePaid: 1n,
      xrdChange: 1n,
      stateVersion: 1,
      tookMicros: 1,
    });
    emit({
      type: 'attempt-committed',
      txid: 'b',
      success: false,
      feePaid: 1n,
      xrdChange: 1n,
      stateVersion: 1,
      tookMicros: 1,
    });
    expect(await open()).toEqual({});
    expect(await values('attempts_total')).toEqual({
      'state="lost"': 1,
      'state="committed-success"': 1,
      'state="committed-failure"': 1,
    });
    expect(await values('submissions_total')).toEqual({ 'endpoint="g",verdict="accepted"': 1 });
  });
});

describe('metrics of stages', () => {
  it('tell each stage, by itself and since the frame', async () => {
    const stage = (sinceFrameMicros: number) => ({ sinceFrameMicros, tookMicros: 100 });
    emit(
      {
        ...{ type: 'settlement-planned', bundleIds: ['x'], txid: 'a', attempt: 1, reward: 1n, fee: 1n, profit: 1n },
        ...{ lock: 1n, feeKnown: true, assumed: false },
        stages: { verified: stage(100), planned: stage(200), signed: stage(300) },
      },
      { type: 'attempt-journaled', txid: 'a', ...stage(400) },
      { type: 'submission-started', txid: 'a', endpoints: 2, ...stage(500) },
      { type: 'attempt-state', txid: 'a', state: 'accepted' },
      { type: 'submission-result', txid: 'a', endpoint: 'g', verdict: 'refused', tries: 1, ...stage(600) },
      { type: 'submission-result', txid: 'a', endpoint: 'h', verdict: 'accepted', tries: 1, ...stage(700) },
      { type: 'submission-result', txid: 'a', endpoint: 'i', verdict: 'accepted', tries: 1, ...stage(800) },
      { type: 'attempt-state', txid: 'z', state: 'dead' },
      {
        type: 'attempt-committed',
        txid: 'a',
        success: true,
        feePaid: 1n,
        xrdChange: 1n,
        stateVersion: 1,
        tookMicros: 9,
      },
    );
    const took = await values('stage_seconds_count');
    const stages = ['verified', 'planned', 'signed', 'journaled', 'sent', 'accepted', 'committed'];
    expect(took).toEqual(Object.fromEntries(stages.map((name) => [`stage="${name}"`, 1])));
    const since = await values('since_frame_seconds_sum');
    expect(since['stage="accepted"']).toBeCloseTo(0.0007);
    // A restart has forgotten when its frame came.
    expect(since['stage="committed"']).toBeUndefined();
  });
});

describe('metrics of money', () => {
  it('tell fees, rewards, profit and balance in XRD', async () => {
    const committed = { type: 'attempt-committed', txid: 'a', stateVersion: 1, tookMicros: 1 } as const;
    emit(
      { ...committed, success: true, feePaid: units(1), xrdChange: units(1) / 4n },
      { ...committed, success: false, feePaid: units(1) / 2n, xrdChange: -units(1) / 2n },
      { ...committed, success: true, feePaid: units(1), xrdChange: -units(5) },
      { type: 'balance', xrd: units(12) / 10n },
    );
    expect(await values('fees_xrd_total')).toEqual({ 'result="success"': 2, 'result="failure"': 0.5 });
    expect(await value('rewards_xrd_total')).toBe(1.25);
    expect(await value('profit_xrd')).toBe(-5.25);
    expect(await value('balance_xrd')).toBe(1.2);
  });
});

describe('metrics of the network', () => {
  it('tell which feeds are open, and why links ended', async () => {
    emit(
      { type: 'stream-open', url: 'a', tookMs: 1, attempts: 1 },
      { type: 'stream-open', url: 'b', tookMs: 1, attempts: 1 },
    );
    emit({ type: 'stream-closed', url: 'a', openMs: 1, reason: 'silent' });
    emit({ type: 'stream-refused', url: 'a', reason: 'timeout' });
    expect(await values('feed_open')).toEqual({ 'url="a"': 0, 'url="b"': 1 });
    expect(await values('feed_ends_total')).toEqual({ 'url="a",reason="silent"': 1, 'url="a",reason="timeout"': 1 });
    emit({ type: 'stream-stopped', url: 'b' });
    expect(await value('feed_open', 'url="b"')).toBe(0);
  });

  it("let the age of the ledger's time grow while nothing is told", async () => {
    expect(await value('ledger_clock_age_seconds')).toBeNaN();
    emit({ type: 'ledger-clock', epoch: 5n, timestamp: 100n, ageMs: 500, skewMs: 1500 });
    now += 2000;
    expect(await value('ledger_clock_age_seconds')).toBe(2.5);
    expect(await value('ledger_epoch')).toBe(5);
    expect(await value('ledger_timestamp_seconds')).toBe(100);
    expect(await value('clock_skew_seconds')).toBe(1.5);
    emit({ type: 'clock-stale', why: 'old' });
    expect(await value('clock_stale')).toBe(1);
    emit({ type: 'clock-fresh' }, { type: 'ledger-clock', epoch: 6n, timestamp: 101n, ageMs: 0 });
    expect(await value('clock_stale')).toBe(0);
  });

  it('tell how the Gateways do', async () => {
    emit(
      { type: 'endpoint-state', endpoint: 'g', ok: false, class: 'timeout' },
      { type: 'gateway-call', endpoint: 'g', call: 'submit', tookMs: 30 },
      { type: 'gateway-call', endpoint: 'g', call: 'submit', tookMs: 30, class: 'timeout' },
    );
    expect(await value('gateway_up', 'endpoint="g"')).toBe(0);
    expect(await value('gateway_errors_total', 'endpoint="g",class="timeout"')).toBe(1);
    expect(await value('gateway_call_seconds_count', 'endpoint="g",call="submit"')).toBe(2);
    emit({ type: 'endpoint-state', endpoint: 'g', ok: true });
    expect(await value('gateway_up', 'endpoint="g"')).toBe(1);
  });

  it('tell what prices there are', async () => {
    emit({ type: 'prices', source: 's', ok: true, tokens: 3 });
    expect(await value('prices', 'source="s"')).toBe(3);
    emit({ type: 'prices', source: 's', ok: false, tokens: 0, code: 'stale' });
    expect(await value('prices', 'source="s"')).toBe(0);
    expect(await value('price_failures_total', 'source="s",code="stale"')).toBe(1);
    emit({ type: 'prices-read', source: 's', ageMs: 3_000 });
    expect(await value('price_age_seconds', 'source="s"')).toBeGreaterThanOrEqual(3);
  });
});

describe('metrics of upkeep', () => {
  it('tell journal, limits, recorder and mistakes', async () => {
    emit(
      { type: 'started', version: '1.2', network: 2, account: 'a', submit: true },
      { type: 'journal-state', writable: false, code: 'journal-full' },
      { type: 'journal-write', durable: true, tookMicros: 300, ok: true },
      { type: 'journal-write', durable: false, tookMicros: 3, ok: false },
      { type: 'limit-reached', limit: 'max-fee-per-day', why: 'x' },
      { type: 'recording-stopped', file: 'f', code: 'ENOSPC', detail: '' },
      { type: 'recording-dropped', file: 'f', count: 3, total: 3 },
      { type: 'recording-dropped', file: 'f', count: 1, total: 4 },
      { type: 'internal-error', code: 'oops', where: 'x' },
      { type: 'stream-consumer-failed', url: 'a' },
    );
    expect(await values('info')).toEqual({ 'version="1.2",network="2",submit="true"': 1 });
    expect(await value('journal_writable')).toBe(0);
    expect(await value('journal_write_seconds_count', 'durable="true"')).toBe(1);
    expect(await value('journal_write_failures_total')).toBe(1);
    expect(await value('limit_reached', 'limit="max-fee-per-day"')).toBe(1);
    expect(await value('recording_ok')).toBe(0);
    expect(await value('recording_dropped_total')).toBe(4);
    expect(await values('internal_errors_total')).toEqual({ 'code="oops"': 1, 'code="consumer-failed"': 1 });
    emit({ type: 'journal-state', writable: true }, { type: 'limit-lifted', limit: 'max-fee-per-day' });
    emit({ type: 'recording-resumed', file: 'f' });
    expect(await value('journal_writable')).toBe(1);
    expect(await value('limit_reached', 'limit="max-fee-per-day"')).toBe(0);
    expect(await value('recording_ok')).toBe(1);
  });

  it('tell of the process where wanted', async () => {
    expect(await metrics.text()).not.toContain('process_resident_memory_bytes');
    expect(await new Metrics().text()).toContain('process_resident_memory_bytes');
    expect(metrics.contentType).toContain('text/plain');
  });
});
