import { units } from '../../src/base/amount.js';
import type { NodeId } from '../../src/sbor/custom.js';
import { ed25519Key, secp256k1Key, type TestKey, XRD } from './build.js';
import { type OrderOptions, token, type WrapperOptions } from './bundles.js';

/** A source of chance that a seed repeats (mulberry32). */
export class Chance {
  constructor(private state: number) {}

  /** A number from 0 up to 1. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  often(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const list = [...items];
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }
}

export interface RandomItem {
  readonly order: OrderOptions;
  readonly wrapper: WrapperOptions;
}

export interface RandomBundle {
  readonly items: readonly RandomItem[];
  /** What the orders together lack: no settlement exists if this is not empty. */
  readonly deficits: ReadonlyMap<NodeId, bigint>;
  readonly shape: string;
}

export interface RandomOptions {
  /** Fungible resources other than XRD. */
  readonly tokens: readonly NodeId[];
  /** The smallest amount of each, by its divisibility. */
  readonly smallest?: (resource: NodeId) => bigint;
  /** Probability that one order asks for more than there is. */
  readonly deficit?: number;
  readonly maxItems?: number;
  readonly keyOf?: (n: number) => TestKey;
  readonly header?: OrderOptions['header'];
  readonly wrapperHeader?: WrapperOptions['header'];
}

const DEFAULT_TOKENS = [token(1), token(2), token(3), token(4)];

interface Trade {
  sell: { resource: NodeId; amount: bigint };
  buy: { resource: NodeId; amount: bigint; exact?: boolean };
}

/**
 * A bundle of one or several parts that each balance: pairs, rings, one taker with several makers. Amounts, constraints,
 * fees, rebates, rewards, curves, surpluses and the order of the items vary; XRD is one of the tokens now and then.
 */
export function randomBundle(chance: Chance, options: Partial<RandomOptions> = {}): RandomBundle {
  const { tokens = DEFAULT_TOKENS, smallest = () => 1n, maxItems = 16, keyOf = mixedKey } = options;
  const resources = chance.often(0.25) ? [XRD, ...tokens.slice(1)] : [...tokens];
  const amount = (resource: NodeId) => smallest(resource) * BigInt(1 + chance.below(1_000_000));
  const trades: Trade[] = [];
  const shapes: string[] = [];
  do {
    const room = maxItems - trades.length;
    const part = chance.pick(['pair', 'pair', 'ring', 'makers'] as const);
    const made =
      part === 'makers' ? makers(chance, resources, amount, room) : ring(chance, resources, amount, part, room);
    shapes.push(`${part}${made.length}`);
    trades.push(...made);
  } while (trades.length + 2 <= maxItems && chance.often(0.4));
  const deficits = perturb(chance, trades, smallest, options.deficit ?? 0);
  const items = trades.map((trade, index): RandomItem => {
    const unit = smallest(trade.sell.resource);
    const fees = chance.pick([[], [unit], [unit * 7n, 0n], [0n, unit * 3n]]);
    const rebate = fees.length > 0 && chance.often(0.3) ? unit * BigInt(chance.below(2)) : 0n;
    const total = fees.reduce((sum, fee) => sum + fee, 0n);
    return {
      order: {
        user: keyOf(index),
        ...trade,
        fees,
        rebateConstraint: fees.length > 0 && chance.often(0.2),
        header: { discriminator: BigInt(chance.below(2 ** 31)), ...options.header },
      },
      wrapper: {
        reward: chance.often(0.1) ? 0n : units(1 + chance.below(100)) / 100n,
        rebate: rebate > total ? total : rebate,
        header: { discriminator: BigInt(chance.below(2 ** 31)), ...options.wrapperHeader },
      },
    };
  });
  return { items: chance.shuffle(items), deficits, shape: shapes.join('+') };
}

function mixedKey(n: number): TestKey {
  return n % 3 === 2 ? secp256k1Key(5000 + n) : ed25519Key(5000 + n);
}

function ring(
  chance: Chance,
  resources: readonly NodeId[],
  amount: (resource: NodeId) => bigint,
  part: 'pair' | 'ring',
  room: number,
): Trade[] {
  const length = part === 'pair' ? 2 : Math.min(room, 3 + chance.below(Math.max(1, resources.length - 2)));
  const chosen = chance.shuffle(resources).slice(0, Math.max(2, length));
  const amounts = chosen.map(amount);
  return chosen.map((resource, index) => {
    const before = (index + chosen.length - 1) % chosen.length;
    return {
      sell: { resource, amount: amounts[index]! },
      buy: { resource: chosen[before]!, amount: amounts[before]! },
    };
  });
}

function makers(
  chance: Chance,
  resources: readonly NodeId[],
  amount: (resource: NodeId) => bigint,
  room: number,
): Trade[] {
  const [sold, bought] = chance.shuffle(resources) as [NodeId, NodeId];
  const count = Math.max(1, Math.min(room - 1, 2 + chance.below(3)));
  const parts = Array.from({ length: count }, () => ({ sold: amount(sold), bought: amount(bought) }));
  const sum = (of: 'sold' | 'bought') => parts.reduce((total, part) => total + part[of], 0n);
  return [
    { sell: { resource: sold, amount: sum('sold') }, buy: { resource: bought, amount: sum('bought') } },
    ...parts.map((part) => ({
      sell: { resource: bought, amount: part.bought },
      buy: { resource: sold, amount: part.sold },
    })),
  ];
}

/** Asks for less here and there (a surplus), for exact amounts, or, with the given probability, for too much. */
function perturb(
  chance: Chance,
  trades: Trade[],
  smallest: (resource: NodeId) => bigint,
  deficit: number,
): Map<NodeId, bigint> {
  for (const trade of trades) {
    if (chance.often(0.2)) trade.buy.amount -= (trade.buy.amount * BigInt(chance.below(10))) / 100n;
    trade.buy.amount -= trade.buy.amount % smallest(trade.buy.resource);
    trade.buy.exact = chance.often(0.3);
  }
  if (chance.often(deficit)) {
    const greedy = chance.pick(trades);
    greedy.buy.amount +=
      (supply(trades, greedy.buy.resource) / smallest(greedy.buy.resource) + 1n) * smallest(greedy.buy.resource);
  }
  const deficits = new Map<NodeId, bigint>();
  for (const { buy } of trades) {
    const lack = -supply(trades, buy.resource);
    if (lack > 0n) deficits.set(buy.resource, lack);
  }
  return deficits;
}

/** What is sold of a resource less what is bought of it. */
function supply(trades: readonly Trade[], resource: NodeId): bigint {
  let total = 0n;
  for (const { sell, buy } of trades) {
    if (sell.resource === resource) total += sell.amount;
    if (buy.resource === resource) total -= buy.amount;
  }
  return total;
}
