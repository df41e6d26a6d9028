import { formatAmount } from '../../base/amount.js';
import { frameIdOf } from '../../journal/model.js';
import type { PlanDecision, Planner } from '../../settlement/planner/model.js';
import type { Policy } from '../../settlement/policy.js';
import { checkPolicyNetwork } from '../../settlement/policyFile.js';
import type { Recording } from '../../solver/recording.js';
import { SeenBundles } from '../../solver/seenBundles.js';
import { candidateStory, gapsOf } from '../../solver/story.js';
import { networkById } from '../../transaction/network.js';
import { expectedMoney } from '../report/entry.js';
import { Agenda } from '../stream/agenda.js';
import { type Arrival, isDead, readArrival } from '../stream/arrival.js';
import { type Solver, WaitingRoom } from '../stream/waiting.js';
import { chancesOf } from './chances.js';
import type { Explanation } from './explanation.js';
import { matchingOf } from './matching.js';

/** The story of a recorded push by itself: nothing else waits with it, and nothing is known of who takes part. */
export function explainRecording(
  source: string,
  recording: Recording,
  policy: Policy,
  solver: Solver,
  plan: Planner,
): Explanation {
  checkPolicyNetwork(policy, networkById(recording.network));
  const arrival = readArrival(recording, 0, new SeenBundles());
  if (isDead(arrival)) {
    const { orders, outcome, reason } = arrival;
    return { ...EMPTY, ...about(source, recording), id: frameIdOf(recording.frame), status: outcome, reason, orders };
  }
  const { bundle, deadline, orders } = arrival;
  let decision: PlanDecision | undefined;
  const agenda = new Agenda();
  const room = new WaitingRoom<Arrival>(agenda, {
    ...{ policy, plan, solver, haste: 0 },
    onDecision: (made) => {
      decision = made;
    },
    onExpired: () => {},
  });
  room.arrive(arrival, arrival.receivedAt);
  agenda.doBefore(Number.POSITIVE_INFINITY);
  return {
    ...EMPTY,
    ...about(source, recording),
    id: bundle.id,
    expiresAt: Number.isFinite(deadline) ? deadline : undefined,
    wrapperIds: orders.map(({ wrapperId }) => wrapperId),
    orders,
    matching: matchingOf(orders),
    chances: chancesOf(orders, () => undefined, policy.chances),
    ...decided(decision, policy),
  };
}

function decided(decision: PlanDecision | undefined, policy: Policy): Partial<Explanation> {
  if (decision === undefined) return { status: 'expired' };
  const considered = decision.considered.map(candidateStory);
  if (decision.type === 'end') return { status: decision.outcome, reason: decision.reason, considered };
  const { proposal, chosen } = decision;
  const { reward, networkFee: fee, profit, feeKnown, assumed } = proposal.quote;
  const { transactionHeader, rootIntentCore } = proposal.signed.transactionIntent;
  const { tipBasisPoints } = transactionHeader.value;
  const { networkId } = rootIntentCore.header.value;
  const gaps = gapsOf(proposal.fee, networkId);
  const story = { policy: policy.name, tipBasisPoints, feeKnown, ...gaps, assumed, considered };
  return {
    status: 'would-settle',
    attempts: [{ attempt: undefined, story }],
    simulated: { by: 'model', outcome: `settles; at most ${formatAmount(proposal.lock)} XRD can be charged` },
    money: expectedMoney({ reward, fee, profit }, candidateStory(chosen)),
  };
}

function about(source: string, { receivedAt, balances }: Recording) {
  return { source, receivedAt, gaps: [balances.size === 0 ? NOTHING_KNOWN : BALANCES_KNOWN] };
}

const NOTHING_KNOWN =
  'a recording tells nothing of rivals, nor of what an account can pay: chances are those of the policy';
const BALANCES_KNOWN =
  'a recording tells nothing of rivals; what accounts held by it goes before the chances of the policy';

const EMPTY = {
  ...{ expiresAt: undefined, finishedAt: undefined, copies: 0, status: 'expired', reason: undefined },
  ...{ winner: undefined, orders: [], wrapperIds: [], matching: [], chances: [], considered: [], attempts: [] },
  ...{ simulated: undefined, loss: undefined, money: undefined },
} as const satisfies Omit<Explanation, 'id' | 'source' | 'receivedAt' | 'gaps'>;
