import { type Attos, toAttos } from '../../base/amount.js';
import { ONE, roundTo } from '../../base/rounding.js';
import { OrderError } from '../error.js';
import type { Token } from './token.js';

/** What Anthic charges, as `/trade/info` tells it. Rates and amounts in attos: a rate of 10^18 would be all of the sale. */
export interface FeeTable {
  /** By account level, from 0. */
  readonly levels: readonly { readonly taker: Attos; readonly maker: Attos }[];
  readonly settlement: readonly SettlementFee[];
}

export interface SettlementFee {
  readonly symbol: string;
  readonly solver: Attos;
  /** What of it is not needed may come back: `rebate`. */
  readonly execution: Attos;
}

export type Role = 'taker' | 'maker';

/** What an order costs beyond what it sells, in the token that it sells. */
export interface OrderFees {
  readonly anthic: Attos;
  readonly settlement: Attos;
  /** What its account must hold: what it sells and both fees. */
  readonly withdrawn: Attos;
}

/**
 * The fees of an order that sells `amount`: a share of it by the account's level, and a fixed one; both rounded up to what
 * the token can be divided into, as an order that pays less is refused.
 * Errors: `unknown-level`, `no-settlement-fee` (a token that cannot be sold), `amount-overflow`.
 */
export function orderFees(table: FeeTable, sold: Token, amount: Attos, level: number, role: Role): OrderFees {
  const rates = table.levels[level];
  if (rates === undefined) {
    throw new OrderError('unknown-level', `expected an account level below ${table.levels.length}, got ${level}`);
  }
  const fixed = settlementFee(table, sold.symbol);
  const anthic = roundTo(sold.divisibility, amount * rates[role], ONE, 'up');
  const settlement = roundTo(sold.divisibility, fixed.solver + fixed.execution, 1n, 'up');
  return { anthic, settlement, withdrawn: toAttos(amount + anthic + settlement) };
}

/** The row of a token. Error: `no-settlement-fee`. */
export function settlementFee({ settlement }: FeeTable, symbol: string): SettlementFee {
  const row = settlement.find((each) => each.symbol === symbol);
  if (row !== undefined) return row;
  const known = settlement.map((each) => each.symbol).join(', ');
  throw new OrderError('no-settlement-fee', `expected a token with a settlement fee (${known}), got ${symbol}`);
}

/**
 * What comes back of the settlement fee once the execution is estimated to cost `estimate` of the sold token: rounded down,
 * never less than nothing.
 */
export function rebate({ execution }: SettlementFee, estimate: Attos, { divisibility }: Token): Attos {
  return execution <= estimate ? 0n : roundTo(divisibility, execution - estimate, 1n, 'down');
}
