import { decodeBech32m, encodeBech32m } from '../base/bech32m.js';
import { type Bytes, fromHex, toHex } from '../base/bytes.js';
import { SolverError } from '../base/error.js';
import { ENTITY, entityOf, NODE_ID_LENGTH, type NodeId } from '../sbor/custom.js';
import { type Network, networkById } from './network.js';

/** Entity byte → prefix of the human-readable part (docs/protocol.md §3.5). */
const PREFIX: ReadonlyMap<number, string> = new Map([
  [ENTITY.GlobalPackage, 'package'],
  [ENTITY.GlobalFungibleResourceManager, 'resource'],
  [ENTITY.GlobalNonFungibleResourceManager, 'resource'],
  [ENTITY.GlobalConsensusManager, 'consensusmanager'],
  [ENTITY.GlobalValidator, 'validator'],
  [ENTITY.GlobalAccessController, 'accesscontroller'],
  [ENTITY.GlobalAccount, 'account'],
  [ENTITY.GlobalPreallocatedSecp256k1Account, 'account'],
  [ENTITY.GlobalPreallocatedEd25519Account, 'account'],
  [ENTITY.GlobalIdentity, 'identity'],
  [ENTITY.GlobalPreallocatedSecp256k1Identity, 'identity'],
  [ENTITY.GlobalPreallocatedEd25519Identity, 'identity'],
  [ENTITY.GlobalGenericComponent, 'component'],
  [ENTITY.GlobalOneResourcePool, 'pool'],
  [ENTITY.GlobalTwoResourcePool, 'pool'],
  [ENTITY.GlobalMultiResourcePool, 'pool'],
  [ENTITY.GlobalAccountLocker, 'locker'],
  [ENTITY.GlobalTransactionTracker, 'transactiontracker'],
  [ENTITY.InternalFungibleVault, 'internal_vault'],
  [ENTITY.InternalNonFungibleVault, 'internal_vault'],
  [ENTITY.InternalGenericComponent, 'internal_component'],
  [ENTITY.InternalKeyValueStore, 'internal_keyvaluestore'],
]);

/** XRD: the same bytes on every network. */
export const XRD: NodeId = '5da66318c6318c61f5a61b4c6318c6318cf794aa8d295f14e6318c6318c6';

/** The address of an entity as people read it, e.g. `account_tdx_2_1…`. */
export function formatAddress(node: NodeId, network: number | Network): string {
  const { suffix } = typeof network === 'number' ? networkById(network) : network;
  return encodeBech32m(`${PREFIX.get(entityOf(node))}_${suffix}`, fromHex(node));
}

/**
 * Reads an address of `network`. Errors: `bad-bech32m`; `bad-address` (length, entity type, prefix, another network).
 */
export function parseAddress(text: string, network: number | Network): NodeId {
  const { suffix, name } = typeof network === 'number' ? networkById(network) : network;
  const { hrp, data } = decodeBech32m(text);
  if (data.length !== NODE_ID_LENGTH) throw bad(text, `${NODE_ID_LENGTH} bytes, got ${data.length}`);
  const prefix = PREFIX.get(data[0]!);
  if (prefix === undefined) throw bad(text, `a known entity type, got 0x${data[0]!.toString(16)}`);
  if (hrp !== `${prefix}_${suffix}`) throw bad(text, `an address of ${name} starting ${prefix}_${suffix}1`);
  return toHex(data);
}

function bad(text: string, wanted: string): SolverError {
  return new SolverError('bad-address', `expected ${wanted} (${text})`);
}

const ACCOUNTS: ReadonlySet<number> = new Set([
  ENTITY.GlobalAccount,
  ENTITY.GlobalPreallocatedSecp256k1Account,
  ENTITY.GlobalPreallocatedEd25519Account,
]);

export function isAccount(node: NodeId): boolean {
  return ACCOUNTS.has(entityOf(node));
}

export function isFungible(resource: NodeId): boolean {
  return entityOf(resource) === ENTITY.GlobalFungibleResourceManager;
}

/** The kinds of transaction hash, each with a text form of its own. */
export type HashKind = 'txid' | 'signedintent' | 'subtxid' | 'notarizedtransaction';

/** The id of a hash: its Bech32m text, e.g. `txid_tdx_2_1…`. */
export function formatId(kind: HashKind, hash: Bytes, network: number | Network): string {
  const { suffix } = typeof network === 'number' ? networkById(network) : network;
  return encodeBech32m(`${kind}_${suffix}`, hash);
}

/** Reads an id of the wanted kind and network. Errors: `bad-bech32m`, `bad-id`. */
export function parseId(kind: HashKind, text: string, network: number | Network): Bytes {
  const { suffix } = typeof network === 'number' ? networkById(network) : network;
  const { hrp, data } = decodeBech32m(text);
  if (hrp !== `${kind}_${suffix}` || data.length !== 32) {
    throw new SolverError('bad-id', `expected an id starting ${kind}_${suffix}1, got ${text}`);
  }
  return data;
}
