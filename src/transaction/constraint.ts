import { decimal, type Infer, map, set, struct, variants } from '../sbor/codec.js';
import { nonFungibleLocalId, resourceAddress } from '../sbor/custom.js';

/** Resource constraints of assertions (docs/protocol.md §4.1). */

const localIds = set(nonFungibleLocalId);

// biome-ignore format: a table reads better aligned
export const lowerBound = variants({
  NonZero:   [0, {}],
  Inclusive: [1, { amount: decimal }],
});

export const upperBound = variants({
  Inclusive: [0, { amount: decimal }],
  Unbounded: [1, {}],
});

// biome-ignore format: a table reads better aligned
export const allowedIds = variants({
  Allowlist: [0, { ids: localIds }],
  Any:       [1, {}],
});

export const generalConstraint = struct({
  requiredIds: localIds,
  lowerBound,
  upperBound,
  allowedIds,
});
export type GeneralConstraint = Infer<typeof generalConstraint>;

// biome-ignore format: a table reads better aligned
export const resourceConstraint = variants({
  NonZeroAmount:       [0, {}],
  ExactAmount:         [1, { amount: decimal }],
  AtLeastAmount:       [2, { amount: decimal }],
  ExactNonFungibles:   [3, { ids: localIds }],
  AtLeastNonFungibles: [4, { ids: localIds }],
  General:             [5, { constraint: generalConstraint }],
});
export type ResourceConstraint = Infer<typeof resourceConstraint>;

export const resourceConstraints = map(resourceAddress, resourceConstraint);
export type ResourceConstraints = Infer<typeof resourceConstraints>;
