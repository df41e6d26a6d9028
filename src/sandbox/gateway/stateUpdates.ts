import { toHex } from '../../base/bytes.js';
import { ENTITY, entityOf } from '../../sbor/custom.js';
import { parseAddress } from '../../transaction/address.js';
import { blake2b } from '../../transaction/crypto.js';
import type { Network } from '../../transaction/network.js';
import type { PreviewReceipt } from '../engine/receipt.js';

/** Names of the Core API that differ from the engine's: those from before Cuttlefish, and resources. */
const RENAMED: Readonly<Record<string, string>> = {
  GlobalPreallocatedSecp256k1Account: 'GlobalVirtualSecp256k1Account',
  GlobalPreallocatedSecp256k1Identity: 'GlobalVirtualSecp256k1Identity',
  GlobalPreallocatedEd25519Account: 'GlobalVirtualEd25519Account',
  GlobalPreallocatedEd25519Identity: 'GlobalVirtualEd25519Identity',
  GlobalFungibleResourceManager: 'GlobalFungibleResource',
  GlobalNonFungibleResourceManager: 'GlobalNonFungibleResource',
};
const NAMES = new Map(Object.entries(ENTITY).map(([name, entity]) => [entity as number, RENAMED[name] ?? name]));

/** Where accounts keep their vaults. */
const VAULTS_PARTITION = 65;

/**
 * What a preview would bring into being (docs/interfaces.md §2): of substates, the entries of new vaults in their accounts.
 * The other changes are left out.
 */
export function stateUpdates({ newVaults, newEntities }: PreviewReceipt, network: Network) {
  if (newVaults === undefined || newEntities === undefined) return undefined;
  const { packages, components, resources } = newEntities;
  const reference = (address: string) => entityReference(address, network);
  return {
    deleted_partitions: [],
    created_substates: newVaults.map(({ account, resource, vault }) => ({
      substate_id: {
        ...substateOwner(account, network),
        entity_module: 'Main',
        partition_kind: 'KeyValue',
        partition_number: VAULTS_PARTITION,
        substate_type: 'AccountVaultEntry',
        substate_key: mapKey(resource, network),
      },
      value: {
        substate_data: {
          substate_type: 'AccountVaultEntry',
          is_locked: false,
          key: { resource_address: resource },
          value: { vault: reference(vault) },
        },
      },
    })),
    updated_substates: [],
    deleted_substates: [],
    new_global_entities: [...packages, ...components, ...resources].map(reference),
  };
}

function substateOwner(entity_address: string, network: Network) {
  return { entity_type: NAMES.get(entityOf(parseAddress(entity_address, network.id))), entity_address };
}

function entityReference(address: string, network: Network) {
  return { ...substateOwner(address, network), is_global: !address.startsWith('internal_') };
}

/** The key in Scrypto SBOR; the database sorts by a hash before it. */
function mapKey(resource: string, network: Network) {
  const key = Buffer.from(`5c80${parseAddress(resource, network.id)}`, 'hex');
  return { key_type: 'Map', db_sort_key_hex: toHex(blake2b(key)).slice(0, 40) + toHex(key), key_hex: toHex(key) };
}
