import type { NewOrder } from '../anthic/flash/wire.js';
import { composeLimitOrder } from '../anthic/order/compose.js';
import { expiryAfter } from '../anthic/order/expiry.js';
import { type Signer, signedPartialHex, signSubintent, subintentId } from '../anthic/order/sign.js';
import { fromHex } from '../base/bytes.js';
import type { NodeId } from '../sbor/custom.js';
import type { Acceptance } from './judge.js';
import type { WrittenFill } from './store.js';
import type { Terms } from './terms.js';

export interface FillSigner {
  readonly network: number;
  readonly account: NodeId;
  readonly key: Signer;
  /** Seconds that a fill can be settled for: up to 60, and more than 15, which must be left when it arrives. */
  readonly expirySeconds: number;
  /** 64 random bits. */
  readonly discriminator: () => bigint;
}

/** Far more epochs than the longest expiry can touch. */
const EPOCHS = 3n;

/** The maker's order, the taker's turned round, signed; and its bytes as they are sent. Times in Unix ms. */
export function signFill(
  { id: orderId, fillBefore }: NewOrder,
  { quote, sold, bought, fees }: Acceptance,
  { parentRule }: Terms,
  { network, account, key, expirySeconds, discriminator }: FillSigner,
  at: { readonly now: number; readonly epoch: bigint },
): WrittenFill & { readonly transaction: string } {
  const expiresAt = expiryAfter(BigInt(Math.floor(at.now / 1000)), expirySeconds);
  const subintent = composeLimitOrder({
    account,
    sell: { resource: sold.token.resource, amount: sold.amount },
    buy: { resource: bought.token.resource, amount: bought.amount },
    fees: { anthic: fees.anthic, settlement: fees.settlement },
    parentRule,
    network,
    startEpoch: at.epoch,
    endEpoch: at.epoch + EPOCHS,
    expiresAt,
    discriminator: discriminator(),
  });
  const transaction = signedPartialHex(signSubintent(subintent, key));
  return {
    orderId,
    subintentId: subintentId(subintent),
    payload: fromHex(transaction),
    transaction,
    pair: quote.book.pair,
    sold: { symbol: sold.symbol, resource: sold.token.address, amount: sold.amount },
    fees: { anthic: fees.anthic, settlement: fees.settlement },
    bought: { symbol: bought.symbol, resource: bought.token.address, amount: bought.amount },
    fillBefore,
    expiresAt: Number(expiresAt) * 1000,
  };
}
