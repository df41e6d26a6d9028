import { SolverError } from '../../base/error.js';
import { notarizedLengthWith } from '../../transaction/length.js';
import { LIMITS } from '../../transaction/limits.js';
import { checkTotalReferences } from '../../transaction/validation/references.js';
import { type Reason, reasonOf } from '../decline.js';
import { UnmatchedError } from '../error.js';
import { type Proposal, proposeAnyhow, type SettleContext, type SettledOrder } from '../settle.js';
import type { PlanContext, WaitingBundle } from './model.js';
import { tipFor } from './tipFor.js';
import { paysOf, type Worked, weigh } from './worth.js';

/** What a proposal is made for: all the plan is made for, and a new root. */
function settleContextOf(orders: readonly SettledOrder[], context: PlanContext): SettleContext {
  const { odds, newDiscriminator } = context;
  return { ...context, risk: (order) => odds.cannotPay(order, orders), discriminator: newDiscriminator() };
}

/** The settlement of some bundles in one root, weighed; or why there is none. */
export function work(bundles: readonly WaitingBundle[], context: PlanContext): Worked | Reason {
  try {
    const orders = ordersOf(bundles, context);
    const proposal = proposeAnyhow(orders, settleContextOf(orders, context));
    const tipBasisPoints = tipFor(proposal, context);
    if (tipBasisPoints < context.tipBasisPoints) return work(bundles, { ...context, tipBasisPoints });
    checkLimits(proposal);
    const worked = weigh(bundles, proposal, context);
    return isDeclinedForTip(worked, context) ? work(bundles, { ...context, tipBasisPoints: 0 }) : worked;
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    return reasonOf(error);
  }
}

/** A tip that was asked for by no one but the policy itself is no reason to let a settlement be. */
function isDeclinedForTip({ declined }: Worked, { policy, tipBasisPoints }: PlanContext): boolean {
  return declined !== undefined && policy.tip.kind === 'adaptive' && tipBasisPoints > 0;
}

export function isWorked(result: Worked | Reason): result is Worked {
  return 'proposal' in result;
}

/** Bundles that may fail come first: the composer calls first what stands first, and what is called before the lock fails for nothing. */
function ordersOf(bundles: readonly WaitingBundle[], { odds }: PlanContext): readonly SettledOrder[] {
  if (bundles.length === 1) return bundles[0]!.orders;
  const byRisk = bundles.map((bundle) => ({ bundle, pays: paysOf(bundle, odds) }));
  byRisk.sort((a, b) => a.pays - b.pays);
  return byRisk.flatMap(({ bundle }) => bundle.orders);
}

/** Room for what the length that fees charge for leaves out. */
const LENGTH_MARGIN = 1024;

/** The rules of a whole transaction that its orders, each within them, may break together. */
function checkLimits({ signed }: Proposal): void {
  const { transactionHeader, rootIntentCore, nonRootSubintents } = signed.transactionIntent;
  const length = notarizedLengthWith(signed, transactionHeader.value.notaryPublicKey.type);
  if (length > LIMITS.notarizedPayloadBytes - LENGTH_MARGIN) {
    const most = LIMITS.notarizedPayloadBytes - LENGTH_MARGIN;
    throw new UnmatchedError('too-large', `expected a transaction of at most ${most} bytes, got ${length}`);
  }
  checkTotalReferences([rootIntentCore, ...nonRootSubintents.map(({ value }) => value.intentCore)]);
}
