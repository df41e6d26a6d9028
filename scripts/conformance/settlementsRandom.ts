import { units } from '../../src/base/amount.js';
import { XRD } from '../../src/transaction/address.js';
import { type Chance, type RandomBundle, type RandomItem, randomBundle } from '../../test/support/randomBundles.js';
import type { Case } from './settlementsCase.js';
import { type ItemOptions, item, PREFIX, payers } from './settlementsParts.js';
import type { Party, World } from './world.js';

/** Part of the bundles that are filled up with others. */
const MERGED = 0.15;

export interface RandomCase extends Case {
  /** Empty where a settlement must exist. */
  readonly deficits: RandomBundle['deficits'];
}

/** What the faucet gives, in XRD, is more than any order here may sell. */
const MINTED = units(10_000);

/** A random bundle (test/support/randomBundles.ts) on the accounts of the world, with calls in front of its orders. */
export function randomCase(
  world: World,
  chance: Chance,
  options: { deficit?: number; maxItems?: number } = {},
): RandomCase {
  const bundles = drawBundles(world, chance, options);
  const used: Party[] = [];
  /** Parties that no other order may share an account with: a fee can be locked only from an untouched vault. */
  const alone = new Set<Party>();
  let minted = false;
  const items = bundles
    .flatMap((bundle) => bundle.items)
    .map(({ order, wrapper }): RandomItem => {
      const { sell, buy, fees } = order;
      const party = pickParty(world, chance, order, used, alone);
      const shared = used.includes(party);
      used.push(party);
      let prefix: RandomItem['order']['prefix'];
      const total = (fees ?? []).reduce((sum, fee) => sum + fee, sell.amount);
      if (!minted && sell.resource === XRD && total < MINTED && chance.often(0.3)) {
        minted = true;
        prefix = PREFIX.mint(party);
      } else if (chance.often(0.25)) {
        const contingent = !shared && world.balance(party.account, XRD) !== undefined;
        prefix = randomPrefix(world, chance, party, sell.resource, contingent);
        alone.add(party);
      }
      const extra: ItemOptions = {
        ...(fees === undefined ? {} : { fees }),
        ...(order.rebateConstraint === undefined ? {} : { rebateConstraint: order.rebateConstraint }),
        ...(prefix === undefined ? {} : { prefix }),
        ...(wrapper.reward === undefined ? {} : { reward: wrapper.reward }),
        ...(wrapper.rebate === undefined ? {} : { rebate: wrapper.rebate }),
        early: chance.often(0.05),
        anthic: chance.often(0.9) ? world.of('anthic')[0]! : chance.pick(world.of('anthic')),
      };
      return item(world, chance, party, { sell, buy }, extra);
    });
  return {
    shape: bundles.map((bundle) => bundle.shape).join('+'),
    items,
    deficits: bundles[0]!.deficits,
    solver: chance.often(0.6) ? world.of('solver')[0]! : chance.pick(world.of('solver')),
    tipBasisPoints: chance.often(0.1) ? chance.below(1000) : 0,
    discriminator: BigInt(chance.below(2 ** 31)),
  };
}

/** One bundle, or as many as fit into one root. */
function drawBundles(world: World, chance: Chance, options: { deficit?: number; maxItems?: number }): RandomBundle[] {
  const scale = 10n ** BigInt(10 + chance.below(7));
  const tokens = chance.shuffle(world.tokens.map((token) => token.resource));
  const smallest = (resource: string) => world.unit(resource) * (world.divisibility(resource) === 18 ? scale : 1n);
  const draw = (deficit: number, maxItems: number) => randomBundle(chance, { tokens, smallest, deficit, maxItems });
  // A taste for small bundles: most of them are, and large ones take long.
  const most = Math.min(options.maxItems ?? 16, chance.often(0.7) ? 6 : 16);
  const bundles = [draw(options.deficit ?? 0, most)];
  const merged = bundles[0]!.deficits.size === 0 && chance.often(MERGED);
  for (let room = most - bundles[0]!.items.length; merged && room >= 2; room -= bundles.at(-1)!.items.length) {
    bundles.push(draw(0, room));
  }
  return bundles;
}

/** Whoever can pay; mostly another one for each order, and now and then one that lacks the vault for what it buys. */
function pickParty(
  world: World,
  chance: Chance,
  { sell }: RandomItem['order'],
  used: readonly Party[],
  alone: ReadonlySet<Party>,
): Party {
  const lean = payers(world, sell.resource, true);
  const able = (chance.often(0.15) ? lean : payers(world, sell.resource, false)).filter(
    (party) => !used.includes(party),
  );
  const again = used.filter((party) => !alone.has(party) && world.balance(party.account, sell.resource) !== undefined);
  if (again.length > 0 && chance.often(0.04)) return chance.pick(again);
  const others = payers(world, sell.resource).filter((party) => !alone.has(party));
  return chance.pick(able.length > 0 ? able : others);
}

function randomPrefix(
  world: World,
  chance: Chance,
  party: Party,
  sold: string,
  contingent: boolean,
): RandomItem['order']['prefix'] {
  const amount = world.unit(sold) * BigInt(1 + chance.below(1000));
  const kinds = ['proof', 'proof', 'proofs', 'bucket', 'empty'];
  if (party.badge !== undefined) kinds.push('badge', 'badge', 'badges');
  if (world.facts.anyoneBurns?.(sold)) kinds.push('burn');
  if (contingent) kinds.push('contingent');
  switch (chance.pick(kinds)) {
    case 'proof':
      return PREFIX.proof(party, sold, amount);
    case 'proofs':
      return PREFIX.proofs(party, sold, amount);
    case 'badge':
      return PREFIX.badge(party);
    case 'badges':
      return PREFIX.badges(party);
    case 'bucket':
      return PREFIX.bucket(party, sold, amount);
    case 'burn':
      return PREFIX.burn(party, sold, amount);
    case 'contingent':
      return PREFIX.contingent(party, units(1 + chance.below(20)) / 100n);
    default:
      return PREFIX.empty();
  }
}
