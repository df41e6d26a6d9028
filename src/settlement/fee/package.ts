import { fetch } from './charge.js';
import { databaseRead } from './price.js';

/**
 * What a blueprint's first use reads from its package (docs/protocol.md §12.3). Definitions, auth configurations and
 * schemas are kept by the engine for the rest of the transaction; the other parts are opened at every call and only
 * their database read happens once. Each part is a bit, so that a call's needs are one number.
 */

const FIRST: number[] = [];

function part(units: number): number {
  const bit = 1 << FIRST.length;
  FIRST.push(units);
  return bit;
}

/** Read once and kept: the database read, and the one time it is opened. */
const kept = (bytes: number): number => databaseRead(bytes) + fetch(bytes);

/** Every call into the resource package: royalty state, and the code's type and body. */
const resourcePackage = part(databaseRead(119) + databaseRead(18) + databaseRead(26));

export const USE = {
  zone: part(kept(2218)),
  worktop: resourcePackage | part(databaseRead(18) + kept(23) + kept(2532) + kept(827)),
  /** A bucket made, looked at or moved. */
  bucketType: part(kept(2072) + kept(1016)),
  bucketCall: resourcePackage | part(databaseRead(18) + kept(174)),
  vault: resourcePackage | part(databaseRead(18) + kept(275) + kept(2934) + kept(1790)),
  managerType: part(kept(2925)),
  managerCall: resourcePackage | part(databaseRead(18) + kept(587) + kept(4925)),
  account: part(
    databaseRead(135) +
      databaseRead(18) +
      databaseRead(138) +
      kept(805) +
      kept(6755) +
      kept(3706) +
      databaseRead(18) +
      databaseRead(26),
  ),
  /** Proofs: one made, one moved, one called. */
  proofType: part(kept(1146) + kept(443)),
  proofMove: resourcePackage | part(databaseRead(18)),
  proofCall: resourcePackage | part(kept(23)),
  nonFungibleVault: resourcePackage | part(databaseRead(18) + kept(425) + kept(3903) + kept(2207)),
  nonFungibleManager: resourcePackage | part(kept(867) + databaseRead(18) + kept(4409) + kept(10493)),
  nonFungibleProofType: part(kept(1417) + kept(530)),
  nonFungibleProofMove: resourcePackage | part(databaseRead(18)),
  nonFungibleProofCall: resourcePackage | part(kept(23)),
  zoneCall: resourcePackage | part(databaseRead(18) + kept(23) + kept(1308)),
  /** Methods added by later protocol versions have a schema and code of their own. */
  worktopExtension: part(kept(888) + databaseRead(18) + databaseRead(26)),
  accountExtension: part(databaseRead(18) + databaseRead(26)),
  /** What makes an account come to exist. */
  roleAssignment: part(
    kept(23) + databaseRead(119) + databaseRead(18) + kept(1508) + kept(1092) + databaseRead(18) + databaseRead(26),
  ),
  metadata: part(
    kept(305) + databaseRead(119) + databaseRead(18) + kept(1326) + kept(1967) + databaseRead(18) + databaseRead(26),
  ),
} as const;

/** Units of the parts in `needs` that `seen` lacks. */
export function firstUse(needs: number, seen: number): number {
  let missing = needs & ~seen;
  let units = 0;
  while (missing !== 0) {
    const bit = 31 - Math.clz32(missing);
    units += FIRST[bit]!;
    missing &= ~(1 << bit);
  }
  return units;
}
