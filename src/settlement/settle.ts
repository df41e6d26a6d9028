import type { Bytes } from '../base/bytes.js';
import { SolverError } from '../base/error.js';
import { transactionIntentHash } from '../transaction/hash.js';
import { LIMITS } from '../transaction/limits.js';
import { encodeTransaction } from '../transaction/payload.js';
import type { SolverKey } from '../transaction/solverKey.js';
import { CERTAIN, type Ppm } from './chance.js';
import { choosePlans } from './compose/choose.js';
import { notarize } from './compose/transaction.js';
import { UnmatchedError } from './error.js';
import { expectedWorth } from './exposure.js';
import type { SettledOrder } from './order.js';
import { type Placed, placeLock, type RootContext } from './place.js';
import { addsOf, giftIn, type Means, type Quote, quoteOf } from './quote.js';

export type { Quote, SettledOrder };

/** What a settlement is composed for. */
export interface SettleContext extends RootContext, Means {
  /** Chance that an order cannot pay: the likeliest are called before the lock where that is worth it. */
  readonly risk?: ((order: SettledOrder) => Ppm) | undefined;
}

/** A settlement that was proven and lacks but its signature. Its exposure numbers the orders as they stand here. */
export interface Proposal extends Placed {
  readonly orders: readonly SettledOrder[];
  readonly quote: Quote;
}

/** A settlement as it is submitted. */
export interface Settlement {
  readonly transactionIntentHash: Bytes;
  readonly payload: Bytes;
}

/** Longest proposal that is worth making: each order brings its wrapper along. */
const MAX_ORDERS = LIMITS.subintents / 2;

/**
 * Finds a settlement of the orders, proves it, and says what it earns. Pure: the same input gives the same bytes.
 * Errors: `UnmatchedError`; `bad-chance` where `risk` gives what is none.
 */
export function propose(orders: readonly SettledOrder[], context: SettleContext): Proposal {
  const proposal = proposeAnyhow(orders, context);
  const gift = giftIn(proposal.quote);
  if (gift !== undefined) throw gift;
  return proposal;
}

/** The same, though what the solver adds should not come back: in company it may. */
export function proposeAnyhow(orders: readonly SettledOrder[], context: SettleContext): Proposal {
  if (orders.length > MAX_ORDERS) {
    throw new UnmatchedError('too-many-orders', `expected at most ${MAX_ORDERS} orders, got ${orders.length}`);
  }
  const risks = risksOf(orders, context);
  const aims = { risks, prices: context.prices, adds: addsOf(context) };
  let best: Proposal | undefined;
  let most = 0n;
  for (const plan of choosePlans(orders, context.composition, aims)) {
    const placed = placeLock(orders, plan, context);
    const quote = quoteOf(orders, plan, placed, context.solver.account, context);
    const worth = risks === undefined ? quote.profit : expectedWorth(quote.profit, placed, risks);
    if (best !== undefined && worth <= most) continue;
    const { signed, input, execution, fee, lock, behindLock, failureCosts } = placed;
    best = { orders, quote, signed, input, execution, fee, lock, behindLock, failureCosts };
    most = worth;
  }
  return best!;
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

/** Signs a proposal. The notary's is the one signature a settlement needs. */
export function sign(proposal: Proposal, key: SolverKey): Settlement {
  const notarized = notarize(proposal.signed, key);
  return {
    transactionIntentHash: transactionIntentHash(proposal.signed.transactionIntent),
    payload: encodeTransaction('NotarizedTransactionV2', notarized),
  };
}
