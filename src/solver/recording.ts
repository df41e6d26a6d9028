import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import type { StateFacts } from '../settlement/fee/predict.js';
import { parseAddress, XRD } from '../transaction/address.js';

/**
 * One pushed message as it was recorded (docs/architecture.md, recordings): the text as it came, and the ledger's time.
 */
export interface Recording {
  /** Local time, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly network: number;
  readonly epoch: bigint;
  /** Proposer timestamp, Unix seconds. */
  readonly timestamp: bigint;
  readonly frame: string;
  /** Which accounts hold a vault for which resource, as far as it was known. */
  readonly vaults: ReadonlyMap<NodeId, ReadonlyMap<NodeId, boolean>>;
}

/** A line that is no recording. */
class RecordingError extends SolverError {
  declare readonly code: 'bad-recording';
}

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
  const { receivedAt, network, epoch, proposerTimestamp, frame, vaults } = record;
  const received = typeof receivedAt === 'string' ? Date.parse(receivedAt) : Number.NaN;
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
    vaults: parseVaults(vaults, network as number),
  };
}

function expect(holds: boolean, path: string, what: string): void {
  if (!holds) throw new RecordingError('bad-recording', `expected ${what}`, { path });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parseVaults(vaults: unknown, network: number): Recording['vaults'] {
  const known = new Map<NodeId, ReadonlyMap<NodeId, boolean>>();
  if (vaults === undefined || vaults === null) return known;
  const wanted = 'accounts, each with resources that are true or false';
  expect(typeof vaults === 'object' && !Array.isArray(vaults), 'vaults', wanted);
  for (const [account, resources] of Object.entries(vaults as object)) {
    expect(typeof resources === 'object' && resources !== null, `vaults.${account}`, wanted);
    const held = new Map<NodeId, boolean>();
    for (const [resource, holds] of Object.entries(resources as object)) {
      expect(typeof holds === 'boolean', `vaults.${account}.${resource}`, 'true or false');
      held.set(addressIn(resource, network), holds);
    }
    known.set(addressIn(account, network), held);
  }
  return known;
}

function addressIn(text: string, network: number): NodeId {
  try {
    return parseAddress(text, network);
  } catch (cause) {
    throw new RecordingError('bad-recording', `expected addresses of network ${network}, got ${text.slice(0, 100)}`, {
      path: 'vaults',
      cause,
    });
  }
}

/** The state facts a recording gives. The solver's own XRD vault exists: the fee is locked from it. */
export function factsOf(recording: Pick<Recording, 'vaults'>, solver: NodeId): StateFacts {
  return {
    holdsVault(account, resource) {
      if (account === solver && resource === XRD) return true;
      return recording.vaults.get(account)?.get(resource);
    },
  };
}
