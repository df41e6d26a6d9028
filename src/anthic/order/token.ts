import { type Attos, formatAmount } from '../../base/amount.js';
import { smallestUnit } from '../../base/rounding.js';
import { OrderError } from '../error.js';

/** A token as orders count it: its symbol at Anthic, and how many decimals the ledger gives it. */
export interface Token {
  readonly symbol: string;
  readonly divisibility: number;
}

/** Refuses what is no amount of a token: 0, less, or with more decimals than it has. Error: `bad-order-amount`. */
export function checkTokenAmount({ symbol, divisibility }: Token, amount: Attos): void {
  const text = `${formatAmount(amount)} ${symbol}`;
  if (amount <= 0n) throw new OrderError('bad-order-amount', `expected an amount above 0, got ${text}`);
  if (amount % smallestUnit(divisibility) === 0n) return;
  throw new OrderError('bad-order-amount', `expected at most ${divisibility} decimals, got ${text}`);
}
