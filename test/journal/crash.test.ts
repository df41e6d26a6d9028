import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { isOwned } from '../../src/journal/ownerLock.js';
import { JournalReader } from '../../src/journal/reader.js';
import { Desk, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const now = Date.now;
const KILLS = Number(process.env.JOURNAL_KILLS ?? 30);

type Writer = ChildProcessByStdio<null, Readable, Readable>;

function startWriter(file: string, prefix: string): { child: Writer; said: () => string[]; ready: Promise<void> } {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, file, prefix], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stderr.on('data', (data) => {
    err += data;
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      out += data;
      if (out.startsWith('ready\n')) resolve();
    });
    child.once('close', () => reject(new Error(err)));
  });
  ready.catch(() => undefined);
  // The last line may be cut off: then it was not said.
  return { child, said: () => out.split('\n').slice(1, -1), ready };
}

describe('a journal whose process is killed at any moment', () => {
  it(`holds, and has every attempt that was planned (${KILLS} times)`, { timeout: 300_000 }, async () => {
    const file = join(folder, 'killed.sqlite');
    let planned = 0;
    for (let round = 0; round < KILLS; round++) {
      const writer = startWriter(file, `round${round}`);
      await writer.ready;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      writer.child.kill('SIGKILL');
      await once(writer.child, 'close');

      // The lock of the killed process is no obstacle.
      const journal = Journal.open(file, { now });
      expect(journal.verify().violations).toEqual([]);
      const { received, outcomes, open } = journal.counters();
      const sum = (counts: object): number => Object.values(counts).reduce((a: number, b) => a + b, 0);
      expect(received).toBe(sum(outcomes) + sum(open));
      for (const line of writer.said()) {
        const [what, id, outcome] = line.split(' ');
        const bundles = journal.find(id!);
        if (what === 'planned') {
          planned++;
          expect(bundles).toHaveLength(2);
          expect(journal.attempts(bundles[0]!).map(({ transactionId }) => transactionId)).toEqual([id]);
        } else {
          expect(bundles).toEqual([expect.objectContaining({ status: outcome })]);
        }
      }
      for (const { payload, transactionId } of journal.openAttempts()) {
        expect(payload.toString()).toBe(`bytes of ${transactionId}`);
      }
      journal.close();
    }
    expect(planned).toBeGreaterThan(KILLS);
  });
});

describe('two processes', () => {
  it('do not own one journal', { timeout: 60_000 }, async () => {
    const file = join(folder, 'shared.sqlite');
    const writer = startWriter(file, 'first');
    await writer.ready;
    try {
      expect(isOwned(file)).toBe(true);
      expect(() => Journal.open(file, { now })).toThrow(expect.objectContaining({ code: 'journal-locked' }));
      expect(() => Journal.open(file, { now })).toThrow(/another process owns the journal .*shared\.sqlite/);
      const second = startWriter(file, 'second');
      await expect(second.ready).rejects.toThrow(/journal-locked|another process owns/);
      // But one may read while the other writes, and sees a journal that holds.
      const reader = JournalReader.openReader(file);
      for (let i = 0; i < 5; i++) expect(reader.verify().violations).toEqual([]);
      expect(reader.counters().received).toBeGreaterThan(0);
      reader.close();
    } finally {
      writer.child.kill('SIGKILL');
    }
    await once(writer.child, 'close');
    expect(isOwned(file)).toBe(false);
    Journal.open(file, { now }).close();
  });

  it('nor does one process twice', () => {
    const desk = new Desk(folder);
    expect(() => Journal.open(desk.path, { now })).toThrow(
      expect.objectContaining({ code: 'journal-locked', retry: true }),
    );
    expect(isOwned(desk.path)).toBe(true);
    desk.journal.close();
    expect(isOwned(desk.path)).toBe(false);
    expect(isOwned(join(folder, 'none'))).toBe(false);
  });
});
