import { describe, expect, it } from 'vitest';
import { parseLimitOrder } from '../../src/anthic/limitOrder.js';
import { parseAmount } from '../../src/base/amount.js';
import { parseAddress } from '../../src/transaction/address.js';
import { verifyEd25519 } from '../../src/transaction/crypto.js';
import { subintentHash } from '../../src/transaction/hash.js';
import { documented } from '../anthic/order/support.js';
import { refusal } from '../anthic/trade/server.js';
import {
  ACCOUNT,
  composedText,
  idOf,
  KEY,
  KEY_TEXT,
  openServers,
  orderOf,
  type Servers,
  signaturesOf,
  WINNER,
  XUSDC,
  XWBTC,
} from './orderSupport.js';
import { cli, jsonLines, temporaryFolder } from './support.js';

const files = temporaryFolder();
const keyFile = files.write('user.key', KEY_TEXT);
const DOCUMENTED = ['--sell', '0.0003 xwBTC', '--buy', 'xUSDC'];

function quote({ flags }: Servers, trade: readonly string[] = DOCUMENTED, ...more: string[]) {
  return cli(['order', 'quote', ...flags, ...trade, ...more]);
}

function submit({ flags }: Servers, ...more: string[]) {
  return cli(['order', 'submit', ...flags, ...DOCUMENTED, '--key-file', keyFile, ...more]);
}

