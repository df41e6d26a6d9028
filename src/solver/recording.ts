import type { Attos } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import type { StateFacts } from '../settlement/fee/predict.js';
import { XRD } from '../transaction/address.js';
import { type Knowledge, readKnowledge } from './knowledge.js';
import { asAmount, byAccount, expect, RecordingError } from './recordedField.js';

/**
 * One pushed message as it was recorded (docs/architecture.md, recordings): the text as it came, and the ledger's time.
 */
export interface Recording extends Knowledge {
  /** Local time, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly network: number;
  readonly epoch: bigint;
  /** Proposer timestamp, Unix seconds. */
  readonly timestamp: bigint;
  readonly frame: string;
  /** What accounts held when the message came, beyond doubt, as far as it was known. */
  readonly balances: ReadonlyMap<NodeId, ReadonlyMap<NodeId, Attos>>;
}

/** With its zone: without one it would be another time on another machine, and of `1` or `May` a year is made up. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads a line of a recording; unknown fields are ignored. Error: `bad-recording`, with the field's name. */
export function parseRecording(line: string): Recording {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line);
  } catch {
    throw new RecordingError('bad-recording', 'expected a JSON object');
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new RecordingError('bad-recording', 'expected a JSON object');
  }
  const { receivedAt, network, epoch, proposerTimestamp, frame, balances } = record;
  const received = typeof receivedAt === 'string' && ISO.test(receivedAt) ? Date.parse(receivedAt) : Number.NaN;
  expect(!Number.isNaN(received), 'receivedAt', 'a time in ISO 8601');
  expect(isCount(network) && network <= 255, 'network', 'a network id from 0 to 255');
  expect(isCount(epoch), 'epoch', 'a whole number');
  expect(isCount(proposerTimestamp), 'proposerTimestamp', 'whole Unix seconds');
  expect(typeof frame === 'string', 'frame', 'the text of the message');
  return {
    receivedAt: received,
    network: network as number,
    epoch: BigInt(epoch as number),
    timestamp: BigInt(proposerTimestamp as number),
    frame: frame as string,
    ...readKnowledge(record, network as number),
    balances: byAccount(balances, network as number, 'balances', 'an amount as text', asAmount),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** What fees depend on, of what is known. */
type Facts = Pick<Knowledge, 'vaults' | 'accounts' | 'tokens'>;

/** The state facts a recording gives. The solver's own XRD vault exists: the fee is locked from it. */
export function factsOf({ vaults, accounts, tokens }: Facts, solver: NodeId): StateFacts {
  const featuresOf = (resource: NodeId, isSure: boolean) => {
    const token = tokens.get(resource);
    return token?.isSure === isSure ? token.features : undefined;
  };
  return {
    holdsVault(account, resource) {
      if (account === solver && resource === XRD) return true;
      return vaults.get(account)?.get(resource);
    },
    exists: (account) => accounts.get(account)?.exists,
    ownerIsUsual: (account) => accounts.get(account)?.ownerIsUsual,
    features: (resource) => featuresOf(resource, true),
    likelyFeatures: (resource) => featuresOf(resource, false),
  };
}

/** What recordings tell together, the newest first. */
export function factsOfAll(recordings: readonly Facts[], solver: NodeId): StateFacts {
  const all = recordings.map((recording) => factsOf(recording, solver));
  const first = <T>(ask: (facts: StateFacts) => T | undefined): T | undefined => {
    for (const facts of all) {
      const told = ask(facts);
      if (told !== undefined) return told;
    }
    return undefined;
  };
  return {
    holdsVault: (account, resource) => first((facts) => facts.holdsVault(account, resource)),
    exists: (account) => first((facts) => facts.exists?.(account)),
    ownerIsUsual: (account) => first((facts) => facts.ownerIsUsual?.(account)),
    features: (resource) => first((facts) => facts.features?.(resource)),
    likelyFeatures: (resource) => first((facts) => facts.likelyFeatures?.(resource)),
  };
}
