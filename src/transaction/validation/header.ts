import { LIMITS } from '../limits.js';
import type { IntentHeader, TransactionHeader } from '../model.js';
import { broken } from './error.js';

/** When all intents of a transaction are valid at once: half-open, timestamps in Unix seconds. */
export interface Validity {
  readonly startEpochInclusive: bigint;
  readonly endEpochExclusive: bigint;
  readonly minProposerTimestampInclusive: bigint | undefined;
  readonly maxProposerTimestampExclusive: bigint | undefined;
}

const MAX_U64 = 2n ** 64n - 1n;

/** Before the first intent. */
export const ALWAYS: Validity = {
  startEpochInclusive: 0n,
  endEpochExclusive: MAX_U64,
  minProposerTimestampInclusive: undefined,
  maxProposerTimestampExclusive: undefined,
};

/** The rules of the root's own header (docs/protocol.md §5.1). */
export function checkTransactionHeader({ tipBasisPoints }: TransactionHeader): void {
  if (tipBasisPoints > LIMITS.tipBasisPoints) {
    throw broken(
      'InvalidTip',
      `expected a tip of at most ${LIMITS.tipBasisPoints} basis points, got ${tipBasisPoints}`,
    );
  }
}

/** The rules of one intent header, then its intersection with what the intents before it allow (docs/protocol.md §10.4). */
export function checkHeader(header: IntentHeader, network: number, before: Validity): Validity {
  const { networkId, startEpochInclusive: start, endEpochExclusive: end } = header;
  const { minProposerTimestampInclusive: min, maxProposerTimestampExclusive: max } = header;
  if (networkId !== network) throw broken('InvalidNetwork', `expected network ${network}, got ${networkId}`);
  if (end <= start) {
    throw broken('InvalidEpochRange', `expected the end epoch after the start, got start ${start} and end ${end}`);
  }
  const latestEnd = start + LIMITS.epochRange;
  if (latestEnd > MAX_U64 || end > latestEnd) {
    throw broken(
      'InvalidEpochRange',
      `expected at most ${LIMITS.epochRange} epochs, got start ${start} and end ${end}`,
    );
  }
  if (min !== undefined && max !== undefined && min >= max) {
    throw broken('InvalidTimestampRange', `expected min before max proposer timestamp, got ${min} and ${max}`);
  }
  const validity: Validity = {
    startEpochInclusive: later(start, before.startEpochInclusive),
    endEpochExclusive: earlier(end, before.endEpochExclusive),
    minProposerTimestampInclusive: later(min, before.minProposerTimestampInclusive),
    maxProposerTimestampExclusive: earlier(max, before.maxProposerTimestampExclusive),
  };
  checkNotEmpty(validity);
  return validity;
}

function later(a: bigint, b: bigint): bigint;
function later(a: bigint | undefined, b: bigint | undefined): bigint | undefined;
function later(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

function earlier(a: bigint, b: bigint): bigint;
function earlier(a: bigint | undefined, b: bigint | undefined): bigint | undefined;
function earlier(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function checkNotEmpty(validity: Validity): void {
  const { startEpochInclusive: start, endEpochExclusive: end } = validity;
  const { minProposerTimestampInclusive: min, maxProposerTimestampExclusive: max } = validity;
  if (start >= end) {
    throw broken(
      'NoValidEpochRangeAcrossAllIntents',
      `expected an epoch valid for all intents so far, got start ${start} and end ${end}`,
    );
  }
  if (min !== undefined && max !== undefined && min >= max) {
    throw broken(
      'NoValidTimestampRangeAcrossAllIntents',
      `expected a timestamp valid for all intents so far, got min ${min} and max ${max}`,
    );
  }
}
