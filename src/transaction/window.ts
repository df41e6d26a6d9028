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

/** The window in which all of several intents, at least one, may commit. It may be empty. */
export function intersectWindows([first, ...others]: readonly Window[]): Window {
  let { startEpoch, endEpoch, minTimestamp, maxTimestamp } = first!;
  for (const other of others) {
    if (other.startEpoch > startEpoch) startEpoch = other.startEpoch;
    if (other.endEpoch < endEpoch) endEpoch = other.endEpoch;
    const { minTimestamp: min, maxTimestamp: max } = other;
    if (min !== undefined && (minTimestamp === undefined || min > minTimestamp)) minTimestamp = min;
    if (max !== undefined && (maxTimestamp === undefined || max < maxTimestamp)) maxTimestamp = max;
  }
  return { startEpoch, endEpoch, minTimestamp, maxTimestamp };
}

/** Where a time lies: `early` before the window, `open` in it, `over` behind it. */
export function placeInWindow(window: Window, { epoch, timestamp }: LedgerTime): 'early' | 'open' | 'over' {
  if (epoch >= window.endEpoch) return 'over';
  if (window.maxTimestamp !== undefined && timestamp >= window.maxTimestamp) return 'over';
  if (epoch < window.startEpoch) return 'early';
  if (window.minTimestamp !== undefined && timestamp < window.minTimestamp) return 'early';
  return 'open';
}
