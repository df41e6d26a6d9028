import { formatAmount } from '../../src/base/amount.js';
import { UnmatchedError } from '../../src/settlement/error.js';
import { XRD } from '../../src/transaction/address.js';
import { Chance } from '../../test/support/randomBundles.js';
import { type Bundle, readCase, type Settled, settle } from './settlementsCase.js';
import { type Forced, forceMutation } from './settlementsForce.js';
import { forceDeficit } from './settlementsForceDeficit.js';
import { brief, broken, changesOf, difference, netXrd, type Outcome, unfollowed } from './settlementsJudge.js';
import { type RandomCase, randomCase } from './settlementsRandom.js';
import { SHAPES, shapeCase } from './settlementsShapes.js';
import type { Suite, SuiteContext, SuiteResult } from './suite.js';
import { openWorld, type World } from './world.js';
import type { JudgedReceipt } from './worldEngine.js';
import { inFlight } from './worldFlight.js';

/**
 * Settlements composed by us, executed on the official engine: what our checker calls settleable commits and moves what
 * was predicted, and what it calls impossible fails there too when it is forced.
 */
export const settlements: Suite = {
  name: 'settlements',
  counts: { full: 2000, ci: 200 },
  run,
};

/** One case in five is of a shape of the documentation, in turn; the others are random. */
const SHAPE_EVERY = 5;
/** One case in ten asks for more than there is. */
const DEFICIT = 0.1;
/** How many of the executions are committed (and taken back), not only tried. */
const COMMIT_EVERY = 8;
const MUTATIONS = 2;

async function run({ count, seed, engine, report }: SuiteContext): Promise<SuiteResult> {
  const world = await openWorld(engine.raw);
  const tally = new Tally();
  await inFlight(count, async (index) => {
    const chance = new Chance(seed * 100_003 + index);
    const made = makeCase(world, chance, index);
    const surprise = (label: string, hex: string, official: unknown, ours: unknown): void => {
      tally.differ++;
      report.difference({ suite: 'settlements', index, label, kind: made.shape, network: 242, hex, official, ours });
    };
    await judgeCase(world, chance, index, made, tally, surprise);
    report.progress(`settlements: ${index} of ${count}`);
  });
  return { compared: tally.compared, differ: tally.differ, notes: tally.notes() };
}

function makeCase(world: World, chance: Chance, index: number): RandomCase {
  if (index % SHAPE_EVERY === 0) {
    const names = Object.keys(SHAPES);
    return { ...shapeCase(world, chance, names[(index / SHAPE_EVERY) % names.length]!), deficits: new Map() };
  }
  return randomCase(world, chance, { deficit: DEFICIT });
}

type Surprise = (label: string, hex: string, official: unknown, ours: unknown) => void;

async function judgeCase(
  world: World,
  chance: Chance,
  index: number,
  made: RandomCase,
  tally: Tally,
  surprise: Surprise,
): Promise<void> {
  const bundle = readCase(made);
  const lacks = made.deficits.size > 0;
  const settled = composed(world, bundle);
  if (typeof settled === 'string') {
    tally.refused(settled);
    if (!lacks) surprise(`refused as ${settled}`, '', 'a settlement exists', settled);
    await judgeDeficit(world, forceDeficit(world, chance, bundle), made.deficits, tally, surprise);
    return;
  }
  if (lacks) surprise('settled a deficit', settled[0]!.hex, 'a deficit', 'settled');
  const receipts = await Promise.all(
    settled.map(({ hex }) => (index % COMMIT_EVERY === 0 ? world.commit(hex) : world.judge.execute(hex))),
  );
  for (const [at, each] of settled.entries()) {
    tally.compared++;
    const receipt = receipts[at]!;
    const wrong = broken(each, receipt);
    if (wrong !== undefined) surprise(`${each.composition} ${bundle.shape}`, each.hex, wrong, 'settles');
  }
  // A contingent fee of a user's helps whoever locked before it: no merit of a composition.
  if (!bundle.items.some(hasContingentFee)) {
    tally.profits(receipts.map((receipt) => netXrd(receipt, bundle.solver.account)));
  }
  const mutations = Array.from({ length: MUTATIONS }, () => forceMutation(world, chance, settled[0]!));
  await judgeForced(world, mutations.flat(), tally, surprise);
}

