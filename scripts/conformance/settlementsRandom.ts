import { units } from '../../src/base/amount.js';
import { XRD } from '../../src/transaction/address.js';
import { type Chance, type RandomBundle, type RandomItem, randomBundle } from '../../test/support/randomBundles.js';
import type { Case } from './settlementsCase.js';
import { type ItemOptions, item, PREFIX, payers } from './settlementsParts.js';
import type { Party, World } from './world.js';

export interface RandomCase extends Case {
  /** Empty where a settlement must exist. */
  readonly deficits: RandomBundle['deficits'];
}

/** What the faucet gives, in XRD, is more than any order here may sell. */
const MINTED = units(10_000);

/** A random bundle (test/support/randomBundles.ts) on the accounts of the world, with calls in front of its orders. */
export function randomCase(world: World, chance: Chance, options: { deficit?: number; maxItems?: number } = {}): RandomCase {
  const scale = BigInt(10 ** chance.below(7));
  const tokens = chance.shuffle(world.tokens.map((token) => token.resource));
  // A taste for small bundles: most of them are, and large ones take long.
  const maxItems = Math.min(options.maxItems ?? 16, chance.often(0.7) ? 6 : 16);
  const bundle = randomBundle(chance, {
    tokens,
    smallest: (resource) => world.unit(resource) * (world.divisibility(resource) === 18 ? 10n ** 10n * scale : 1n),
    deficit: options.deficit ?? 0,
    maxItems,
  });
  const used: Party[] = [];
  let minted = false;
  const items = bundle.items.map(({ order, wrapper }): RandomItem => {
    const { sell, buy, fees } = order;
    const party = pickParty(world, chance, order, used);
    used.push(party);
    let prefix: RandomItem['order']['prefix'];
    const total = (fees ?? []).reduce((sum, fee) => sum + fee, sell.amount);
    if (!minted && sell.resource === XRD && total < MINTED && chance.often(0.3)) {
      minted = true;
      prefix = PREFIX.mint(party);
    } else if (chance.often(0.25)) {
      prefix = randomPrefix(world, chance, party, sell.resource);
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
    shape: bundle.shape,
    items,
    deficits: bundle.deficits,
    solver: chance.often(0.6) ? world.of('solver')[0]! : chance.pick(world.of('solver')),
    tipBasisPoints: chance.often(0.1) ? chance.below(1000) : 0,
    discriminator: BigInt(chance.below(2 ** 31)),
  };
}

/** Whoever can pay; mostly another one for each order, and now and then one that lacks the vault for what it buys. */
function pickParty(world: World, chance: Chance, { sell }: RandomItem['order'], used: readonly Party[]): Party {
  const lean = payers(world, sell.resource, true);
  const able = (chance.often(0.15) ? lean : payers(world, sell.resource, false)).filter((party) => !used.includes(party));
  const again = used.filter((party) => world.balance(party.account, sell.resource) !== undefined);
  if (again.length > 0 && chance.often(0.04)) return chance.pick(again);
  return chance.pick(able.length > 0 ? able : payers(world, sell.resource));
}

function randomPrefix(world: World, chance: Chance, party: Party, sold: string): RandomItem['order']['prefix'] {
  const amount = world.unit(sold) * BigInt(1 + chance.below(1000));
  const kinds = ['proof', 'proof', 'proofs', 'empty', ...(party.badge === undefined ? [] : ['badge', 'badge'])];
  if (world.balance(party.account, XRD) !== undefined) kinds.push('contingent');
  switch (chance.pick(kinds)) {
    case 'proof':
      return PREFIX.proof(party, sold, amount);
    case 'proofs':
      return PREFIX.proofs(party, sold, amount);
    case 'badge':
      return PREFIX.badge(party);
    case 'contingent':
      return PREFIX.contingent(party, units(1 + chance.below(20)) / 100n);
    default:
      return PREFIX.empty();
  }
}
