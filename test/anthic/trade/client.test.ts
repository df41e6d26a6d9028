import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ApiKey } from '../../../src/anthic/apiKey.js';
import { signedPartialHex, signSubintent, subintentId } from '../../../src/anthic/order/sign.js';
import { TradeApi } from '../../../src/anthic/trade/client.js';
import { TradeApiError } from '../../../src/anthic/trade/error.js';
import { parseAmount } from '../../../src/base/amount.js';
import { ed25519Key, secp256k1Key } from '../../support/build.js';
import { documented, documentedOrder } from '../order/support.js';
import { refusal, type Scripted, TradeServer } from './server.js';
import { client, surroundings } from './support.js';

const SECRET = 'k-0123456789-secret';
const KEY = new ApiKey(SECRET);
const ACCOUNT: string = documented('compose-request').account;

const order = documentedOrder();
const signed = signSubintent(order, ed25519Key(1));
const ID = subintentId(order);

async function failure(promise: Promise<unknown>): Promise<TradeApiError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof TradeApiError) return error;
  throw new Error(`expected a TradeApiError, got ${inspect(error)}`);
}

describe('recorded answers', () => {
  it('an order book', async () => {
    const server = await TradeServer.start({ 'GET /trade/order_book': { json: documented('order-book') } });
    const book = await client(server.url).orderBook('xwBTC', 'xUSDC');
    expect(server.asked[0]!.url).toBe('/trade/order_book?base=xwBTC&quote=xUSDC');
    expect(book.bids[1]).toEqual({ price: parseAmount('95075'), amount: parseAmount('0.000254') });
    expect(book.asks).toHaveLength(2);
    expect(book.pair).toEqual({ base: 'xwBTC', quote: 'xUSDC' });
  });

  it('fees and the rule of the parent', async () => {
    const server = await TradeServer.start({ 'GET /trade/info': { json: documented('info') } });
    const { parentRule, fees } = await client(server.url).info();
    expect(parentRule.type).toBe('Protected');
    expect(fees.levels[1]).toEqual({ taker: parseAmount('0.0009'), maker: 0n });
    expect(fees.settlement[1]).toEqual({
      symbol: 'xUSDC',
      solver: parseAmount('0.002'),
      execution: parseAmount('0.2'),
    });
  });

  it('the level of an account', async () => {
    const path = `/trade/account_addresses/${ACCOUNT}`;
    const server = await TradeServer.start({ [`GET ${path}`]: { json: documented('account-level') } });
    expect(await client(server.url).accountLevel(ACCOUNT)).toBe(1);
  });

  it('composing: the recorded request, the recorded answer', async () => {
    const server = await TradeServer.start({ 'POST /construction/compose': { json: documented('compose-answer') } });
    const request = documented('compose-request');
    const manifest = await client(server.url).compose({
      account: request.account,
      sell: { symbol: 'xwBTC', amount: parseAmount(request.sell.amount) },
      buy: { symbol: 'xUSDC', amount: parseAmount(request.buy.amount) },
      fees: {
        anthic: parseAmount(request.fee.anthic_amount),
        settlement: parseAmount(request.fee.settlement_amount),
      },
    });
    expect(server.asked[0]!.body).toEqual(request);
    expect(server.asked[0]!.headers['content-type']).toBe('application/json');
    expect(manifest).toBe(documented('compose-answer').manifest);
  });

  it('submitting an order: the recorded fields', async () => {
    const answer = documented('order-answer');
    answer.success_response.subintent_id = ID;
    const server = await TradeServer.start({ 'POST /trade/orders': { json: answer } });
    expect(await client(server.url).submitOrder(signed)).toBe(ID);
    expect(Object.keys(server.asked[0]!.body)).toEqual(Object.keys(documented('order-request')));
    expect(server.asked[0]!.body.signed_partial_transaction).toBe(signedPartialHex(signed));
  });
});

