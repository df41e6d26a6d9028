import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConformanceEngine } from '../../scripts/conformance/engine.js';
import { fees } from '../../scripts/conformance/fees.js';
import { locks } from '../../scripts/conformance/locks.js';
import { Report } from '../../scripts/conformance/report.js';
import { readCase, settle } from '../../scripts/conformance/settlementsCase.js';
import { broken } from '../../scripts/conformance/settlementsJudge.js';
import { shapeCase } from '../../scripts/conformance/settlementsShapes.js';
import { openWorld } from '../../scripts/conformance/world.js';
import { Chance } from '../support/randomBundles.js';

/** The suites of settlements find nothing where nothing is wrong, and something where something is. */

let engine: ConformanceEngine;

beforeAll(async () => {
  engine = await ConformanceEngine.start(process.env);
});

afterAll(() => engine.close());

const run = { count: 12, seed: 1 };

describe('the suites', () => {
  it.each([locks, fees])('find no surprise in a dozen bundles: $name', async (suite) => {
    const result = await suite.run({ ...run, engine, report: new Report(1, () => {}) });
    expect(result).toMatchObject({ differ: 0 });
    expect(result.compared).toBeGreaterThanOrEqual(run.count);
    expect(result.notes.length).toBeGreaterThan(3);
  });

  it('see a settlement that fails, one that moves other amounts, and one that leaves an order short', async () => {
    const world = await openWorld(engine.raw);
    const bundle = readCase(shapeCase(world, new Chance(1), 'pair'));
    const settled = settle(world, bundle, 'cheapest');
    const receipt = await world.judge.execute(settled.hex);
    expect(broken(settled, receipt)).toBeUndefined();

    expect(broken(settled, { ...receipt, status: 'CommittedFailure', error: 'some error' })).toContain('some error');
    const execution = { ...settled.proposal.execution, changes: new Map() };
    expect(broken({ ...settled, proposal: { ...settled.proposal, execution } }, receipt)).toContain('predicted 0');
    expect(broken(settled, { ...receipt, balanceChanges: {} })).toContain('due');
  });
});
