import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { makeFrame, makeItem, makePair, token } from '../../test/support/bundles.js';

const MAIN = 'dist/main.js';

/** Peak resident memory of a process in MB (Linux). */
function peakMegabytes(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024;
}

function recordingLine(index: number): string {
  const orders = makePair(token(1), token(2), 1_000_000n + BigInt(index), 2_000_000n, index);
  const frame = makeFrame(orders.map((order) => makeItem(order, { header: { discriminator: BigInt(index) } })));
  const time = { receivedAt: '2024-12-13T21:40:43.000Z', network: 242, epoch: 1, proposerTimestamp: 0 };
  return `${JSON.stringify({ ...time, frame })}\n`;
}

/** Replays so many different bundles in a process of its own and returns its peak memory at each mark. */
export async function replayMemory(marks: readonly number[]): Promise<number[]> {
  const child = spawn(process.execPath, [MAIN, 'replay', '--json', '-'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const peaks: number[] = [];
  let lines = 0;
  let settled = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) lines++;
    settled += chunk.toString('latin1').split('"would-settle"').length - 1;
  });
  const last = marks.at(-1)!;
  for (let index = 0; index < last; index++) {
    if (!child.stdin!.write(recordingLine(index))) await once(child.stdin!, 'drain');
    if (marks.includes(index + 1)) {
      // Only what has been answered has been held in memory.
      while (lines < index + 1 - 1000) await new Promise((resolve) => setTimeout(resolve, 20));
      peaks.push(peakMegabytes(child));
    }
  }
  child.stdin!.end();
  await once(child, 'close');
  if (lines !== last) throw new Error(`expected ${last} lines, got ${lines}`);
  if (settled < last * 0.999) throw new Error(`expected every bundle to settle, ${settled} did`);
  return peaks;
}

/** Milliseconds from the command to its first output. */
export async function firstOutput(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout!, 'data');
  const millis = performance.now() - start;
  child.kill();
  await once(child, 'close');
  return millis;
}
