import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Health } from '../../src/observe/health.js';
import { Metrics } from '../../src/observe/metrics.js';
import { type ObservationServer, serveObservation } from '../../src/observe/server.js';

let now: number;
let health: Health;
const codes = (): string[] => health.notReady().map(({ code }) => code);

beforeEach(() => {
  now = 0;
  health = new Health({ maxClockAgeMs: 10_000, maxPriceAgeMs: 60_000, now: () => now });
});

afterEach(() => health.stop());

function makeReady(): void {
  health.observe({ type: 'stream-open', url: 'a', tookMs: 1, attempts: 1 });
  health.observe({ type: 'ledger-clock', epoch: 1n, timestamp: 1n, ageMs: 100 });
}

describe('readiness', () => {
  it('begins red, and turns green when a feed is open and the time is known', () => {
    expect(codes()).toEqual(['no-feed', 'clock-stale']);
    makeReady();
    expect(health.notReady()).toEqual([]);
  });

  it('is red when every feed is dead, not before', () => {
    makeReady();
    health.observe({ type: 'stream-open', url: 'b', tookMs: 1, attempts: 1 });
    health.observe({ type: 'stream-closed', url: 'a', openMs: 1, reason: 'silent' });
    expect(codes()).toEqual([]);
    health.observe({ type: 'stream-stopped', url: 'b' });
    expect(health.notReady()).toEqual([{ code: 'no-feed', detail: 'no stream is open, of a, b' }]);
    health.observe({ type: 'stream-refused', url: 'a', reason: 'timeout' });
    expect(codes()).toEqual(['no-feed']);
    health.observe({ type: 'stream-open', url: 'a', tookMs: 1, attempts: 2 });
    expect(codes()).toEqual([]);
  });

  it('is red when the time is said to be stale, or is silently not told any more', () => {
    makeReady();
    health.observe({ type: 'clock-stale', why: 'too far off' });
    expect(health.notReady()).toEqual([{ code: 'clock-stale', detail: 'too far off' }]);
    health.observe({ type: 'clock-fresh' });
    expect(codes()).toEqual([]);
    now = 9_900;
    expect(codes()).toEqual([]);
    now = 9_901;
    expect(health.notReady()[0]!.detail).toContain('has not moved for 10.0 s');
    health.observe({ type: 'ledger-clock', epoch: 1n, timestamp: 2n, ageMs: 0 });
    expect(codes()).toEqual([]);
  });

  it('is red while the journal fails, a limit is reached, or the end has begun', () => {
    makeReady();
    health.observe({ type: 'journal-state', writable: false, code: 'journal-full' });
    health.observe({ type: 'limit-reached', limit: 'max-failures', why: '5 failures' });
    health.observe({ type: 'limit-reached', limit: 'min-balance', why: 'too little' });
    expect(health.notReady()).toEqual([
      { code: 'journal-unwritable', detail: 'journal-full' },
      { code: 'limit-reached', detail: 'max-failures: 5 failures' },
      { code: 'limit-reached', detail: 'min-balance: too little' },
    ]);
    health.observe({ type: 'journal-state', writable: true });
    health.observe({ type: 'limit-lifted', limit: 'max-failures' });
    health.observe({ type: 'limit-lifted', limit: 'min-balance' });
    expect(codes()).toEqual([]);
    health.observe({ type: 'journal-state', writable: false });
    health.observe({ type: 'shutdown', signal: 'SIGTERM', inFlight: 1 });
    expect(codes()).toEqual(['shutting-down', 'journal-unwritable']);
    expect(health.notLive()).toEqual([]);
  });
});

describe('what it does without', () => {
  const read = (ageMs: number): void => {
    health.observe({ type: 'prices-read', source: 'books', ageMs });
    health.observe({ type: 'prices', source: 'books', ok: true, tokens: 3 });
  };

  it('is told of a source whose prices are too old, and leaves it ready', () => {
    makeReady();
    expect(health.degraded()).toEqual([]);
    read(1_000);
    health.observe({ type: 'prices', source: 'books', ok: false, tokens: 3, code: 'price-source-down' });
    expect(health.degraded()).toEqual([]);
    health.observe({ type: 'prices', source: 'books', ok: false, tokens: 0, code: 'stale', detail: 'no answer' });
    expect(health.degraded()).toEqual([
      { code: 'prices-stale', detail: 'books: no token has a price, stale, no answer' },
    ]);
    expect(codes()).toEqual([]);
    read(0);
    expect(health.degraded()).toEqual([]);
  });

  it('is told of a source that is silently not read any more, and of one that has nothing to say', () => {
    read(10_000);
    now = 50_000;
    expect(health.degraded()).toEqual([]);
    now = 50_001;
    expect(health.degraded()).toEqual([{ code: 'prices-stale', detail: 'books: what was read last is 60.0 s old' }]);
    health.observe({ type: 'prices-read', source: 'books', ageMs: 0 });
    health.observe({ type: 'prices', source: 'empty', ok: true, tokens: 0 });
    expect(health.degraded()).toEqual([{ code: 'prices-stale', detail: 'empty: no token has a price' }]);
  });
});

