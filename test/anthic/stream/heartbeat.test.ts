import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from '../../../src/anthic/stream/heartbeat.js';
import { FakeClock } from './fakes.js';

describe('Heartbeat', () => {
  let clock: FakeClock;
  const ping = vi.fn();
  const onSilent = vi.fn();
  const start = () => new Heartbeat({ clock, intervalMs: 5000, graceMs: 3000, ping, onSilent });

  beforeEach(() => {
    clock = new FakeClock();
    ping.mockReset();
    onSilent.mockReset();
  });

  it('pings at every interval, and is content while pongs come', () => {
    const heartbeat = start();
    ping.mockImplementation(() => clock.after(2900, () => heartbeat.heard()));
    clock.advance(60 * 60_000);
    expect(ping.mock.calls.length).toBe(720);
    expect(onSilent).not.toHaveBeenCalled();
    heartbeat.stop();
  });

  it('calls silence when interval and grace have passed since the last frame, at the latest', () => {
    const heartbeat = start();
    clock.advance(5000);
    heartbeat.heard();
    clock.advance(7999);
    expect(onSilent).not.toHaveBeenCalled();
    clock.advance(1);
    expect(onSilent).toHaveBeenCalledTimes(1);
    expect(clock.pending).toBe(0);
  });

  it('counts from the first ping without answer, also where the grace is longer than the interval', () => {
    new Heartbeat({ clock, intervalMs: 1000, graceMs: 3500, ping, onSilent });
    clock.advance(4499);
    expect(ping).toHaveBeenCalledTimes(4);
    expect(onSilent).not.toHaveBeenCalled();
    clock.advance(1);
    expect(onSilent).toHaveBeenCalledTimes(1);
  });

  it('reads what came while the event loop stood still before it judges', () => {
    const heartbeat = start();
    clock.advance(5000);
    clock.block(20_000);
    // As the loop does it: timers that are due, then sockets, then the timers these set.
    const { after } = clock;
    clock.after = (ms, run) => {
      heartbeat.heard();
      return after(ms, run);
    };
    clock.advance(0);
    clock.after = after;
    expect(onSilent).not.toHaveBeenCalled();
    expect(ping).toHaveBeenCalledTimes(2);
  });

  it('gives the whole grace to a ping that was sent late', () => {
    start();
    clock.block(20_000);
    clock.advance(2999);
    expect(ping).toHaveBeenCalledTimes(1);
    expect(onSilent).not.toHaveBeenCalled();
    clock.advance(1);
    expect(onSilent).toHaveBeenCalledTimes(1);
  });

  it('does nothing after stop', () => {
    start().stop();
    clock.advance(60_000);
    expect(ping).not.toHaveBeenCalled();
    expect(onSilent).not.toHaveBeenCalled();
  });
});
