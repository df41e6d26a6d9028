import { type Attos, formatAmount, units } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { usageError } from '../error.js';
import type { Quoted } from './market.js';
import { exactSide, type TradeOptions } from './options.js';

/** What the user demands of an order, whatever the servers say. */
type Bounds = Pick<TradeOptions, 'sell' | 'buy' | 'atLeast' | 'atMost' | 'maxFee'>;

const WHOLE_PERCENT = units(100);

/** Error: `bad-usage`, of a bound on the amount that is exact already. */
export function checkUsage(options: Bounds): void {
  const { exact } = exactSide(options);
  if (exact === 'sell' && options.atMost !== undefined) {
    throw usageError('expected --at-least, not --at-most, where --sell has the amount');
  }
  if (exact === 'buy' && options.atLeast !== undefined) {
    throw usageError('expected --at-most, not --at-least, where --buy has the amount');
  }
}

/**
 * Price, slippage's base and fees come from the Trade API: an order that is worse than the user's own bounds is not signed.
 * Errors: `buys-too-little`, `withdraws-too-much`, `fees-too-high`.
 */
export function checkBounds({ order, fees, sold, bought }: Quoted, { atLeast, atMost, maxFee }: Bounds): void {
  const amount = (of: Attos, { symbol }: { symbol: string }) => `${formatAmount(of)} ${symbol}`;
  if (atLeast !== undefined && order.buy < atLeast) {
    throw refused('buys-too-little', `to buy at least ${amount(atLeast, bought)}, got ${amount(order.buy, bought)}`);
  }
  if (atMost !== undefined && fees.withdrawn > atMost) {
    const got = `${amount(fees.withdrawn, sold)}, fees included`;
    throw refused('withdraws-too-much', `to withdraw at most ${amount(atMost, sold)}, got ${got}`);
  }
  const total = fees.anthic + fees.settlement;
  if (total * WHOLE_PERCENT <= order.sell * maxFee) return;
  const got = `${amount(fees.anthic, sold)} for Anthic and ${amount(fees.settlement, sold)} for the settlement`;
  const most = `${formatAmount(maxFee)} % of ${amount(order.sell, sold)}`;
  throw refused('fees-too-high', `fees of at most ${most}, got ${got}`, ' (--max-fee allows more)');
}

function refused(code: string, message: string, more = ''): SolverError {
  return new SolverError(code, `expected ${message}`, { hint: `nothing was signed${more}` });
}
