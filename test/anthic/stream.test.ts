import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../../src/anthic/stream/event.js';
import { SolverStream, type StreamOptions } from '../../src/anthic/stream.js';
import { bundleFrame, type StreamServer, startStreamServer } from '../support/streamServer.js';

/** A hundredth of the defaults, or so: what takes 10 s there takes 0.3 s here. */
const QUICK = {
  handshakeTimeoutMs: 300,
  pingIntervalMs: 100,
  pingGraceMs: 200,
  backoffBaseMs: 20,
  backoffCapMs: 50,
  closeTimeoutMs: 150,
  maxPayload: 64 * 1024,
};
/** The bound that these settings promise, and what a busy machine may add. */
const BOUND = 300 + 400;

describe('SolverStream over real sockets', () => {
  let server: StreamServer;
  let streams: SolverStream[];
  let events: (StreamEvent & { at: number })[];
  let frames: { text: string; url: string; receivedAt: number }[];

  const start = (options: Partial<StreamOptions> = {}) => {
    const stream = new SolverStream({
      urls: [server.url],
      onFrame: (text, origin) => frames.push({ text, ...origin }),
      onEvent: (event) => events.push({ ...event, at: performance.now() }),
      ...QUICK,
      ...options,
    });
    streams.push(stream);
    stream.start();
    return stream;
  };
  const happened = <T extends StreamEvent['type']>(type: T) => {
    return vi.waitFor(
      () => {
        const found = events.find((event) => event.type === type);
        if (found === undefined) throw new Error(`no ${type} in ${JSON.stringify(events)}`);
        return found as Extract<StreamEvent, { type: T }> & { at: number };
      },
      { timeout: 10_000, interval: 5 },
    );
  };
  const received = (count: number) =>
    vi.waitFor(() => expect(frames).toHaveLength(count), { timeout: 10_000, interval: 5 });
  /** Proves that the stream came back: a frame gets through. */
  const recovers = async () => {
    server.behave({ type: 'accept' });
    // The server may take the link that died for an open one yet.
    const isOpen = () => expect(streams.at(-1)!.health()).toContainEqual(expect.objectContaining({ state: 'open' }));
    await vi.waitFor(isOpen, { timeout: 10_000, interval: 5 });
    const frame = server.pushBundle(['4d2103', '4d2103']);
    await vi.waitFor(() => expect(frames.map(({ text }) => text)).toContain(frame), { timeout: 10_000, interval: 5 });
  };

  beforeEach(async () => {
    server = await startStreamServer();
    streams = [];
    events = [];
    frames = [];
  });

  afterEach(async () => {
    await Promise.all(streams.map((stream) => stream.stop()));
    await server.close();
  });

  it('delivers frames as they came, with origin and time', async () => {
    const stream = start();
    expect(stream.health()).toMatchObject([{ url: server.url, state: 'connecting', attempts: 1 }]);
    await server.opened();
    const before = Date.now();
    const text = '{ "id": null,\n "method": "new_subintent_bundle", "params": ["4d21"], "note": "é🦊" }';
    server.push(text);
    await received(1);
    expect(frames[0]).toMatchObject({ text, url: server.url });
    expect(frames[0]!.receivedAt).toBeGreaterThanOrEqual(before);
    expect(frames[0]!.receivedAt).toBeLessThanOrEqual(Date.now());
    expect(stream.health()).toMatchObject([{ state: 'open', attempts: 0 }]);
    // No compression is offered, and nothing else that the server could take up.
    expect(server.requests[0]!.headers['sec-websocket-extensions']).toBeUndefined();
  });

  it('keeps a link on which nothing is pushed, as long as pongs come', async () => {
    const stream = start();
    await happened('stream-open');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(events.map(({ type }) => type)).toEqual(['stream-open']);
    expect(Date.now() - stream.health()[0]!.lastHeard!).toBeLessThan(BOUND);
    expect(server.connections).toBe(1);
  });

  it('takes a burst in order, and loses none', async () => {
    start();
    await server.opened();
    const burst = Array.from({ length: 2000 }, (_, index) => bundleFrame([index.toString(16), '4d'.repeat(100)]));
    for (const frame of burst) server.push(frame);
    await received(burst.length);
    expect(frames.map(({ text }) => text)).toEqual(burst);
  });

  it('consumes several URLs at once; one that is dead disturbs no other', async () => {
    const second = await startStreamServer();
    const third = await startStreamServer();
    third.behave({ type: 'silent' });
    try {
      const stream = start({ urls: [server.url, second.url, third.url] });
      await Promise.all([server.opened(), second.opened()]);
      const frame = server.pushBundle(['01', '02']);
      second.push(frame);
      await received(2);
      expect(new Set(frames.map(({ url }) => url))).toEqual(new Set([server.url, second.url]));
      expect(stream.health().map(({ state }) => state)).toEqual(['open', 'open', expect.not.stringMatching('open')]);
    } finally {
      await streams.pop()!.stop();
      await Promise.all([second.close(), third.close()]);
    }
  });

  // Every way in which an open link may die.
  it.each([
    ['reset', { type: 'reset' }, { reason: 'lost', code: 1006 }],
    ['ended without a close frame', { type: 'drop' }, { reason: 'lost', code: 1006 }],
    ['frozen: no pongs', { type: 'freeze' }, { reason: 'silent' }],
    ['half-open', { type: 'half-open' }, { reason: 'silent' }],
    [
      'close 1001',
      { type: 'close', code: 1001, reason: 'going' },
      { reason: 'closed-by-peer', code: 1001, detail: 'going' },
    ],
    ['close 1012', { type: 'close', code: 1012 }, { reason: 'closed-by-peer', code: 1012 }],
    ['close without code', { type: 'close' }, { reason: 'closed-by-peer', code: 1005 }],
    ['close frame, then frozen', { type: 'close-and-hang', code: 1001 }, { reason: 'closed-by-peer', code: 1001 }],
    ['garbage', { type: 'garbage' }, { reason: 'protocol-error', code: expect.stringMatching(/^WS_ERR/) }],
    ['text that is no UTF-8', { type: 'bad-utf8' }, { reason: 'protocol-error', code: 'WS_ERR_INVALID_UTF8' }],
    [
      'oversized frame',
      { type: 'oversized', bytes: 64 * 1024 + 1 },
      { reason: 'protocol-error', code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' },
    ],
  ] as const)('notices a dead link: %s', async (_, act, end) => {
    const stream = start();
    await happened('stream-open');
    await server.opened();
    const died = performance.now();
    server.act(act);
    const closed = await happened('stream-closed');
    expect(closed).toMatchObject({ url: server.url, ...end });
    expect(closed.at - died).toBeLessThan(BOUND);
    const retry = await happened('stream-retry');
    expect(retry).toMatchObject({ attempts: 1, asked: false });
    expect(retry.delayMs).toBeLessThan(20);
    await recovers();
    expect(server.connections).toBe(1);
    expect(stream.health()).toMatchObject([{ state: 'open' }]);
  });

  // Every way in which a link may not come about.
  it.each([
    ['TCP without a handshake', { type: 'silent' }, { reason: 'timeout' }],
    ['a handshake without end', { type: 'drip' }, { reason: 'timeout' }],
    ['garbage', { type: 'garbage' }, { reason: 'bad-handshake', code: expect.stringMatching(/^HPE/) }],
    ['a wrong key', { type: 'bad-accept' }, { reason: 'bad-handshake' }],
    ['reset', { type: 'reset' }, { reason: 'unreachable', code: 'ECONNRESET' }],
    ['an error of the server', { type: 'status', status: 500 }, { reason: 'status', status: 500 }],
    ['no such page', { type: 'status', status: 404 }, { reason: 'status', status: 404 }],
  ] as const)('notices a link that never opens: %s', async (_, mode, end) => {
    server.behave(mode);
    const began = performance.now();
    start();
    const refused = await happened('stream-refused');
    expect(refused).toMatchObject({ url: server.url, ...end });
    expect(refused.at - began).toBeLessThan(BOUND);
    await vi.waitFor(() => expect(server.arrivals.length).toBeGreaterThan(2), { timeout: 3000 });
    await recovers();
  });

  it('reconnects to a server that was away', async () => {
    const { port } = server;
    start();
    await server.opened();
    await server.close();
    expect(await happened('stream-refused')).toMatchObject({ reason: 'unreachable', code: 'ECONNREFUSED' });
    server = await startStreamServer({ port });
    await recovers();
  });

  it.each([429, 503])('waits as long as a %i asks, and at most as long as allowed', async (status) => {
    server.behave({ type: 'status', status, headers: { 'retry-after': '3600' } });
    start({ retryAfterCapMs: 400 });
    expect(await happened('stream-refused')).toMatchObject({ reason: 'status', status });
    expect(await happened('stream-retry')).toMatchObject({ asked: true, delayMs: expect.any(Number) });
    server.behave({ type: 'accept' });
    await server.opened();
    const [first, second] = server.arrivals as [number, number];
    expect(second - first).toBeGreaterThanOrEqual(399);
    expect(second - first).toBeLessThan(400 + 20 + 400);
  });

  it('follows no redirect', async () => {
    const elsewhere = await startStreamServer();
    try {
      server.behave({ type: 'redirect', location: elsewhere.url });
      start();
      expect(await happened('stream-refused')).toMatchObject({ reason: 'status', status: 302 });
      await vi.waitFor(() => expect(server.arrivals.length).toBeGreaterThan(2));
      expect(elsewhere.arrivals).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('ignores binary frames, and says so', async () => {
    start();
    await server.opened();
    for (let count = 1; count <= 5; count++) server.act({ type: 'binary', data: Buffer.from(bundleFrame(['4d'])) });
    const frame = server.pushBundle(['01']);
    await received(1);
    expect(frames[0]!.text).toBe(frame);
    const ignored = events.filter(({ type }) => type === 'stream-ignored');
    expect(ignored).toMatchObject([1, 2, 4].map((count) => ({ reason: 'binary', bytes: expect.any(Number), count })));
    expect(server.connections).toBe(1);
  });

  it('survives a consumer that throws or rejects', async () => {
    let call = 0;
    start({
      onFrame: (text, origin) => {
        call++;
        if (call === 1) throw new TypeError('not so');
        if (call === 2) return Promise.reject(Object.assign(new Error('later'), { code: 'no-such-thing' }));
        return frames.push({ text, ...origin });
      },
    });
    await server.opened();
    for (let count = 0; count < 3; count++) server.pushBundle(['01']);
    await received(1);
    await vi.waitFor(() => expect(events.filter(({ type }) => type === 'stream-consumer-failed')).toHaveLength(2));
    const failures = events.filter(({ type }) => type === 'stream-consumer-failed');
    expect(failures).toMatchObject([
      { code: 'TypeError', detail: 'not so' },
      { code: 'no-such-thing', detail: 'later' },
    ]);
    expect(server.connections).toBe(1);
  });

  it('holds one socket per URL, however often the link dies', async () => {
    server.behave({ type: 'accept', first: { type: 'drop' } });
    start();
    await vi.waitFor(() => expect(server.arrivals.length).toBeGreaterThan(8), { timeout: 3000 });
    await recovers();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.connections).toBe(1);
  });

  it.each([
    ['open', { type: 'accept' }],
    ['open, with a peer that is frozen', { type: 'accept', first: { type: 'half-open' } }],
    ['connecting', { type: 'silent' }],
    ['waiting', { type: 'status', status: 503, headers: { 'retry-after': '60' } }],
  ] as const)('stops while %s, and is silent then', async (state, mode) => {
    server.behave(mode);
    const stream = start();
    if (state === 'waiting') await happened('stream-retry');
    else if (state === 'connecting') await vi.waitFor(() => expect(server.arrivals).toHaveLength(1));
    else await happened('stream-open');
    const began = performance.now();
    await stream.stop();
    expect(performance.now() - began).toBeLessThan(BOUND);
    expect(events.at(-1)!.type).toBe('stream-stopped');
    expect(stream.health()).toMatchObject([{ state: 'stopped' }]);
    const before = server.arrivals.length;
    server.push('late');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.arrivals).toHaveLength(before);
    expect(frames).toEqual([]);
  });
});
