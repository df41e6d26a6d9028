import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, open, readdir, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordingEvent } from '../../src/observe/event.js';
import {
  type Recorded,
  Recorder,
  type RecorderOptions,
  type RecordingFile,
  recordingLine,
} from '../../src/solver/recorder.js';
import { parseRecording } from '../../src/solver/recording.js';
import { token } from '../support/bundles.js';
import { bundleFrame } from '../support/streamServer.js';

const ACCOUNT = `51${'07'.repeat(29)}`;

const message = (number: number, frame = bundleFrame([`${number}`, '4d21'])): Recorded => ({
  receivedAt: 1_734_126_043_123 + number,
  network: 2,
  epoch: 61332n,
  timestamp: 1_734_126_042n,
  frame,
});

const NOTHING = {
  vaults: new Map(),
  balances: new Map(),
  held: new Map(),
  accounts: new Map(),
  tokens: new Map(),
};

describe('Recorder', () => {
  let directory: string;
  let file: string;
  let events: RecordingEvent[];
  let recorders: Recorder[];

  const make = (options: Partial<RecorderOptions> = {}) => {
    const recorder = new Recorder({ file, onEvent: (event) => events.push(event), retryAfterMs: 50, ...options });
    recorders.push(recorder);
    return recorder;
  };
  const lines = async (path = file) => (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  const frames = async (path = file) => (await lines(path)).map((line) => parseRecording(line).frame);
  const types = () => events.map(({ type }) => type);
  const until = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 5 });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'recorder-'));
    file = join(directory, 'run.jsonl');
    events = [];
    recorders = [];
  });

  afterEach(async () => {
    await Promise.all(recorders.map((recorder) => recorder.close()));
    await rm(directory, { recursive: true, force: true });
  });

  it('writes what parseRecording reads, in order, and flushes when closed', async () => {
    const recorder = make();
    const vaults = new Map([[ACCOUNT, new Map([[token(1), false]])]]);
    recorder.record({ ...message(0, '{ "a":\n"é🦊" }'), vaults });
    for (let number = 1; number < 500; number++) recorder.record(message(number));
    expect(recorder.stats()).toEqual({ written: 0, dropped: 0, queued: 500, failing: false });
    await recorder.close();
    const read = (await lines()).map(parseRecording);
    expect(read).toHaveLength(500);
    expect(read[0]).toEqual({ ...NOTHING, ...message(0, '{ "a":\n"é🦊" }'), vaults });
    expect(read[499]).toEqual({ ...NOTHING, ...message(499) });
    expect(recorder.stats()).toEqual({ written: 500, dropped: 0, queued: 0, failing: false });
    expect(events).toEqual([]);
  });

  /** Something is known of it as soon as it is asked for; it is decided on when the test says so. */
  const undecided = () => {
    let decide!: () => void;
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    const known = vi.fn(() => ({ ...NOTHING, vaults: new Map([[ACCOUNT, new Map([[token(1), true]])]]) }));
    return { decided, decide, known };
  };
  const knows = async () => (await lines()).map((line) => parseRecording(line).vaults.size === 1);

  it('writes what is not decided on yet when it is, and all in the order in which it came', async () => {
    const recorder = make();
    const pending = undecided();
    recorder.record(message(0));
    recorder.record(message(1), pending);
    recorder.record(message(2));
    await until(() => expect(recorder.stats().written).toBe(1));
    expect(pending.known).not.toHaveBeenCalled();
    pending.decide();
    await until(() => expect(recorder.stats().written).toBe(3));
    expect(await frames()).toEqual([0, 1, 2].map((number) => message(number).frame));
    expect(await knows()).toEqual([false, true, false]);
    expect(pending.known).toHaveBeenCalledTimes(1);
  });

  it('writes what nobody decides on after a while, and when it is closed', async () => {
    const recorder = make({ holdMs: 20 });
    const [late, never] = [undecided(), undecided()];
    recorder.record(message(0), late);
    await until(() => expect(recorder.stats().written).toBe(1));
    late.decide();
    const patient = make({ holdMs: 1_000_000, file: join(directory, 'patient.jsonl') });
    patient.record(message(1), never);
    await patient.close();
    never.decide();
    expect(patient.stats()).toMatchObject({ written: 1, dropped: 0 });
    expect(parseRecording((await lines(join(directory, 'patient.jsonl')))[0]!).vaults.size).toBe(1);
    await recorder.close();
    expect(await knows()).toEqual([true]);
    expect(late.known).toHaveBeenCalledTimes(1);
  });

  it('writes soon, without being closed, and appends to what is there', async () => {
    await writeFile(file, recordingLine(message(0)));
    const recorder = make();
    recorder.record(message(1));
    await until(() => expect(recorder.stats().written).toBe(1));
    recorder.record(message(2));
    await until(() => expect(recorder.stats().written).toBe(2));
    expect(await frames()).toEqual([0, 1, 2].map((number) => message(number).frame));
  });

  it('does not glue a line to one that was torn', async () => {
    await writeFile(file, recordingLine(message(0)) + recordingLine(message(1)).slice(0, 50));
    const recorder = make();
    recorder.record(message(2));
    await recorder.close();
    const [first, torn, last, ...rest] = await lines();
    expect(rest).toEqual([]);
    expect(parseRecording(first!).frame).toBe(message(0).frame);
    expect(() => parseRecording(torn!)).toThrow(expect.objectContaining({ code: 'bad-recording' }));
    expect(parseRecording(last!).frame).toBe(message(2).frame);
  });

  it('puts a full file aside, keeps the newest, and leaves other files alone', async () => {
    await writeFile(join(directory, 'run-notes.jsonl'), '');
    await writeFile(join(directory, 'runs-20200101T000000000Z.jsonl'), '');
    await writeFile(join(directory, 'run-20200101T000000000Z.jsonl'), recordingLine(message(99)));
    const lineLength = recordingLine(message(0)).length;
    const recorder = make({ maxBytes: lineLength * 2 + 1, keep: 2 });
    for (let number = 0; number < 7; number++) recorder.record(message(number));
    await recorder.close();
    const names = (await readdir(directory)).sort();
    expect(names.filter((name) => !/^run(-\d{8}T\d{9}Z)?\.jsonl$/.test(name))).toEqual([
      'run-notes.jsonl',
      'runs-20200101T000000000Z.jsonl',
    ]);
    const recordings = names.filter((name) => /^run(-\d{8}T\d{9}Z)?\.jsonl$/.test(name));
    expect(recordings).toHaveLength(3);
    // The names are in the order of time, the file that is written last.
    const read = await Promise.all(recordings.map((name) => frames(join(directory, name))));
    expect(read.flat()).toEqual([2, 3, 4, 5, 6].map((number) => message(number).frame));
    const rotated = events.filter((event) => event.type === 'recording-rotated');
    expect(rotated.map(({ deleted }) => deleted.length)).toEqual([0, 1, 1]);
    expect(rotated[1]!.deleted).toEqual([join(directory, 'run-20200101T000000000Z.jsonl')]);
    expect(recorder.stats().dropped).toBe(0);
  });

  it('overwrites nothing when the clock stands still, and writes a line that is longer than a file may be', async () => {
    const clock = { now: () => 1_700_000_000_000, monotonic: () => 0, after: () => () => {} };
    const recorder = make({ maxBytes: 1, clock });
    for (let number = 0; number < 4; number++) recorder.record(message(number));
    await recorder.close();
    expect(await readdir(directory)).toHaveLength(4);
    expect(await frames()).toEqual([message(3).frame]);
  });

  it('drops what finds the queue full, counts it and says so', async () => {
    const recorder = make({ maxQueued: 3 });
    for (let number = 0; number < 8; number++) recorder.record(message(number));
    expect(recorder.stats()).toMatchObject({ dropped: 5, queued: 3 });
    await until(() => expect(recorder.stats()).toMatchObject({ written: 3 }));
    await until(() => expect(events).toHaveLength(4));
    expect(events).toMatchObject([1, 2, 4, 5].map((count) => ({ type: 'recording-dropped', count, total: count })));
    expect(await frames()).toEqual([0, 1, 2].map((number) => message(number).frame));
    recorder.record(message(8));
    await recorder.close();
    recorder.record(message(9));
    expect(recorder.stats()).toEqual({ written: 4, dropped: 6, queued: 0, failing: false });
    expect(events.at(-1)).toMatchObject({ type: 'recording-dropped', count: 1, total: 6 });
  });

  it('bounds the memory of what waits, yet takes one message of any length', async () => {
    const recorder = make({ maxQueuedLength: 100 });
    recorder.record(message(0, 'x'.repeat(1000)));
    recorder.record(message(1, 'x'));
    expect(recorder.stats()).toMatchObject({ dropped: 1, queued: 1 });
    await recorder.close();
    expect(await frames()).toEqual(['x'.repeat(1000)]);
  });

  it('skips what no line can hold', async () => {
    const recorder = make();
    recorder.record({ ...message(0), receivedAt: Number.NaN });
    recorder.record(message(1));
    await recorder.close();
    expect(await frames()).toEqual([message(1).frame]);
    expect(recorder.stats()).toMatchObject({ written: 1, dropped: 1 });
    expect(types()).toEqual(['recording-dropped', 'recording-dropped']);
  });

  it.runIf(existsSync('/dev/full'))('stops on a full disk, and goes on when there is room', async () => {
    await symlink('/dev/full', file);
    const recorder = make({ maxQueued: 2 });
    recorder.record(message(0));
    await until(() => expect(types()).toEqual(['recording-stopped']));
    expect(events[0]).toMatchObject({ code: 'ENOSPC', file });
    for (let number = 1; number < 5; number++) recorder.record(message(number));
    expect(recorder.stats()).toMatchObject({ written: 0, queued: 2, dropped: 3, failing: true });
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(types().filter((type) => type === 'recording-stopped')).toHaveLength(1);
    await unlink(file);
    // No message need come for it to try again.
    await until(() => expect(types()).toContain('recording-resumed'));
    await until(() => expect(recorder.stats()).toMatchObject({ written: 2, queued: 0, failing: false }));
    recorder.record(message(5));
    await recorder.close();
    expect(await frames()).toEqual([0, 1, 5].map((number) => message(number).frame));
  });

  it.runIf(existsSync('/dev/full'))('counts as dropped what the disk did not take when it was closed', async () => {
    await symlink('/dev/full', file);
    const recorder = make({ retryAfterMs: 60_000 });
    recorder.record(message(0));
    await until(() => expect(types()).toEqual(['recording-stopped']));
    recorder.record(message(1));
    await recorder.close();
    expect(recorder.stats()).toEqual({ written: 0, dropped: 2, queued: 0, failing: true });
    expect(types()).toEqual(['recording-stopped', 'recording-dropped']);
    // At once, too: nothing was tried before.
    const other = make();
    other.record(message(2));
    await other.close();
    expect(other.stats().dropped).toBe(1);
  });

  it.each([true, false])('takes back a line the disk took half of (truncate works: %s)', async (truncates) => {
    let full = true;
    const recorder = make({
      open: async (path): Promise<RecordingFile> => {
        const handle = await open(path, 'a+');
        return {
          write: (data, offset) => handle.write(data, offset, full ? 40 : data.length),
          read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
          stat: () => handle.stat(),
          truncate: (size) => (truncates ? handle.truncate(size) : Promise.reject(new Error('no'))),
          close: () => handle.close(),
        };
      },
    });
    recorder.record(message(0));
    await until(() => expect(types()).toEqual(['recording-stopped']));
    expect((await readFile(file)).length).toBe(truncates ? 0 : 40);
    full = false;
    await until(() => expect(types()).toEqual(['recording-stopped', 'recording-resumed']));
    await recorder.close();
    const all = await lines();
    expect(all).toHaveLength(truncates ? 1 : 2);
    expect(parseRecording(all.at(-1)!).frame).toBe(message(0).frame);
  });

  it('says what is wrong with a file that cannot be opened, and survives a listener that throws', async () => {
    file = join(directory, 'missing', 'run');
    const onEvent = vi.fn(() => {
      throw new Error('no');
    });
    const recorder = make({ onEvent });
    recorder.record(message(0));
    await until(() => expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ code: 'ENOENT' })));
    const other = make({ open: () => Promise.reject(new Error('odd')) });
    other.record(message(0));
    await until(() => expect(events).toMatchObject([{ type: 'recording-stopped', code: 'internal', detail: 'odd' }]));
  });

  it('tears at most the last line when the process is killed', async () => {
    const module = fileURLToPath(new URL('../../src/solver/recorder.ts', import.meta.url));
    const program = join(directory, 'program.ts');
    // However much is written before the kill comes, files are put aside and none is deleted.
    await appendFile(
      program,
      `import { Recorder } from ${JSON.stringify(module)};
       const recorder = new Recorder({ file: ${JSON.stringify(file)}, maxBytes: 1e6, keep: 100_000 });
       const frame = 'x'.repeat(10_000);
       let epoch = 0n;
       setInterval(() => {
         while (recorder.stats().queued < 100) {
           recorder.record({ receivedAt: Date.now(), network: 2, epoch: epoch++, timestamp: 1n, frame });
         }
       });`,
    );
    const recordings = async () => (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
    const child = spawn(process.execPath, ['--import', 'tsx', program], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    try {
      await vi.waitFor(async () => expect((await recordings()).length).toBeGreaterThan(3), { timeout: 15_000 });
    } finally {
      child.kill('SIGKILL');
    }
    expect(await ended).toBe('SIGKILL');
    // By name, the oldest comes first and the one that was written last.
    const texts = await Promise.all((await recordings()).map((name) => readFile(join(directory, name), 'utf8')));
    const all = texts.join('').split('\n');
    all.pop();
    expect(all.length).toBeGreaterThan(250);
    expect(all.map((line) => parseRecording(line).epoch)).toEqual(all.map((_, index) => BigInt(index)));
  });
});
