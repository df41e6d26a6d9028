import { units } from '../../src/base/amount.js';
import type { NodeId } from '../../src/sbor/custom.js';
import { XRD } from '../../src/transaction/address.js';
import type { Chance, RandomItem } from '../../test/support/randomBundles.js';
import type { Case } from './settlementsCase.js';
import { type ItemOptions, item, PREFIX, payers, type Trade } from './settlementsParts.js';
import type { Party, World } from './world.js';

/** Every shape of docs/economics.md, and the variants that change what is charged. Parties and amounts vary. */

interface Draw {
  readonly world: World;
  readonly chance: Chance;
  /** Two to four tokens of different kinds. */
  readonly tokens: readonly NodeId[];
  amount(resource: NodeId): bigint;
  /** Another user each time that can pay in a resource: rich, of that curve, unless asked otherwise. */
  user(resource: NodeId, want?: { lean?: boolean; curve?: 'Ed25519' | 'Secp256k1'; created?: boolean }): Party;
}

function draw(world: World, chance: Chance): Draw {
  const used = new Set<Party>();
  return {
    world,
    chance,
    tokens: chance.shuffle(world.tokens.map((token) => token.resource)),
    amount: (resource) => world.unit(resource) * BigInt(100 + chance.below(1_000_000)),
    user(resource, { lean = false, curve = 'Ed25519', created = false } = {}) {
      const able = payers(world, resource, lean).filter(
        (party) => !used.has(party) && party.created === created && party.key.publicKey.type === curve,
      );
      const party = chance.pick(able);
      used.add(party);
      return party;
    },
  };
}

type Sides = readonly [ItemOptions, ItemOptions];

/** Two orders that want just what the other sells. */
function pair(
  on: Draw,
  parties?: readonly [Party, Party],
  options: Sides = [{}, {}],
  [a, b] = on.tokens,
): RandomItem[] {
  const [first, second] = [
    { resource: a!, amount: on.amount(a!) },
    { resource: b!, amount: on.amount(b!) },
  ];
  const [taker, maker] = parties ?? [on.user(a!), on.user(b!)];
  return [
    item(on.world, on.chance, taker, { sell: first, buy: second }, options[0]),
    item(on.world, on.chance, maker, { sell: second, buy: first }, options[1]),
  ];
}

/** Fees of one bucket, of two. */
function fees(on: Draw, resource: NodeId, count = 1): ItemOptions {
  const unit = on.world.unit(resource);
  return { fees: [unit * 9n, unit * 5n].slice(0, count) };
}

function ring(on: Draw, length: number): RandomItem[] {
  const sold = on.tokens.slice(0, length).map((resource) => ({ resource, amount: on.amount(resource) }));
  return sold.map((sell, i) =>
    item(on.world, on.chance, on.user(sell.resource), { sell, buy: sold[(i + 1) % length]! }),
  );
}

function makers(on: Draw, count: number): RandomItem[] {
  const [a, b] = on.tokens as [NodeId, NodeId];
  const parts = Array.from({ length: count }, () => [on.amount(a), on.amount(b)] as const);
  const total = (side: 0 | 1) => parts.reduce((sum, part) => sum + part[side], 0n);
  const trade: Trade = { sell: { resource: a, amount: total(0) }, buy: { resource: b, amount: total(1) } };
  return [
    item(on.world, on.chance, on.user(a), trade, fees(on, a)),
    ...parts.map(([forA, ofB]) =>
      item(on.world, on.chance, on.user(b), { sell: { resource: b, amount: ofB }, buy: { resource: a, amount: forA } }),
    ),
  ];
}

/** The same tokens again: what a market looks like. */
function pairs(on: Draw, count: number): RandomItem[] {
  const [a, b] = on.tokens as [NodeId, NodeId];
  return Array.from({ length: count }, () => pair(on, undefined, [fees(on, a), {}], [a, b])).flat();
}

function surplus(on: Draw, exact: boolean): RandomItem[] {
  const [a, b] = on.tokens as [NodeId, NodeId];
  const [sold, bought] = [on.amount(a), on.amount(b)];
  const less = sold - (sold / (100n * on.world.unit(a))) * on.world.unit(a);
  return [
    item(on.world, on.chance, on.user(a), {
      sell: { resource: a, amount: sold },
      buy: { resource: b, amount: bought },
    }),
    item(on.world, on.chance, on.user(b), {
      sell: { resource: b, amount: bought },
      buy: { resource: a, amount: less, exact },
    }),
  ];
}

/** One order mints the XRD it sells by a call of the faucet. */
function mint(on: Draw): RandomItem[] {
  const [a] = on.tokens as [NodeId];
  const minter = on.user(a);
  return pair(on, [minter, on.user(a)], [{ prefix: PREFIX.mint(minter) }, {}], [XRD, a]);
}

