import { type LimitOrder, parseLimitOrder } from '../../anthic/limitOrder.js';
import type { Role } from '../../anthic/order/fees.js';
import { subintentId } from '../../anthic/order/sign.js';
import { checkOwner } from '../../anthic/trust.js';
import { type Attos, formatAmount } from '../../base/amount.js';
import { fromHex, toHex } from '../../base/bytes.js';
import { SolverError } from '../../base/error.js';
import { encodePayload } from '../../sbor/codec.js';
import { type AccessRule, accessRule } from '../../transaction/accessRule.js';
import { formatAddress } from '../../transaction/address.js';
import type { SignedPartialTransaction } from '../../transaction/model.js';
import { decodeTransaction } from '../../transaction/payload.js';
import { validateSignedPartial } from '../../transaction/validate.js';
import { type Window, windowOf } from '../../transaction/window.js';
import { explain, RefusedError } from './error.js';
import { requiredFees } from './fees.js';
import type { AnthicSettings } from './settings.js';
import type { Token, Tokens } from './tokens.js';

/** A signed limit order that this Anthic would wrap, as far as can be said without the ledger. */
export interface CheckedOrder {
  /** Of its subintent, e.g. `subtxid_sim1…`: the order's name for everybody. */
  readonly id: string;
  readonly partial: SignedPartialTransaction;
  readonly limitOrder: LimitOrder;
  /** As text. */
  readonly account: string;
  readonly sell: { readonly token: Token; readonly amount: Attos };
  readonly buy: { readonly token: Token; readonly amount: Attos };
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
}

export interface CheckContext {
  readonly settings: AnthicSettings;
  readonly tokens: Tokens;
  /** The one VERIFY_PARENT rule that this Anthic can meet. */
  readonly rule: AccessRule;
  /** Unix milliseconds. */
  readonly now: number;
  readonly epoch: bigint;
}

/** Far above any order of the schema, which has one subintent and is a few hundred bytes. */
const MAX_HEX = 256 * 1024;
const PATH = 'signed_partial_transaction';

/** An order by its id, before anything of it is checked: whoever sends it again wants the same answer. */
export interface ReceivedOrder {
  readonly id: string;
  readonly partial: SignedPartialTransaction;
}

/** Error: `order-invalid`. */
export function receiveOrder(hex: string): ReceivedOrder {
  if (hex.length > MAX_HEX) throw refused(PATH, `expected at most ${MAX_HEX} hex digits, got ${hex.length}`);
  return invalidUnless(() => {
    const partial = decodeTransaction('SignedPartialTransactionV2', fromHex(hex));
    return { id: subintentId(partial.partialTransaction.rootSubintent), partial };
  });
}

/**
 * Checks an order: schema, signatures, network, epochs, expiry, VERIFY_PARENT rule, tokens and fees. Errors:
 * `order-invalid`, `order-expired`.
 */
export function checkOrder({ id, partial }: ReceivedOrder, role: Role, context: CheckContext): CheckedOrder {
  const { settings, tokens, rule } = context;
  const subintent = partial.partialTransaction.rootSubintent;
  const limitOrder = invalidUnless(() => {
    const order = parseLimitOrder(subintent);
    const { signers } = validateSignedPartial(partial, settings.network.id);
    checkOwner(order, signers[0]!);
    return order;
  });
  if (!sameRule(limitOrder.parentRule, rule)) throw refused('VERIFY_PARENT', 'expected the access rule of /trade/info');
  const account = formatAddress(limitOrder.account, settings.network);
  const sell = tokenOf('sell', limitOrder.sell, tokens);
  const buy = tokenOf('buy', limitOrder.buy, tokens);
  if (tokens.pairOf(sell.token, buy.token) === undefined) {
    throw refused('buy', `expected a pair of /trade/token_pairs, got ${sell.token.symbol} and ${buy.token.symbol}`);
  }
  checkFees(role, account, limitOrder, sell.token, settings);
  const expiresAtMs = checkWindow(windowOf(subintent.value.intentCore.header.value), context);
  return { id, partial, limitOrder, account, sell, buy, expiresAtMs };
}

function invalidUnless<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof SolverError)) throw cause;
    throw new RefusedError('order-invalid', `${cause.code}: ${explain(cause)}`, { path: PATH, cause });
  }
}

function refused(path: string, message: string): RefusedError {
  return new RefusedError('order-invalid', message, { path });
}

function sameRule(a: AccessRule, b: AccessRule): boolean {
  return toHex(encodePayload(accessRule, a)) === toHex(encodePayload(accessRule, b));
}

function tokenOf(path: 'sell' | 'buy', { resource, amount }: LimitOrder['sell'], tokens: Tokens) {
  const token = tokens.of(resource);
  if (token === undefined) throw refused(path, 'expected a token of /trade/tokens');
  if (amount <= 0n) throw refused(path, `expected an amount above 0, got ${formatAmount(amount)}`);
  if (amount % token.unit !== 0n) {
    throw refused(
      path,
      `expected at most ${token.divisibility} decimals of ${token.symbol}, got ${formatAmount(amount)}`,
    );
  }
  return { token, amount };
}

function checkFees(role: Role, account: string, order: LimitOrder, token: Token, settings: AnthicSettings): void {
  const { anthic, settlement } = requiredFees(role, account, token, order.sell.amount, settings);
  const paid = order.fees.reduce((sum, fee) => sum + fee, 0n);
  // One bucket may hold both; of two, the first is Anthic's.
  const paidAnthic = order.fees.length === 2 ? order.fees[0]! : paid;
  if (paidAnthic < anthic || paid < anthic + settlement) {
    const wanted = `${formatAmount(anthic)} and ${formatAmount(settlement)} ${token.symbol}`;
    const got = order.fees.map(formatAmount).join(' and ') || 'none';
    throw refused('fees', `expected at least ${wanted} for Anthic and for settlement, got ${got}`);
  }
}

function checkWindow(window: Window, { settings, now, epoch }: CheckContext): number {
  const { minExpiryMs, maxExpiryMs } = settings.timing;
  const { startEpoch, endEpoch, minTimestamp, maxTimestamp } = window;
  if (epoch >= endEpoch) throw new RefusedError('order-expired', `expected an order that is valid in epoch ${epoch}`);
  if (epoch < startEpoch)
    throw refused('header', `expected an order that is valid in epoch ${epoch}, not from ${startEpoch}`);
  if (minTimestamp !== undefined && Number(minTimestamp) * 1000 > now) {
    throw refused('header', 'expected an order that is valid already');
  }
  if (maxTimestamp === undefined) throw refused('header', 'expected an expiry timestamp');
  const expiresAtMs = Number(maxTimestamp) * 1000;
  const left = expiresAtMs - now;
  const bounds = `an expiry ${minExpiryMs / 1000} to ${maxExpiryMs / 1000} s from now`;
  if (left <= 0) throw new RefusedError('order-expired', `expected ${bounds}: it expired ${-left} ms ago`);
  // Expiries are whole seconds: what is made for exactly the bound may be a part of a second off.
  if (left < minExpiryMs || left > maxExpiryMs + 1000)
    throw refused('header', `expected ${bounds}, got ${left / 1000} s`);
  return expiresAtMs;
}
