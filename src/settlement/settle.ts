import type { Verified, WrappedOrder } from '../anthic/wrappedOrder.js';
import { type Attos, formatAmount } from '../base/amount.js';
import type { Bytes } from '../base/bytes.js';
import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import { isFungible, XRD } from '../transaction/address.js';
import { transactionIntentHash } from '../transaction/hash.js';
import type { PublicKey } from '../transaction/key.js';
import { notarizedLengthWith } from '../transaction/length.js';
import { LIMITS } from '../transaction/limits.js';
import type { SignedTransactionIntent, TransactionIntent } from '../transaction/model.js';
import { encodeTransaction } from '../transaction/payload.js';
import type { SolverKey } from '../transaction/solverKey.js';
import { intersectWindows } from '../transaction/window.js';
import { CERTAIN, type Ppm } from './chance.js';
import type { Execution } from './check/execution.js';
import { simulate } from './check/simulate.js';
import { type Aims, type Composition, choosePlans } from './compose/choose.js';
import { rootInstructions } from './compose/manifest.js';
import type { Plan } from './compose/plan.js';
import { gainsOf, type Supply } from './compose/supply.js';
import { attachSignatures, notarize, type RootHeader, rootFrame } from './compose/transaction.js';
import { UnmatchedError } from './error.js';
import { type Exposure, expectedWorth, exposureOf } from './exposure.js';
import { type FeePrediction, predictFee, type StateFacts } from './fee/predict.js';
import { firstLock, fits, latestLock, lockAmount, usualLock } from './lock.js';
import type { PriceLookup } from './price.js';

/** An item of a bundle that was verified. */
export type SettledOrder = WrappedOrder & Verified;

/** What a settlement is composed for. */
export interface SettleContext {
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
  /** Chance that an order cannot pay: the likeliest are called before the lock where that is worth it. */
  readonly risk?: ((order: SettledOrder) => Ppm) | undefined;
  /** What tokens are worth; without it a surplus of anything but XRD counts as nothing. */
  readonly prices?: PriceLookup | undefined;
  /**
   * Most of each token that may be added from the solver's own account to what the orders lack, XRD too where it is
   * traded. Never more than the account holds: a withdrawal that fails costs a fee. A token without a price is not used.
   */
  readonly inventory?: ReadonlyMap<NodeId, Attos> | undefined;
}

/** What a settlement earns and costs, in XRD but for the surplus. */
export interface Quote {
  readonly reward: Attos;
  readonly networkFee: Attos;
  /** Whether every fact the fee depends on was known; else it is an estimate. */
  readonly feeKnown: boolean;
  /** Whether it rests on something no simulation can know: what another component returns or grants. */
  readonly assumed: boolean;
  /** What the solver keeps beyond the rewards. */
  readonly surplus: readonly { readonly resource: NodeId; readonly amount: Attos }[];
  /** What is added from the solver's own account. */
  readonly inventory: readonly Supply[];
  /** Value in XRD of the surplus, as far as there are prices, less that of what is added. */
  readonly surplusValue: Attos;
  /** Reward and value of the surplus less the fee. */
  readonly profit: Attos;
}

/** A settlement that was proven and lacks but its signature. Its exposure numbers the orders as they stand here. */
export interface Proposal extends Exposure {
  readonly orders: readonly SettledOrder[];
  readonly signed: SignedTransactionIntent;
  readonly quote: Quote;
  readonly fee: FeePrediction;
  readonly execution: Execution;
  readonly lock: Attos;
}

/** A settlement as it is submitted. */
export interface Settlement {
  readonly transactionIntentHash: Bytes;
  readonly payload: Bytes;
}

/** A root lives no longer than it must: this epoch and the next. */
const EPOCHS = 2n;

/** Longest proposal that is worth making: each order brings its wrapper along. */
const MAX_ORDERS = LIMITS.subintents / 2;

/**
 * Finds a settlement of the orders, proves it, and says what it earns. Pure: the same input gives the same bytes.
 * Error: `UnmatchedError`.
 */
export function propose(orders: readonly SettledOrder[], context: SettleContext): Proposal {
  if (orders.length > MAX_ORDERS) {
    throw new UnmatchedError('too-many-orders', `expected at most ${MAX_ORDERS} orders, got ${orders.length}`);
  }
  const risks = risksOf(orders, context);
  const { prices } = context;
  let best: Proposal | undefined;
  let most = 0n;
  for (const plan of choosePlans(orders, context.composition, { risks, prices, adds: addsOf(context) })) {
    const { lockStep, effectiveLength, ...placed } = placeLock(orders, plan, context);
    const quote = quoteOf(orders, plan, placed, context);
    const { tipBasisPoints } = context;
    const exposure = exposureOf(orders.length, plan, { fee: placed.fee, lockStep, effectiveLength, tipBasisPoints });
    const worth = risks === undefined ? quote.profit : expectedWorth(quote.profit, exposure, risks);
    if (best !== undefined && worth <= most) continue;
    best = { orders, quote, ...placed, ...exposure };
    most = worth;
  }
  return refuseGift(best!);
}

