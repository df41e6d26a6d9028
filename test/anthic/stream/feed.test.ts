import { beforeEach, describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../src/anthic/stream/event.js';
import { detectionBoundMs } from '../../../src/anthic/stream/settings.js';
import { SolverStream, type StreamOptions } from '../../../src/anthic/stream.js';
import { bundleFrame } from '../../support/streamServer.js';
import { FakeClock, FakeSocket } from './fakes.js';

/** The stream over sockets and time that do as told. */
describe('SolverStream, with time and sockets passed in', () => {
  let clock: FakeClock;
  let sockets: FakeSocket[];
  let events: StreamEvent[];
  const types = () => events.map(({ type }) => type);

  const make = (options: Partial<StreamOptions> = {}) => {
    return new SolverStream({
      urls: ['wss://solver.example/'],
      onFrame: () => {},
      onEvent: (event) => events.push(event),
      clock,
      random: () => 0.5,
      connect: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket.asWebSocket();
      },
      ...options,
    });
  };
  const bundle = Buffer.from(bundleFrame(['4d21', '4d21']));

  beforeEach(() => {
    clock = new FakeClock();
    sockets = [];
    events = [];
  });

  it('starts the back-off again only when the link has proven itself, not when it opens', () => {
    const stream = make();
    stream.start();
    const delays: number[] = [];
    const fall = (before: (socket: FakeSocket) => void) => {
      const socket = sockets.at(-1)!;
      socket.opens();
      before(socket);
      socket.emit('close', 1006, Buffer.alloc(0));
      const last = events.at(-1)!;
      if (last.type !== 'stream-retry') throw new Error(`expected a retry, got ${last.type}`);
      delays.push(last.delayMs);
      clock.advance(last.delayMs);
    };
    const answerPings = (ms: number) => (socket: FakeSocket) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        clock.advance(1000);
        socket.emit('pong');
      }
    };
    fall(() => {});
    fall((socket) => socket.emit('message', Buffer.from('not a bundle'), false));
    fall((socket) => socket.emit('message', bundle, true));
    expect(stream.health()[0]!.attempts).toBe(4);
    fall(answerPings(29_000));
    fall((socket) => socket.emit('message', bundle, false));
    fall(answerPings(30_000));
    fall(() => {});
    expect(delays).toEqual([250, 500, 1000, 2000, 250, 250, 500]);
    expect(events.filter(({ type }) => type === 'stream-proven')).toMatchObject([{ by: 'frame' }, { by: 'time' }]);
  });

  it('ignores what a superseded socket still says', () => {
    const frames: string[] = [];
    const stream = make({ onFrame: (text) => frames.push(text) });
    stream.start();
    const [old] = sockets;
    old!.opens();
    clock.advance(10_000);
    expect(old!.calls).toEqual(['ping', 'terminate']);
    clock.advance(250);
    expect(sockets).toHaveLength(2);
    sockets[1]!.opens();
    const before = events.length;
    old!.emit('message', bundle, false);
    old!.emit('pong');
    old!.emit('open');
    old!.emit('error', new Error('late'));
    old!.emit('close', 1000, Buffer.alloc(0));
    expect(frames).toEqual([]);
    expect(events).toHaveLength(before);
    expect(stream.health()[0]!.state).toBe('open');
    clock.advance(3_600_000);
    expect(sockets.filter(({ calls }) => !calls.includes('terminate'))).toHaveLength(1);
  });

  it('finds a handshake without end by the clock', () => {
    make().start();
    clock.advance(9_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events[0]).toEqual({ type: 'stream-refused', url: 'wss://solver.example/', reason: 'timeout' });
    expect(sockets[0]!.calls).toEqual(['terminate']);
  });

  it('finds silence within 15 s by default, whenever the last frame came', () => {
    for (let phase = 0; phase <= 12_000; phase += 487) {
      events.length = 0;
      const stream = make();
      stream.start();
      const socket = sockets.at(-1)!;
      socket.opens();
      for (let passed = 0; passed < phase; passed += 487) {
        clock.advance(487);
        socket.emit('pong');
      }
      let silent = 0;
      for (; !types().includes('stream-closed') && silent < 20_000; silent += 10) clock.advance(10);
      expect(events.find(({ type }) => type === 'stream-closed')).toMatchObject({ reason: 'silent' });
      expect(silent).toBeLessThanOrEqual(detectionBoundMs());
      void stream.stop();
    }
    expect(detectionBoundMs()).toBeLessThanOrEqual(15_000);
  });

  it('says how it is by the time that truly passed, whatever the clock shows', () => {
    const stream = make();
    const start = clock.now();
    expect(stream.health()).toMatchObject([{ state: 'stopped', lastHeard: undefined, attempts: 0 }]);
    stream.start();
    expect(stream.health()).toMatchObject([{ state: 'connecting', since: start, attempts: 1 }]);
    sockets[0]!.opens();
    clock.advance(4_000);
    sockets[0]!.emit('ping');
    clock.advance(1_000);
    expect(stream.health()).toMatchObject([{ state: 'open', since: start, lastHeard: start + 4_000 }]);
    clock.wall += 3_600_000;
    expect(clock.now() - stream.health()[0]!.lastHeard!).toBe(1_000);
    sockets[0]!.emit('close', 1001, Buffer.from('going'));
    expect(stream.health()).toMatchObject([{ state: 'waiting', since: clock.now(), attempts: 1 }]);
  });

  it('survives sockets that cannot be made, and a close that nothing preceded', () => {
    let calls = 0;
    const stream = make({
      connect: () => {
        if (calls++ === 0) throw new SyntaxError('no socket');
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket.asWebSocket();
      },
    });
    stream.start();
    expect(events[0]).toMatchObject({ type: 'stream-refused', reason: 'unreachable', detail: 'no socket' });
    clock.advance(250);
    sockets[0]!.emit('close', 1006, Buffer.alloc(0));
    expect(events[2]).toMatchObject({ type: 'stream-refused', reason: 'unreachable', code: 1006 });
    clock.advance(60_000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it('stops in any state, even from inside its own events, and leaves no timer behind', async () => {
    for (const moment of ['stream-open', 'stream-proven', 'stream-closed', 'stream-retry'] as const) {
      const stream: SolverStream = make({
        onEvent: (event) => {
          events.push(event);
          if (event.type === moment) void stream.stop();
        },
      });
      stream.start();
      const socket = sockets.at(-1)!;
      socket.opens();
      socket.emit('message', bundle, false);
      socket.emit('close', 1012, Buffer.alloc(0));
      clock.advance(60_000);
      await stream.stop();
      expect(types().at(-1)).toBe('stream-stopped');
      expect(clock.pending).toBe(0);
      expect(stream.health()[0]!.state).toBe('stopped');
    }
    expect(sockets).toHaveLength(4);
  });

  it('waits for the peer to agree to the end, up to a limit', async () => {
    const stream = make();
    stream.start();
    sockets[0]!.opens();
    const stopped = stream.stop();
    expect(sockets[0]!.calls).toEqual(['close 1000']);
    clock.advance(1000);
    expect(sockets[0]!.calls).toEqual(['close 1000', 'terminate']);
    sockets[0]!.emit('close', 1006, Buffer.alloc(0));
    await stopped;
    expect(clock.pending).toBe(0);
    expect(types()).toEqual(['stream-open', 'stream-stopped']);
    expect(() => stream.start()).toThrow(expect.objectContaining({ code: 'stream-stopped' }));
  });

  it('stops when the signal aborts, and never starts after', async () => {
    const controller = new AbortController();
    const stream = make({ signal: controller.signal });
    stream.start();
    stream.start();
    expect(sockets).toHaveLength(1);
    controller.abort();
    expect(sockets[0]!.calls).toEqual(['terminate']);
    sockets[0]!.emit('error', new Error('closed before the connection was established'));
    sockets[0]!.emit('close', 1006, Buffer.alloc(0));
    await stream.stop();
    expect(types()).toEqual(['stream-stopped']);
    make({ signal: controller.signal }).start();
    expect(sockets).toHaveLength(1);
  });

  it('survives a listener that throws', () => {
    make({
      onEvent: () => {
        throw new Error('no');
      },
    }).start();
    sockets[0]!.opens();
    sockets[0]!.emit('close', 1006, Buffer.alloc(0));
    clock.advance(60_000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it('wants at least one URL, and counts one named twice once', () => {
    expect(() => make({ urls: [] })).toThrow(expect.objectContaining({ code: 'no-stream-url' }));
    expect(() => make({ urls: ['ws://solver.example/'] })).toThrow(
      expect.objectContaining({ code: 'insecure-stream-url' }),
    );
    expect(make({ urls: ['wss://a/', 'wss://a', 'wss://b/'] }).health()).toHaveLength(2);
  });
});
