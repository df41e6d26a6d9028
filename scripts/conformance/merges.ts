import { formatAmount } from '../../src/base/amount.js';
import { toHex } from '../../src/base/bytes.js';
import type { NodeId } from '../../src/sbor/custom.js';
import { CERTAIN, type Ppm } from '../../src/settlement/chance.js';
import type { SettleDecision, WaitingBundle } from '../../src/settlement/planner/model.js';
import { planSettlements } from '../../src/settlement/planner/plan.js';
import { priorContext } from '../../src/settlement/planner/prior.js';
import { BEST, type Policy, SINGLE } from '../../src/settlement/policy.js';
import { type SettledOrder, sign } from '../../src/settlement/settle.js';
import { intersectWindows } from '../../src/transaction/window.js';
import { Chance } from '../../test/support/randomBundles.js';
import { drain } from './locksDrain.js';
import { MergeTally } from './mergesTally.js';
import { readCase, solverKey } from './settlementsCase.js';
import { brief, netXrd } from './settlementsJudge.js';
import { shapeCase } from './settlementsShapes.js';
import type { Suite, SuiteContext, SuiteResult } from './suite.js';
import { EPOCH, NETWORK, openWorld, type World } from './world.js';
import type { JudgedReceipt } from './worldEngine.js';
import { inFlight } from './worldFlight.js';

/**
 * Bundles that wait together, planned by both policies and executed on the official engine. Where all can pay, `best` never
 * earns less than `single`, and every fee is what was predicted. Where one maker in ten cannot, what fails is charged,
 * its culprit dropped and the rest planned again; in total `best` earns more all the same.
 */
export const merges: Suite = { name: 'merges', counts: { full: 600, ci: 80 }, run };

const MOST_WAITING = 8;
const SHAPES = ['pair', 'pair', 'pair-fees', 'fresh', 'secp', 'makers', 'ring', 'xrd', 'created'] as const;

/** What loses is settled, too: then both earn by the same bundles. */
const ANYHOW: Pick<Policy, 'minProfit'> = { minProfit: undefined };

/** One maker in ten cannot pay, and the policy is told so. */
const BROKE = 0.1;
const TOLD = { ...ANYHOW, chances: { ...BEST.chances, cannotPay: CERTAIN / 10 } };
const SURE = { ...ANYHOW, chances: { ...BEST.chances, cannotPay: 0 } };

async function run({ count, seed, engine, report }: SuiteContext): Promise<SuiteResult> {
  const world = await openWorld(engine.raw);
  const tally = new MergeTally();
  await inFlight(count, async (index) => {
    const chance = new Chance(seed * 100_043 + index);
    const waiting = waitingBundles(world, chance, 1 + (index % MOST_WAITING));
    const surprise = (label: string, hex: string, official: string, ours: string): void => {
      tally.differ++;
      report.difference({
        suite: 'merges',
        index,
        label,
        kind: `${waiting.length} wait`,
        network: NETWORK,
        hex,
        official,
        ours,
      });
    };
    await judgeSolvent(world, waiting, tally, surprise);
    await judgeBroke(world, waiting, brokeAmong(waiting, chance), tally);
    report.progress(`merges: ${index} of ${count}`);
  });
  return { compared: tally.compared, differ: tally.differ, notes: tally.notes(), failed: tally.brokeGain <= 0n };
}

/** Mostly pairs, of the same tokens or of others. */
export function waitingBundles(world: World, chance: Chance, count: number): WaitingBundle[] {
  return Array.from({ length: count }, (_, index) => {
    const { orders } = readCase(shapeCase(world, chance, chance.pick(SHAPES)));
    return { id: `${index}`, orders, window: intersectWindows(orders.map(({ window }) => window)) };
  });
}

interface Ran {
  readonly decision: SettleDecision;
  readonly hex: string;
  readonly receipt: JudgedReceipt;
}

type Accounts = ReadonlySet<NodeId>;
const NONE: Accounts = new Set();

/**
 * What a policy decides, executed where some accounts are broke. It knows of takers (each bundle's first order) that they
 * can pay, of those that are told that they cannot, and of other makers nothing.
 */
