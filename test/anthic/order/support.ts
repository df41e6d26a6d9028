import { readFileSync } from 'node:fs';
import { composeLimitOrder, type OrderHeader, type OrderTerms } from '../../../src/anthic/order/compose.js';
import { parseAmount } from '../../../src/base/amount.js';
import { parseAddress } from '../../../src/transaction/address.js';
import { decodeAccessRuleScrypto } from '../../../src/transaction/scryptoRule.js';

/** The messages that Anthic's documentation shows (fixtures/README.md). */
export function documented(name: string): any {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/anthic/trade/${name}.json`, import.meta.url), 'utf8'));
}

const STOKENET = 2;
const XWBTC = 'resource_tdx_2_1t5e0853tynmm42rwjts37q4ssemxnxzx5c6ywd0fdpanm30mkkav79';
const XUSDC = 'resource_tdx_2_1t5ggr0lr9vzr3mezxfrwf4g6c82ykq7yuuedkxjyns56va7vpclrkf';

/** The order of the documentation's walk-through, by the request that composes it. */
export function documentedTerms(): OrderTerms {
  const { account, sell, buy, fee } = documented('compose-request');
  return {
    account: parseAddress(account, STOKENET),
    sell: { resource: parseAddress(XWBTC, STOKENET), amount: parseAmount(sell.amount) },
    buy: { resource: parseAddress(XUSDC, STOKENET), amount: parseAmount(buy.amount) },
    fees: { anthic: parseAmount(fee.anthic_amount), settlement: parseAmount(fee.settlement_amount) },
    parentRule: decodeAccessRuleScrypto(documented('info').verify_parent_access_rule_sbor_hex),
  };
}

export const HEADER: OrderHeader = {
  network: STOKENET,
  startEpoch: 61_332n,
  endEpoch: 61_334n,
  expiresAt: 1_734_126_088n,
  discriminator: 7n,
};

export function documentedOrder(changes: Partial<OrderTerms & OrderHeader> = {}) {
  return composeLimitOrder({ ...documentedTerms(), ...HEADER, ...changes });
}