function hasContingentFee({ order }: RandomCase['items'][number]): boolean {
  return (order.prefix ?? []).some((each) => each.type === 'CALL_METHOD' && each.method === 'lock_contingent_fee');
}

/** Both compositions, or why there is none. */
function composed(world: World, bundle: Bundle): Settled[] | string {
  try {
    return [settle(world, bundle, 'cheapest'), settle(world, bundle, 'template')];
  } catch (error) {
    if (!(error instanceof UnmatchedError)) throw error;
    return error.code;
  }
}

/** The checker's verdict against the engine's, on transactions that no solver would make. */
async function judgeForced(
  world: World,
  forced: readonly Forced[],
  tally: Tally,
  surprise: Surprise,
): Promise<JudgedReceipt[]> {
  return Promise.all(
    forced.map(async ({ label, hex, outcome, bundle }) => {
      const receipt = await world.judge.execute(hex);
      tally.forced(label, receipt.status, outcome);
      const ours = 'execution' in outcome ? 'settles' : `${outcome.refused} ${outcome.message}`;
      const succeeds = receipt.status === 'CommittedSuccess';
      if (succeeds !== 'execution' in outcome) {
        // What is only assumed may fail on the ledger; that it does not hold must be known for certain.
        if (!succeeds && 'execution' in outcome && outcome.execution.assumed) return receipt;
        if (succeeds && 'refused' in outcome && outcome.refused === 'Unsupported') return receipt;
        surprise(`forced ${label}`, hex, brief(receipt), ours);
      } else if ('execution' in outcome) {
        const wrong = difference(changesOf(receipt), outcome.execution.changes, unfollowed(bundle));
        if (wrong !== undefined) surprise(`forced ${label}`, hex, wrong, ours);
      }
      return receipt;
    }),
  );
}

/**
 * Where the orders ask for more than they sell no settlement exists, unless it is XRD they lack: the rewards could make
 * that good. It is not for a solver to give them away, so that is counted apart.
 */
async function judgeDeficit(
  world: World,
  forced: readonly Forced[],
  deficits: RandomCase['deficits'],
  tally: Tally,
  surprise: Surprise,
): Promise<void> {
  const receipts = await judgeForced(world, forced, tally, surprise);
  for (const [at, { status }] of receipts.entries()) {
    if (status !== 'CommittedSuccess') continue;
    if (deficits.size === 1 && deficits.has(XRD)) tally.fromRewards++;
    else surprise('a deficit that settles', forced[at]!.hex, status, 'deficit');
  }
}

class Tally {
  compared = 0;
  differ = 0;
  fromRewards = 0;
  private readonly refusals = new Map<string, number>();
  private readonly labels = new Map<string, { good: number; bad: number; assumed: number }>();
  private readonly profit = [0n, 0n];
  private bundles = 0;
  private worse = 0;

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  profits([cheapest, template]: readonly bigint[]): void {
    this.bundles++;
    if (cheapest !== undefined && template !== undefined && cheapest < template) this.worse++;
    this.profit[0]! += cheapest ?? 0n;
    this.profit[1]! += template ?? 0n;
  }

  forced(label: string, status: string, outcome: Outcome): void {
    this.compared++;
    const [kind] = label.split(' ') as [string];
    const of = this.labels.get(kind) ?? { good: 0, bad: 0, assumed: 0 };
    this.labels.set(kind, of);
    if (status === 'CommittedSuccess') of.good++;
    else if ('execution' in outcome && outcome.execution.assumed) of.assumed++;
    else of.bad++;
  }

  notes(): string[] {
    const refusals = [...this.refusals].map(([code, count]) => `${code} ${count}`).join(', ');
    const [cheapest, template] = this.profit as [bigint, bigint];
    return [
      `refused: ${refusals || 'none'}; forced ones that took the missing XRD from the rewards: ${this.fromRewards}`,
      ...[...this.labels]
        .sort()
        .map(
          ([kind, { good, bad, assumed }]) =>
            `forced ${kind}: ${bad} fail, ${good} succeed, ${assumed} fail where assumed`,
        ),
      `profit of ${this.bundles} bundles: cheapest ${formatAmount(cheapest)}, template ${formatAmount(template)} XRD; cheapest earns less ${this.worse} times`,
    ];
  }
}
