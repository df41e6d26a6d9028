import { callsForeign } from '../anthic/wrappedOrder.js';
import { type Attos, parseAmount } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import { CERTAIN, type Ppm } from '../settlement/chance.js';
import type { StateFacts } from '../settlement/fee/predict.js';
import type { SettledOrder } from '../settlement/settle.js';
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
  /** What accounts held when the message came, as far as it was known. */
  readonly balances: ReadonlyMap<NodeId, ReadonlyMap<NodeId, Attos>>;
}

/** With its zone: without one it would be another time on another machine, and of `1` or `May` a year is made up. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

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
  const { receivedAt, network, epoch, proposerTimestamp, frame, vaults, balances } = record;
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
    vaults: byAccount(vaults, network as number, 'vaults', 'true or false', asBoolean),
    balances: byAccount(balances, network as number, 'balances', 'an amount as text', asAmount),
  };
}

function expect(holds: boolean, path: string, what: string): void {
  if (!holds) throw new RecordingError('bad-recording', `expected ${what}`, { path });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function asAmount(value: unknown): Attos | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const amount = parseAmount(value);
    return amount < 0n ? undefined : amount;
  } catch {
    return undefined;
  }
}

/** What is told of accounts, resource by resource. */
function byAccount<T>(
  told: unknown,
  network: number,
  field: string,
  what: string,
  read: (value: unknown) => T | undefined,
): ReadonlyMap<NodeId, ReadonlyMap<NodeId, T>> {
  const known = new Map<NodeId, ReadonlyMap<NodeId, T>>();
  if (told === undefined || told === null) return known;
  const wanted = `accounts, each with resources and for each ${what}`;
  expect(typeof told === 'object' && !Array.isArray(told), field, wanted);
  for (const [account, resources] of Object.entries(told as object)) {
    expect(typeof resources === 'object' && resources !== null, `${field}.${account}`, wanted);
    const values = new Map<NodeId, T>();
    for (const [resource, text] of Object.entries(resources as object)) {
      const value = read(text);
      expect(value !== undefined, `${field}.${account}.${resource}`, what);
      values.set(addressIn(resource, network, field), value!);
    }
    known.set(addressIn(account, network, field), values);
  }
  return known;
}

function addressIn(text: string, network: number, field: string): NodeId {
  try {
    return parseAddress(text, network);
  } catch (cause) {
    throw new RecordingError('bad-recording', `expected addresses of network ${network}, got ${text.slice(0, 100)}`, {
      path: field,
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

/** Whether the account of an order can pay: a million for no, 0 for yes, undefined where the recording does not tell. */
export function cannotPay({ balances }: Pick<Recording, 'balances'>, order: SettledOrder): Ppm | undefined {
  const { account, sell, withdrawn } = order.limitOrder;
  const balance = balances.get(account)?.get(sell.resource);
  if (balance === undefined) return undefined;
  if (balance >= withdrawn) return 0;
  // What it lacks, its own calls may bring.
  return callsForeign(order) ? undefined : CERTAIN;
}
