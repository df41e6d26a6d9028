import { type Attos, formatAmount } from '../../base/amount.js';
import type { LossStory } from '../../journal/story.js';
import type { CommittedDetails, FeeSummary } from '../../ledger/answer.js';
import { type Race, tipCost } from '../../settlement/tip.js';
import type { LiveContext } from './context.js';
import type { Flight } from './flight.js';
import type { Pursuit } from './pursuit.js';

const BUDGET_MS = 10_000;

/** Finds out who won a race that a bundle lost, and writes down what would have won it. Nothing waits for that. */
export function tellLoss({ id }: Pursuit, flight: Flight, winner: string, context: LiveContext): void {
  const { desk, ledger, signal } = context;
  const write = (details: CommittedDetails | undefined): void => {
    // The journal may be closed by now.
    if (!signal.aborted) desk.later((journal) => journal.setDetails(id, { loss: lossOf(winner, details, flight) }));
  };
  const deadline = context.now() + BUDGET_MS;
  ledger
    .committedDetails(winner, { deadline, signal })
    .then(write, () => write(undefined))
    .catch((error: unknown) => context.fail(error, 'loss'));
}

/** The story of a loss, from what the ledger shows of the winner. */
export function lossOf(
  winner: string,
  details: CommittedDetails | undefined,
  { race, sentAt }: Pick<Flight, 'race' | 'sentAt'>,
): LossStory {
  const payment = details?.balances?.fees.find(({ type }) => type === 'FeePayment');
  const committedAt = details?.roundTimestampMs;
  const lateMs = committedAt === undefined || sentAt === undefined ? undefined : sentAt - committedAt;
  return {
    winner,
    winnerAccount: payment?.entity,
    winnerFee: amountText(details?.feePaid),
    winnerTip: amountText(details?.feeSummary?.tip),
    ...{ committedAt, submittedAt: sentAt, lateMs, ourTip: amountText(tipOf(race)) },
    wouldHaveWon: wordsFor(lateMs, race.tipBasisPoints, details?.feeSummary),
  };
}

/** What our tip would have cost; undefined where that was forgotten by a restart. */
function tipOf({ tipBasisPoints, predicted }: Race): Attos | undefined {
  if (tipBasisPoints === 0) return 0n;
  return predicted && tipCost(predicted.fee, tipBasisPoints);
}

function amountText(amount: Attos | undefined): string | undefined {
  return amount === undefined ? undefined : formatAmount(amount);
}

/** Rounds of the ledger follow each other about so quickly: within one, the tip decides. */
const ROUND_MS = 500;

/**
 * What it says rests on the time of the winner's round, which is when its proposer began it, and on this machine's clock. To
 * be there by then is not enough: the winner was there as well, and the tip decides; without one it takes an earlier round.
 */
function wordsFor(lateMs: number | undefined, ourTip: number, summary: FeeSummary | undefined): string {
  if (lateMs === undefined) return 'not known: no Gateway shows when the winner was committed';
  const isLate = lateMs > 0;
  const apart = isLate
    ? 'the winner was committed before ours was sent (by the time of its round)'
    : `ours was sent ${-lateMs} ms before the winner's round`;
  const sooner = lateMs > -ROUND_MS ? `a submission ${ROUND_MS + lateMs} ms earlier` : 'another Gateway';
  const tip = isLate ? `one ${lateMs} ms earlier with a tip` : 'a tip';
  const its = summary && basisPointsOf(summary);
  if (its === undefined) {
    return `${sooner}, or ${tip} above ${ourTip} basis points (the winner's is not shown): ${apart}`;
  }
  const tips = `the winner tipped ${its} basis points, we ${ourTip}`;
  if (its >= ourTip) return `${sooner}, or ${tip} of at least ${its + 1} basis points: ${apart}, and ${tips}`;
  return `${isLate ? `a submission ${lateMs} ms earlier` : sooner}: ${apart}, and ${tips}`;
}

/** The tip as it was asked for; rounded up, since what is compared with it must be above. */
function basisPointsOf({ tip, tipped }: FeeSummary): number | undefined {
  return tipped <= 0n ? undefined : Number((tip * 10_000n + tipped - 1n) / tipped);
}