describe('order quote', () => {
  it('tells the documented order, its fees and what it withdraws', async () => {
    const { status, stdout } = await quote(await openServers(), DOCUMENTED, '--account', ACCOUNT);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^sells +0.0003 xwBTC +${XWBTC}$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^buys at least +28.522544 xUSDC +${XUSDC}$`, 'm'));
    expect(stdout).toMatch(/^order book +0.0003 xwBTC for 28.522544 xUSDC, 95075.14667 xUSDC each xwBTC$/m);
    expect(stdout).toMatch(/^Anthic fee +0.00000027 xwBTC \(account level 1\)$/m);
    expect(stdout).toMatch(/^settlement fee +0.000003 xwBTC$/m);
    expect(stdout).toMatch(/^withdraws +0.00030327 xwBTC$/m);
  });

  it('as JSON, with slippage, at level 0 where there is no account', async () => {
    const outcome = await quote(await openServers(), DOCUMENTED, '--slippage', '50', '--json');
    expect(jsonLines(outcome)).toEqual([
      {
        sell: { symbol: 'xwBTC', resource: XWBTC, divisibility: 8, amount: '0.0003' },
        buy: { symbol: 'xUSDC', resource: XUSDC, divisibility: 6, amount: '28.379931' },
        book: { sell: '0.0003', buy: '28.522544' },
        slippageBasisPoints: 50,
        level: 0,
        fee: { symbol: 'xwBTC', anthicAmount: '0.0000003', settlementAmount: '0.000003' },
        withdrawn: '0.0003033',
      },
    ]);
  });

  it('buys exactly, by address, and raises what is sold', async () => {
    const trade = ['--sell', XUSDC, '--buy', `4.2 ${XWBTC}`];
    const [told] = jsonLines(await quote(await openServers(), trade, '--slippage', '1', '--json'));
    expect(told.book).toEqual({ sell: '400104.648165', buy: '4.2' });
    expect([told.sell.amount, told.buy.amount]).toEqual(['400144.65863', '4.2']);
    expect(told.fee.anthicAmount).toBe('400.144659');
  });

  it.each([
    ['no-liquidity', ['--sell', '4 xwBTC', '--buy', 'xUSDC'], '3.522612 of 4 xwBTC'],
    ['unknown-token', ['--sell', '4 xBTC', '--buy', 'xUSDC'], '(xwBTC, xUSDC, XRD), got xBTC'],
    ['unknown-pair', ['--sell', '4 XRD', '--buy', 'xUSDC'], '(xwBTC/xUSDC), got XRD and xUSDC'],
    ['unknown-pair', ['--sell', '4 xUSDC', '--buy', 'xUSDC'], 'got xUSDC and xUSDC'],
    ['bad-order-amount', ['--sell', '0.000000001 xwBTC', '--buy', 'xUSDC'], 'at most 8 decimals'],
  ])('has none: %s', async (code, trade, message) => {
    const { status, stdout, stderr } = await quote(await openServers(), trade);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(message);
  });

  it('has none where the ledger does not know a token', async () => {
    const servers = await openServers();
    servers.gateway.on('/state/entity/details', { json: { ledger_state: servers.gateway.ledgerState(), items: [] } });
    const { status, stderr } = await quote(servers);
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[unknown-resource\]\nhint: check that the Trade API and the Gateway/);
  });

  it('has none where a symbol stands for two tokens', async () => {
    const servers = await openServers();
    const tokens = [XWBTC, XUSDC].map((resource_address) => ({ symbol: 'xwBTC', resource_address }));
    servers.trade.on('GET /trade/tokens', { json: { tokens } });
    expect((await quote(servers)).stderr).toContain('which 2 tokens have [unknown-token]');
  });

  it.each([
    ['two amounts', ['--sell', '1 xwBTC', '--buy', '1 xUSDC'], 'not with both'],
    ['no amount', ['--sell', 'xwBTC', '--buy', 'xUSDC'], 'expected an amount'],
    ['an amount that is none', ['--sell', '1e5 xwBTC', '--buy', 'xUSDC'], 'expected a decimal'],
    ['three words', ['--sell', '1 x wBTC', '--buy', 'xUSDC'], 'expected a token'],
    ['slippage that is none', [...DOCUMENTED, '--slippage', '-5'], 'whole number'],
    ['an account of another network', [...DOCUMENTED, '--account', ACCOUNT.replace('tdx_2_', 'rdx')], 'bad-'],
    ['no sale', ['--buy', 'xUSDC'], '--sell'],
  ])('is used badly: %s', async (_, trade, message) => {
    const { status, stderr } = await quote(await openServers(), trade);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('goes to no server that it should not trust', async () => {
    const { gateway } = await openServers();
    const to = (url: string, gatewayUrl = gateway.url) =>
      cli(['order', 'quote', '--url', url, '--gateway', gatewayUrl, '--network', 'stokenet', ...DOCUMENTED]);
    expect(await to('http://trade.example.org')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('https:'),
    });
    const plain = await to('https://trade.example.org', 'http://gateway.example.org');
    expect(plain).toMatchObject({ status: 2, stderr: expect.stringContaining('bad-gateway-url') });
  });

  it('says which Gateway does not answer, and which is of another network', async () => {
    const servers = await openServers();
    servers.gateway.networkId = 1;
    expect((await quote(servers)).stderr).toContain('[wrong-network]');
    servers.gateway.on('/status/network-configuration', { status: 502, text: '<html>' });
    expect((await quote(servers)).stderr).toContain('[no-gateway-answers]');
  });
});

/** The documented answer, all sales taxed like this. */
function infoOf({ taker, execution }: { taker?: string; execution?: string }) {
  const info = structuredClone(documented('info'));
  for (const level of info.per_level_anthic_fee) level.taker_fee = taker ?? level.taker_fee;
  for (const fee of info.per_token_settlement_fee) {
    fee.transaction_execution_amount = execution ?? fee.transaction_execution_amount;
  }
  return { json: info };
}

describe("the user's own bounds", () => {
  const BUY = ['--sell', 'xUSDC', '--buy', '4.2 xwBTC'];

  it.each([
    ['buys-too-little', ['--at-least', '28.522545'], {}, 'at least 28.522545 xUSDC, got 28.522544 xUSDC'],
    ['buys-too-little', ['--at-least', '28.522544', '--slippage', '1'], {}, 'got 28.519691 xUSDC'],
    ['fees-too-high', [], { taker: '0.9' }, 'at most 5 % of 0.0003 xwBTC, got 0.00027 xwBTC for Anthic and 0.000003'],
    ['fees-too-high', [], { execution: '0.1' }, '0.100001 xwBTC for the settlement'],
    ['fees-too-high', ['--max-fee', '1.08'], {}, 'at most 1.08 %'],
  ])('refuse before anything is signed: %s %j %j', async (code, more, fees, message) => {
    const servers = await openServers();
    servers.trade.on('GET /trade/info', infoOf(fees));
    for (const run of [
      submit(servers, ...more, '--submit'),
      quote(servers, DOCUMENTED, ...more, '--account', ACCOUNT),
    ]) {
      const { status, stdout, stderr } = await run;
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`[${code}]\nhint: nothing was signed`);
      expect(stderr).toContain(message);
    }
    expect(servers.trade.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('let through what is just within them', async () => {
    const servers = await openServers();
    const least = await submit(servers, '--at-least', '28.522544', '--max-fee', '1.09', '--json');
    expect(jsonLines(least)[0].buy.amount).toBe('28.522544');
    servers.trade.on('GET /trade/info', infoOf({ taker: '0.9' }));
    expect((await quote(servers, DOCUMENTED, '--max-fee', '91')).status).toBe(0);
  });

  it('count the fees in what is withdrawn', async () => {
    const servers = await openServers();
    const [{ withdrawn }] = jsonLines(await quote(servers, BUY, '--json'));
    expect((await quote(servers, BUY, '--at-most', withdrawn)).status).toBe(0);
    const { status, stderr } = await quote(servers, BUY, '--at-most', withdrawn.replace(/.$/, ''));
    expect([status, stderr]).toEqual([1, expect.stringMatching(/, fees included \[withdraws-too-much\]/)]);
  });

  it.each([
    [[...DOCUMENTED, '--at-most', '1'], 'expected --at-least, not --at-most'],
    [[...BUY, '--at-least', '1'], 'expected --at-most, not --at-least'],
    [[...DOCUMENTED, '--max-fee', '-1'], 'expected 0 or more'],
    [[...DOCUMENTED, '--at-least', 'much'], 'expected a decimal'],
  ])('are used badly: %j', async (trade, message) => {
    const { status, stderr } = await quote(await openServers(), trade);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('order submit', () => {
  it('signs and shows an order, and sends nothing unless told', async () => {
    const servers = await openServers();
    const { status, stdout } = await submit(servers);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^order +subtxid_tdx_2_1\w+$/m);
    expect(stdout).toContain('Bucket("anthic-fee")');
    expect(stdout).toMatch(/not compared \(--compare\)/);
    expect(stdout).toMatch(/a dry run: nothing was submitted/);
    expect(servers.trade.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('hands in an order that says what was shown, signed by its owner, and names what settled it', async () => {
    const servers = await openServers();
    const outcome = await submit(servers, '--submit', '--json', '--expires-in', '30');
    expect(outcome.status).toBe(0);
    const [shown, end] = jsonLines(outcome);
    const { body } = servers.trade.asked.find(({ url }) => url === '/trade/orders')!;
    expect(shown).toMatchObject({
      account: ACCOUNT,
      submit: true,
      signedPartialTransaction: body.signed_partial_transaction,
    });
    expect(shown.id).toBe(idOf(body.signed_partial_transaction));
    expect(end).toEqual({ id: shown.id, outcome: 'settled', transaction: WINNER, stateVersion: 101 });

    const order = parseLimitOrder(orderOf(body.signed_partial_transaction));
    expect(order).toMatchObject({
      account: parseAddress(ACCOUNT, 2),
      sell: { resource: parseAddress(XWBTC, 2), amount: parseAmount('0.0003') },
      buy: { resource: parseAddress(XUSDC, 2), amount: parseAmount('28.522544') },
      withdrawn: parseAmount('0.00030327'),
    });
    const { header } = orderOf(body.signed_partial_transaction).value.intentCore;
    expect(header.value).toMatchObject({ networkId: 2, startEpochInclusive: 61_332n, endEpochExclusive: 61_334n });
    const now = BigInt(Math.floor(servers.gateway.timeMs / 1000));
    expect(header.value.maxProposerTimestampExclusive).toBe(now + 30n);
    expect(shown.expiresAt).toBe(Number(now + 30n));
  });

  it('is signed by the key, which no output repeats', async () => {
    const servers = await openServers();
    const env = { ANTHIC_SOLVER_KEY: KEY_TEXT, ANTHIC_API_KEY: 'k-secret' };
    const outcome = await cli(['order', 'submit', ...servers.flags, ...DOCUMENTED, '--json'], '', env);
    expect(env).toEqual({});
    expect(outcome.stdout + outcome.stderr).not.toMatch(/0{20}4d|k-secret/);
    const [{ id, signedPartialTransaction }] = jsonLines(outcome);
    expect(idOf(signedPartialTransaction)).toBe(id);
    const [signed, ...others] = signaturesOf(signedPartialTransaction);
    expect(others).toEqual([]);
    expect(signed!.type === 'Ed25519' && signed!.publicKey).toEqual(KEY.publicKey.key);
    const hash = subintentHash(orderOf(signedPartialTransaction));
    expect(verifyEd25519(KEY.publicKey.key, signed!.signature.bytes, hash)).toBe(true);
  });

  it('two orders of the same content are two', async () => {
    const servers = await openServers();
    const ids = [await submit(servers, '--json'), await submit(servers, '--json')].map((each) => jsonLines(each)[0].id);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it("signs what agrees with Anthic's own manifest", async () => {
    const servers = await openServers();
    servers.trade.on('POST /construction/compose', { json: { manifest: composedText() } });
    const { status, stdout } = await submit(servers, '--compare');
    expect([status, stdout]).toEqual([0, expect.stringContaining('the same as Anthic writes')]);
    const request = servers.trade.asked.find(({ method }) => method === 'POST')!.body;
    expect(request).toEqual({
      ...documented('compose-request'),
      account: ACCOUNT,
      buy: { symbol: 'xUSDC', amount: '28.522544' },
    });
  });

  it.each([
    ['an amount', (text: string) => text.replace('28.522544', '28.5'), '1 of the order'],
    ['an address', (text: string) => text.replaceAll(XUSDC, XWBTC), 'instruction 3 is ASSERT_NEXT_CALL_RETURNS_ONLY'],
    ['a missing end', (text: string) => text.replace(/YIELD_TO_PARENT;\n$/, ''), 'instruction 9 is nothing there'],
    [
      'one more',
      (text: string) => `${text}YIELD_TO_PARENT;\n`,
      'instruction 10 is YIELD_TO_PARENT; there, and nothing',
    ],
  ])('refuses to sign where it differs: %s', async (_, change, message) => {
    const servers = await openServers();
    servers.trade.on('POST /construction/compose', { json: { manifest: composedText(change) } });
    const { status, stdout, stderr } = await submit(servers, '--compare', '--submit');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain('[manifest-differs]\nhint: nothing was signed');
    expect(servers.trade.asked.some(({ url }) => url === '/trade/orders')).toBe(false);
  });

  it('refuses to sign where there is no manifest to compare with', async () => {
    const servers = await openServers();
    servers.trade.on('POST /construction/compose', { json: { manifest: 'DROP_ALL_PROOFS;' } });
    expect((await submit(servers, '--compare')).stderr).toContain('[bad-manifest]');
  });

  it('says that an order expired', async () => {
    const servers = await openServers();
    servers.onOrder = () => {
      servers.gateway.timeMs += 46_000;
    };
    const { status, stdout, stderr } = await submit(servers, '--submit', '--json');
    expect(status).toBe(1);
    expect(stderr).toContain('[order-expired]\nhint: either no maker filled it, or');
    expect(jsonLines({ status, stdout, stderr })[1]).toMatchObject({ outcome: 'expired' });
  });

  it('says that an order was refused', async () => {
    const servers = await openServers();
    servers.trade.on('POST /trade/orders', refusal(422, 'order-invalid', 'fee too small'));
    const { status, stderr } = await submit(servers, '--submit');
    expect(status).toBe(1);
    expect(stderr).toContain('fee too small [refused]');
  });

  it('follows an order that nobody has acknowledged', async () => {
    const servers = await openServers();
    servers.trade.on('POST /trade/orders', ({ body }) => {
      servers.gateway.commit(WINNER, { subintents: [idOf(body.signed_partial_transaction)] });
      return refusal(503, 'unavailable', 'later', { 'retry-after': '0' });
    });
    const { status, stdout, stderr } = await submit(servers, '--submit');
    expect(status).toBe(0);
    expect(stderr).toContain('the order may have arrived');
    expect(stdout).toContain(`settled by ${WINNER} at state version`);
  });

  it('follows an order whose copy was refused: the first may have been taken', async () => {
    const servers = await openServers();
    let copies = 0;
    servers.trade.on('POST /trade/orders', ({ body }) => {
      servers.gateway.commit(WINNER, { subintents: [idOf(body.signed_partial_transaction)] });
      if (++copies === 1) return refusal(503, 'unavailable', 'later', { 'retry-after': '0' });
      return refusal(422, 'order-invalid', 'known already');
    });
    const { status, stdout, stderr } = await submit(servers, '--submit');
    expect(stderr).toContain('known already [refused]: the order may have arrived');
    expect({ status, copies }).toEqual({ status: 0, copies: 2 });
    expect(stdout).toContain(`settled by ${WINNER}`);
  });

  it('follows an order that got an answer which nobody understands', async () => {
    const servers = await openServers();
    servers.trade.on('POST /trade/orders', ({ body }) => {
      servers.gateway.commit(WINNER, { subintents: [idOf(body.signed_partial_transaction)] });
      return { json: { ok: true } };
    });
    const { status, stderr } = await submit(servers, '--submit');
    expect(status).toBe(0);
    expect(stderr).toContain('[bad-answer]: the order may have arrived');
  });

  it('does not wait for an order that was never taken', async () => {
    const servers = await openServers();
    servers.trade.on('POST /trade/orders', refusal(429, 'too-many', 'later', { 'retry-after': '0' }));
    const { status, stderr } = await submit(servers, '--submit');
    expect(status).toBe(1);
    expect(stderr).toContain('[rate-limited]');
  });

  it('does not begin what the account cannot pay', async () => {
    const servers = await openServers();
    servers.gateway.holdings.set(ACCOUNT, [[XWBTC, '0.00030326']]);
    expect((await submit(servers)).stderr).toContain('[insufficient-balance]');
    servers.gateway.holdings.delete(ACCOUNT);
    expect((await submit(servers)).stderr).toContain('got 0 [insufficient-balance]');
  });

  it('does not begin by a clock that is wrong', async () => {
    const servers = await openServers();
    servers.gateway.timeMs -= 120_000;
    expect((await submit(servers)).stderr).toContain('[stale-clock]');
  });

  it.each([
    ['no key', ['--expires-in', '45'], 'expected a key'],
    ['an expiry too near', ['--key-file', keyFile, '--expires-in', '14'], 'bad-expiry'],
    [
      'an account of another key',
      ['--key-file', keyFile, '--account', documented('compose-request').account.replace('128', '129')],
      'bad-bech32m',
    ],
    ['the preallocated account of another', ['--key-file', keyFile, '--account', otherAccount()], 'foreign-account'],
  ])('is used badly: %s', async (_, more, message) => {
    const { flags } = await openServers();
    const { status, stderr } = await cli(['order', 'submit', ...flags, ...DOCUMENTED, ...more]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('reads no key that others can read', async () => {
    const { flags } = await openServers();
    const open = files.write('open.key', KEY_TEXT, 0o644);
    const { status } = await cli(['order', 'submit', ...flags, ...DOCUMENTED, '--key-file', open]);
    expect(status).toBe(3);
  });
});

/** Of the documentation: it is the preallocated account of a key that is not ours. */
function otherAccount(): string {
  return 'account_tdx_2_12yymjjqhecgq7fdq5ddy94uvy5ayp2s0xj6tzju2227wj4ka0keckr';
}

describe('order track', () => {
  it('names what settled an order', async () => {
    const servers = await openServers();
    const [{ id }] = jsonLines(await submit(servers, '--json'));
    servers.gateway.commit(WINNER, { subintents: [id] });
    const { status, stdout } = await cli(['order', 'track', id, ...servers.flags.slice(2)]);
    expect([status, stdout]).toEqual([0, `settled by ${WINNER} at state version 101\n`]);
  });

  it('says that its time is over', async () => {
    const servers = await openServers();
    const [{ id, expiresAt }] = jsonLines(await submit(servers, '--json'));
    servers.gateway.timeMs += 50_000;
    const flags = [...servers.flags.slice(2), '--expires-at', String(expiresAt)];
    const { status, stderr } = await cli(['order', 'track', id, ...flags]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${id} was not settled in its time`)]);
  });

  it('refuses what is no id', async () => {
    const { flags } = await openServers();
    expect((await cli(['order', 'track', 'subtxid', ...flags.slice(2)])).status).toBe(2);
    expect((await cli(['order', 'track', WINNER, ...flags.slice(2)])).stderr).toContain('[bad-id]');
  });
});

