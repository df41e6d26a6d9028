import { SolverError } from '../../base/error.js';
import { type HashKind, parseAddress, parseId } from '../../transaction/address.js';
import type { Network } from '../../transaction/network.js';
import type { Fields } from '../fields.js';

/** A Bech32m hash of the right kind and network, else 400. */
export function idField(body: Fields, name: string, kind: HashKind, network: Network): string {
  const id = body.string(name);
  return located(name, () => {
    parseId(kind, id, network);
    return id;
  });
}

/** The address of an entity of the right network, with its node id, else 400. */
export function addressOf(text: string, path: string, network: Network): { address: string; node: string } {
  return located(path, () => ({ address: text, node: parseAddress(text, network) }));
}

function located<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new SolverError('bad-field', (error as Error).message, { path });
  }
}
