import { afterEach, describe, expect, it } from 'vitest';
import { readWrappedOrder, verifyWrappedOrder } from '../../src/anthic/wrappedOrder.js';
import { formatAmount, parseAmount } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import {
  ANTHIC_KEY,
  makerKey,
  SIM,
  SOLVER_NUMBER,
  type Stand,
  type StandOptions,
  startStand,
  USER,
} from '../sandbox/anthic/support.js';
import { ed25519Key } from '../support/build.js';
import { startSandbox } from '../support/engine.js';

/** The whole trade on the official engine: what Anthic makes, the ledger takes. */

let stand: Stand;
afterEach(() => stand.close());

const SYMBOLS = ['xUSDC', 'xwBTC', 'XRD'];

async function start(options: StandOptions = {}): Promise<void> {
  stand = await startStand({ sandbox: await startSandbox({ roundMs: 100 }), ...options });
}

/** What everybody holds, in attos. */
async function holdings(makers: number): Promise<Record<string, Record<string, bigint>>> {
  const solver = ed25519Key(SOLVER_NUMBER);
  const keys = { user: USER, anthic: ANTHIC_KEY, solver };
  const all = Object.entries(keys).concat(
    Array.from({ length: makers }, (_, n) => [`maker-${n + 1}`, makerKey(n + 1)]),
  );
  const of = all.map(async ([name, key]) => {
    const amounts = SYMBOLS.map(async (symbol) => [symbol, await stand.balance(key, symbol)] as const);
    return [name, Object.fromEntries(await Promise.all(amounts))] as const;
  });
  return Object.fromEntries(await Promise.all(of));
}

/** Who gained what, as text; zeros left out. */
function gains(before: Awaited<ReturnType<typeof holdings>>, after: typeof before) {
  const named = Object.entries(after).map(([name, of]) => {
    const changes = Object.entries(of).map(([symbol, amount]) => [symbol, amount - before[name]![symbol]!] as const);
    const told = changes
      .filter(([, change]) => change !== 0n)
      .map(([symbol, change]) => [symbol, formatAmount(change)]);
    return [name, Object.fromEntries(told)];
  });
  return Object.fromEntries(named);
}

describe('on the engine', () => {
  it('a taker and a maker trade, and every balance is what it should be', async () => {
    await start();
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([['90000', '1']], []);
    const before = await holdings(1);
    const order = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['44900', 'xUSDC'] });
    expect((await stand.submit(order.hex)).status).toBe(200);
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    await maker.execution(2);
    for (const item of stand.anthic.bundles()[0]!.items) {
      expect(item.startsWith('4d2103')).toBe(true);
      const wrapped = readWrappedOrder(fromHex(item));
      expect(wrapped.script.reward).toBe(parseAmount('0.5'));
      expect(verifyWrappedOrder(wrapped, SIM.id, undefined)).toMatchObject({ assumed: false, ownerUnproven: false });
    }
    const { solver, ...others } = gains(before, await holdings(1));
    expect(others).toEqual({
      user: { xUSDC: '44900', xwBTC: '-0.500503' },
      anthic: { xUSDC: '0.202', xwBTC: '0.000503', XRD: '-1' },
      'maker-1': { xUSDC: '-44900.202', xwBTC: '0.5' },
    });
    const { fee } = stand.sandbox.world.history.finalizerOf(order.id)!;
    expect(solver).toEqual({ XRD: formatAmount(parseAmount('1') - parseAmount(fee.total)) });
  });

  it('a taker is filled by three makers, the best price first', async () => {
    await start({ makers: 3 });
    const makers = [await stand.maker(1), await stand.maker(2), await stand.maker(3)] as const;
    await stand.solver();
    await makers[0].quote([['90000', '0.1']], []);
    await makers[1].quote([['91000', '0.2']], []);
    await makers[2].quote([['89000', '5']], []);
    const before = await holdings(3);
    // 0.2 × 91000 + 0.1 × 90000 + 0.2 × 89000
    const order = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['45000', 'xUSDC'] });
    expect((await stand.submit(order.hex)).status).toBe(200);
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    for (const maker of makers) await maker.execution(2);
    const { solver, ...others } = gains(before, await holdings(3));
    expect(others).toEqual({
      user: { xUSDC: '45000', xwBTC: '-0.500503' },
      anthic: { xUSDC: '0.606', xwBTC: '0.000503', XRD: '-2' },
      'maker-1': { xUSDC: '-9000.202', xwBTC: '0.1' },
      'maker-2': { xUSDC: '-18200.202', xwBTC: '0.2' },
      'maker-3': { xUSDC: '-17800.202', xwBTC: '0.2' },
    });
    expect(parseAmount(solver.XRD) > 0n).toBe(true);
  });

  it('a taker buys the base, XRD of all things, and pays less than it offered nothing back', async () => {
    await start({ makers: 2 });
    const makers = [await stand.maker(1), await stand.maker(2)] as const;
    await stand.solver();
    await makers[0].quote([], [['0.05', '100']], 'XRD');
    await makers[1].quote([], [['0.04', '50']], 'XRD');
    const before = await holdings(2);
    // 50 × 0.04 + 25 × 0.05 = 3.25, and 0.65 on top are shared in proportion.
    const order = stand.order({ sell: ['3.9', 'xUSDC'], buy: ['75', 'XRD'] });
    expect((await stand.submit(order.hex)).status).toBe(200);
    expect(await stand.event('order-ended')).toMatchObject({ state: 'settled' });
    for (const maker of makers) await maker.execution(2);
    const { solver, ...others } = gains(before, await holdings(2));
    expect(others).toEqual({
      user: { xUSDC: '-4.1059', XRD: '75' },
      anthic: { xUSDC: '0.2059', XRD: '-1.5' },
      'maker-1': { xUSDC: '1.5', XRD: '-25' },
      'maker-2': { xUSDC: '2.4', XRD: '-50' },
    });
    expect(parseAmount(solver.XRD) > 0n).toBe(true);
  });

  it('pays what its settings say, and settles both ways of the same book', async () => {
    await start({ settings: { reward: '0.75' } });
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([['90000', '1']], [['90100', '1']]);
    const first = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['44900', 'xUSDC'] });
    const second = stand.order({ sell: ['9010', 'xUSDC'], buy: ['0.1', 'xwBTC'] });
    expect((await stand.submit(first.hex)).status).toBe(200);
    expect((await stand.submit(second.hex)).status).toBe(200);
    await stand.event('order-ended', 2);
    await maker.execution(4);
    expect(stand.anthic.stats()).toMatchObject({ settled: 2, expired: 0, open: 0 });
    expect(maker.executions.map((each) => each.sequence_number)).toEqual([1, 2, 3, 4]);
    expect(await stand.balance(ANTHIC_KEY, 'XRD')).toBe(parseAmount('997'));
  });
});
