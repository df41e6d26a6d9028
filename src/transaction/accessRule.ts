import { array, type Codec, decimal, type Infer, struct, u8, variants } from '../sbor/codec.js';
import { nonFungibleLocalId, resourceAddress } from '../sbor/custom.js';
import { KIND } from '../sbor/kind.js';

/** Access rules as VERIFY_PARENT carries them (docs/protocol.md §4.2). */

// biome-ignore format: a table reads better aligned
export const resourceOrNonFungible = variants({
  NonFungible: [0, { id: struct({ resource: resourceAddress, localId: nonFungibleLocalId }) }],
  Resource:    [1, { resource: resourceAddress }],
});
export type ResourceOrNonFungible = Infer<typeof resourceOrNonFungible>;

// biome-ignore format: a table reads better aligned
export const basicRequirement = variants({
  Require:  [0, { badge: resourceOrNonFungible }],
  AmountOf: [1, { amount: decimal, resource: resourceAddress }],
  CountOf:  [2, { count: u8, badges: array(resourceOrNonFungible) }],
  AllOf:    [3, { badges: array(resourceOrNonFungible) }],
  AnyOf:    [4, { badges: array(resourceOrNonFungible) }],
});
export type BasicRequirement = Infer<typeof basicRequirement>;

export type CompositeRequirement =
  | { readonly type: 'Basic'; readonly requirement: BasicRequirement }
  | { readonly type: 'AnyOf'; readonly rules: readonly CompositeRequirement[] }
  | { readonly type: 'AllOf'; readonly rules: readonly CompositeRequirement[] };

// Composite rules hold composite rules, so the table refers to itself through a codec that looks it up when used.
const nested: Codec<CompositeRequirement> = {
  kind: KIND.Enum,
  decode: (reader, kind) => compositeRequirement.decode(reader, kind),
  encode: (writer, rule) => compositeRequirement.encode(writer, rule),
};

export const compositeRequirement: Codec<CompositeRequirement> = variants({
  Basic: [0, { requirement: basicRequirement }],
  AnyOf: [1, { rules: array(nested) }],
  AllOf: [2, { rules: array(nested) }],
});

// biome-ignore format: a table reads better aligned
export const accessRule = variants({
  AllowAll:  [0, {}],
  DenyAll:   [1, {}],
  Protected: [2, { requirement: compositeRequirement }],
});
export type AccessRule = Infer<typeof accessRule>;
