import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { SolverEvent } from '../../src/observe/event.js';
import { StatusLine } from '../../src/observe/statusLine.js';

class Terminal extends Writable {
  text = '';
  columns = 200;

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const DAY = 86_400_000;
const CLEAR = '\r\u001b[2K';

afterEach(() => {
  vi.useRealTimers();
});

describe('the status line', () => {
  it('tells how things stand', () => {
    let now = 10 * DAY;
    const line = new StatusLine({ out: new Terminal(true), now: () => now });
    expect(line.text()).toBe(
      'feeds 0/0 · clock unknown · 0 received · 0 settled · 0 lost · 0 open · profit today 0 XRD',
    );
    const committed = { type: 'attempt-committed', txid: 'a', stateVersion: 1, tookMicros: 1 } as const;
    const events: SolverEvent[] = [
      { type: 'stream-open', url: 'a', tookMs: 1, attempts: 1 },
      { type: 'stream-refused', url: 'b', reason: 'timeout' },
      { type: 'ledger-clock', epoch: 1n, timestamp: 1n, ageMs: 500 },
      { type: 'recovery', attempts: [], bundles: 1 },
      { type: 'bundle-received', bundleId: 'x', url: 'a', wrappers: 2 },
      { type: 'bundle-received', bundleId: 'y', url: 'a', wrappers: 2 },
      { type: 'bundle-finished', bundleId: 'x', outcome: 'settled' },
      { type: 'bundle-finished', bundleId: 'y', outcome: 'lost' },
      { type: 'bundle-finished', bundleId: 'y', outcome: 'duplicate' },
      { ...committed, success: true, feePaid: units(1), xrdChange: units(1) + 5n },
      { ...committed, success: false, feePaid: units(1), xrdChange: -units(1) / 2n },
    ];
    for (const event of events) line.observe(event);
    line.observe({ type: 'prices', source: 'books', ok: false, tokens: 0, code: 'stale' });
    expect(line.text()).toContain(' old · no prices of books · ');
    line.observe({ type: 'prices', source: 'books', ok: true, tokens: 2 });
    now += 700;
    expect(line.text()).toBe(
      'feeds 1/2 · clock 1.2 s old · 3 received · 1 settled · 1 lost · 1 open · profit today 0.5 XRD',
    );
    line.observe({ type: 'stream-closed', url: 'a', openMs: 1, reason: 'lost' });
    line.observe({ type: 'stream-stopped', url: 'b' });
    now += DAY;
    expect(line.text()).toContain('feeds 0/2');
    expect(line.text()).toContain('profit today 0 XRD');
  });

  it('stays at the foot: what is printed passes above it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const out = new Terminal(true);
    const line = new StatusLine({ out, now: () => 0, everyMs: 1000 });
    expect(line.output.isTTY).toBe(true);
    line.output.write('before\n');
    expect(out.text).toBe('before\n');
    await new Promise((resolve) => setImmediate(resolve));
    out.text = '';
    line.start();
    line.start();
    const drawn = CLEAR + line.text();
    expect(out.text).toBe(drawn);
    line.output.write('a line\n');
    expect(out.text).toBe(`${drawn}${CLEAR}a line\n${drawn}`);
    vi.advanceTimersByTime(1000);
    expect(out.text).toBe(`${drawn}${CLEAR}a line\n${drawn}${drawn}`);
    line.stop();
    line.stop();
    expect(out.text.endsWith(drawn + CLEAR)).toBe(true);
  });

  it('is never wider than the terminal', () => {
    const out = new Terminal(true);
    out.columns = 20;
    const line = new StatusLine({ out, now: () => 0 });
    line.start();
    line.stop();
    expect(out.text).toBe(`${CLEAR}feeds 0/0 · clock u${CLEAR}`);
    out.columns = 0;
    out.text = '';
    line.start();
    line.stop();
    expect(out.text.length).toBe(79 + 2 * CLEAR.length);
  });

  it('does nothing where there is no terminal', () => {
    const out = new Terminal(false);
    const line = new StatusLine({ out });
    expect(line.output).toBe(out);
    line.start();
    line.observe({ type: 'bundle-received', bundleId: 'x', url: 'a', wrappers: 2 });
    line.stop();
    expect(out.text).toBe('');
  });
});