describe("shapes of Anthic's SDK", () => {
  it('network, tokens, pairs', async () => {
    const server = await TradeServer.start({
      'GET /network/status': { json: { cur_epoch: 61_332 } },
      'GET /trade/tokens': { json: { tokens: [{ resource_address: 'resource_1', symbol: 'XRD', more: 1 }] } },
      'GET /trade/token_pairs': { json: { token_pairs: [{ base: 'XRD', quote: 'xUSDC' }] } },
    });
    const api = client(`${server.url}/`);
    expect(await api.networkStatus()).toEqual({ epoch: 61_332n });
    expect(await api.tokens()).toEqual([{ symbol: 'XRD', resource: 'resource_1' }]);
    expect(await api.tokenPairs()).toEqual([{ base: 'XRD', quote: 'xUSDC' }]);
  });

  it('accounts, by their newer and their older name of an amount', async () => {
    const balances = [
      { symbol: 'XRD', amount: '1.5' },
      { symbol: 'xUSDC', balance: '2' },
    ];
    const server = await TradeServer.start({
      'GET /trade/accounts': { json: { accounts: [{ address: 'a', balances }] } },
    });
    const [account] = await client(server.url, { apiKey: KEY }).accounts();
    expect(account!.balances).toEqual([
      { symbol: 'XRD', amount: parseAmount('1.5') },
      { symbol: 'xUSDC', amount: parseAmount('2') },
    ]);
  });

  it('instamint', async () => {
    const token = { symbol: 'BTC', chain: 'bitcoin', repayment_tokens: [{ symbol: 'BTC', chain: 'bitcoin' }] };
    const server = await TradeServer.start({
      'GET /instamint/info': { json: { instamint_component: 'component_1', customer_badge_resource: 'resource_1' } },
      'GET /instamint/tokens': { json: { tokens: [token] } },
      'GET /instamint/account': {
        json: { account: { address: 'account_1', customer_badge_non_fungible_local_ids: ['5cc0'] } },
      },
      'GET /instamint/account/allowance': { json: { allowance: '3' } },
      'GET /instamint/account/balance': { json: { balances: [{ symbol: 'BTC', amount: '0.1' }] } },
      'GET /instamint/account/payback-addresses': { json: { payback_addresses: [{ chain: 'bitcoin', address: 'b' }] } },
    });
    const api = client(server.url, { apiKey: KEY });
    expect(await api.instamintInfo()).toEqual({ component: 'component_1', customerBadgeResource: 'resource_1' });
    expect(await api.instamintTokens()).toEqual([token]);
    expect(await api.instamintAccounts()).toEqual([{ address: 'account_1', customerBadgeIds: ['5cc0'] }]);
    expect(await api.instamintAllowance()).toBe(parseAmount('3'));
    expect(await api.instamintBalance()).toEqual([{ symbol: 'BTC', amount: parseAmount('0.1') }]);
    expect(await api.instamintPaybackAddresses()).toEqual([{ chain: 'bitcoin', address: 'b' }]);
    const withKey = server.asked.filter(({ headers }) => headers['anthic-api-key'] !== undefined);
    expect(withKey.map(({ url }) => url)).toEqual([
      '/instamint/account',
      '/instamint/account/allowance',
      '/instamint/account/balance',
      '/instamint/account/payback-addresses',
    ]);
  });

  it('instamint accounts by the documented list, where there is no single one', async () => {
    const server = await TradeServer.start({
      'GET /instamint/accounts': {
        json: { accounts: [{ address: 'account_1', customer_badge_non_fungible_local_ids: [], other: 1 }] },
      },
    });
    const api = client(server.url, { apiKey: KEY });
    expect(await api.instamintAccounts()).toEqual([{ address: 'account_1', customerBadgeIds: [] }]);
    server.on('GET /instamint/account', refusal(422, 'order-invalid', 'no'));
    expect((await failure(api.instamintAccounts())).code).toBe('refused');
  });
});

