import { parseAmount } from '../../src/base/amount.js';
import { SolverError } from '../../src/base/error.js';
import type { Composition } from '../../src/settlement/compose/choose.js';
import { UnmatchedError } from '../../src/settlement/error.js';
import { Chance } from '../../test/support/randomBundles.js';
import { FeeTable } from './feesTable.js';
import { type Case, readCase, type Settled, settle } from './settlementsCase.js';
import { randomProofs } from './settlementsForceProof.js';
import { item, payers } from './settlementsParts.js';
import { randomCase } from './settlementsRandom.js';
import { SHAPES, shapeCase } from './settlementsShapes.js';
import type { Suite, SuiteContext, SuiteResult } from './suite.js';
import { openWorld, type World } from './world.js';
import { inFlight } from './worldFlight.js';

/** What we predict beside what the engine charges, by shape. */
export const fees: Suite = { name: 'fees', counts: { full: 2000, ci: 200 }, run };

interface FeeCase {
  readonly case: Case;
  readonly row: string;
}

/** One in so many does what it likes with proofs. */
const PROOFS_EVERY = 6;

async function run({ count, seed, engine, report }: SuiteContext): Promise<SuiteResult> {
  const world = await openWorld(engine.raw);
  const table = new FeeTable();
  let differ = 0;
  await inFlight(count, async (index) => {
    const chance = new Chance(seed * 100_043 + index);
    const composition = index % 3 === 0 ? 'template' : 'cheapest';
    const tried = index % PROOFS_EVERY === 1 ? trySettling(world, proofsCase(world, chance), composition) : undefined;
    const made = tried?.made ?? feeCase(world, chance, index);
    const settled = tried?.settled ?? unlessRefused(() => settle(world, readCase(made.case), composition));
    if (settled === undefined) return;
    const receipt = await world.judge.execute(settled.hex);
    if (receipt.status !== 'CommittedSuccess' || receipt.fee === null) return; // the suite of settlements says so
    const { fee } = settled.proposal;
    const charged = parseAmount(receipt.fee.total);
    table.add(made.row, composition, fee, receipt.fee);
    // All facts are the world's own, so that what is called known has no excuse.
    if (fee.known && fee.total !== charged) {
      differ++;
      const about = { suite: 'fees', index, label: `${made.row} ${composition}`, kind: made.case.shape, network: 242 };
      const official = { total: charged.toString(), units: receipt.fee.executionCostUnits };
      const ours = { total: fee.total.toString(), units: fee.executionUnits };
      report.difference({ ...about, hex: settled.hex, official, ours });
    }
    report.progress(`fees: ${index} of ${count}`);
  });
  return { compared: table.count, differ, notes: table.notes() };
}

/** Every shape in turn, and between them random bundles. */
export function feeCase(world: World, chance: Chance, index: number, maxItems = 16): FeeCase {
  if (index % 2 === 1) return { case: randomCase(world, chance, { maxItems }), row: 'random' };
  const names = Object.keys(SHAPES);
  const shape = names[(index / 2) % names.length]!;
  return { case: shapeCase(world, chance, shape), row: shape };
}

function trySettling(
  world: World,
  made: FeeCase,
  composition: Composition,
): { made: FeeCase; settled: Settled } | undefined {
  const settled = unlessRefused(() => settle(world, readCase(made.case), composition), SolverError);
  return settled === undefined ? undefined : { made, settled };
}

/** A pair, one side of which does with proofs what comes to mind. Much of that cannot be done. */
function proofsCase(world: World, chance: Chance): FeeCase {
  // Nobody knows that the owner of a created account no longer shows its badge.
  const able = payers(world, world.tokens[0]!.resource, false).filter((party) => !party.created);
  const [seller, buyer] = chance.shuffle(able);
  const [sold, bought] = chance.shuffle(world.tokens).map(({ resource }) => ({
    resource,
    amount: world.unit(resource) * 1000n,
  }));
  const prefix = randomProofs(world, chance, seller!, sold!.resource);
  const items = [
    item(world, chance, seller!, { sell: sold!, buy: bought! }, { prefix }),
    item(world, chance, buyer!, { sell: bought!, buy: sold! }),
  ];
  const solver = world.of('solver')[0]!;
  return {
    case: { shape: 'proofs', items, solver, tipBasisPoints: 0, discriminator: BigInt(chance.below(2 ** 31)) },
    row: 'proofs',
  };
}

/** Undefined where a bundle cannot be settled. */
export function unlessRefused<T>(
  make: () => T,
  refusal: typeof SolverError | typeof UnmatchedError = UnmatchedError,
): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
    return undefined;
  }
}
