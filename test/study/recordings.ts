import { type Recorded, recordingLine } from '../../src/solver/recorder.js';
import { parseRecording, type Recording } from '../../src/solver/recording.js';
import { makeFrame, makeItem, makePair, token } from '../support/bundles.js';

/** When the first recorded bundle came; the ledger's clock stands at 0 then, and orders live for 1000 seconds. */
export const CAME = Date.parse('2026-01-01T00:00:00Z');

/** A recorded bundle of a pair. The same number makes the same orders; `wrapping` tells wrappers of them apart. */
export function recordedLine(number: number, after = 0, changes: Partial<Recorded> = {}, wrapping = number): string {
  const orders = makePair(token(1), token(2), 1_000_000n + BigInt(number), 2_000_000n, number);
  const frame = makeFrame(orders.map((order) => makeItem(order, { header: { discriminator: BigInt(wrapping) } })));
  const time = { receivedAt: CAME + after, network: 242, epoch: 1n, timestamp: BigInt(Math.floor(after / 1000)) };
  return recordingLine({ ...time, frame, ...changes });
}

/** So many bundles, `together` at a time, groups `apart` milliseconds from each other. */
export function recordedLines(count: number, together = 1, apart = 1000): string[] {
  return Array.from({ length: count }, (_, at) => recordedLine(at, Math.floor(at / together) * apart));
}

export function recordings(lines: readonly string[]): Recording[] {
  return lines.map((line) => parseRecording(line));
}
