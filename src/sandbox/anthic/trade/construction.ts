import { z } from 'zod';
import { type LimitOrder, parseLimitOrder } from '../../../anthic/limitOrder.js';
import { composeLimitOrder } from '../../../anthic/order/compose.js';
import { attachSignatures, signedPartialHex, subintentId } from '../../../anthic/order/sign.js';
import { formatOrderManifest } from '../../../anthic/order/text.js';
import { formatAmount } from '../../../base/amount.js';
import { fromHex, toHex } from '../../../base/bytes.js';
import { SolverError } from '../../../base/error.js';
import { keep, struct } from '../../../sbor/codec.js';
import type { NodeId } from '../../../sbor/custom.js';
import { formatAddress, isAccount, parseAddress } from '../../../transaction/address.js';
import { subintentHash } from '../../../transaction/hash.js';
import { type Instruction, instructions } from '../../../transaction/instruction.js';
import type { SignatureWithPublicKey } from '../../../transaction/key.js';
import { parseManifest } from '../../../transaction/manifest/parse.js';
import { message } from '../../../transaction/message.js';
import { intentCore, intentHeader, type Subintent } from '../../../transaction/model.js';
import { decodeTransaction, encodeTransaction } from '../../../transaction/payload.js';
import { currentEpoch } from '../context.js';
import { explain, RefusedError } from '../error.js';
import { amount, positiveAmount, read } from '../input.js';
import { type Quantity, quantity, type Token } from '../tokens.js';
import type { TradeCall, TradeEndpoint } from './call.js';

/** `/construction/*`: help for who builds orders without a library. No key is ever sent here. */

const of = (value: z.ZodType<bigint>) => z.object({ symbol: z.string(), amount: value });
const composeBody = z.object({
  type: z.literal('LimitOrder'),
  account: z.string(),
  sell: of(positiveAmount),
  buy: of(positiveAmount),
  fee: z.object({ symbol: z.string(), anthic_amount: amount, settlement_amount: amount }),
});

export const compose: TradeEndpoint = (call) => {
  const { account, sell, buy, fee } = read(composeBody, call.body);
  const sold = call.tokens.named(sell.symbol, 'sell.symbol');
  const bought = call.tokens.named(buy.symbol, 'buy.symbol');
  if (fee.symbol !== sold.symbol) {
    throw new RefusedError('bad-request', 'expected the token that is sold', { path: 'fee.symbol' });
  }
  const subintent = invalidUnless(() =>
    composeLimitOrder({
      account: accountNode(account, call),
      sell: { resource: sold.resource, amount: sell.amount },
      buy: { resource: bought.resource, amount: buy.amount },
      fees: { anthic: fee.anthic_amount, settlement: fee.settlement_amount },
      parentRule: call.rule,
      ...headerOf(call, EXAMPLE_SECONDS),
      discriminator: 0n,
    }),
  );
  return { manifest: formatOrderManifest(subintent.value.intentCore) };
};

/** The manifest says nothing of the header. */
const EXAMPLE_SECONDS = 45;

const parseBody = z
  .strictObject({ manifest: z.string().optional(), signed_partial_transaction: z.string().optional() })
  .refine((body) => (body.manifest === undefined) !== (body.signed_partial_transaction === undefined), {
    message: 'expected either manifest or signed_partial_transaction',
  });

export const parse: TradeEndpoint = (call) => {
  const { manifest, signed_partial_transaction: hex } = read(parseBody, call.body);
  const order = invalidUnless(() => {
    const subintent =
      manifest === undefined
        ? decodeTransaction('SignedPartialTransactionV2', fromHex(hex!)).partialTransaction.rootSubintent
        : makeSubintent(parseManifest(manifest, call.settings.network), call, EXAMPLE_SECONDS, 0n);
    return parseLimitOrder(subintent);
  });
  return orderJson(order, call);
};

function orderJson(order: LimitOrder, { tokens, settings }: TradeCall): object {
  const token = (resource: NodeId, path: string): Token => {
    const known = tokens.of(resource);
    if (known !== undefined) return known;
    throw new RefusedError('order-invalid', 'expected a token of /trade/tokens', { path });
  };
  const sold = token(order.sell.resource, 'sell');
  const sell: Quantity = quantity(sold, order.sell.amount);
  const buy: Quantity = quantity(token(order.buy.resource, 'buy'), order.buy.amount);
  const [anthic = 0n, settlement = 0n] = order.fees;
  const fee = { symbol: sold.symbol, anthic_amount: formatAmount(anthic), settlement_amount: formatAmount(settlement) };
  return { type: 'LimitOrder', account: formatAddress(order.account, settings.network), sell, buy, fee };
}

