import { type Attos, parseAmount } from '../../base/amount.js';
import type { Expected } from '../../journal/model.js';
import type { Attempt } from '../../journal/query/attempts.js';
import type { Bundle } from '../../journal/query/bundles.js';
import type { CandidateStory, LossStory, OrderStory } from '../../journal/story.js';
import type { Status } from '../figures/group.js';
import type { Money } from '../figures/money.js';
import { attemptStory, bundleStory } from '../story.js';

/** A bundle as a report counts it, whatever it came from. */
export interface Entry {
  readonly receivedAt: number;
  readonly status: Status;
  readonly reason: string | undefined;
  /** Of bundles that were submitted. */
  readonly actual: Money | undefined;
  /** Of bundles that ended as `would-settle`. */
  readonly simulated: Money | undefined;
  /** What it was expected to bring, where it was lost. */
  readonly missed: Attos;
  readonly orders: readonly OrderStory[];
  readonly winner: string | undefined;
  readonly loss: LossStory | undefined;
}

/** A bundle of a journal, with its attempts. */
export function entryOf(bundle: Bundle, attempts: readonly Attempt[]): Entry {
  const { receivedAt, status, expected } = bundle;
  const story = bundleStory(bundle.details);
  const chosen = story.considered?.find((candidate) => candidate.chosen);
  return {
    receivedAt,
    status,
    reason: bundle.reason?.code,
    actual: bundle.attempts === 0 ? undefined : actualMoney(bundle, attempts),
    simulated: status === 'would-settle' && expected !== undefined ? expectedMoney(expected, chosen) : undefined,
    missed: status === 'lost' ? (expected?.profit ?? 0n) : 0n,
    orders: story.orders ?? [],
    winner: bundle.winner,
    loss: story.loss,
  };
}

/** The journal's own amounts, to the atto; only the tip within the fee and the tokens beside it are as predicted. */
function actualMoney(bundle: Bundle, attempts: readonly Attempt[]): Money {
  const { feeCharged: fee, xrdChange: profit } = bundle;
  let [reward, tokens, tip] = [0n, 0n, 0n];
  for (const attempt of attempts) {
    if (attempt.feeCharged === undefined) continue;
    const chosen = attemptStory(attempt.details).considered?.find((candidate) => candidate.chosen);
    tip += tipWithin(chosen, attempt.feeCharged);
    if (attempt.state !== 'committed-success') continue;
    reward = attempt.expected.reward;
    const income = attempt.xrdChange! + attempt.feeCharged;
    const promised = attempt.expected.profit + attempt.expected.fee;
    if (promised > income) tokens = promised - income;
  }
  return { reward, surplus: profit + fee - reward, fee, tip, profit, tokens };
}

/** What a settlement would have brought that was not submitted. */
export function expectedMoney({ reward, fee, profit }: Expected, chosen: CandidateStory | undefined): Money {
  return { reward, surplus: profit + fee - reward, fee, tip: tipWithin(chosen, fee), profit, tokens: 0n };
}

/** A tip is paid for a whole root: of it, what goes with a bundle's part of the fee. */
function tipWithin(chosen: CandidateStory | undefined, fee: Attos): Attos {
  if (chosen === undefined) return 0n;
  const tip = parseAmount(chosen.tip);
  const whole = parseAmount(chosen.fee) + tip;
  return whole <= 0n ? 0n : (tip * fee) / whole;
}
