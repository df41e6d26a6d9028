import type { Attos } from '../../base/amount.js';

/** What bundles brought, in XRD. `profit` is always reward and surplus less the fee. */
export interface Money {
  reward: Attos;
  /** XRD beyond the rewards. */
  surplus: Attos;
  /** Charged by the network, the tip included; of failures too. */
  fee: Attos;
  /** The part of the fee that is a tip, as it was predicted. */
  tip: Attos;
  profit: Attos;
  /** Tokens kept beside, at the prices of the decision: an estimate, and no part of the profit. */
  tokens: Attos;
}

export function noMoney(): Money {
  return { reward: 0n, surplus: 0n, fee: 0n, tip: 0n, profit: 0n, tokens: 0n };
}

export const MONEY = [
  'reward',
  'surplus',
  'fee',
  'tip',
  'profit',
  'tokens',
] as const satisfies readonly (keyof Money)[];

export function addMoney(sum: Money, more: Money): void {
  for (const field of MONEY) sum[field] += more[field];
}
