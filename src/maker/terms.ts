import type { FeeTable } from '../anthic/order/fees.js';
import { orderFees, settlementFee } from '../anthic/order/fees.js';
import type { Token } from '../anthic/order/token.js';
import { type Attos, units } from '../base/amount.js';
import { roundTo, smallestUnit } from '../base/rounding.js';
import type { NodeId } from '../sbor/custom.js';
import type { AccessRule } from '../transaction/accessRule.js';
import { MakerError } from './error.js';

/** A token as Anthic and the ledger know it. */
export interface TradedToken extends Token {
  readonly resource: NodeId;
  readonly address: string;
}

/** On what terms Anthic takes a maker's fills. */
export interface Terms {
  /** Whom a fill admits to settle it. */
  readonly parentRule: AccessRule;
  readonly fees: FeeTable;
  /** Of the maker's account. */
  readonly level: number;
  readonly tokens: ReadonlyMap<string, TradedToken>;
}

/** Error: `unknown-token`. */
export function tokenOf({ tokens }: Terms, symbol: string): TradedToken {
  const token = tokens.get(symbol);
  if (token !== undefined) return token;
  throw new MakerError('unknown-token', `expected a token that Anthic trades, got ${symbol}`);
}

const ONE = units(1);

/** The most of a token that can be sold when `available` has to pay for the fees as well. */
export function sellable({ fees, level }: Terms, token: Token, available: Attos): Attos {
  const { solver, execution } = settlementFee(fees, token.symbol);
  const rate = fees.levels[level]?.maker ?? 0n;
  const left = available - solver - execution;
  if (left <= 0n) return 0n;
  let amount = roundTo(token.divisibility, left * ONE, ONE + rate, 'down');
  // The fees are rounded up, each: the last unit or two may be missing.
  const fits = () => orderFees(fees, token, amount, level, 'maker').withdrawn <= available;
  while (amount > 0n && !fits()) amount -= smallestUnit(token.divisibility);
  return amount;
}
