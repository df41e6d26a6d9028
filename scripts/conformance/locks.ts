import { UnmatchedError } from '../../src/settlement/error.js';
import { LOAN_UNITS } from '../../src/settlement/fee/predict.js';
import { Chance } from '../../test/support/randomBundles.js';
import { drain } from './locksDrain.js';
import { LockTally } from './locksTally.js';
import { hexOf, isLock, lockAt, rootOf, withRoot } from './settlementsAssemble.js';
import { type Case, readCase, type Settled, settle } from './settlementsCase.js';
import { brief } from './settlementsJudge.js';
import { randomCase } from './settlementsRandom.js';
import { SHAPES, shapeCase } from './settlementsShapes.js';
import type { Suite, SuiteContext, SuiteResult } from './suite.js';
import { openWorld, type World } from './world.js';
import { inFlight } from './worldFlight.js';

/**
 * Where `lock_fee` stands: no good bundle is refused for want of a fee, and an order that cannot pay costs nothing
 * wherever some place of the lock would have had it rejected. Counts both, and how far before the loan's end it stands.
 */
export const locks: Suite = { name: 'locks', counts: { full: 2000, ci: 200 }, run };

const SHAPE_EVERY = 4;
/** Every so many bundles all later places are tried, and each of its orders is made unable to pay. */
const TRUTH_EVERY = 3;

async function run({ count, seed, engine, report }: SuiteContext): Promise<SuiteResult> {
  const world = await openWorld(engine.raw);
  const tally = new LockTally();
  await inFlight(count, async (index) => {
    const made = makeCase(world, new Chance(seed * 100_019 + index), index);
    const settled = compose(world, made);
    if (settled === undefined) return;
    const wrong = await judgeGood(world, settled, tally);
    if (wrong !== undefined) {
      tally.differ++;
      const { hex, bundle } = settled;
      const about = { suite: 'locks', index, label: bundle.shape, kind: bundle.shape, network: 242, hex };
      report.difference({ ...about, official: wrong, ours: 'accepted' });
    }
    await judgeBroken(world, settled, tally, index % TRUTH_EVERY === 0);
    if (index % TRUTH_EVERY === 1) await judgeBlind(world, settled, tally);
    report.progress(`locks: ${index} of ${count}`);
  });
  return { compared: tally.compared, differ: tally.differ, notes: tally.notes() };
}

function makeCase(world: World, chance: Chance, index: number): Case {
  if (index % SHAPE_EVERY !== 0) return randomCase(world, chance);
  const names = Object.keys(SHAPES);
  return shapeCase(world, chance, names[(index / SHAPE_EVERY) % names.length]!);
}

/** Undefined where there is none: that is the concern of the suite of settlements. */
function compose(world: World, made: Case): Settled | undefined {
  try {
    return settle(world, readCase(made), 'cheapest');
  } catch (error) {
    if (!(error instanceof UnmatchedError)) throw error;
    return undefined;
  }
}

/** A good bundle is taken by a node, and commits. */
async function judgeGood(world: World, settled: Settled, tally: LockTally): Promise<string | undefined> {
  const { judge } = world;
  const { fee, signed } = settled.proposal;
  const place = rootOf(signed).findIndex(isLock);
  const [check, receipt, later] = await Promise.all([
    judge.submissionCheck(settled.hex),
    judge.execute(settled.hex),
    nextPlace(world, settled, place),
  ]);
  tally.good({ left: LOAN_UNITS - fee.unitsBefore[place + 1]!, later, known: fee.known, shape: settled.bundle.shape });
  if (!check.accepted) return `${check.stage}: ${check.error}`;
  return receipt.status === 'CommittedSuccess' ? undefined : brief(receipt);
}

/** The same bundle by a solver that knows nothing of the ledger: its lock may come too late, which costs but time. */
async function judgeBlind(world: World, { bundle }: Settled, tally: LockTally): Promise<void> {
  const blind = settle(world, bundle, 'cheapest', { holdsVault: () => undefined });
  tally.blind((await world.judge.submissionCheck(blind.hex)).accepted);
}

/** Whether the lock would still be in time one step later; undefined where it stands as late as it can. */
async function nextPlace(world: World, settled: Settled, place: number): Promise<boolean | undefined> {
  const hex = movedTo(settled, place + 1);
  return hex === undefined ? undefined : (await world.judge.submissionCheck(hex)).accepted;
}

function movedTo({ proposal: { signed }, bundle }: Settled, place: number): string | undefined {
  const list = rootOf(signed);
  // Behind the last yield there is but the deposit, which touches the vault.
  if (place > list.findLastIndex((each) => each.type === 'YIELD_TO_CHILD')) return undefined;
  return hexOf(withRoot(signed, lockAt(list, place)), bundle);
}

/** Each order in turn cannot pay: with our lock it costs nothing, or no lock could have spared it. */
async function judgeBroken(world: World, settled: Settled, tally: LockTally, truth: boolean): Promise<void> {
  const { bundle, hex } = settled;
  const last = truth ? await lastPlace(world, settled) : undefined;
  const accounts = new Set(bundle.orders.map((each) => each.limitOrder.account));
  await Promise.all(
    [...accounts].map(async (account) => {
      const snapshot = await world.drainedOf(account, (party, holdings) => drain(world, party, holdings));
      const [receipt, best] = await world.within(snapshot, () =>
        Promise.all([world.judge.execute(hex), last === undefined ? undefined : world.judge.execute(last)]),
      );
      // An order that mints what it sells pays all the same.
      if (receipt.status === 'CommittedSuccess') return;
      tally.broken(receipt, best, settled);
    }),
  );
}

/** The transaction with the lock at the last place that a node accepts. */
async function lastPlace(world: World, settled: Settled): Promise<string> {
  let best = settled.hex;
  for (let place = rootOf(settled.proposal.signed).findIndex(isLock) + 1; ; place++) {
    const hex = movedTo(settled, place);
    if (hex === undefined || !(await world.judge.submissionCheck(hex)).accepted) return best;
    best = hex;
  }
}
