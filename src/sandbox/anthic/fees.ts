import type { Attos } from '../../base/amount.js';
import type { AnthicSettings } from './settings.js';
import { roundUp, type Token } from './tokens.js';

const ONE = 10n ** 18n;

export interface Fees {
  readonly anthic: Attos;
  readonly settlement: Attos;
}

export type Side = 'taker' | 'maker';

/** 0 of accounts that the settings do not name. */
export function levelOf(account: string, { accountLevels }: AnthicSettings): number {
  return accountLevels[account] ?? 0;
}

/** What an order of this account pays at the least, in the token it sells; the percentage rounded up to what the token has. */
export function requiredFees(side: Side, account: string, token: Token, sold: Attos, settings: AnthicSettings): Fees {
  const level = settings.levels[levelOf(account, settings)]!;
  const rate = side === 'taker' ? level.takerFee : level.makerFee;
  const anthic = roundUp((rate * sold + ONE - 1n) / ONE, token.unit);
  return { anthic, settlement: roundUp(token.solverFee + token.executionFee, token.unit) };
}
