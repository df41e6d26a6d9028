import type { Attos } from '../base/amount.js';
import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import type { PublicKey } from '../transaction/key.js';
import { notarizedLengthWith } from '../transaction/length.js';
import type { SignedTransactionIntent, TransactionIntent } from '../transaction/model.js';
import { intersectWindows } from '../transaction/window.js';
import type { Execution } from './check/execution.js';
import { simulate } from './check/simulate.js';
import type { Composition } from './compose/choose.js';
import { rootInstructions } from './compose/manifest.js';
import type { Plan } from './compose/plan.js';
import { attachSignatures, type RootHeader, rootFrame } from './compose/transaction.js';
import { UnmatchedError } from './error.js';
import { type Exposure, exposureOf } from './exposure.js';
import type { Priced } from './fee/learn.js';
import { type FeePrediction, predictFee, type StateFacts } from './fee/predict.js';
import { firstLock, fits, latestLock, lockAmount, usualLock } from './lock.js';
import type { SettledOrder } from './order.js';

/** What a root is made for, and what is known of the ledger it will run on. */
export interface RootContext {
  readonly network: number;
  readonly epoch: bigint;
  readonly solver: { readonly account: NodeId; readonly publicKey: PublicKey };
  readonly facts: StateFacts;
  readonly composition: Composition;
  readonly tipBasisPoints: number;
  /** 64 random bits: a new root for each attempt. */
  readonly discriminator: bigint;
  /** Units of the loan to leave unused beside the usual margin: more of them lock the fee earlier. */
  readonly extraMargin?: number;
}

/** A plan as a transaction: what it does, what that costs, and where its fee is locked. */
export interface Placed extends Exposure, Priced {
  readonly signed: SignedTransactionIntent;
  readonly fee: FeePrediction;
  readonly lock: Attos;
}

/** A root lives no longer than it must: this epoch and the next. */
const EPOCHS = 2n;

/**
 * Composes with the lock where experience puts it, asks the fee model how late the loan allows it, and composes again
 * where that is another place.
 */
export function placeLock(orders: readonly SettledOrder[], plan: Plan, context: RootContext): Placed {
  const root = rootHeader(orders, context);
  const signers: (readonly PublicKey[])[] = [[context.solver.publicKey]];
  // Each intent's signatures, and the notary's: the solver's key is in no other place.
  let signatures = 1;
  for (const { signers: by } of orders) {
    signers.push(by.wrapper, by.order);
    signatures += by.wrapper.length + by.order.length;
  }
  const { tipBasisPoints, facts } = context;
  const frame = rootFrame(orders, root);
  const build = (beforeStep: number, amount: Attos): TransactionIntent =>
    frame(rootInstructions(plan, context.solver.account, { beforeStep, amount }));

  const isTemplate = context.composition === 'template';
  let beforeStep = isTemplate ? 0 : firstLock(orders, plan);
  let lock = usualLock(orders);
  for (let round = 0; ; round++) {
    const intent = build(beforeStep, lock);
    const signed = attachSignatures(intent, orders);
    const execution = check(intent, signers);
    const effectiveLength = notarizedLengthWith(signed, root.notary.type);
    const input = { intent, effectiveLength, signatures, tipBasisPoints };
    const fee = predictFee(input, execution, facts);
    const latest = isTemplate ? 0 : latestLock(orders, plan, beforeStep, fee, context.extraMargin);
    // Moving the lock shifts a few first reads from one step to another, so each new place is looked at; but after the
    // first move it goes only towards safety, and so to an end.
    if (latest === beforeStep || (round > 0 && latest > beforeStep)) {
      const executed = { fee, lockStep: beforeStep, effectiveLength, tipBasisPoints };
      const { behindLock, failureCosts } = exposureOf(orders.length, plan, executed);
      if (fits(lock, fee)) return { signed, input, execution, fee, lock, behindLock, failureCosts };
      // The amount stands in 24 bytes whatever it is, and no rule but the balance depends on it.
      lock = lockAmount(fee);
      const relocked = attachSignatures(build(beforeStep, lock), orders);
      return { signed: relocked, input, execution, fee, lock, behindLock, failureCosts };
    }
    beforeStep = latest;
  }
}

/** The root's epochs lie inside those of its children. */
function rootHeader(orders: readonly SettledOrder[], context: RootContext): RootHeader {
  const window = intersectWindows(orders.map((order) => order.window));
  const startEpoch = window.startEpoch > context.epoch ? window.startEpoch : context.epoch;
  const endEpoch = window.endEpoch < startEpoch + EPOCHS ? window.endEpoch : startEpoch + EPOCHS;
  return {
    network: context.network,
    startEpoch,
    endEpoch,
    tipBasisPoints: context.tipBasisPoints,
    discriminator: context.discriminator,
    notary: context.solver.publicKey,
  };
}

function check(intent: TransactionIntent, signers: readonly (readonly PublicKey[])[]): Execution {
  try {
    return simulate(intent, { signers });
  } catch (cause) {
    if (!(cause instanceof SolverError)) throw cause;
    throw new UnmatchedError('check-failed', `the settlement does not hold: ${cause.message} [${cause.code}]`, {
      path: cause.path,
      cause,
    });
  }
}
