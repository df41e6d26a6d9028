import type { Execution } from '../../src/settlement/check/execution.js';
import { simulate } from '../../src/settlement/check/simulate.js';
import { type FeeInput, predictFee } from '../../src/settlement/fee/predict.js';
import type { PlanContext, WaitingBundle } from '../../src/settlement/planner/model.js';
import { planSettlements } from '../../src/settlement/planner/plan.js';
import { priorContext } from '../../src/settlement/planner/prior.js';
import { BEST } from '../../src/settlement/policy.js';
import { type Proposal, propose } from '../../src/settlement/settle.js';
import { type FrameContext, isWaiting, openWaiting } from '../../src/solver/processFrame.js';
import type { PublicKey } from '../../src/transaction/key.js';
import { notarizedLengthWith } from '../../src/transaction/length.js';
import { makeFrame, makeItem, makePair, token } from '../../test/support/bundles.js';
import { measureTogether, type Times } from './measure.js';

/** What planning takes, each beside what it is made of. */
export interface PlanTimes {
  /** One waiting pair: planned, and only proposed. */
  readonly one: Record<'plan' | 'propose', Times>;
  /** Eight that trade the same two tokens, and eight that trade two tokens each. */
  readonly eight: Record<'same' | 'apart' | 'propose', Times>;
  readonly fee: Record<'fee' | 'simulate', Times>;
}

export function measurePlanning(frame: string, using: FrameContext): PlanTimes {
  const one = open(frame, using);
  const context = planContext(using);
  const small = { ...using, network: 242, time: { epoch: 1n, timestamp: 0n } };
  const eightContext = planContext(small);
  const same = pairs(small, 0);
  const apart = pairs(small, 2);
  const orders = same.flatMap((bundle) => bundle.orders);
  return {
    one: measureTogether(
      {
        plan: () => expectRoots(planSettlements([one], context), 1),
        propose: () => propose(one.orders, { ...context, discriminator: context.newDiscriminator() }),
      },
      2000,
    ),
    eight: measureTogether(
      {
        same: () => expectRoots(planSettlements(same, eightContext), 1),
        apart: () => expectRoots(planSettlements(apart, eightContext), 1),
        propose: () => propose(orders, { ...eightContext, discriminator: eightContext.newDiscriminator() }),
      },
      300,
    ),
    fee: measureFee(one, context),
  };
}

function measureFee(bundle: WaitingBundle, context: PlanContext): PlanTimes['fee'] {
  const proposal = propose(bundle.orders, { ...context, discriminator: 1n });
  const { input, execution, signers } = feeInput(proposal, context);
  return measureTogether(
    {
      fee: () => predictFee(input, execution, context.facts),
      simulate: () => simulate(input.intent, { signers }),
    },
    2000,
  );
}

interface Priced {
  readonly input: FeeInput;
  readonly execution: Execution;
  readonly signers: readonly (readonly PublicKey[])[];
}

function feeInput({ signed, orders, execution }: Proposal, { solver, tipBasisPoints }: PlanContext): Priced {
  const signers = [[solver.publicKey], ...orders.flatMap(({ signers: by }) => [by.wrapper, by.order])];
  const effectiveLength = notarizedLengthWith(signed, solver.publicKey.type);
  const input = {
    intent: signed.transactionIntent,
    effectiveLength,
    signatures: signers.flat().length,
    tipBasisPoints,
  };
  return { input, execution, signers };
}

function planContext({ network, time, key, account, facts }: FrameContext): PlanContext {
  const solver = { account, publicKey: key.publicKey };
  return priorContext(BEST, { network, epoch: time.epoch, solver, facts });
}

function open(frame: string, using: FrameContext): WaitingBundle {
  const opened = openWaiting(frame, using);
  if (!isWaiting(opened)) throw new Error(`expected the bundle to wait, it is ${opened.outcome}`);
  return opened.bundle;
}

/** Eight pairs; each trades tokens of its own where `step` is not 0. */
function pairs(using: FrameContext, step: number): WaitingBundle[] {
  return Array.from({ length: 8 }, (_, index) => {
    const [a, b] = [token(1 + step * index), token(2 + step * index)];
    return open(makeFrame(makePair(a, b, 1_000_000n, 2_000_000n, index).map((order) => makeItem(order))), using);
  });
}

function expectRoots(decisions: ReturnType<typeof planSettlements>, roots: number): void {
  if (decisions.length !== roots) throw new Error(`expected ${roots} settlements, got ${decisions.length}`);
}
