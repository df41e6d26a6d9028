import { type Attos, formatAmount } from '../../base/amount.js';
import { roundTo } from '../../base/rounding.js';
import { OrderError } from '../error.js';
import type { Token } from './token.js';

const WHOLE = 10_000;

/**
 * A worse deal than the book's, so that the order still fills when the book moves: demands less. In basis points of the
 * amount, rounded down to what the token can be divided into. Errors: `bad-slippage`, `bad-order-amount`.
 */
export function reduceBuy(amount: Attos, basisPoints: number, { symbol, divisibility }: Token): Attos {
  checkSlippage(basisPoints);
  const reduced = roundTo(divisibility, amount * BigInt(WHOLE - basisPoints), BigInt(WHOLE), 'down');
  if (reduced > 0n) return reduced;
  const text = `${formatAmount(amount)} ${symbol}`;
  throw new OrderError('bad-order-amount', `with a slippage of ${basisPoints} basis points nothing is left of ${text}`);
}

/** The other way to a worse deal: offers more. Rounded up. Errors: `bad-slippage`, `amount-overflow`. */
export function raiseSell(amount: Attos, basisPoints: number, { divisibility }: Token): Attos {
  checkSlippage(basisPoints);
  return roundTo(divisibility, amount * BigInt(WHOLE + basisPoints), BigInt(WHOLE), 'up');
}

function checkSlippage(basisPoints: number): void {
  if (Number.isInteger(basisPoints) && basisPoints >= 0 && basisPoints < WHOLE) return;
  throw new OrderError('bad-slippage', `expected 0 to ${WHOLE - 1} whole basis points, got ${basisPoints}`);
}