describe('liveness', () => {
  it('is red for ever after a fatal error, of which the first is told', () => {
    makeReady();
    health.observe({ type: 'internal-error', code: 'small', where: 'x' });
    expect(health.notLive()).toEqual([]);
    health.observe({ type: 'internal-error', code: 'bug', where: 'here', fatal: true });
    health.observe({ type: 'internal-error', code: 'other', where: 'there', fatal: true });
    expect(health.notLive()).toEqual([{ code: 'fatal-error', detail: 'bug in here' }]);
    expect(codes()).toEqual(['fatal-error']);
  });

  it('is red after the event loop stood still, until it has run smoothly for a while', () => {
    vi.useFakeTimers();
    health.start();
    health.start();
    now = 250;
    vi.advanceTimersByTime(250);
    expect(health.notLive()).toEqual([]);
    now = 6_000;
    expect(health.notLive()).toEqual([{ code: 'event-loop-stalled', detail: 'the event loop stood still for 5.8 s' }]);
    now = 15_999;
    vi.advanceTimersByTime(250);
    now = 16_100;
    expect(health.notLive()).toHaveLength(1);
    now = 27_000;
    health.stop();
    expect(health.notLive()).toEqual([]);
    vi.useRealTimers();
  });
});

describe('the server', () => {
  let server: ObservationServer;
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };

  beforeEach(async () => {
    const metrics = new Metrics({ ofProcess: false });
    server = await serveObservation({ host: '127.0.0.1', port: 0, health, metrics });
  });

  afterEach(() => server.close());

  it('answers 503 with reasons while something is red, 200 when nothing is', async () => {
    expect(await get('/health/live')).toMatchObject({ status: 200, text: '{"status":"ok","reasons":[]}' });
    const red = await get('/health/ready');
    expect(red.status).toBe(503);
    expect(JSON.parse(red.text)).toMatchObject({
      status: 'red',
      reasons: [{ code: 'no-feed' }, { code: 'clock-stale' }],
    });
    makeReady();
    expect((await get('/health/ready')).status).toBe(200);
    health.observe({ type: 'internal-error', code: 'bug', where: 'here', fatal: true });
    expect((await get('/health/live')).status).toBe(503);
  });

  it('answers 200 and says what is missing where it earns less than it might', async () => {
    makeReady();
    health.observe({ type: 'prices', source: 'books', ok: false, tokens: 0, code: 'stale' });
    const degraded = await get('/health/ready');
    expect(degraded.status).toBe(200);
    expect(JSON.parse(degraded.text)).toMatchObject({ status: 'degraded', reasons: [{ code: 'prices-stale' }] });
    expect(JSON.parse((await get('/health/live')).text)).toEqual({ status: 'ok', reasons: [] });
    health.observe({ type: 'clock-stale', why: 'old' });
    const red = await get('/health/ready');
    expect(red.status).toBe(503);
    expect(JSON.parse(red.text)).toMatchObject({
      status: 'red',
      reasons: [{ code: 'clock-stale' }, { code: 'prices-stale' }],
    });
  });

  it('serves metrics as Prometheus reads them, and nothing else', async () => {
    const { status, type, text } = await get('/metrics');
    expect([status, type]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(text).toContain('anthic_solver_bundles_open 0');
    expect((await get('/')).status).toBe(404);
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('says when it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const metrics = new Metrics({ ofProcess: false });
    await expect(serveObservation({ host: '127.0.0.1', port, health, metrics })).rejects.toMatchObject({
      code: 'http-unavailable',
      hint: expect.stringContaining('--http-port'),
    });
    taken.close();
  });

  it('shows an IPv6 host in brackets', async () => {
    const metrics = new Metrics({ ofProcess: false });
    const six = await serveObservation({ host: '::1', port: 0, health, metrics }).catch(() => undefined);
    // Not every machine has it.
    if (six === undefined) return;
    expect(six.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    await six.close();
  });
});