function prefixed(
  on: Draw,
  prefix: (party: Party, resource: NodeId, amount: bigint) => RandomItem['order']['prefix'],
): RandomItem[] {
  const [a, b] = on.tokens as [NodeId, NodeId];
  const parties = [on.user(a), on.user(b)] as const;
  return pair(on, parties, [fees(on, a), { prefix: prefix(parties[1], b, on.world.unit(b))! }]);
}

type Make = (on: Draw) => readonly RandomItem[];

export const SHAPES: Readonly<Record<string, Make>> = {
  pair: (on) => pair(on),
  'pair-fees': (on) => pair(on, undefined, [fees(on, on.tokens[0]!, 2), fees(on, on.tokens[1]!)]),
  'pair-exact': (on) => surplus(on, true),
  surplus: (on) => surplus(on, false),
  makers: (on) => makers(on, 3),
  ring: (on) => ring(on, 3),
  ring5: (on) => ring(on, 5),
  fresh: (on) => pair(on, [on.user(on.tokens[0]!, { lean: true }), on.user(on.tokens[1]!)]),
  'fresh-both': (on) => pair(on, [on.user(on.tokens[0]!, { lean: true }), on.user(on.tokens[1]!, { lean: true })]),
  'fresh-anthic': (on) => pair(on, undefined, [{ ...fees(on, on.tokens[0]!), anthic: on.world.of('anthic')[1]! }, {}]),
  secp: (on) => pair(on, [on.user(on.tokens[0]!, SECP), on.user(on.tokens[1]!, SECP)]),
  'anthic-secp': (on) => pair(on, undefined, [{ anthic: on.world.of('anthic')[2]! }, {}]),
  created: (on) => pair(on, [on.user(on.tokens[0]!, { created: true }), on.user(on.tokens[1]!)]),
  'created-secp': (on) => pair(on, [on.user(on.tokens[0]!), on.user(on.tokens[1]!, { ...SECP, created: true })]),
  prefix: (on) => prefixed(on, PREFIX.proof),
  'prefix-proofs': (on) => prefixed(on, PREFIX.proofs),
  'prefix-empty': (on) => prefixed(on, PREFIX.empty),
  'prefix-badge': (on) => badge(on, PREFIX.badge),
  'prefix-badges': (on) => badge(on, PREFIX.badges),
  'prefix-bucket': (on) => prefixed(on, PREFIX.bucket),
  'prefix-burn': (on) => burn(on),
  mint,
  xrd: (on) => pair(on, undefined, [{}, {}], [XRD, on.tokens[1]!]),
  'reward-first': (on) => pair(on, undefined, [{ early: true }, { early: true }]),
  rebate: (on) =>
    pair(on, undefined, [
      { ...fees(on, on.tokens[0]!), rebate: on.world.unit(on.tokens[0]!), rebateConstraint: true },
      {},
    ]),
  tip: (on) => pair(on),
  eight: (on) => [0, 1, 2, 3].flatMap((i) => pair(on, undefined, undefined, on.chance.shuffle(on.tokens).slice(i % 2))),
  '2xpair': (on) => pairs(on, 2),
  '3xpair': (on) => pairs(on, 3),
  '4xpair': (on) => pairs(on, 4),
  '8xpair': (on) => pairs(on, 8),
};
const SECP = { curve: 'Secp256k1' } as const;

function badge(on: Draw, prefix: (party: Party) => RandomItem['order']['prefix']): RandomItem[] {
  const holder = on.chance.pick(on.world.of('user').filter((party) => party.badge !== undefined));
  const others = on.world.of('user').filter((party) => party !== holder && party.number < 2018);
  return pair(on, [holder, on.chance.pick(others)], [{ prefix: prefix(holder)! }, {}]);
}

function burn(on: Draw): RandomItem[] {
  const [a, b] = on.chance.shuffle(on.tokens.filter((resource) => on.world.facts.anyoneBurns?.(resource)));
  const [burner, other] = [on.user(a!), on.user(b!)];
  const prefix = PREFIX.burn(burner, a!, on.world.unit(a!));
  return pair(on, [burner, other], [{ prefix }, {}], [a!, b!]);
}

export function shapeCase(world: World, chance: Chance, shape: string): Case {
  const items = SHAPES[shape]!(draw(world, chance));
  // The usual solver has all vaults, but a surplus is worth a look when it has none for it.
  const solvers = world.of('solver');
  const solver = shape === 'pair-exact' && chance.often(0.5) ? solvers[2]! : solvers[0]!;
  return {
    shape,
    items: items.map(({ order, wrapper }) => ({ order, wrapper: { reward: units(1) / 2n, ...wrapper } })),
    solver,
    tipBasisPoints: shape === 'tip' ? 250 : 0,
    discriminator: BigInt(chance.below(2 ** 31)),
  };
}
