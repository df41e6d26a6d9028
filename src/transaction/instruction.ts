import { array, decimal, type Infer, string, u32, variants } from '../sbor/codec.js';
import {
  bucket,
  callGlobal,
  callInternal,
  callPackage,
  nonFungibleLocalId,
  packageAddress,
  proof,
  resourceAddress,
} from '../sbor/custom.js';
import { value } from '../sbor/value.js';
import { accessRule } from './accessRule.js';
import { resourceConstraint, resourceConstraints } from './constraint.js';

const localIds = array(nonFungibleLocalId);
const method = { address: callGlobal, method: string, args: value };

/** InstructionV2: name, discriminator, fields in wire order (docs/protocol.md §4). */
// biome-ignore format: a table reads better aligned
export const instruction = variants({
  TAKE_FROM_WORKTOP:                           [0x00, { resource: resourceAddress, amount: decimal }],
  TAKE_NON_FUNGIBLES_FROM_WORKTOP:             [0x01, { resource: resourceAddress, ids: localIds }],
  TAKE_ALL_FROM_WORKTOP:                       [0x02, { resource: resourceAddress }],
  RETURN_TO_WORKTOP:                           [0x03, { bucket }],
  ASSERT_WORKTOP_CONTAINS:                     [0x04, { resource: resourceAddress, amount: decimal }],
  ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES:       [0x05, { resource: resourceAddress, ids: localIds }],
  ASSERT_WORKTOP_CONTAINS_ANY:                 [0x06, { resource: resourceAddress }],
  ASSERT_WORKTOP_RESOURCES_ONLY:               [0x08, { constraints: resourceConstraints }],
  ASSERT_WORKTOP_RESOURCES_INCLUDE:            [0x09, { constraints: resourceConstraints }],
  ASSERT_NEXT_CALL_RETURNS_ONLY:               [0x0a, { constraints: resourceConstraints }],
  ASSERT_NEXT_CALL_RETURNS_INCLUDE:            [0x0b, { constraints: resourceConstraints }],
  ASSERT_BUCKET_CONTENTS:                      [0x0c, { bucket, constraint: resourceConstraint }],
  POP_FROM_AUTH_ZONE:                          [0x10, {}],
  PUSH_TO_AUTH_ZONE:                           [0x11, { proof }],
  DROP_AUTH_ZONE_PROOFS:                       [0x12, {}],
  DROP_AUTH_ZONE_REGULAR_PROOFS:               [0x13, {}],
  CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT:       [0x14, { resource: resourceAddress, amount: decimal }],
  CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES:[0x15, { resource: resourceAddress, ids: localIds }],
  CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL:          [0x16, { resource: resourceAddress }],
  DROP_AUTH_ZONE_SIGNATURE_PROOFS:             [0x17, {}],
  CREATE_PROOF_FROM_BUCKET_OF_AMOUNT:          [0x21, { bucket, amount: decimal }],
  CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES:   [0x22, { bucket, ids: localIds }],
  CREATE_PROOF_FROM_BUCKET_OF_ALL:             [0x23, { bucket }],
  BURN_RESOURCE:                               [0x24, { bucket }],
  CLONE_PROOF:                                 [0x30, { proof }],
  DROP_PROOF:                                  [0x31, { proof }],
  CALL_FUNCTION:                               [0x40, { package: callPackage, blueprint: string, function: string, args: value }],
  CALL_METHOD:                                 [0x41, method],
  CALL_ROYALTY_METHOD:                         [0x42, method],
  CALL_METADATA_METHOD:                        [0x43, method],
  CALL_ROLE_ASSIGNMENT_METHOD:                 [0x44, method],
  CALL_DIRECT_VAULT_METHOD:                    [0x45, { address: callInternal, method: string, args: value }],
  DROP_ALL_PROOFS:                             [0x50, {}],
  ALLOCATE_GLOBAL_ADDRESS:                     [0x51, { package: packageAddress, blueprint: string }],
  DROP_NAMED_PROOFS:                           [0x52, {}],
  YIELD_TO_PARENT:                             [0x60, { args: value }],
  YIELD_TO_CHILD:                              [0x61, { child: u32, args: value }],
  VERIFY_PARENT:                               [0x62, { rule: accessRule }],
});
export type Instruction = Infer<typeof instruction>;
export type InstructionType = Instruction['type'];

export const instructions = array(instruction);
