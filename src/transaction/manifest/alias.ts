import { ENTITY, entityOf } from '../../sbor/custom.js';
import type { Instruction } from '../instruction.js';

/**
 * Calls that have a name of their own in manifest text (radix-transactions 1.4.0, `manifest_instructions.rs`,
 * `decompile_header`). The name stands for package, blueprint and function, or for the method.
 */

/** Native packages: the same addresses on every network. */
const PACKAGE = '0d906318c6318c60f716464c6318c6318cf7bfcad6a3152b46318c6318c6';
const RESOURCE = '0d906318c6318c61e603c64c6318c6318cf7be913d63aafbc6318c6318c6';
const ACCOUNT = '0d906318c6318c6ee313598c6318c6318cf7bcaa2e954a9626318c6318c6';
const IDENTITY = '0d906318c6318c66cd64318c6318c6318cf79e9a7f8f179ca6318c6318c6';
const ACCESS_CONTROLLER = '0d906318c6318c6c4d63f8cc6318c6318cf7bf553d3ca51686318c6318c6';

/** Package, blueprint, function → name. */
// biome-ignore format: a table reads better aligned
const FUNCTIONS: Readonly<Record<string, string>> = {
  [`${PACKAGE} Package publish_wasm`]:                                      'PUBLISH_PACKAGE',
  [`${PACKAGE} Package publish_wasm_advanced`]:                             'PUBLISH_PACKAGE_ADVANCED',
  [`${ACCOUNT} Account create_advanced`]:                                   'CREATE_ACCOUNT_ADVANCED',
  [`${ACCOUNT} Account create`]:                                            'CREATE_ACCOUNT',
  [`${IDENTITY} Identity create_advanced`]:                                 'CREATE_IDENTITY_ADVANCED',
  [`${IDENTITY} Identity create`]:                                          'CREATE_IDENTITY',
  [`${ACCESS_CONTROLLER} AccessController create`]:                         'CREATE_ACCESS_CONTROLLER',
  [`${RESOURCE} FungibleResourceManager create`]:                           'CREATE_FUNGIBLE_RESOURCE',
  [`${RESOURCE} FungibleResourceManager create_with_initial_supply`]:       'CREATE_FUNGIBLE_RESOURCE_WITH_INITIAL_SUPPLY',
  [`${RESOURCE} NonFungibleResourceManager create`]:                        'CREATE_NON_FUNGIBLE_RESOURCE',
  [`${RESOURCE} NonFungibleResourceManager create_with_initial_supply`]:    'CREATE_NON_FUNGIBLE_RESOURCE_WITH_INITIAL_SUPPLY',
};

/** Entity type of the receiver, method → name. */
// biome-ignore format: a table reads better aligned
const MAIN_METHODS: Readonly<Record<string, string>> = {
  [`${ENTITY.GlobalPackage} PackageRoyalty_claim_royalties`]:               'CLAIM_PACKAGE_ROYALTIES',
  [`${ENTITY.GlobalFungibleResourceManager} mint`]:                         'MINT_FUNGIBLE',
  [`${ENTITY.GlobalNonFungibleResourceManager} mint`]:                      'MINT_NON_FUNGIBLE',
  [`${ENTITY.GlobalNonFungibleResourceManager} mint_ruid`]:                 'MINT_RUID_NON_FUNGIBLE',
};
const CREATE_VALIDATOR = 'CREATE_VALIDATOR';

/** Instruction, method → name, whoever receives the call. */
// biome-ignore format: a table reads better aligned
const MODULE_METHODS: Readonly<Record<string, string>> = {
  'CALL_ROYALTY_METHOD set_royalty':                  'SET_COMPONENT_ROYALTY',
  'CALL_ROYALTY_METHOD lock_royalty':                 'LOCK_COMPONENT_ROYALTY',
  'CALL_ROYALTY_METHOD claim_royalties':              'CLAIM_COMPONENT_ROYALTIES',
  'CALL_METADATA_METHOD set':                         'SET_METADATA',
  'CALL_METADATA_METHOD remove':                      'REMOVE_METADATA',
  'CALL_METADATA_METHOD lock':                        'LOCK_METADATA',
  'CALL_ROLE_ASSIGNMENT_METHOD set_owner':            'SET_OWNER_ROLE',
  'CALL_ROLE_ASSIGNMENT_METHOD lock_owner':           'LOCK_OWNER_ROLE',
  'CALL_ROLE_ASSIGNMENT_METHOD set':                  'SET_ROLE',
  'CALL_DIRECT_VAULT_METHOD recall':                  'RECALL_FROM_VAULT',
  'CALL_DIRECT_VAULT_METHOD freeze':                  'FREEZE_VAULT',
  'CALL_DIRECT_VAULT_METHOD unfreeze':                'UNFREEZE_VAULT',
  'CALL_DIRECT_VAULT_METHOD recall_non_fungibles':    'RECALL_NON_FUNGIBLES_FROM_VAULT',
};

/** A call's own name, and how many of its leading fields are still written: the receiver, or none. */
export interface Alias {
  readonly name: string;
  readonly leadingFields: 0 | 1;
}

/** The alias of a call, where it has one. */
export function aliasOf(instruction: Instruction): Alias | undefined {
  switch (instruction.type) {
    case 'CALL_FUNCTION':
      return alias(FUNCTIONS[`${instruction.package} ${instruction.blueprint} ${instruction.function}`], 0);
    case 'CALL_METHOD': {
      if (typeof instruction.address !== 'string') return undefined;
      const entity = entityOf(instruction.address);
      if (entity === ENTITY.GlobalConsensusManager && instruction.method === 'create_validator') {
        return alias(CREATE_VALIDATOR, 0);
      }
      return alias(MAIN_METHODS[`${entity} ${instruction.method}`], 1);
    }
    case 'CALL_ROYALTY_METHOD':
    case 'CALL_METADATA_METHOD':
    case 'CALL_ROLE_ASSIGNMENT_METHOD':
    case 'CALL_DIRECT_VAULT_METHOD':
      return alias(MODULE_METHODS[`${instruction.type} ${instruction.method}`], 1);
    default:
      return undefined;
  }
}

function alias(name: string | undefined, leadingFields: 0 | 1): Alias | undefined {
  return name === undefined ? undefined : { name, leadingFields };
}
