import { parseAmount } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import type { WrittenFill } from '../../src/maker/store.js';
import type { Terms, TradedToken } from '../../src/maker/terms.js';
import { formatAddress, formatId } from '../../src/transaction/address.js';
import { decodeAccessRuleScrypto } from '../../src/transaction/scryptoRule.js';

export const NETWORK = 242;

/** The rule that the documentation shows. */
const RULE =
  '5c2202012200012200012200012102809a4c6318c6318c6cb554820c6318c6318cf7a951d7a9e547c6318c6318c6c0021de40b09665d6aa3c8c9d4bcb4e4af712d5960b638efe78206591d5c7c19';

function token(symbol: string, divisibility: number, byte: string): TradedToken {
  const resource = `5d${byte.repeat(29)}`;
  return { symbol, divisibility, resource, address: formatAddress(resource, NETWORK) };
}

export const BTC = token('xwBTC', 8, '11');
export const USDC = token('xUSDC', 6, '22');

/** The fees that the documentation shows, and a maker's fee of a thousandth at level 1. */
export function termsOf(level = 0): Terms {
  return {
    parentRule: decodeAccessRuleScrypto(RULE),
    fees: {
      levels: [
        { taker: parseAmount('0.001'), maker: 0n },
        { taker: parseAmount('0.0009'), maker: parseAmount('0.001') },
      ],
      settlement: [
        { symbol: 'xwBTC', solver: parseAmount('0.000001'), execution: parseAmount('0.000002') },
        { symbol: 'xUSDC', solver: parseAmount('0.002'), execution: parseAmount('0.2') },
      ],
    },
    level,
    tokens: new Map([BTC, USDC].map((each) => [each.symbol, each])),
  };
}

export function pricingOf(change: object = {}): object {
  return { base: 'xwBTC', quote: 'xUSDC', price: '100000', spread: '0.002', size: '0.5', ...change };
}

/** A fill that sells so many xUSDC for so many xwBTC, or the other way round. */
export function fillOf(orderId: string, change: Partial<WrittenFill> = {}): WrittenFill {
  const hash = Buffer.alloc(32, orderId);
  return {
    orderId,
    subintentId: formatId('subtxid', hash, NETWORK),
    payload: fromHex('4d220e'),
    pair: { base: 'xwBTC', quote: 'xUSDC' },
    sold: { symbol: 'xUSDC', resource: USDC.address, amount: parseAmount('99.9') },
    fees: { anthic: 0n, settlement: parseAmount('0.202') },
    bought: { symbol: 'xwBTC', resource: BTC.address, amount: parseAmount('0.001') },
    fillBefore: 2_000,
    expiresAt: 30_000,
    ...change,
  };
}