describe('order accounts', () => {
  const answer = {
    json: {
      accounts: [
        {
          address: ACCOUNT,
          balances: [
            { symbol: 'xUSDC', amount: '1.50' },
            { symbol: 'XRD', balance: '2' },
          ],
        },
      ],
    },
  };

  it('lists what the key may see, the key from the environment or a file', async () => {
    const { trade } = await openServers();
    trade.on('GET /trade/accounts', answer);
    const env = { ANTHIC_API_KEY: 'k-env' };
    const text = await cli(['order', 'accounts', '--url', trade.url], '', env);
    expect(text.stdout).toContain(`${ACCOUNT}     1.5  xUSDC\n`);
    expect(env).toEqual({});
    const file = files.write('api.key', 'k-file\n');
    const json = await cli(['order', 'accounts', '--url', trade.url, '--api-key-file', file, '--json'], '', {
      ANTHIC_API_KEY: 'k-env',
    });
    expect(jsonLines(json)[1]).toEqual({ account: ACCOUNT, symbol: 'XRD', amount: '2' });
    expect(trade.asked.map(({ headers }) => headers['anthic-api-key'])).toEqual(['k-env', 'k-file']);
  });

  it.each([
    ['no key', [], {}, 1, '[no-api-key]'],
    ['a file that is not there', ['--api-key-file', files.path('none')], {}, 3, 'cannot read'],
    ['a file that others can read', ['--api-key-file', files.write('api-open.key', 'k', 0o640)], {}, 3, 'mode 0640'],
    ['a file without a key', ['--api-key-file', files.write('api-empty.key', '\n')], {}, 3, '[bad-api-key]'],
    [
      'a file that is far too long',
      ['--api-key-file', files.write('long.key', 'k'.repeat(5000))],
      {},
      3,
      '[bad-api-key]',
    ],
    ['a variable that is no key', [], { ANTHIC_API_KEY: 'two words' }, 2, 'ANTHIC_API_KEY: expected an API key'],
  ])('cannot: %s', async (_, more, env, status, message) => {
    const { trade } = await openServers();
    const outcome = await cli(['order', 'accounts', '--url', trade.url, ...more], '', env);
    expect(outcome).toMatchObject({ status, stderr: expect.stringContaining(message) });
    expect(trade.asked).toEqual([]);
  });
});
