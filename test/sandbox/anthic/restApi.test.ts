import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedPartialHex, signSubintent, subintentId } from '../../../src/anthic/order/sign.js';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { ruleOf } from '../../../src/sandbox/anthic/wrapping.js';
import { formatAddress } from '../../../src/transaction/address.js';
import { subintentHash } from '../../../src/transaction/hash.js';
import { decodeTransaction, encodeTransaction } from '../../../src/transaction/payload.js';
import { decodeAccessRuleScrypto } from '../../../src/transaction/scryptoRule.js';
import { ed25519Key, makeSignedPartial, secp256k1Key } from '../../support/build.js';
import { token } from '../../support/bundles.js';
import { post } from '../../support/gateway.js';
import { ANTHIC_KEY, accountOf, makerKey, type OrderTerms, SIM, type Stand, startStand, USER } from './support.js';

/** Every method of the Trade API, with what is right and what is not. One stand serves all: nothing wrong may stay. */

let stand: Stand;
beforeAll(async () => {
  stand = await startStand({ makers: 2, settings: { accountLevels: { [accountOf(USER)]: 1 } } });
  const maker = await stand.maker(1, { onOrder: () => {} });
  await maker.quote(
    [
      ['89000', '1'],
      ['90000', '2'],
    ],
    [['91000', '3']],
  );
});
afterAll(() => stand.close());

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(stand.anthic.tradeUrl + path, { headers });
  return { status: response.status, json: (await response.json()) as any };
}

function send(path: string, body?: unknown) {
  return post(stand.anthic.tradeUrl + path, body);
}

function failure(status: number, code: string, message: string | RegExp = /./) {
  return { status, json: { success: false, error: { code, message: expect.stringMatching(message) } } };
}

