import { formatAmount } from '../../base/amount.js';
import { MONEY } from '../figures/money.js';
import type { ExplainedAttempt, Explanation } from './explanation.js';

/** An explanation as JSON: every field is there, null where it has no value; amounts are decimal text, times ISO 8601. */
export function explanationObject(explanation: Explanation): Record<string, unknown> {
  const { id, source, receivedAt, expiresAt, finishedAt, copies, status, reason, winner, money } = explanation;
  return {
    bundle: id,
    status,
    reason: reason ?? null,
    winner: winner ?? null,
    source,
    receivedAt: iso(receivedAt),
    expiresAt: iso(expiresAt),
    finishedAt: iso(finishedAt),
    copies,
    wrapperIds: explanation.wrapperIds,
    orders: explanation.orders.map((order) => ({ ...order, maker: order.maker ?? null })),
    matching: explanation.matching.map(({ resource, sold, asked, left }) => ({
      resource,
      sold: formatAmount(sold),
      asked: formatAmount(asked),
      left: formatAmount(left),
    })),
    chances: explanation.chances,
    considered: explanation.considered,
    simulated: explanation.simulated ?? null,
    attempts: explanation.attempts.map(attemptObject),
    loss: explanation.loss ?? null,
    money: money === undefined ? null : Object.fromEntries(MONEY.map((field) => [field, formatAmount(money[field])])),
    gaps: explanation.gaps,
  };
}

function attemptObject({ attempt, story }: ExplainedAttempt): Record<string, unknown> {
  const { policy, tipBasisPoints, feeKnown, unknown, supposed, assumed, inventory, preview, considered, stages } =
    story;
  return {
    n: attempt?.n ?? null,
    transactionId: attempt?.transactionId ?? null,
    state: attempt?.state ?? null,
    message: attempt?.message ?? null,
    bundles: attempt?.bundles ?? null,
    canCost: attempt === undefined ? null : formatAmount(attempt.lock),
    reward: attempt === undefined ? null : formatAmount(attempt.expected.reward),
    fee: attempt === undefined ? null : formatAmount(attempt.expected.fee),
    profit: attempt === undefined ? null : formatAmount(attempt.expected.profit),
    feeCharged: attempt?.feeCharged === undefined ? null : formatAmount(attempt.feeCharged),
    xrdChange: attempt?.xrdChange === undefined ? null : formatAmount(attempt.xrdChange),
    plannedAt: iso(attempt?.plannedAt),
    submittedAt: iso(attempt?.submittedAt),
    answeredAt: iso(attempt?.answeredAt),
    concludedAt: iso(attempt?.concludedAt),
    policy: policy ?? null,
    tipBasisPoints: tipBasisPoints ?? null,
    feeKnown: feeKnown ?? null,
    unknown: unknown ?? [],
    supposed: supposed ?? [],
    assumed: assumed ?? null,
    inventory: inventory ?? [],
    preview: preview ?? null,
    considered: considered ?? [],
    stages: stages ?? null,
  };
}

function iso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
