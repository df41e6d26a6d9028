import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConformanceEngine } from '../../scripts/conformance/engine.js';
import { type Case, readCase, settle } from '../../scripts/conformance/settlementsCase.js';
import { broken } from '../../scripts/conformance/settlementsJudge.js';
import { shapeCase } from '../../scripts/conformance/settlementsShapes.js';
import { openWorld, type World } from '../../scripts/conformance/world.js';
import { parseAmount } from '../../src/base/amount.js';
import { affordableTip, tipCost } from '../../src/settlement/tip.js';
import { Chance } from '../support/randomBundles.js';

/** What a tip costs, as predicted, beside what the engine charges. */

let engine: ConformanceEngine;
let world: World;

beforeAll(async () => {
  engine = await ConformanceEngine.start(process.env);
  world = await openWorld(engine.raw);
});

afterAll(() => engine.close());

/** The same settlement, but for its tip. */
function tipped(shape: string, tipBasisPoints: number) {
  const made: Case = { ...shapeCase(world, new Chance(17), shape), tipBasisPoints };
  return settle(world, readCase(made), 'cheapest');
}

describe('a tip', () => {
  it.each(['pair', 'pair-fees', 'ring', 'makers', 'secp', '2xpair', '4xpair'])(
    'of 50 basis points is in what a settlement costs, to the atto: %s',
    async (shape) => {
      const settled = tipped(shape, 50);
      const { quote, fee } = settled.proposal;
      expect(quote.feeKnown).toBe(true);
      const receipt = await world.judge.execute(settled.hex);
      expect(receipt.status).toBe('CommittedSuccess');
      expect(broken(settled, receipt)).toBeUndefined();
      expect(parseAmount(receipt.fee!.total)).toBe(quote.networkFee);
      expect(parseAmount(receipt.fee!.tip)).toBe(tipCost(fee, 50));
      // Nothing else is dearer for it.
      expect(quote.networkFee - tipCost(fee, 50)).toBe(tipped(shape, 0).proposal.quote.networkFee);
    },
  );

  it.each([1, 10_000, 1_000_000])('of %i basis points is, too', async (basisPoints) => {
    const settled = tipped('pair', basisPoints);
    const receipt = await world.judge.execute(settled.hex);
    expect(receipt.status).toBe('CommittedSuccess');
    expect(parseAmount(receipt.fee!.total)).toBe(settled.proposal.quote.networkFee);
  });

  it('that could be afforded leaves nothing, and one more would cost', async () => {
    const { quote, fee } = tipped('4xpair', 0).proposal;
    const most = affordableTip(fee, quote.profit);
    const [just, over] = [most, most + 1].map((basisPoints) => tipped('4xpair', basisPoints));
    expect(just!.proposal.quote.profit).toBeGreaterThanOrEqual(0n);
    expect(over!.proposal.quote.profit).toBeLessThan(0n);
    const receipt = await world.judge.execute(just!.hex);
    expect(parseAmount(receipt.fee!.total)).toBe(just!.proposal.quote.networkFee);
  });
});
