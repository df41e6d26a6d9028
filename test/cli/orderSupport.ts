import { compareManifests } from '../../src/anthic/order/compare.js';
import { formatOrderManifest } from '../../src/anthic/order/text.js';
import { fromHex } from '../../src/base/bytes.js';
import { formatAddress, formatId } from '../../src/transaction/address.js';
import { subintentHash } from '../../src/transaction/hash.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { documented, documentedOrder, documentedTerms } from '../anthic/order/support.js';
import { TradeServer } from '../anthic/trade/server.js';
import { FakeGateway } from '../ledger/fakeGateway.js';
import { ed25519Key } from '../support/build.js';

/** A Trade API with the documentation's messages, and a Gateway of the same network. */

const STOKENET = 2;
const terms = documentedTerms();
export const XWBTC = formatAddress(terms.sell.resource, STOKENET);
export const XUSDC = formatAddress(terms.buy.resource, STOKENET);
export const KEY = ed25519Key(77);
export const KEY_TEXT = `ed25519:${(77).toString(16).padStart(64, '0')}`;
export const ACCOUNT = formatAddress(preallocatedAccount(KEY.publicKey), STOKENET);
export const WINNER = formatId('txid', Buffer.alloc(32, 9), STOKENET);

export interface Servers {
  readonly trade: TradeServer;
  readonly gateway: FakeGateway;
  /** The flags that lead to them. */
  readonly flags: readonly string[];
  /** What becomes of the order that comes in. */
  onOrder: (id: string) => void;
}

export async function openServers(): Promise<Servers> {
  const gateway = await FakeGateway.start();
  gateway.timeMs = Date.now();
  gateway.epoch = 61_332;
  gateway.holdings.set(ACCOUNT, [[XWBTC, '0.00030327']]);
  const divisibility = (address: string, divisibility: number) => ({ address, details: { divisibility } });
  gateway.on('/state/entity/details', () => ({
    json: { ledger_state: gateway.ledgerState(), items: [divisibility(XUSDC, 6), divisibility(XWBTC, 8)] },
  }));
  const tokens = [
    { symbol: 'xwBTC', resource_address: XWBTC },
    { symbol: 'xUSDC', resource_address: XUSDC },
    { symbol: 'XRD', resource_address: gateway.xrd },
  ];
  const trade = await TradeServer.start({
    'GET /trade/tokens': { json: { tokens } },
    'GET /trade/token_pairs': { json: { token_pairs: [{ base: 'xwBTC', quote: 'xUSDC' }] } },
    'GET /trade/info': { json: documented('info') },
    [`GET /trade/account_addresses/${ACCOUNT}`]: { json: documented('account-level') },
    'GET /trade/order_book': { json: documented('order-book') },
    'POST /trade/orders': ({ body }) => {
      const id = idOf(body.signed_partial_transaction);
      servers.onOrder(id);
      return { json: { success: true, success_response: { subintent_id: id } } };
    },
  });
  const servers: Servers = {
    ...{ trade, gateway, onOrder: (id) => gateway.commit(WINNER, { subintents: [id] }) },
    flags: ['--url', trade.url, '--gateway', gateway.url, '--network', 'stokenet'],
  };
  return servers;
}

export function orderOf(hex: string) {
  return decodeTransaction('SignedPartialTransactionV2', fromHex(hex)).partialTransaction.rootSubintent;
}

export function signaturesOf(hex: string) {
  return decodeTransaction('SignedPartialTransactionV2', fromHex(hex)).rootSubintentSignatures.value;
}

export function idOf(hex: string): string {
  return formatId('subtxid', subintentHash(orderOf(hex)), STOKENET);
}

/** As Anthic would write the documented order's manifest, but for what `change` does to it. */
export function composedText(change: (text: string) => string = (text) => text): string {
  const order = documentedOrder({ account: preallocatedAccount(KEY.publicKey) });
  const text = formatOrderManifest(order.value.intentCore).replace('25.385284', '28.522544');
  if (compareManifests(order.value.intentCore, text).length !== 1) throw new Error('expected one amount to differ');
  return change(text);
}
