import type { NodeId } from '../../sbor/custom.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import { SIGNATURE_BADGE } from '../../transaction/key.js';
import type { Endpoint } from './call.js';
import { ledgerState } from './view.js';

/** Name → node id, the same on every network (radix-common 1.4.0, `constants/`). */
// biome-ignore format: a table reads better aligned
const WELL_KNOWN: Readonly<Record<string, NodeId>> = {
  xrd:                                    XRD,
  secp256k1_signature_virtual_badge:      SIGNATURE_BADGE.Secp256k1,
  ed25519_signature_virtual_badge:        SIGNATURE_BADGE.Ed25519,
  package_of_direct_caller_virtual_badge: '9a4c6318c6318c60db1ff8cc6318c6318cf7c75456aba2fbc6318c6318c6',
  global_caller_virtual_badge:            '9a4c6318c6318c647f1ff8cc6318c6318cf7aa347bdfaa51e6318c6318c6',
  system_transaction_badge:               '9a4c6318c6318c68120b34cc6318c6318cf7ab478c5547c7c6318c6318c6',
  package_owner_badge:                    '9a4c6318c6318c60d90e98cc6318c6318cf7aa943d291a3e86318c6318c6',
  validator_owner_badge:                  '9a4c6318c6318c66346e98cc6318c6318cf7d63aa2a913c6a6318c6318c6',
  account_owner_badge:                    '9a4c6318c6318c6ee30e98cc6318c6318cf7eb5aabd4a7e946318c6318c6',
  identity_owner_badge:                   '9a4c6318c6318c66cd6e98cc6318c6318cf7a8fed56b52a8e6318c6318c6',
  package_package:                        '0d906318c6318c60f716464c6318c6318cf7bfcad6a3152b46318c6318c6',
  resource_package:                       '0d906318c6318c61e603c64c6318c6318cf7be913d63aafbc6318c6318c6',
  account_package:                        '0d906318c6318c6ee313598c6318c6318cf7bcaa2e954a9626318c6318c6',
  identity_package:                       '0d906318c6318c66cd64318c6318c6318cf79e9a7f8f179ca6318c6318c6',
  consensus_manager_package:              '0d906318c6318c6c4e1b40cc6318c6318cf7bfd5d45f48c686318c6318c6',
  access_controller_package:              '0d906318c6318c6c4d63f8cc6318c6318cf7bf553d3ca51686318c6318c6',
  transaction_processor_package:          '0d906318c6318c659a6130cc6318c6318cf7a8ba5295eabf46318c6318c6',
  metadata_module_package:                '0d906318c6318c6dadbd5f4c6318c6318cf7d155d53de568a6318c6318c6',
  royalty_module_package:                 '0d906318c6318c6193bf590c6318c6318cf7c4f52d3d189746318c6318c6',
  access_rules_package:                   '0d906318c6318c6e8f9fcc0c6318c6318cf7aa2fad74a29e26318c6318c6',
  role_assignment_module_package:         '0d906318c6318c6e8f9fcc0c6318c6318cf7aa2fad74a29e26318c6318c6',
  genesis_helper_package:                 '0d906318c6318c646670818c6318c6318cf7d63e56aaaf7a26318c6318c6',
  faucet_package:                         '0d906318c6318c64f798cacc6318c6318cf7bdf1ac6943ea26318c6318c6',
  consensus_manager:                      '860c6318c6318c6c4e1b40cc6318c6318cf7bca52eb54a6a86318c6318c6',
  genesis_helper:                         'c0566318c6318c646670818c6318c6318cf7bcbef45eaa44a6318c6318c6',
  faucet:                                 'c0566318c6318c64f798cacc6318c6318cf7be8af78a78f8a6318c6318c6',
  pool_package:                           '0d906318c6318c60fcc6318c6318c6318cf53e3e2a94fa2aa6318c6318c6',
  locker_package:                         '0d906318c6318c6fe2d9198c6318c6318cf7bd4f3bf55557c6318c6318c6',
  transaction_tracker:                    '82cc6318c6318c659963ed8c6318c6318cf7e8f5ae8f4a96a6318c6318c6',
  transaction_tracker_package:            '0d906318c6318c659963ed8c6318c6318cf7be85a17d48bca6318c6318c6',
};

export const networkConfiguration: Endpoint = ({ world: { network } }) => ({
  network_id: network.id,
  network_name: network.name,
  well_known_addresses: Object.fromEntries(
    Object.entries(WELL_KNOWN).map(([name, node]) => [name, formatAddress(node, network)]),
  ),
});

/** Happily tells an old state. */
export const gatewayStatus: Endpoint = ({ view, world }) => ({
  ledger_state: ledgerState(view, world.network),
  release_info: { release_version: 'sandbox', open_api_schema_version: '1.10.1', image_tag: 'anthic-solver' },
});

export const construction: Endpoint = ({ view, world }) => ({ ledger_state: ledgerState(view, world.network) });
