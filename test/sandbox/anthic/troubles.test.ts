import { afterEach, describe, expect, it } from 'vitest';
import { parseAmount } from '../../../src/base/amount.js';
import { faultSettings } from '../../../src/sandbox/anthic/settings.js';
import { FaultSchedule } from '../../../src/sandbox/fault/schedule.js';
import { ed25519Key } from '../../support/build.js';
import { makerKey, type ScriptedMaker, type Stand, type StandOptions, startStand, USER, WAIT } from './support.js';

/** Makers, solvers and ledgers that fail, at every step: each order ends once, and the books agree with the ledger. */

let stand: Stand;
afterEach(() => stand.close());

async function start(options: StandOptions = {}): Promise<void> {
  stand = await startStand({ makers: 2, ...options });
}

const silent = { onOrder: () => {} };

/** Half a coin, at the first maker's price or at the second's. */
function trade() {
  const order = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['44000', 'xUSDC'] });
  return stand.submit(order.hex);
}

async function quotes(best: ScriptedMaker, second: ScriptedMaker): Promise<void> {
  await best.quote([['90000', '1']], []);
  await second.quote([['89000', '1']], []);
}

describe('a maker', () => {
  it('that goes away with an order is replaced at once', async () => {
    await start();
    const [leaving, staying] = [await stand.maker(1, silent), await stand.maker(2)];
    await stand.solver();
    await quotes(leaving, staying);
    await trade();
    const order = await leaving.order();
    leaving.socket.terminate();
    expect(await stand.event('part-lost')).toMatchObject({ part: order.id, maker: 'maker-1', why: 'disconnected' });
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    expect(await staying.execution(2)).toMatchObject({ change: { completed: { outcome: 'Settled' } } });
    // It is back, and too late.
    const back = await stand.maker(1, silent);
    expect(await back.fill(order)).toMatchObject({ error: { code: -32011 } });
    expect(back.executions).toEqual([]);
  });

  it('with another session that hears of orders is still there', async () => {
    await start();
    const [leaving, staying] = [await stand.maker(1, silent), await stand.maker(1, silent)];
    await stand.solver();
    await leaving.quote([['90000', '1']], []);
    await trade();
    const order = await leaving.order();
    leaving.socket.terminate();
    await stand.event('maker-disconnected');
    expect(await staying.fill(order)).toMatchObject({ result: { accepted: true } });
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
  });

  it('that goes away after its fill hears later what became of it', async () => {
    await start();
    const maker = await stand.maker(1, silent);
    await maker.quote([['90000', '1']], []);
    await stand.solver();
    await trade();
    await maker.fill(await maker.order());
    maker.socket.terminate();
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    const back = await stand.maker(1);
    expect(await back.execution(2)).toMatchObject({
      sequence_number: 2,
      change: { completed: { outcome: 'Settled' } },
    });
  });

  it('that does not fill in time is replaced by another', async () => {
    await start({ settings: { timing: { fillWindowMs: 200 } } });
    const [slow, quick] = [await stand.maker(1, silent), await stand.maker(2)];
    await stand.solver();
    await quotes(slow, quick);
    await trade();
    expect(await stand.event('part-lost')).toMatchObject({ maker: 'maker-1', why: 'late' });
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
  });

  it('that has filled its part is asked for the part of another that does not', async () => {
    await start({ settings: { timing: { fillWindowMs: 200 } } });
    const [filling, slow] = [await stand.maker(1), await stand.maker(2, silent)];
    await stand.solver();
    await filling.quote(
      [
        ['90000', '0.25'],
        ['88500', '1'],
      ],
      [],
    );
    await slow.quote([['89000', '1']], []);
    await trade();
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    expect(filling.orders).toHaveLength(2);
    await filling.execution(4);
    expect(slow.executions).toEqual([]);
  });

  it('whose fill is not used hears that it was rejected, and its balance is free again', async () => {
    await start({ settings: { timing: { fillWindowMs: 200 } } });
    const [filling, slow] = [await stand.maker(1), await stand.maker(2, silent)];
    await filling.quote([['90000', '0.25']], []);
    await slow.quote([['89000', '1']], []);
    await trade();
    expect(await stand.event('order-ended')).toMatchObject({ state: 'no-liquidity' });
    expect(await filling.execution(1)).toMatchObject({ change: { completed: { outcome: 'Rejected' } } });
    await stand.solver();
    await filling.quote([['90000', '20']], []);
    const all = stand.order({ sell: ['11', 'xwBTC'], buy: ['980000', 'xUSDC'] });
    expect((await stand.submit(all.hex)).status).toBe(200);
    expect(await stand.event('order-ended', 2)).toMatchObject({ state: 'settled' });
  });

  it('whose fill would expire while others still fill is asked no more', async () => {
    await start({ settings: { timing: { minExpiryMs: 1000, fillWindowMs: 1000, settleMs: 6000 } } });
    const maker = await stand.maker(1, {
      onOrder: (order, self) => void self.fill(order, { seconds: 4 }),
    });
    await maker.quote([['90000', '1']], []);
    await trade();
    expect(await stand.event('part-lost')).toMatchObject({ why: 'expires-too-soon' });
    expect(await stand.event('order-ended')).toMatchObject({ state: 'no-liquidity' });
    expect(await maker.execution(1)).toMatchObject({ change: { completed: { outcome: 'Rejected' } } });
  });

  it('is lost to an order while its fill is being checked', async () => {
    await start({ settings: { timing: { fillWindowMs: 100 } } });
    const maker = await stand.maker(1, silent);
    await maker.quote([['90000', '1']], []);
    await trade();
    const order = await maker.order();
    const rule = { path: '/state/*', fault: { type: 'latency', ms: 1800 } } as const;
    stand.sandbox.gateway.faults = new FaultSchedule({ seed: 1, rules: [rule] });
    const filled = maker.fill(order);
    expect(await stand.event('order-ended')).toMatchObject({ state: 'no-liquidity' });
    expect(await filled).toMatchObject({ error: { code: -32011 } });
  });
});