describe('assumed shapes', () => {
  it('construction: parse, create, sign', async () => {
    const server = await TradeServer.start({
      'POST /construction/parse': { json: documented('compose-request') },
      'POST /construction/create_subintent': { json: { subintent: '4d', subintent_hash: 'ab', subintent_id: ID } },
      'POST /construction/sign': { json: { signed_partial_transaction: '4d22' } },
    });
    const api = client(server.url);
    const read = await api.parse('VERIFY_PARENT …');
    expect(read.sell).toEqual({ symbol: 'xwBTC', amount: parseAmount('0.0003') });
    expect(read.fees).toEqual({ anthic: parseAmount('0.00000027'), settlement: parseAmount('0.000003') });
    await api.parse(signed);
    expect(await api.createSubintent('text', { expireAfterSeconds: 45 })).toEqual({
      subintent: '4d',
      hash: 'ab',
      id: ID,
    });
    await api.createSubintent('text', { expireAfterSeconds: 45, nonce: 7 });
    const hash = Buffer.alloc(32);
    const signatures = [ed25519Key(1).signIntent(hash), secp256k1Key(2).signIntent(hash)];
    expect(await api.sign('4d', signatures)).toBe('4d22');
    expect(server.asked.map(({ body }) => body)).toEqual([
      { manifest: 'VERIFY_PARENT …' },
      { signed_partial_transaction: signedPartialHex(signed) },
      { manifest: 'text', expire_after_secs: 45 },
      { manifest: 'text', expire_after_secs: 45, nonce: 7 },
      {
        subintent: '4d',
        signatures: [
          {
            curve: 'Ed25519',
            public_key: expect.stringMatching(/^[0-9a-f]{64}$/),
            signature: expect.stringMatching(/^[0-9a-f]{128}$/),
          },
          { curve: 'Secp256k1', signature: expect.stringMatching(/^[0-9a-f]{130}$/) },
        ],
      },
    ]);
  });

  it.each([
    [400, 'bad-request', 'refused'],
    [401, 'unauthorized', 'unauthorized'],
    [403, 'unauthorized', 'unauthorized'],
    [404, 'not-found', 'not-found'],
    [413, 'too-large', 'refused'],
    [422, 'order-expired', 'refused'],
    [200, 'order-invalid', 'refused'],
  ])('a refusal: %s %s', async (status, reason, code) => {
    const server = await TradeServer.start({
      'POST /trade/orders': refusal(status, reason, `why\n${'ab'.repeat(99)}`),
    });
    const error = await failure(client(server.url).submitOrder(signed));
    expect(error).toMatchObject({ code, reason, status, endpoint: 'POST /trade/orders', retry: false });
    expect(error.message).toMatch(/why …$/);
    expect(server.asked).toHaveLength(1);
  });
});

describe('answers that do not fit', () => {
  const book = documented('order-book');
  it.each<[string, Scripted, string, (api: TradeApi) => Promise<unknown>]>([
    ['an epoch as text', { json: { cur_epoch: '5' } }, 'cur_epoch', (api) => api.networkStatus()],
    ['an object for a list', { json: { tokens: {} } }, 'tokens', (api) => api.tokens()],
    [
      'a number for a symbol',
      { json: { tokens: [{ symbol: 1 }] } },
      'tokens[0].resource_address',
      (api) => api.tokens(),
    ],
    [
      'an amount as a number',
      { json: { ...book, bids: [['1', 2]] } },
      'bids[0][1]',
      (api) => api.orderBook('xwBTC', 'xUSDC'),
    ],
    [
      'an amount with an exponent',
      { json: { ...book, asks: [['1e5', '2']] } },
      'asks[0][0]',
      (api) => api.orderBook('xwBTC', 'xUSDC'),
    ],
    [
      'a price below 0',
      { json: { ...book, asks: [['-1', '2']] } },
      'asks[0][0]',
      (api) => api.orderBook('xwBTC', 'xUSDC'),
    ],
    [
      'bids that rise',
      {
        json: {
          ...book,
          bids: [
            ['1', '2'],
            ['2', '2'],
          ],
        },
      },
      'bids[1]',
      (api) => api.orderBook('xwBTC', 'xUSDC'),
    ],
    [
      'asks that fall',
      {
        json: {
          ...book,
          asks: [
            ['2', '2'],
            ['1', '2'],
          ],
        },
      },
      'asks[1]',
      (api) => api.orderBook('xwBTC', 'xUSDC'),
    ],
    ['the book of another pair', { json: book }, 'pair', (api) => api.orderBook('XRD', 'xUSDC')],
    [
      'a rule that is none',
      { json: { ...documented('info'), verify_parent_access_rule_sbor_hex: '4d' } },
      'verify_parent_access_rule_sbor_hex',
      (api) => api.info(),
    ],
    [
      'a balance of nothing',
      { json: { accounts: [{ address: 'a', balances: [{ symbol: 'X' }] }] } },
      'accounts[0].balances[0].amount',
      (api) => api.accounts(),
    ],
    [
      'another id than the order has',
      { json: documented('order-answer') },
      'success_response.subintent_id',
      (api) => api.submitOrder(signed),
    ],
    ['no object', { json: null }, '', (api) => api.info()],
    ['no JSON', { text: '<html>' }, '', (api) => api.info()],
    ['a status without a refusal', { text: '<html>', status: 418 }, '', (api) => api.info()],
  ])('%s', async (_, scripted, path, call) => {
    const server = await TradeServer.start();
    for (const name of [
      'GET /network/status',
      'GET /trade/tokens',
      'GET /trade/order_book',
      'GET /trade/info',
      'GET /trade/accounts',
      'POST /trade/orders',
    ]) {
      server.on(name, scripted);
    }
    const error = await failure(call(client(server.url, { apiKey: KEY })));
    expect(error).toMatchObject({ code: 'bad-answer', path, retry: false });
    if (path !== '') expect(error.message).toContain(path);
    expect(server.asked).toHaveLength(1);
  });
});

