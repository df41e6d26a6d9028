import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConformanceEngine } from '../../scripts/conformance/engine.js';
import { drain } from '../../scripts/conformance/locksDrain.js';
import { readCase, type Settled, settle } from '../../scripts/conformance/settlementsCase.js';
import { SHAPES, shapeCase } from '../../scripts/conformance/settlementsShapes.js';
import { openWorld, type World } from '../../scripts/conformance/world.js';
import { parseAmount } from '../../src/base/amount.js';
import { CERTAIN } from '../../src/settlement/chance.js';
import { Chance } from '../support/randomBundles.js';

/** What a failure costs, as predicted, beside what the engine charges where an order really cannot pay. */

/** Percent that a predicted cost may be off. */
const MOST_OFF = 4;
/** An account that is emptied of everything fails at what it shows first, earlier than at what it pays. */
const FAILS_EARLY: Readonly<Record<string, number>> = { 'prefix-badges': 12, 'prefix-bucket': 12 };

let engine: ConformanceEngine;
let world: World;

beforeAll(async () => {
  engine = await ConformanceEngine.start(process.env);
  world = await openWorld(engine.raw);
});

afterAll(() => engine.close());

/** Executes it where the order's account holds nothing. */
async function executeBroke({ bundle, hex }: Settled, order: number) {
  const { account } = bundle.orders[order]!.limitOrder;
  const snapshot = await world.drainedOf(account, (party, holdings) => drain(world, party, holdings));
  return world.within(snapshot, () => world.judge.execute(hex));
}

// An order that mints what it sells pays out of an empty account, too.
const shapes = Object.keys(SHAPES).filter((shape) => shape !== 'mint');

describe('an order that cannot pay', () => {
  it.each(shapes)('costs what was predicted behind the lock, and nothing before it: %s', async (shape) => {
    const settled = settle(world, readCase(shapeCase(world, new Chance(3), shape)), 'cheapest');
    const { behindLock, failureCosts, orders } = settled.proposal;
    for (const order of orders.keys()) {
      const receipt = await executeBroke(settled, order);
      if (!behindLock.includes(order)) {
        expect(failureCosts[order]).toBe(0n);
        expect(receipt.status).toBe('Rejected');
        continue;
      }
      expect(receipt.status).toBe('CommittedFailure');
      const charged = Number(parseAmount(receipt.fee!.total));
      const off = Math.abs(Number(failureCosts[order]!) - charged) / charged;
      expect(off * 100, `order ${order}`).toBeLessThan(FAILS_EARLY[shape] ?? MOST_OFF);
    }
  });

  it.each(['makers', '2xpair', '4xpair', '8xpair', 'eight', 'prefix'])(
    'is called before the lock: %s',
    async (shape) => {
      const bundle = readCase(shapeCase(world, new Chance(5), shape));
      const blind = settle(world, bundle, 'cheapest');
      const broke = blind.proposal.behindLock.at(-1)!;
      const account = bundle.orders[broke]!.limitOrder.account;
      const aware = settle(world, bundle, 'cheapest', world.facts, {
        risk: ({ limitOrder }) => (limitOrder.account === account ? CERTAIN / 10 : 0),
      });
      expect((await executeBroke(blind, broke)).status).toBe('CommittedFailure');
      expect(aware.proposal.behindLock).not.toContain(broke);
      expect((await executeBroke(aware, broke)).status).toBe('Rejected');
      expect((await world.judge.execute(aware.hex)).status).toBe('CommittedSuccess');
    },
  );
});