describe('an order', () => {
  it('that no solver settles expires, for its maker as well', async () => {
    await start({ settings: { timing: { minExpiryMs: 1000, settleMs: 500 } } });
    const maker = await stand.maker(1, { onOrder: (order, self) => void self.fill(order, { seconds: 3 }) });
    await maker.quote([['90000', '1']], []);
    const order = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['44000', 'xUSDC'], seconds: 3 });
    await stand.submit(order.hex);
    expect(await stand.event('bundle-pushed')).toMatchObject({ order: order.id, solvers: 0 });
    expect(await stand.event('order-ended')).toMatchObject({ order: order.id, state: 'expired' });
    expect(await maker.execution(2)).toMatchObject({ change: { completed: { outcome: 'Expired' } } });
    expect(stand.anthic.stats()).toMatchObject({ received: 1, expired: 1, open: 0, followed: 0 });
    // Sent again it gets the same answer, and nothing starts anew.
    expect((await stand.submit(order.hex)).status).toBe(200);
    expect(stand.anthic.stats()).toMatchObject({ received: 1 });
  });

  it('cannot promise a balance that another open order has', async () => {
    await start();
    const maker = await stand.maker(1, silent);
    await maker.quote([['1', '2000000']], []);
    const most = () => stand.submit(stand.order({ sell: ['600000', 'xwBTC'], buy: ['600000', 'xUSDC'] }).hex);
    expect((await most()).status).toBe(200);
    expect((await most()).json.error).toMatchObject({
      code: 'order-invalid',
      message: expect.stringMatching(/has promised 600600/),
    });
  });

  it('is refused while the ledger cannot be asked, and taken when it can', async () => {
    await start();
    const maker = await stand.maker(1);
    await maker.quote([['90000', '1']], []);
    await stand.solver();
    const order = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['44000', 'xUSDC'], seconds: 60 });
    const rule = { path: '/state/*', fault: { type: 'reset' } } as const;
    stand.sandbox.gateway.faults = new FaultSchedule({ seed: 1, rules: [rule] });
    expect(await stand.submit(order.hex)).toMatchObject({ status: 503, json: { error: { code: 'unavailable' } } });
    const accounts = await fetch(`${stand.anthic.tradeUrl}/trade/accounts`, { headers: { 'ANTHIC-API-KEY': 'key-1' } });
    expect(accounts.status).toBe(503);
    stand.sandbox.gateway.faults = new FaultSchedule({ seed: 1, rules: [] });
    await expect.poll(async () => (await stand.submit(order.hex)).status, WAIT).toBe(200);
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
  }, 40_000);

  it('settles while the Gateway is away for a while, and is then found', async () => {
    await start();
    const maker = await stand.maker(1);
    await maker.quote([['90000', '1']], []);
    await stand.solver();
    const rule = {
      path: '/transaction/subintent-status',
      to: 5,
      fault: { type: 'internal-error', exception: 'X' },
    } as const;
    stand.sandbox.gateway.faults = new FaultSchedule({ seed: 1, rules: [rule] });
    await trade();
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
  });

  it('needs no balance where the settings do not ask for one', async () => {
    await start({ settings: { checkBalances: false } });
    const maker = await stand.maker(1, silent);
    await maker.quote([['1', '9000000']], []);
    const poor = ed25519Key(55);
    const order = stand.order({ key: poor, sell: ['5000000', 'xwBTC'], buy: ['5000000', 'xUSDC'] });
    expect((await stand.submit(order.hex)).status).toBe(200);
  });
});

