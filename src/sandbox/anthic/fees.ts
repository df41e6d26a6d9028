import { type FeeTable, type OrderFees, orderFees, type Role } from '../../anthic/order/fees.js';
import type { Attos } from '../../base/amount.js';
import type { AnthicSettings } from './settings.js';
import type { Token } from './tokens.js';

/** What this Anthic charges: the table of `/trade/info`. */
export function feeTable({ levels, tokens }: AnthicSettings): FeeTable {
  return {
    levels: levels.map(({ takerFee: taker, makerFee: maker }) => ({ taker, maker })),
    settlement: tokens.map(({ symbol, solverFee: solver, executionFee: execution }) => ({ symbol, solver, execution })),
  };
}

/** 0 of accounts that the settings do not name. */
export function levelOf(account: string, { accountLevels }: AnthicSettings): number {
  return Object.hasOwn(accountLevels, account) ? accountLevels[account]! : 0;
}

/** What an order of this account pays at the least, in the token it sells. */
export function requiredFees(
  role: Role,
  account: string,
  sold: Token,
  amount: Attos,
  settings: AnthicSettings,
): OrderFees {
  return orderFees(feeTable(settings), sold, amount, levelOf(account, settings), role);
}
