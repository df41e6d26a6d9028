import { type Attos, formatAmount } from '../../base/amount.js';
import type { LossStory } from '../../journal/story.js';
import type { CommittedDetails } from '../../ledger/answer.js';
import type { LiveContext } from './context.js';
import type { Flight } from './flight.js';
import type { Pursuit } from './pursuit.js';

const BUDGET_MS = 10_000;

/** Finds out who won a race that a bundle lost, and writes down what would have won it. Nothing waits for that. */
export function tellLoss({ id }: Pursuit, flight: Flight, winner: string, context: LiveContext): void {
  const { desk, ledger, signal } = context;
  const write = (details: CommittedDetails | undefined): void => {
    // The journal may be closed by now.
    if (!signal.aborted) desk.write((journal) => journal.setDetails(id, { loss: lossOf(winner, details, flight) }));
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
  const ourTip = `${race.tipBasisPoints} basis points`;
  return {
    winner,
    winnerAccount: payment?.entity,
    winnerFee: feeText(details?.feePaid),
    ...{ committedAt, submittedAt: sentAt, lateMs, ourTip },
    wouldHaveWon: wordsFor(lateMs, ourTip),
  };
}

function feeText(fee: Attos | undefined): string | undefined {
  return fee === undefined ? undefined : formatAmount(fee);
}

/** Rounds of the ledger follow each other about so quickly: within one, the tip decides. */
const ROUND_MS = 500;

function wordsFor(lateMs: number | undefined, ourTip: string): string {
  if (lateMs === undefined) return 'not known: no Gateway shows when the winner was committed';
  if (lateMs > 0) {
    return `a submission ${lateMs} ms earlier: the winner was committed before ours was sent (by the time of its round)`;
  }
  const ahead = `${-lateMs} ms before the winner's round`;
  if (lateMs > -ROUND_MS) return `some ${ROUND_MS + lateMs} ms, or a tip above ${ourTip}: ours was sent ${ahead}`;
  return `a tip above ${ourTip}, or another Gateway: ours was sent ${ahead} and lost all the same`;
}
