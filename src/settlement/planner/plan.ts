import { SolverError } from '../../base/error.js';
import { UnmatchedError } from '../error.js';
import { type Proposal, propose } from '../settle.js';
import type { Candidate, PlanContext, PlanDecision, SettleDecision, WaitingBundle } from './model.js';

export function planSettlements(waiting: readonly WaitingBundle[], context: PlanContext): PlanDecision[] {
  if (waiting.length > 1 && waiting.length <= context.policy.maxBundles) {
    try {
      return [settle(waiting, context)];
    } catch (error) {
      if (!(error instanceof UnmatchedError)) throw error;
    }
  }
  return waiting.map((bundle): PlanDecision => {
    try {
      const decision = settle([bundle], context);
      const { quote } = decision.proposal;
      const { minProfit } = context.policy;
      if (minProfit !== undefined && quote.profit < minProfit) {
        const reason = { code: 'min-profit', message: 'too little' };
        return { type: 'end', bundle, outcome: 'declined', reason, quote, considered: decision.considered };
      }
      return decision;
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      const reason = { code: error.code, message: error.message };
      return { type: 'end', bundle, outcome: 'unmatched', reason, considered: [] };
    }
  });
}

function settle(bundles: readonly WaitingBundle[], context: PlanContext): SettleDecision {
  const orders = bundles.flatMap((bundle) => bundle.orders);
  const { composition } = context.policy;
  const proposal = propose(orders, { ...context, composition, discriminator: context.newDiscriminator() });
  const { reward, networkFee: fee, profit } = proposal.quote;
  const chosen: Candidate = {
    ...{ bundleIds: bundles.map(({ id }) => id), reward, surplus: 0n, fee, tip: 0n },
    ...{ succeeds: 1_000_000, fails: 0, failureCost: 0n, expected: profit, chosen: true },
  };
  const n = BigInt(bundles.length);
  const part = (total: bigint, index: number) => total / n + (index === 0 ? total % n : 0n);
  const shares = bundles.map(({ id }, index) => ({
    ...{ bundleId: id, surplus: 0n, lock: part(proposal.lock, index) },
    ...{ reward: part(reward, index), fee: part(fee, index), profit: part(reward, index) - part(fee, index) },
  }));
  const behind = composition === 'template' ? orders : bundles.slice(1).flatMap((bundle) => bundle.orders);
  const unsure = behind.filter((order) => context.odds.cannotPay(order) > 0);
  return { type: 'settle', bundles, proposal, shares: fix(shares, proposal), chosen, considered: [chosen], unsure };
}

function fix(shares: SettleDecision['shares'], { quote }: Proposal): SettleDecision['shares'] {
  const sum = shares.reduce((total, share) => total + share.profit, 0n);
  return shares.map((share, index) => (index > 0 ? share : { ...share, profit: share.profit + quote.profit - sum }));
}
