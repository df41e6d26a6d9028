import { type Attos, parseAmount } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import { parseAddress } from '../transaction/address.js';

/** A line that is no recording. */
export class RecordingError extends SolverError {
  declare readonly code: 'bad-recording';
}

export function expect(holds: boolean, path: string, what: string): void {
  if (!holds) throw new RecordingError('bad-recording', `expected ${what}`, { path });
}

/** Undefined for what is no such value. */
export type Read<T> = (value: unknown) => T | undefined;

export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function asAmount(value: unknown): Attos | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const amount = parseAmount(value);
    return amount < 0n ? undefined : amount;
  } catch {
    return undefined;
  }
}

/** What is told of each account or resource; nothing where the field is missing. */
export function byAddress<T>(
  told: unknown,
  network: number,
  field: string,
  what: string,
  read: Read<T>,
): ReadonlyMap<NodeId, T> {
  return entries(told, network, field, what, (value, path) => {
    const found = read(value);
    expect(found !== undefined, path, what);
    return found!;
  });
}

/** What is told of accounts, resource by resource. */
export function byAccount<T>(
  told: unknown,
  network: number,
  field: string,
  what: string,
  read: Read<T>,
): ReadonlyMap<NodeId, ReadonlyMap<NodeId, T>> {
  const wanted = `accounts, each with resources and for each ${what}`;
  return entries(told, network, field, wanted, (resources, account) => {
    const known = new Map<NodeId, T>();
    expect(typeof resources === 'object' && resources !== null, account, wanted);
    for (const [resource, value] of Object.entries(resources as object)) {
      const found = read(value);
      expect(found !== undefined, `${account}.${resource}`, what);
      known.set(addressIn(resource, network, field), found!);
    }
    return known;
  });
}

function entries<T>(
  told: unknown,
  network: number,
  field: string,
  wanted: string,
  read: (value: unknown, path: string) => T,
): ReadonlyMap<NodeId, T> {
  const known = new Map<NodeId, T>();
  if (told === undefined || told === null) return known;
  expect(typeof told === 'object' && !Array.isArray(told), field, wanted);
  for (const [address, value] of Object.entries(told as object)) {
    const found = read(value, `${field}.${address}`);
    known.set(addressIn(address, network, field), found);
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