describe('faults', () => {
  const faults = (given: object) => faultSettings.parse({ seed: 7, ...given });

  it('lose, delay and cut, and yet every order ends once and the ledger agrees', async () => {
    await start({ settings: { timing: { fillWindowMs: 300, settleMs: 1000, minExpiryMs: 1000 } } });
    await stand.solver();
    const fillLives = (order: any, self: any) => void self.fill(order, { seconds: 5 });
    const makers = [await stand.maker(1, { onOrder: fillLives }), await stand.maker(2, { onOrder: fillLives })];
    for (const [index, maker] of makers.entries()) await maker.quote([[`${90000 - index}`, '500']], []);
    stand.anthic.setFaults(faults({ drop: 0.1, delay: 0.3, delayMs: 50, duplicatePush: 0.5, refuseFill: 0.2 }));
    const before = await stand.balance(USER, 'xUSDC');
    const orders = Array.from({ length: 30 }, () =>
      stand.order({ sell: ['0.1', 'xwBTC'], buy: ['8000', 'xUSDC'], seconds: 6 }),
    );
    const answers = await Promise.all(orders.map(({ hex }) => stand.submit(hex)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await expect.poll(() => stand.anthic.stats().open, WAIT).toBe(0);
    await expect.poll(() => stand.anthic.stats().followed, WAIT).toBe(0);
    const { received, settled, expired, noLiquidity } = stand.anthic.stats();
    expect([received, settled + expired + noLiquidity]).toEqual([30, 30]);
    expect(settled).toBeGreaterThan(0);
    expect((await stand.balance(USER, 'xUSDC')) - before).toBe(BigInt(settled) * parseAmount('8000'));
    const ends = stand.events.filter(({ type }) => type === 'order-ended').map((event) => (event as any).order);
    expect(new Set(ends).size).toBe(30);
    // What makers are told of the past has no gap and agrees with the ledger too.
    stand.anthic.setFaults(faults({}));
    let told = 0;
    for (const number of [1, 2]) {
      const maker = await stand.maker(number);
      await maker.call('ping', {});
      const { executions } = maker;
      expect(executions.map(({ sequence_number }) => sequence_number)).toEqual(executions.map((_, index) => index + 1));
      told += executions.filter(({ change }) => change.completed?.outcome === 'Settled').length;
    }
    expect(told).toBe(settled);
  }, 60_000);

  it('refuse fills, push twice, and disconnect', async () => {
    await start();
    const maker = await stand.maker(1, silent);
    await maker.quote([['90000', '1']], []);
    const solver = await stand.solver();
    await trade();
    const order = await maker.order();
    stand.anthic.setFaults(faults({ refuseFill: 1 }));
    expect(await maker.fill(order)).toMatchObject({ error: { code: -32012, message: expect.stringMatching(/fault/) } });
    stand.anthic.setFaults(faults({ duplicatePush: 1 }));
    expect(await maker.fill(order)).toMatchObject({ result: { accepted: true } });
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    expect(solver.frames).toHaveLength(2);
    stand.anthic.setFaults(faults({ disconnect: 1 }));
    maker.send({ id: 1, method: 'ping' });
    await maker.closed;
    expect(stand.events.filter(({ type }) => type === 'maker-disconnected')).toHaveLength(1);
    expect(await stand.balance(makerKey(1), 'xUSDC')).toBe(parseAmount('955999.798'));
  });
});
