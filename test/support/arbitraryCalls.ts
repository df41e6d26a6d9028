import { ENTITY, type NodeId } from '../../src/sbor/custom.js';
import type { Instruction } from '../../src/transaction/instruction.js';

/** Native packages: the same addresses on every network. */
const PACKAGE = '0d906318c6318c60f716464c6318c6318cf7bfcad6a3152b46318c6318c6';
const RESOURCE = '0d906318c6318c61e603c64c6318c6318cf7be913d63aafbc6318c6318c6';
const ACCOUNT = '0d906318c6318c6ee313598c6318c6318cf7bcaa2e954a9626318c6318c6';
const IDENTITY = '0d906318c6318c66cd64318c6318c6318cf79e9a7f8f179ca6318c6318c6';
const ACCESS_CONTROLLER = '0d906318c6318c6c4d63f8cc6318c6318cf7bf553d3ca51686318c6318c6';

type Call = Omit<Extract<Instruction, { args: unknown }>, 'args'>;

const node = (entity: number): NodeId => entity.toString(16).padStart(2, '0') + '6318c'.repeat(12).slice(0, 58);

const FUNCTIONS: readonly (readonly [target: NodeId, blueprint: string, ...functions: string[]])[] = [
  [PACKAGE, 'Package', 'publish_wasm', 'publish_wasm_advanced', 'publish_native'],
  [ACCOUNT, 'Account', 'create', 'create_advanced'],
  [IDENTITY, 'Identity', 'create', 'create_advanced'],
  [ACCESS_CONTROLLER, 'AccessController', 'create'],
  [RESOURCE, 'FungibleResourceManager', 'create', 'create_with_initial_supply'],
  [RESOURCE, 'NonFungibleResourceManager', 'create', 'create_with_initial_supply', 'create_ruid_with_initial_supply'],
];

const RECEIVERS = [
  ENTITY.GlobalPackage,
  ENTITY.GlobalConsensusManager,
  ENTITY.GlobalFungibleResourceManager,
  ENTITY.GlobalNonFungibleResourceManager,
  ENTITY.GlobalAccount,
];
const MAIN_METHODS = ['PackageRoyalty_claim_royalties', 'create_validator', 'mint', 'mint_ruid'];
const MODULE_METHODS: readonly (readonly [
  type: 'CALL_ROYALTY_METHOD' | 'CALL_METADATA_METHOD' | 'CALL_ROLE_ASSIGNMENT_METHOD',
  ...methods: string[],
])[] = [
  ['CALL_ROYALTY_METHOD', 'set_royalty', 'lock_royalty', 'claim_royalties'],
  ['CALL_METADATA_METHOD', 'set', 'remove', 'lock'],
  ['CALL_ROLE_ASSIGNMENT_METHOD', 'set_owner', 'lock_owner', 'set'],
];
const VAULTS = [ENTITY.InternalFungibleVault, ENTITY.InternalNonFungibleVault, ENTITY.InternalGenericComponent];
const VAULT_METHODS = ['recall', 'freeze', 'unfreeze', 'recall_non_fungibles'];

/** Calls that manifest text has a name of its own for, and some that only look like one. */
export const NAMED_CALLS: readonly Call[] = [
  ...FUNCTIONS.flatMap(([target, blueprint, ...functions]) =>
    functions.map((name) => ({ type: 'CALL_FUNCTION' as const, package: target, blueprint, function: name })),
  ),
  ...RECEIVERS.flatMap((entity) =>
    MAIN_METHODS.map((method) => ({ type: 'CALL_METHOD' as const, address: node(entity), method })),
  ),
  ...RECEIVERS.flatMap((entity) =>
    MODULE_METHODS.flatMap(([type, ...methods]) => methods.map((method) => ({ type, address: node(entity), method }))),
  ),
  ...VAULTS.flatMap((entity) =>
    VAULT_METHODS.map((method) => ({ type: 'CALL_DIRECT_VAULT_METHOD' as const, address: node(entity), method })),
  ),
];
