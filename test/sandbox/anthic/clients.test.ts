import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKey } from '../../../src/anthic/apiKey.js';
import { composeLimitOrder } from '../../../src/anthic/order/compose.js';
import { signSubintent, subintentId } from '../../../src/anthic/order/sign.js';
import { SolverStream } from '../../../src/anthic/stream.js';
import { TradeApi } from '../../../src/anthic/trade/client.js';
import { parseAmount, units } from '../../../src/base/amount.js';
import { fromHex } from '../../../src/base/bytes.js';
import { systemSurroundings } from '../../../src/ledger/surroundings.js';
import { ruleOf } from '../../../src/sandbox/anthic/wrapping.js';
import { preallocatedAccount } from '../../../src/transaction/key.js';
import { decodeTransaction } from '../../../src/transaction/payload.js';
import { ANTHIC_KEY, accountOf, makerKey, SIM, type Stand, startStand, USER } from './support.js';

/** The project's own clients against the local Anthic: both sides by the same documentation, neither by the other. */

let stand: Stand;
let api: TradeApi;
beforeAll(async () => {
  stand = await startStand();
  const maker = await stand.maker();
  await stand.solver();
  await maker.quote([['90000', '1']], [['91000', '2']]);
  api = new TradeApi(stand.anthic.tradeUrl, systemSurroundings(), { apiKey: new ApiKey('key-1') });
});
afterAll(() => stand.close());

describe('the Trade API client', () => {
  it('reads all that there is', async () => {
    expect(await api.networkStatus()).toEqual({ epoch: 50n });
    const info = await api.info();
    expect(info.parentRule).toEqual(ruleOf(ANTHIC_KEY));
    expect(await api.accountLevel(accountOf(USER))).toBe(0);
    expect(await api.tokens()).toContainEqual({ symbol: 'xwBTC', resource: stand.address('xwBTC') });
    expect(await api.tokenPairs()).toContainEqual({ base: 'xwBTC', quote: 'xUSDC' });
    expect((await api.accounts())[0]!.address).toBe(accountOf(makerKey(1)));
    const { bids, asks } = await api.orderBook('xwBTC', 'xUSDC');
    expect([bids, asks]).toEqual([
      [{ price: units(90000), amount: units(1) }],
      [{ price: units(91000), amount: units(2) }],
    ]);
    expect(await api.instamintTokens()).toEqual([]);
    expect(await api.instamintAccounts()).toEqual([{ address: accountOf(makerKey(1)), customerBadgeIds: [] }]);
    expect(await api.instamintAllowance()).toBe(0n);
    expect(await api.instamintBalance()).toEqual([]);
    expect(await api.instamintPaybackAddresses()).toEqual([]);
    await expect(api.instamintInfo()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('has an order composed, read, made, signed and settled', async () => {
    const order = {
      account: accountOf(USER),
      sell: { symbol: 'xwBTC', amount: parseAmount('0.1') },
      buy: { symbol: 'xUSDC', amount: units(9000) },
      fees: { anthic: parseAmount('0.0001'), settlement: parseAmount('0.000003') },
    };
    const manifest = await api.compose(order);
    expect(await api.parse(manifest)).toEqual(order);
    const made = await api.createSubintent(manifest, { expireAfterSeconds: 30 });
    const { signature } = USER.sign(fromHex(made.hash));
    const own = {
      type: 'Ed25519',
      publicKey: USER.publicKey.key,
      signature: { bytes: signature.bytes },
    } as const;
    const signed = decodeTransaction('SignedPartialTransactionV2', fromHex(await api.sign(made.subintent, [own])));
    expect(await api.parse(signed)).toEqual(order);
    expect(await api.submitOrder(signed)).toBe(made.id);
    expect(await api.submitOrder(signed)).toBe(made.id);
    expect(await stand.event('order-ended')).toMatchObject({ order: made.id, state: 'settled' });
  });

  it('is told in the code and the words of the server why an order is refused', async () => {
    const subintent = composeLimitOrder({
      account: preallocatedAccount(USER.publicKey),
      sell: { resource: stand.tokens.named('xwBTC', '').resource, amount: units(1) },
      buy: { resource: stand.tokens.named('xUSDC', '').resource, amount: units(1) },
      fees: { anthic: 0n, settlement: 0n },
      parentRule: ruleOf(ANTHIC_KEY),
      network: SIM.id,
      startEpoch: 50n,
      endEpoch: 60n,
      expiresAt: BigInt(Math.floor(Date.now() / 1000) + 30),
      discriminator: 1n,
    });
    const refused = await api.submitOrder(signSubintent(subintent, USER)).catch((error) => error);
    expect(refused.message).toMatch(/422: fees: expected at least 0.001 and 0.000003 xwBTC/);
    expect(stand.anthic.orders().map(({ id }) => id)).not.toContain(subintentId(subintent));
  });
});

describe('the solver', () => {
  it('hears bundles by its own stream', async () => {
    const frames: string[] = [];
    const stream = new SolverStream({ urls: [stand.anthic.solverUrl], onFrame: (frame) => frames.push(frame) });
    stream.start();
    await stand.event('solver-connected', 2);
    await stand.submit(stand.order({ sell: ['0.1', 'xwBTC'], buy: ['9000', 'xUSDC'] }).hex);
    await stand.event('order-ended', 2);
    expect(frames.map((frame) => JSON.parse(frame).method)).toEqual(['new_subintent_bundle']);
    await stream.stop();
  });
});