export async function execute(
  world: World,
  waiting: readonly WaitingBundle[],
  policy: Policy,
  broke: Accounts = NONE,
  told: Accounts = NONE,
): Promise<readonly Ran[]> {
  const solver = world.of('solver')[0]!;
  const takers = new Set(waiting.map(({ orders }) => orders[0]));
  const prior = priorContext(policy, {
    network: NETWORK,
    epoch: BigInt(EPOCH),
    solver: { account: solver.account, publicKey: solver.key.publicKey },
    facts: world.facts,
  });
  const cannotPay = (order: SettledOrder): Ppm => {
    if (told.has(order.limitOrder.account)) return CERTAIN;
    return takers.has(order) ? 0 : prior.odds.cannotPay(order);
  };
  const settled = planSettlements(waiting, { ...prior, odds: { ...prior.odds, cannotPay } }).filter(
    (decision) => decision.type === 'settle',
  );
  const hexes = settled.map(({ proposal }) => toHex(sign(proposal, solverKey(solver)).payload));
  const ask = () => Promise.all(hexes.map((hex) => world.judge.execute(hex)));
  const receipts = await (broke.size === 0
    ? ask()
    : world.withDrained([...broke], (party, holdings) => drain(world, party, holdings), ask));
  return settled.map((decision, at) => ({ decision, hex: hexes[at]!, receipt: receipts[at]! }));
}

export function earned(world: World, ran: readonly Ran[]): bigint {
  const { account } = world.of('solver')[0]!;
  return ran.reduce((sum, { receipt }) => sum + netXrd(receipt, account), 0n);
}

type Surprise = (label: string, hex: string, official: string, ours: string) => void;

async function judgeSolvent(
  world: World,
  waiting: readonly WaitingBundle[],
  tally: MergeTally,
  surprise: Surprise,
): Promise<void> {
  const best = await execute(world, waiting, { ...BEST, ...SURE });
  const single = await execute(world, waiting, { ...SINGLE, ...SURE });
  for (const { decision, hex, receipt } of best) {
    tally.compared++;
    const { networkFee, profit } = decision.proposal.quote;
    if (receipt.status !== 'CommittedSuccess') surprise('a plan fails', hex, brief(receipt), 'settles');
    else if (receipt.fee!.total !== formatAmount(networkFee)) {
      surprise('another fee', hex, receipt.fee!.total, formatAmount(networkFee));
    } else if (earned(world, [{ decision, hex, receipt }]) !== profit) {
      surprise('another profit', hex, 'as charged', formatAmount(profit));
    }
  }
  const [more, less] = [earned(world, best), earned(world, single)];
  tally.solvent(waiting.length, best.length, more, less);
  if (more < less) surprise('earns less than apart', '', formatAmount(less), formatAmount(more));
}

/** Accounts of makers: of every order of a bundle but its first. */
function brokeAmong(waiting: readonly WaitingBundle[], chance: Chance): Accounts {
  const makers = waiting.flatMap(({ orders }) => orders.slice(1).map(({ limitOrder }) => limitOrder.account));
  return new Set(makers.filter(() => chance.often(BROKE)));
}

async function judgeBroke(
  world: World,
  waiting: readonly WaitingBundle[],
  broke: Accounts,
  tally: MergeTally,
): Promise<void> {
  const single = await execute(world, waiting, { ...SINGLE, ...TOLD }, broke);
  tally.broke(await pursue(world, waiting, { ...BEST, ...TOLD }, broke), earned(world, single));
}

/** Executes, drops who turned out broke, and plans the rest again, until all is settled or dropped. */
async function pursue(
  world: World,
  waiting: readonly WaitingBundle[],
  policy: Policy,
  broke: Accounts,
): Promise<bigint> {
  const known = new Set<NodeId>();
  let left = waiting;
  let total = 0n;
  while (left.length > 0) {
    const ran = await execute(world, left, policy, broke, known);
    total += earned(world, ran);
    const failed = ran.filter(({ receipt }) => receipt.status !== 'CommittedSuccess');
    for (const { decision } of failed) known.add(culprit(decision, broke));
    left = failed.flatMap(({ decision }) => decision.bundles);
  }
  return total;
}

/** The first order called whose account cannot pay: the receipt names it. */
function culprit({ proposal }: SettleDecision, broke: Accounts): NodeId {
  const { instructions } = proposal.signed.transactionIntent.rootIntentCore;
  for (const each of instructions.value) {
    if (each.type !== 'YIELD_TO_CHILD') continue;
    const { account } = proposal.orders[each.child]!.limitOrder;
    if (broke.has(account)) return account;
  }
  throw new Error('expected somebody to be broke');
}
