import type { Attos } from '../../base/amount.js';
import type { CheckedOrder } from './check.js';
import type { EndState } from './events.js';
import type { Claim, Maker } from './makers.js';
import type { Release } from './release.js';
import { type Quantity, quantity } from './tokens.js';

/** A maker's part of an order: what it was asked for, and what it answered. */
export interface Part {
  /** The order id that the maker knows. */
  readonly id: string;
  readonly maker: Maker;
  /** In the taker's view. */
  readonly sell: Attos;
  readonly buy: Attos;
  /** Unix seconds. */
  readonly fillBefore: number;
  state: 'open' | 'filled' | 'lost';
  /** A fill that is being checked, or was accepted: its subintent, and what its maker is answered. */
  fillId?: string;
  answer?: Promise<string>;
  fill?: CheckedOrder;
  /** Gives the maker's funds back. */
  release?: Release;
  /** What it takes of the maker's book, and what gives that back. */
  readonly claim: Claim;
  readonly unclaim: Release;
}

/** A taker's order from its acceptance to its one end. */
export interface Order {
  readonly id: string;
  readonly checked: CheckedOrder;
  readonly receivedAtMs: number;
  readonly release: Release;
  /** The current ones; those that were lost are replaced. */
  parts: Part[];
  /** All there ever were. */
  readonly offered: Part[];
  /** Makers that did not fill: they are not asked again. */
  readonly failed: Set<Maker>;
  state: 'matched' | 'pushed' | EndState;
  bundle?: number;
}

/** What `/sandbox/orders` shows of an order. */
export interface OrderView {
  readonly id: string;
  readonly account: string;
  readonly sell: Quantity;
  readonly buy: Quantity;
  readonly receivedAtMs: number;
  readonly expiresAtMs: number;
  readonly state: Order['state'];
  readonly parts: readonly {
    readonly id: string;
    readonly maker: string;
    readonly state: Part['state'];
    readonly fill: string | undefined;
    readonly sell: Quantity;
    readonly buy: Quantity;
  }[];
}

export function viewOrder({ id, checked, receivedAtMs, state, parts }: Order): OrderView {
  const { account, expiresAtMs, sell, buy } = checked;
  return {
    id,
    account,
    sell: quantity(sell.token, sell.amount),
    buy: quantity(buy.token, buy.amount),
    receivedAtMs,
    expiresAtMs,
    state,
    parts: parts.map((part) => ({
      id: part.id,
      maker: part.maker.name,
      state: part.state,
      fill: part.fill?.id,
      sell: quantity(sell.token, part.sell),
      buy: quantity(buy.token, part.buy),
    })),
  };
}
