/** Features of resources by their names on the ledger. Its type info lists those that it was made with. */
export const FEATURES = ['mint', 'burn', 'track_total_supply', 'vault_freeze', 'vault_recall'] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = readonly Feature[];

export const XRD_FEATURES: Features = ['mint', 'burn'];
/** What tokens mostly have, and are taken to have until a fee tells. */
export const USUAL_FEATURES: Features = ['mint', 'burn', 'track_total_supply'];
/** What makes a fee the highest: what is frozen is read at every use of a vault, 2 % of a bundle. */
export const DEAREST_FEATURES: Features = ['vault_freeze', ...USUAL_FEATURES, 'vault_recall'];

/** Every list that a fee can tell from the others. Minting and burning are names of one length: it cannot tell which. */
export const FEATURE_LISTS: readonly Features[] = subsets(FEATURES).filter(
  (list) => !list.includes('burn') || list.includes('mint'),
);

export function isFeature(value: unknown): value is Feature {
  return (FEATURES as readonly unknown[]).includes(value);
}

/** Whether what is frozen is looked up at every use of a vault. */
export function isFreezable(features: Features): boolean {
  return features.includes('vault_freeze');
}

/** Whether how many there are is kept, and changes when some are burnt. */
export function isCounted(features: Features): boolean {
  return features.includes('track_total_supply');
}

/** Bytes of the list in a type info: a length and a name each. */
export function listLength(features: Features): number {
  return features.reduce((bytes, name) => bytes + 1 + name.length, 0);
}

/** Whether no fee can tell it from the usual kind. */
export function isUsual(features: Features): boolean {
  return !isFreezable(features) && listLength(features) === listLength(USUAL_FEATURES);
}

function subsets([first, ...rest]: Features): Feature[][] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((list) => [list, [first, ...list]]);
}