describe('faults', () => {
  const good = { json: { tokens: [] } };
  const down = refusal(503, 'unavailable', 'later');

  it('repeats reads, with growing pauses', async () => {
    const server = await TradeServer.start({ 'GET /trade/tokens': [{ fault: 'reset' }, down, good] });
    const pauses: number[] = [];
    expect(await client(server.url, {}, pauses).tokens()).toEqual([]);
    expect(pauses).toEqual([125, 250]);
  });

  it('repeats the submission of an order, which its id makes one', async () => {
    const answer = { json: { success: true, success_response: { subintent_id: ID } } };
    const server = await TradeServer.start({
      'POST /trade/orders': [{ fault: 'reset' }, refusal(500, 'internal', ''), answer],
    });
    expect(await client(server.url).submitOrder(signed)).toBe(ID);
    const [first, ...others] = server.asked.map(({ body }) => body.signed_partial_transaction);
    expect(others).toEqual([first, first]);
  });

  it('repeats no other call', async () => {
    const server = await TradeServer.start({ 'POST /construction/sign': down });
    expect(await failure(client(server.url).sign('4d', []))).toMatchObject({ code: 'server-error', status: 503 });
    expect(server.asked).toHaveLength(1);
  });

  it('gives up after its attempts', async () => {
    const server = await TradeServer.start({ 'GET /trade/tokens': { fault: 'reset-mid-body' } });
    const error = await failure(client(server.url, { attempts: 2 }).tokens());
    expect(error).toMatchObject({ code: 'unreachable', retry: true });
    expect(server.asked).toHaveLength(2);
  });

  it('stays away for as long as it is asked to, within bounds', async () => {
    const busy = (after: string) => refusal(429, 'x', 'x', { 'retry-after': after });
    const server = await TradeServer.start({ 'GET /trade/tokens': [busy('2'), busy('86400'), good] });
    const pauses: number[] = [];
    await client(server.url, {}, pauses).tokens();
    expect(pauses).toEqual([2_000, 10_000]);
  });

  it.each(['stall', 'stall-mid-body'] as const)('ends a call that takes too long: %s', async (fault) => {
    const server = await TradeServer.start({ 'GET /trade/tokens': { fault } });
    const error = await failure(client(server.url, { timeoutMs: 60, attempts: 1 }).tokens());
    expect(error).toMatchObject({ code: 'timeout', endpoint: 'GET /trade/tokens', retry: true });
  });

  it('counts a 408 as a time-out', async () => {
    const server = await TradeServer.start({ 'GET /trade/tokens': { status: 408, text: '' } });
    expect((await failure(client(server.url, { attempts: 1 }).tokens())).code).toBe('timeout');
  });

  it('reads no answer without end', async () => {
    const server = await TradeServer.start({ 'GET /trade/tokens': { fault: 'endless' } });
    const error = await failure(client(server.url).tokens());
    expect(error).toMatchObject({ code: 'bad-answer', message: expect.stringContaining('4194304 bytes') });
  });

  it('says that nobody is there', async () => {
    const server = await TradeServer.start();
    const api = client(server.url, { attempts: 1 });
    await server.close();
    const error = await failure(api.tokens());
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it("ends with the caller's own reason", async () => {
    const server = await TradeServer.start({ 'GET /trade/tokens': { fault: 'stall' } });
    const controller = new AbortController();
    const call = client(server.url).tokens({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  it('passes on what is no failure of a call', async () => {
    const api = new TradeApi('https://example.org', {
      ...surroundings(),
      sleep: () => Promise.reject(new Error('woken')),
      fetch: () => Promise.reject(new Error('broken')),
    });
    await expect(api.tokens()).rejects.toThrow('woken');
  });
});

describe('the API key', () => {
  it('is sent with the methods that need it, as a header alone', async () => {
    const server = await TradeServer.start({
      'GET /trade/accounts': { json: { accounts: [] } },
      'GET /trade/tokens': { json: { tokens: [] } },
    });
    const api = client(server.url, { apiKey: KEY });
    await api.tokens();
    await api.accounts();
    expect(server.asked.map(({ headers }) => headers['anthic-api-key'])).toEqual([undefined, SECRET]);
    expect(server.asked.map(({ url }) => url).join()).not.toContain(SECRET);
  });

  it('is missed before anything is sent', async () => {
    const server = await TradeServer.start();
    expect(await failure(client(server.url).accounts())).toMatchObject({
      code: 'no-api-key',
      endpoint: 'GET /trade/accounts',
    });
    expect(server.asked).toEqual([]);
  });

  it.each([301, 302, 307, 308])('follows no redirection: %s', async (status) => {
    const other = await TradeServer.start({ 'GET /trade/accounts': { json: { accounts: [] } } });
    const location = `${other.url}/trade/accounts`;
    const server = await TradeServer.start({ 'GET /trade/accounts': { status, headers: { location }, text: '' } });
    expect(await failure(client(server.url, { apiKey: KEY }).accounts())).toMatchObject({ code: 'redirected', status });
    expect(other.asked).toEqual([]);
  });

  it.each([401, 500, 200])('stands in no error, though the server repeats it: %s', async (status) => {
    const server = await TradeServer.start({ 'GET /trade/accounts': refusal(status, SECRET, `no such key ${SECRET}`) });
    const error = await failure(client(server.url, { apiKey: KEY, attempts: 1 }).accounts());
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
    expect(error.message).toContain('no such key …');
  });

  it('prints as nothing', () => {
    for (const text of [
      String(KEY),
      inspect(KEY),
      JSON.stringify({ KEY }),
      inspect({ api: client('https://a.org', { apiKey: KEY }) }, { depth: 9 }),
    ]) {
      expect(text).not.toContain(SECRET);
    }
  });

  it.each(['', 'a b', 'a\n', 'é', 'a'.repeat(513)])('is refused where no header can hold it: %j', (text) => {
    expect(() => new ApiKey(text)).toThrow(expect.objectContaining({ code: 'bad-api-key' }));
  });
});

describe('the URL', () => {
  it.each([
    'http://trade.example.org',
    'ftp://127.0.0.1',
    'not a url',
    'https://user:pass@trade.example.org',
    'https://trade.example.org/?key=secret',
    'https://trade.example.org/#secret',
  ])('is refused: %s', (url) => {
    const error = (() => {
      try {
        return new TradeApi(url, surroundings());
      } catch (error) {
        return error as TradeApiError;
      }
    })();
    expect(error).toMatchObject({ code: 'bad-trade-url' });
    expect((error as TradeApiError).message).not.toMatch(/pass|secret/);
  });

  it('may have a path, and be of this machine without TLS', () => {
    expect(client('https://trade.example.org/v1/').name).toBe('trade.example.org/v1');
    expect(client('http://localhost:1').name).toBe('localhost:1');
    expect(client('http://[::1]:1').name).toBe('[::1]:1');
  });
});