/** Undefined where all orders are alike, so that the order of their calls does not matter. */
function risksOf(orders: readonly SettledOrder[], { risk }: SettleContext): readonly Ppm[] | undefined {
  if (risk === undefined) return undefined;
  const risks = orders.map(risk);
  for (const [index, each] of risks.entries()) {
    if (Number.isInteger(each) && each >= 0 && each <= CERTAIN) continue;
    throw new SolverError('bad-chance', `expected a whole number from 0 to ${CERTAIN}, got ${each}`, {
      path: `risk(orders[${index}])`,
    });
  }
  return risks.some((each) => each !== risks[0]) ? risks : undefined;
}

/** What the solver adds of its own has a limit and a price. */
function addsOf({ inventory, prices }: SettleContext): Aims['adds'] {
  if (inventory === undefined || inventory.size === 0) return undefined;
  return ({ resource, amount }) => {
    const most = inventory.get(resource) ?? 0n;
    return amount <= most && isFungible(resource) && costOf(resource, amount, prices) !== undefined;
  };
}

/** What an amount is worth to the one who gives it: rounded up, where it is no XRD. */
function costOf(resource: NodeId, amount: Attos, prices: PriceLookup | undefined): Attos | undefined {
  if (resource === XRD) return amount;
  const value = prices?.valueOf(resource, amount);
  return value === undefined ? undefined : value + 1n;
}

/** Nobody lacks so that the solver may give: what it adds must come back with a profit. */
function refuseGift(proposal: Proposal): Proposal {
  const { inventory, profit } = proposal.quote;
  if (inventory.length === 0 || profit > 0n) return proposal;
  const message = `the orders lack something, and adding it would leave a profit of ${formatAmount(profit)}`;
  throw new UnmatchedError('deficit', message);
}

interface Placed extends Omit<Proposal, 'orders' | 'quote' | keyof Exposure> {
  readonly lockStep: number;
  readonly effectiveLength: number;
}

/**
 * Composes with the lock where experience puts it, asks the fee model how late the loan allows it, and composes again
 * where that is another place.
 */
function placeLock(orders: readonly SettledOrder[], plan: Plan, context: SettleContext): Placed {
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
    const fee = predictFee({ intent, effectiveLength, signatures, tipBasisPoints }, execution, facts);
    const latest = isTemplate ? 0 : latestLock(orders, plan, beforeStep, fee, context.extraMargin);
    // Moving the lock shifts a few first reads from one step to another, so each new place is looked at; but after the
    // first move it goes only towards safety, and so to an end.
    if (latest === beforeStep || (round > 0 && latest > beforeStep)) {
      const placed = { execution, fee, effectiveLength, lockStep: beforeStep };
      if (fits(lock, fee)) return { ...placed, signed, lock };
      // The amount stands in 24 bytes whatever it is, and no rule but the balance depends on it.
      lock = lockAmount(fee);
      return { ...placed, signed: attachSignatures(build(beforeStep, lock), orders), lock };
    }
    beforeStep = latest;
  }
}

/** The root's epochs lie inside those of its children. */
function rootHeader(orders: readonly SettledOrder[], context: SettleContext): RootHeader {
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

type Predicted = Pick<Placed, 'execution' | 'fee'>;

function quoteOf(orders: readonly SettledOrder[], plan: Plan, placed: Predicted, context: SettleContext): Quote {
  proveGains(plan, placed.execution, context.solver.account);
  const { prices } = context;
  let reward = 0n;
  for (const { script } of orders) reward += script.reward;
  const surplus: { resource: NodeId; amount: Attos }[] = [];
  let surplusValue = 0n;
  for (const [resource, left] of plan.left) {
    const amount = resource === XRD ? left - reward : left;
    if (amount !== 0n) surplus.push({ resource, amount });
    surplusValue += resource === XRD ? amount : (prices?.valueOf(resource, amount) ?? 0n);
  }
  const inventory: Supply[] = [];
  for (const step of plan.steps) {
    if (step.type !== 'withdraw') continue;
    const { resource, amount } = step;
    inventory.push({ resource, amount });
    surplusValue -= costOf(resource, amount, prices)!;
  }
  const assumed = placed.execution.assumed || orders.some((order) => order.assumed);
  return {
    reward,
    networkFee: placed.fee.total,
    feeKnown: placed.fee.known,
    assumed,
    surplus,
    inventory,
    surplusValue,
    profit: reward + surplusValue - placed.fee.total,
  };
}

/** The independent simulation must find in the solver's account what the plan says, to the atto. */
function proveGains(plan: Plan, execution: Execution, account: NodeId): void {
  const found = execution.changes.get(account) ?? NO_GAINS;
  const planned = gainsOf(plan);
  for (const [resource, gain] of planned) prove(resource, gain, found.get(resource) ?? 0n);
  for (const [resource, gain] of found) prove(resource, planned.get(resource) ?? 0n, gain);
}
const NO_GAINS: ReadonlyMap<NodeId, Attos> = new Map();

function prove(resource: NodeId, planned: Attos, found: Attos): void {
  if (found === planned) return;
  throw new UnmatchedError(
    'check-failed',
    `expected the solver to gain ${formatAmount(planned)} of ${resource}, the simulation says ${formatAmount(found)}`,
  );
}

/** Signs a proposal. The notary's is the one signature a settlement needs. */
export function sign(proposal: Proposal, key: SolverKey): Settlement {
  const notarized = notarize(proposal.signed, key);
  return {
    transactionIntentHash: transactionIntentHash(proposal.signed.transactionIntent),
    payload: encodeTransaction('NotarizedTransactionV2', notarized),
  };
}
