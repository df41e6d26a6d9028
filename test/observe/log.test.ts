import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import type { SolverEvent } from '../../src/observe/event.js';
import { fieldsOf, shortId } from '../../src/observe/fields.js';
import { openLog } from '../../src/observe/log.js';

const BUNDLE = 'ab'.repeat(32);
const TXID = `txid_tdx_2_1${'qpzry9x8gf2tvdw0'.repeat(4)}`;
const FINISHED: SolverEvent = { type: 'bundle-finished', bundleId: BUNDLE, outcome: 'settled', profit: units(2) };
const FRAME: SolverEvent = { type: 'frame', url: 'wss://a/b', bytes: 5 };

class Sink extends Writable {
  text = '';
  isTTY = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const lines = ({ text }: { text: string }): any[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the fields of a line', () => {
  it('shortens ids to what still finds them', () => {
    expect(shortId(BUNDLE)).toBe('abababababab');
    expect(shortId(TXID)).toBe('txid_tdx_2_1qpzry9x8gf2t');
    expect(TXID.startsWith(shortId(TXID))).toBe(true);
  });

  it('writes amounts as decimals, whole numbers as such, and leaves out what is not known', () => {
    const clock: SolverEvent = { type: 'ledger-clock', epoch: 7n, timestamp: 9n, ageMs: 1.7, skewMs: undefined };
    expect(fieldsOf(clock)).toEqual({ epoch: 7, timestamp: 9, ageMs: 2 });
    const planned: SolverEvent = {
      ...{ type: 'settlement-planned', bundleIds: [BUNDLE], txid: TXID, attempt: 1, feeKnown: true, assumed: false },
      ...{ reward: units(1), fee: units(1) / 2n, profit: units(1) / 2n, lock: units(2) },
      stages: { verified: { tookMicros: 1.2 }, planned: { tookMicros: 2 }, signed: { tookMicros: 3 } },
    };
    expect(fieldsOf(planned)).toMatchObject({
      ...{ bundleIds: ['abababababab'], txid: 'txid_tdx_2_1qpzry9x8gf2t', fee: '0.5', feeKnown: true },
      stages: { verified: { tookMicros: 1 } },
    });
    const previewed: SolverEvent = { type: 'previewed', bundleIds: [BUNDLE], outcome: 'Failed', tookMicros: 2.2 };
    expect(fieldsOf(previewed)).toEqual({ bundleIds: ['abababababab'], outcome: 'Failed', tookMicros: 2 });
    const dropped: SolverEvent = { type: 'bundle-dropped', bundleId: BUNDLE, of: 4, how: 'preview' };
    expect(fieldsOf(dropped)).toEqual({ bundleId: 'abababababab', of: 4, how: 'preview' });
    const recovery: SolverEvent = { type: 'recovery', bundles: 1, attempts: [{ txid: TXID, state: 'planned' }] };
    expect(fieldsOf(recovery)).toEqual({
      ...{ bundles: 1, attempts: [{ txid: 'txid_tdx_2_1qpzry9x8gf2t', state: 'planned' }] },
    });
    const rotated: SolverEvent = { type: 'recording-rotated', file: 'a', to: 'b', deleted: ['c', 'd'] };
    expect(fieldsOf(rotated)).toEqual({ file: 'a', to: 'b', deleted: ['c', 'd'] });
  });

  it('holds neither payloads nor keys, whatever text carries them', () => {
    const detail = `line one\nline two \u001b[31m ${'0f'.repeat(500)} end`;
    const event: SolverEvent = { type: 'internal-error', code: 'x', where: 'y', detail };
    expect(fieldsOf(event).detail).toBe('line one line two  [31m … end');
    const long: SolverEvent = { type: 'internal-error', code: 'x', where: 'y', detail: 'z '.repeat(500) };
    expect((fieldsOf(long).detail as string).length).toBe(301);
  });

  it('leaves the account whole', () => {
    const account = `account_tdx_2_1${'q'.repeat(54)}`;
    const event: SolverEvent = { type: 'started', version: '1', network: 2, account, submit: false };
    expect(fieldsOf(event).account).toBe(account);
  });
});

describe('the log', () => {
  it('writes a line of JSON for each event that is loud enough', async () => {
    const out = new Sink();
    const log = await openLog({ level: 'info', out });
    log.observe(FINISHED);
    log.observe(FRAME);
    log.observe({ type: 'clock-stale', why: 'old' });
    await log.close();
    expect(lines(out)).toEqual([
      {
        ...{ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), event: 'bundle-finished' },
        ...{ bundleId: 'abababababab', outcome: 'settled', profit: '2' },
      },
      { level: 'error', time: expect.anything(), event: 'clock-stale', why: 'old' },
    ]);
    expect(log.dropped()).toBe(0);
  });

  it('is silent when told to be', async () => {
    const out = new Sink();
    const log = await openLog({ level: 'silent', out });
    log.observe({ type: 'internal-error', code: 'x', where: 'y', fatal: true });
    await log.close();
    expect(out.text).toBe('');
  });

  it('writes for people on a terminal', async () => {
    const out = new Sink();
    out.isTTY = true;
    const log = await openLog({ level: 'trace', out });
    log.observe(FINISHED);
    await log.close();
    expect(out.text).toContain('INFO');
    expect(out.text).toContain('bundle-finished');
    expect(out.text).toContain('"profit":"2"');
    expect(out.text.split('\n')).toHaveLength(2);
  });

  it('writes JSON to a terminal where what is pretty is not installed', async () => {
    const out = new Sink();
    out.isTTY = true;
    const log = await openLog({ level: 'info', out, loadPretty: () => Promise.reject(new Error('not found')) });
    log.observe(FINISHED);
    await log.close();
    expect(lines(out)[0].event).toBe('bundle-finished');
  });

  it('writes to a file descriptor beside the event loop', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    const fd = openSync(join(folder, 'log'), 'w');
    const log = await openLog({ level: 'info', out: Object.assign(new Sink(), { fd }) });
    log.observe(FINISHED);
    await log.close();
    expect(lines({ text: readFileSync(join(folder, 'log'), 'utf8') })).toHaveLength(1);
    expect(log.dropped()).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('loses lines rather than memory when its reader is too slow', async () => {
    const out = new Writable({ write() {} });
    const log = await openLog({ level: 'info', out });
    const event: SolverEvent = { type: 'stream-open', url: `wss://${'z'.repeat(250)}`, tookMs: 1, attempts: 1 };
    for (let i = 0; i < 60_000; i++) log.observe(event);
    expect(log.dropped()).toBeGreaterThan(1000);
    expect(out.writableLength).toBeLessThan(9 * 1024 * 1024);
    // Nor does it wait for that reader at the end.
    await log.close();
  });

  it('goes on when its reader is gone', async () => {
    const out = new Sink();
    const log = await openLog({ level: 'info', out });
    out.destroy(new Error('EPIPE'));
    await new Promise((resolve) => setImmediate(resolve));
    log.observe(FINISHED);
    await log.close();
    expect(log.dropped()).toBe(1);
  });
});