const MAX_NONCE = 2n ** 64n - 1n;
const createBody = z.object({
  manifest: z.string(),
  expire_after_secs: z.number().int().min(1).max(3600),
  nonce: z
    .union([z.number().int().nonnegative(), z.string().regex(/^\d{1,20}$/)])
    .transform(BigInt)
    .refine((nonce) => nonce <= MAX_NONCE, 'expected 64 bits')
    .optional(),
});

export const createSubintent: TradeEndpoint = (call) => {
  const { manifest, expire_after_secs: seconds, nonce = call.randomBits() } = read(createBody, call.body);
  const list = invalidUnless(() => parseManifest(manifest, call.settings.network));
  const subintent = makeSubintent(list, call, seconds, nonce);
  return {
    subintent: toHex(encodeTransaction('SubintentV2', subintent)),
    subintent_hash: toHex(subintentHash(subintent)),
    subintent_id: subintentId(subintent),
  };
};

const SIGNATURE_LENGTH = { Ed25519: 64, Secp256k1: 65 } as const;
const PUBLIC_KEY_LENGTH = 32;
const signatures = z
  .array(
    z.object({ curve: z.enum(['Ed25519', 'Secp256k1']), public_key: z.string().optional(), signature: z.string() }),
  )
  .min(1)
  .max(16);
const signBody = z.object({ subintent: z.string(), signatures });

export const sign: TradeEndpoint = (call) => {
  const body = read(signBody, call.body);
  const subintent = invalidUnless(() => decodeTransaction('SubintentV2', fromHex(body.subintent)));
  const signed = body.signatures.map((signature, index) => signatureOf(signature, `signatures[${index}]`));
  return { signed_partial_transaction: signedPartialHex(attachSignatures(subintent, signed)) };
};

function signatureOf(given: z.output<typeof signatures>[number], path: string): SignatureWithPublicKey {
  const bytes = hexOf(given.signature, SIGNATURE_LENGTH[given.curve], `${path}.signature`);
  if (given.curve === 'Secp256k1') return { type: 'Secp256k1', signature: { bytes } };
  const publicKey = hexOf(given.public_key ?? '', PUBLIC_KEY_LENGTH, `${path}.public_key`);
  return { type: 'Ed25519', publicKey, signature: { bytes } };
}

function hexOf(text: string, length: number, path: string): Buffer {
  if (/^[0-9a-f]*$/i.test(text) && text.length === 2 * length) return fromHex(text);
  throw new RefusedError('bad-request', `expected ${length} bytes as hex`, { path });
}

// ----------------------------------------------------------------------------------------------------------- common

function headerOf({ settings, ledger, now }: TradeCall, seconds: number) {
  const startEpoch = currentEpoch(ledger);
  const expiresAt = BigInt(Math.floor(now() / 1000) + seconds);
  return { network: settings.network.id, startEpoch, endEpoch: startEpoch + EPOCHS, expiresAt };
}

/** The one an hour begins in and those it may reach into. */
const EPOCHS = 14n;
const NO_MESSAGE = keep(message, { type: 'None' });

function makeSubintent(list: readonly Instruction[], call: TradeCall, seconds: number, nonce: bigint): Subintent {
  const { network, startEpoch, endEpoch, expiresAt } = headerOf(call, seconds);
  const header = {
    networkId: network,
    startEpochInclusive: startEpoch,
    endEpochExclusive: endEpoch,
    minProposerTimestampInclusive: undefined,
    maxProposerTimestampExclusive: expiresAt,
    intentDiscriminator: nonce,
  };
  return keep(struct({ intentCore }), {
    intentCore: {
      header: keep(intentHeader, header),
      blobs: [],
      message: NO_MESSAGE,
      children: [],
      instructions: keep(instructions, list),
    },
  });
}

function accountNode(address: string, { settings }: TradeCall): NodeId {
  const node = parseAddress(address, settings.network);
  if (isAccount(node)) return node;
  throw new RefusedError('bad-request', 'expected the address of an account', { path: 'account' });
}

/** What is wrong with what was given for an order, in this API's words. */
function invalidUnless<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof SolverError) || cause instanceof RefusedError) throw cause;
    throw new RefusedError('order-invalid', `${cause.code}: ${explain(cause)}`, { cause });
  }
}