describe('what it tells', () => {
  it('is the documented shapes', async () => {
    expect(await get('/network/status')).toEqual({ status: 200, json: { cur_epoch: 50 } });
    const { json: info } = await get('/trade/info');
    expect(decodeAccessRuleScrypto(info.verify_parent_access_rule_sbor_hex)).toEqual(ruleOf(ANTHIC_KEY));
    expect(info.per_token_settlement_fee[0]).toEqual({
      symbol: 'xUSDC',
      solver_amount: '0.002',
      transaction_execution_amount: '0.2',
    });
    expect(info.per_level_anthic_fee).toEqual([
      { taker_fee: '0.001', maker_fee: '0' },
      { taker_fee: '0.0009', maker_fee: '0.0001' },
    ]);
    expect((await get(`/trade/account_addresses/${accountOf(USER)}`)).json).toEqual({ level: 1 });
    expect((await get(`/trade/account_addresses/${accountOf(makerKey(1))}`)).json).toEqual({ level: 0 });
    const tokens = (await get('/trade/tokens')).json.tokens;
    expect(tokens[0]).toEqual({ symbol: 'xUSDC', resource_address: stand.address('xUSDC'), divisibility: 6 });
    expect((await get('/trade/token_pairs')).json.token_pairs[0]).toEqual({ base: 'xwBTC', quote: 'xUSDC' });
    expect((await get('/trade/order_book?base=xwBTC&quote=xUSDC')).json).toEqual({
      pair: { base: 'xwBTC', quote: 'xUSDC' },
      bids: [
        ['90000', '2'],
        ['89000', '1'],
      ],
      asks: [['91000', '3']],
    });
  });

  it('says on every answer that it is no Anthic', async () => {
    const response = await fetch(`${stand.anthic.tradeUrl}/trade/tokens`, { headers: { origin: 'http://localhost' } });
    expect(response.headers.get('anthic-test-stand')).toBe('local sandbox, not Anthic');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('tells a maker what its accounts hold', async () => {
    const { json } = await get('/trade/accounts', { 'ANTHIC-API-KEY': 'key-1' });
    expect(json.accounts[0].address).toBe(accountOf(makerKey(1)));
    expect(json.accounts[0].balances).toContainEqual({ symbol: 'xwBTC', amount: '1000000' });
  });

  it('has an instamint that mints nothing', async () => {
    const headers = { 'ANTHIC-API-KEY': 'key-2' };
    expect(await get('/instamint/info')).toEqual(failure(404, 'not-found'));
    expect((await get('/instamint/tokens')).json).toEqual({ tokens: [] });
    expect((await get('/instamint/account', headers)).json).toEqual({
      account: { customer_badge_non_fungible_local_ids: [], address: accountOf(makerKey(2)) },
    });
    expect((await get('/instamint/account/allowance', headers)).json).toEqual({ allowance: '0' });
    expect((await get('/instamint/account/balance', headers)).json).toEqual({ balances: [] });
    expect((await get('/instamint/account/payback-addresses', headers)).json).toEqual({ payback_addresses: [] });
    expect((await get('/instamint/accounts', headers)).json).toEqual({ accounts: [] });
  });

  it.each([
    ['/trade/accounts', failure(401, 'unauthorized')],
    ['/instamint/account', failure(401, 'unauthorized')],
    ['/trade/order_book?base=xwBTC', failure(400, 'bad-request', /^quote: /)],
    ['/trade/order_book?base=xwBTC&quote=xDOGE', failure(404, 'not-found', /^quote: .*xDOGE/)],
    ['/trade/order_book?base=xUSDC&quote=xwBTC', failure(404, 'not-found', /pair/)],
    ['/trade/account_addresses/account_rdx1', failure(400, 'bad-request', /^address: /)],
    ['/trade/account_addresses/%ff', failure(400, 'bad-request', /not a valid url/)],
    ['/trade/nothing', failure(404, 'not-found', /GET \/trade\/nothing/)],
  ])('%s is refused', async (path, expected) => {
    expect(await get(path)).toEqual(expected);
  });

  it('takes no API key that it does not know', async () => {
    expect(await get('/trade/accounts', { 'ANTHIC-API-KEY': 'key-9' })).toEqual(failure(401, 'unauthorized'));
  });
});

describe('an order', () => {
  const right: OrderTerms = { sell: ['0.1', 'xwBTC'], buy: ['8000', 'xUSDC'] };

  function wrong(terms: Partial<OrderTerms>) {
    return stand.submit(stand.order({ ...right, ...terms }).hex);
  }

  it.each<[string, Partial<OrderTerms>, string, RegExp]>([
    ['too short a life', { seconds: 10 }, 'order-invalid', /^header: expected an expiry 15 to 60 s/],
    ['too long a life', { seconds: 90 }, 'order-invalid', /^header: expected an expiry 15 to 60 s/],
    ['no life left', { seconds: -5 }, 'order-expired', /expired/],
    ['epochs gone', { startEpoch: 1n, endEpoch: 50n }, 'order-expired', /epoch 50/],
    ['epochs to come', { startEpoch: 51n, endEpoch: 60n }, 'order-invalid', /epoch 50/],
    [
      'too little for Anthic',
      { anthicFee: 1n },
      'order-invalid',
      /^fees: expected at least 0.00009 and 0.000003 xwBTC/,
    ],
    ['too little for settlement', { settlementFee: 0n }, 'order-invalid', /^fees: /],
    ["another's rule", { anthic: ed25519Key(5) }, 'order-invalid', /^VERIFY_PARENT: /],
    ["another's signature", { signer: ed25519Key(5) }, 'order-invalid', /owner-did-not-sign/],
    ['another network', { network: 2 }, 'order-invalid', /network/i],
    ['a pair without a book', { sell: ['1', 'xwBTC'], buy: ['1', 'XRD'] }, 'order-invalid', /^buy: .*token_pairs/],
    ['more decimals than there are', { buy: ['8000.0000001', 'xUSDC'] }, 'order-invalid', /^buy: .*6 decimals/],
    ['more than the account holds', { sell: ['1000000', 'xwBTC'] }, 'order-invalid', /^account: .*can pay 1000900/],
    ['a price that nobody offers', { buy: ['9000.000001', 'xUSDC'] }, 'no-liquidity', /9000.000001 xUSDC/],
  ])('with %s is refused', async (_, terms, code, message) => {
    expect(await wrong(terms)).toMatchObject(failure(422, code, message));
  });

  it('that is no order is refused', async () => {
    const invalid = (hex: string, message: RegExp) =>
      expect(stand.submit(hex)).resolves.toMatchObject(failure(422, 'order-invalid', message));
    await invalid('zz', /bad-hex/);
    await invalid('4d22', /^signed_partial_transaction: /);
    await invalid('00'.repeat(150_000), /at most/);
    await invalid(signedPartialHex(makeSignedPartial({ maxTimestamp: 1n, signers: [USER] })), /not-a-limit-order/);
    const { hex } = stand.order(right);
    await invalid(hex.slice(0, -2) + (hex.endsWith('00') ? '01' : '00'), /signature/i);
  });

  it.each([
    ['{', 400, 'bad-request', 'expected JSON'],
    ['[]', 400, 'bad-request', '.'],
    ['{}', 400, 'bad-request', '^signed_partial_transaction: '],
    ['{"signed_partial_transaction": 5}', 400, 'bad-request', '^signed_partial_transaction: '],
    [JSON.stringify({ signed_partial_transaction: 'a'.repeat(1024 * 1024) }), 413, 'too-large', '.'],
  ])('as %.30s is refused', async (body, status, code, message) => {
    expect(await send('/trade/orders', body)).toMatchObject(failure(status, code, new RegExp(message)));
  });

  it('that is right is taken, after all these; and again, to the same effect', async () => {
    const { hex, id } = stand.order(right);
    const answer = { status: 200, json: { success: true, success_response: { subintent_id: id } } };
    const both = await Promise.all([stand.submit(hex), stand.submit(hex)]);
    for (const each of both) expect(each).toMatchObject(answer);
    expect(await stand.submit(hex)).toMatchObject(answer);
    expect(stand.anthic.stats()).toMatchObject({ received: 1, open: 1 });
    expect(stand.anthic.orders()[0]).toMatchObject({ id, state: 'matched' });
    // What it was promised for is no more in the book.
    expect((await get('/trade/order_book?base=xwBTC&quote=xUSDC')).json.bids[0]).toEqual(['90000', '1.9']);
  });
});

describe('construction', () => {
  const terms = () => ({
    type: 'LimitOrder',
    account: accountOf(USER),
    sell: { symbol: 'xwBTC', amount: '0.0003' },
    buy: { symbol: 'xUSDC', amount: '25.385284' },
    fee: { symbol: 'xwBTC', anthic_amount: '0.00000027', settlement_amount: '0.000003' },
  });

  it('composes, reads back, makes a subintent and puts a signature to it', async () => {
    const { json: composed } = await send('/construction/compose', terms());
    expect(composed.manifest).toMatch(/^VERIFY_PARENT\n/);
    expect((await send('/construction/parse', composed)).json).toEqual(terms());
    const { json: made } = await send('/construction/create_subintent', {
      manifest: composed.manifest,
      expire_after_secs: 45,
      nonce: 7,
    });
    const subintent = decodeTransaction('SubintentV2', fromHex(made.subintent));
    expect(toHex(subintentHash(subintent))).toBe(made.subintent_hash);
    expect(subintentId(subintent)).toBe(made.subintent_id);
    expect(subintent.value.intentCore.header.value.intentDiscriminator).toBe(7n);
    const { signature } = USER.sign(fromHex(made.subintent_hash));
    const signed = await send('/construction/sign', {
      subintent: made.subintent,
      signatures: [{ curve: 'Ed25519', public_key: toHex(USER.publicKey.key), signature: toHex(signature.bytes) }],
    });
    expect(signed.json.signed_partial_transaction).toBe(signedPartialHex(signSubintent(subintent, USER)));
    expect((await send('/construction/parse', signed.json)).json).toEqual(terms());
  });

  it('takes signatures of the other curve, and draws a nonce where none is given', async () => {
    const { json: composed } = await send('/construction/compose', terms());
    const request = { manifest: composed.manifest, expire_after_secs: 45 };
    const [{ json: one }, { json: other }] = await Promise.all([
      send('/construction/create_subintent', request),
      send('/construction/create_subintent', request),
    ]);
    expect(one.subintent_id).not.toBe(other.subintent_id);
    const key = secp256k1Key(3);
    const { signature } = key.sign(fromHex(one.subintent_hash));
    const signed = await send('/construction/sign', {
      subintent: one.subintent,
      signatures: [{ curve: 'Secp256k1', signature: toHex(signature.bytes) }],
    });
    const subintent = decodeTransaction('SubintentV2', fromHex(one.subintent));
    expect(signed.json.signed_partial_transaction).toBe(signedPartialHex(signSubintent(subintent, key)));
  });

  it.each<[string, object, number, string, RegExp]>([
    ['compose', { type: 'MarketOrder' }, 400, 'bad-request', /^type: /],
    ['compose', { account: 'account_sim1' }, 422, 'order-invalid', /bech32m/],
    ['compose', { account: 'resource' }, 400, 'bad-request', /^account: /],
    ['compose', { sell: { symbol: 'xDOGE', amount: '1' } }, 404, 'not-found', /^sell.symbol: /],
    ['compose', { sell: { symbol: 'xwBTC', amount: '0' } }, 400, 'bad-request', /^sell.amount: /],
    ['compose', { sell: { symbol: 'xwBTC', amount: '-1' } }, 400, 'bad-request', /^sell.amount: /],
    ['compose', { buy: { symbol: 'xwBTC', amount: '1' } }, 422, 'order-invalid', /not-a-limit-order/],
    [
      'compose',
      { fee: { symbol: 'xUSDC', anthic_amount: '0', settlement_amount: '0' } },
      400,
      'bad-request',
      /^fee.symbol/,
    ],
    ['parse', {}, 400, 'bad-request', /either/],
    ['parse', { manifest: 'NOTHING;' }, 422, 'order-invalid', /bad-manifest/],
    ['parse', { manifest: 'YIELD_TO_PARENT;' }, 422, 'order-invalid', /not-a-limit-order/],
    ['parse', { signed_partial_transaction: '4d' }, 422, 'order-invalid', /./],
    [
      'create_subintent',
      { manifest: 'YIELD_TO_PARENT;', expire_after_secs: 0 },
      400,
      'bad-request',
      /^expire_after_secs/,
    ],
    ['create_subintent', { manifest: '(', expire_after_secs: 20 }, 422, 'order-invalid', /bad-manifest/],
    ['create_subintent', { manifest: '', expire_after_secs: 20, nonce: `${2n ** 64n}` }, 400, 'bad-request', /^nonce/],
    ['sign', { subintent: '4d', signatures: [{ curve: 'Ed25519', signature: '' }] }, 422, 'order-invalid', /./],
    ['sign', { subintent: 'SUBINTENT', signatures: [] }, 400, 'bad-request', /^signatures/],
    ['sign', { subintent: 'SUBINTENT', signatures: [{ curve: 'P256', signature: '' }] }, 400, 'bad-request', /curve/],
    [
      'sign',
      { subintent: 'SUBINTENT', signatures: [{ curve: 'Ed25519', signature: 'ab' }] },
      400,
      'bad-request',
      /\.signature: expected 64/,
    ],
    [
      'sign',
      { subintent: 'SUBINTENT', signatures: [{ curve: 'Ed25519', signature: 'ab'.repeat(64) }] },
      400,
      'bad-request',
      /public_key/,
    ],
  ])('%s of %j is refused', async (method, change, status, code, message) => {
    const whole: Record<string, unknown> = { ...(method === 'compose' ? terms() : {}), ...change };
    if (whole.account === 'resource') whole.account = stand.address('xUSDC');
    if (whole.subintent === 'SUBINTENT') {
      const { rootSubintent } = makeSignedPartial().partialTransaction;
      whole.subintent = toHex(encodeTransaction('SubintentV2', rootSubintent));
    }
    expect(await send(`/construction/${method}`, whole)).toMatchObject(failure(status, code, message));
  });

  it('does not explain an order in tokens that it does not know', async () => {
    const { json: composed } = await send('/construction/compose', terms());
    const unknown = composed.manifest.replaceAll(stand.address('xUSDC'), formatAddress(token(99), SIM));
    expect(await send('/construction/parse', { manifest: unknown })).toMatchObject(
      failure(422, 'order-invalid', /^buy: /),
    );
  });
});
