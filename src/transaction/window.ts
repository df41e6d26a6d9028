import type { IntentHeader } from './model.js';

/** When an intent may commit: epochs and proposer timestamps (Unix seconds), both half-open. */
export interface Window {
  readonly startEpoch: bigint;
  readonly endEpoch: bigint;
  readonly minTimestamp: bigint | undefined;
  readonly maxTimestamp: bigint | undefined;
}

/** The ledger's time. */
export interface LedgerTime {
  readonly epoch: bigint;
  /** Proposer timestamp in Unix seconds. */
  readonly timestamp: bigint;
}

export function windowOf(header: IntentHeader): Window {
  return {
    startEpoch: header.startEpochInclusive,
    endEpoch: header.endEpochExclusive,
    minTimestamp: header.minProposerTimestampInclusive,
    maxTimestamp: header.maxProposerTimestampExclusive,
  };
}

/** The window in which all of several intents may commit. It may be empty. */
export function intersectWindows(windows: readonly Window[]): Window {
  return windows.reduce((a, b) => ({
    startEpoch: a.startEpoch > b.startEpoch ? a.startEpoch : b.startEpoch,
    endEpoch: a.endEpoch < b.endEpoch ? a.endEpoch : b.endEpoch,
    minTimestamp: pick(a.minTimestamp, b.minTimestamp, (x, y) => x > y),
    maxTimestamp: pick(a.maxTimestamp, b.maxTimestamp, (x, y) => x < y),
  }));
}

function pick(a: bigint | undefined, b: bigint | undefined, prefer: (a: bigint, b: bigint) => boolean) {
  if (a === undefined) return b;
  return b === undefined || prefer(a, b) ? a : b;
}

/** Where a time lies: `early` before the window, `open` in it, `over` behind it. */
export function placeInWindow(window: Window, { epoch, timestamp }: LedgerTime): 'early' | 'open' | 'over' {
  if (epoch >= window.endEpoch) return 'over';
  if (window.maxTimestamp !== undefined && timestamp >= window.maxTimestamp) return 'over';
  if (epoch < window.startEpoch) return 'early';
  if (window.minTimestamp !== undefined && timestamp < window.minTimestamp) return 'early';
  return 'open';
}
