import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConformanceEngine } from '../../scripts/conformance/engine.js';
import { earned, execute, merges } from '../../scripts/conformance/merges.js';
import { Report } from '../../scripts/conformance/report.js';
import { netXrd } from '../../scripts/conformance/settlementsJudge.js';
import { item } from '../../scripts/conformance/settlementsParts.js';
import { openWorld, type World } from '../../scripts/conformance/world.js';
import { parseAmount, units } from '../../src/base/amount.js';
import type { WaitingBundle } from '../../src/settlement/planner/model.js';
import { BEST, SINGLE } from '../../src/settlement/policy.js';
import { Chance } from '../support/randomBundles.js';
import { readOrder, waitingOf } from '../support/waiting.js';

/** What merging earns, and what its failures cost, on the official engine (docs/economics.md §2, §3). */

let engine: ConformanceEngine;
let world: World;

beforeAll(async () => {
  engine = await ConformanceEngine.start(process.env);
  world = await openWorld(engine.raw);
});

afterAll(() => engine.close());

/** So many pairs of a taker, who pays a fee, and a maker, who does not, of whom some sign with Secp256k1: as in docs/economics.md. */
function pairs(count: number): WaitingBundle[] {
  const chance = new Chance(1);
  const rich = world.parties.filter(({ number }) => number < 2200);
  const [ed25519, secp256k1] = [rich.slice(0, 18), rich.slice(18)];
  const [a, b] = world.tokens.filter(({ divisibility }) => divisibility === 18).map(({ resource }) => resource);
  const [sold, bought] = [
    { resource: a!, amount: units(90) },
    { resource: b!, amount: units(1) },
  ];
  return Array.from({ length: count }, (_, at) => {
    const maker = at % 3 === 2 ? secp256k1[at]! : ed25519[8 + at]!;
    const items = [
      item(world, chance, ed25519[at]!, { sell: sold, buy: bought }, { fees: [9n, 5n] }),
      item(world, chance, maker, { sell: bought, buy: sold }),
    ];
    return waitingOf(
      `${at}`,
      items.map(({ order, wrapper }) => readOrder(order, wrapper)),
    );
  });
}

/** What one of the measured pairs earned alone. */
const MEASURED_ALONE = parseAmount('0.0177');
const SURE = { chances: { ...BEST.chances, cannotPay: 0 } };

describe('merged on the engine', () => {
  it.each([
    [2, '0.1256'],
    [4, '0.1862'],
    [8, '0.2165'],
  ])('%i pairs earn what was predicted, and gain by it as those that earned %s XRD each', async (count, measured) => {
    const waiting = pairs(count);
    const best = await execute(world, waiting, { ...BEST, ...SURE });
    expect(best.map(({ receipt }) => receipt.status)).toEqual(['CommittedSuccess']);
    const [{ decision, receipt }] = best as [(typeof best)[0]];
    const { quote } = decision.proposal;
    expect(quote.feeKnown).toBe(true);
    expect(parseAmount(receipt.fee!.total)).toBe(quote.networkFee);
    expect(earned(world, best)).toBe(quote.profit);
    const single = await execute(world, waiting, { ...SINGLE, ...SURE });
    expect(single).toHaveLength(count);
    // Orders of other lengths cost otherwise, but what merging saves is the same.
    const gain = BigInt(count) * (parseAmount(measured) - MEASURED_ALONE);
    expect(earned(world, best) - earned(world, single)).toBeGreaterThan(gain);
  });

  it('costs what was predicted when an order behind the lock cannot pay, and nothing before it', async () => {
    const [{ decision }] = (await execute(world, pairs(4), { ...BEST, ...SURE })) as [
      Awaited<ReturnType<typeof execute>>[0],
    ];
    const { proposal } = decision;
    const { orders, behindLock, failureCosts } = proposal;
    expect(behindLock.length).toBeLessThan(orders.length);
    for (const [index, order] of orders.entries()) {
      const broke = new Set([order.limitOrder.account]);
      const [ran] = await execute(world, decision.bundles, { ...BEST, ...SURE }, broke);
      if (!behindLock.includes(index)) {
        expect(ran!.receipt.status).toBe('Rejected');
        continue;
      }
      expect(ran!.receipt.status).toBe('CommittedFailure');
      const charged = parseAmount(ran!.receipt.fee!.total);
      const off = charged - failureCosts[index]!;
      expect(off < 0n ? -off : off).toBeLessThan(units(1) / 50n);
      expect(netXrd(ran!.receipt, world.of('solver')[0]!.account)).toBe(-charged);
    }
  });

  it('earns more with one maker in ten unable to pay, and never less without', async () => {
    const report = new Report(1, () => {});
    const result = await merges.run({ count: 24, seed: 1, engine, report });
    expect(result).toMatchObject({ differ: 0, failed: false });
    expect(result.compared).toBeGreaterThanOrEqual(24);
    expect(result.notes.join('\n')).toMatch(/8 waiting: 0\.\d+ XRD a bundle/);
  });
});
