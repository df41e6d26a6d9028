import type { Reason } from '../../journal/model.js';
import type { Attempt } from '../../journal/query/attempts.js';
import type { Bundle } from '../../journal/query/bundles.js';
import type { JournalReader } from '../../journal/reader.js';
import { type BundleStory, type CandidateStory, FACTS, type LossStory, type OrderStory } from '../../journal/story.js';
import { BEST } from '../../settlement/policy.js';
import { STATUSES, type Status } from '../figures/group.js';
import type { Money } from '../figures/money.js';
import { entryOf } from '../report/entry.js';
import { attemptStory, bundleStory, type KnownAttemptStory, type KnownBundleStory, priorStory } from '../story.js';
import { chancesOf, type PartyChance } from './chances.js';
import { type Matched, matchingOf } from './matching.js';

export interface ExplainedAttempt {
  /** Undefined where nothing was submitted. */
  readonly attempt: Attempt | undefined;
  readonly story: KnownAttemptStory;
}

/** The story of one bundle: all that is known, and what is not. */
export interface Explanation {
  readonly id: string;
  readonly source: string;
  readonly receivedAt: number;
  readonly expiresAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly copies: number;
  readonly status: Status;
  readonly reason: Reason | undefined;
  readonly winner: string | undefined;
  readonly orders: readonly OrderStory[];
  /** Wrappers, where nothing more is kept of the orders. */
  readonly wrapperIds: readonly string[];
  readonly matching: readonly Matched[];
  readonly chances: readonly PartyChance[];
  /** Of a bundle that was not submitted. */
  readonly considered: readonly CandidateStory[];
  readonly attempts: readonly ExplainedAttempt[];
  readonly simulated: BundleStory['simulated'];
  readonly loss: LossStory | undefined;
  readonly money: Money | undefined;
  /** What cannot be told, and why. */
  readonly gaps: readonly string[];
}

/** Chances are told as they are now, with the prior of the policy that ran last. */
export function explainBundle(
  bundle: Bundle,
  reader: Pick<JournalReader, 'attempts' | 'copies' | 'items' | 'party' | 'fact'>,
): Explanation {
  const { id, source, receivedAt, expiresAt, finishedAt, status, reason, winner } = bundle;
  const story = bundleStory(bundle.details);
  const found = reader.attempts(bundle);
  const attempts: ExplainedAttempt[] =
    story.decision === undefined ? [] : [{ attempt: undefined, story: story.decision }];
  for (const attempt of found) attempts.push({ attempt, story: attemptStory(attempt.details) });
  const orders = story.orders ?? [];
  const entry = entryOf(bundle, found);
  const prior = priorStory(reader.fact(FACTS.prior)?.value) ?? BEST.chances;
  return {
    ...{ id, source, receivedAt, expiresAt, finishedAt, status, reason, winner, orders, attempts },
    copies: reader.copies(id),
    wrapperIds: reader.items(bundle).map(({ wrapperId }) => wrapperId),
    matching: matchingOf(orders),
    chances: chancesOf(orders, (kind, party) => reader.party(kind, party), prior),
    considered: story.considered ?? [],
    simulated: story.simulated,
    loss: story.loss,
    money: entry.actual ?? entry.simulated,
    gaps: gapsOf(status, story, attempts),
  };
}

/** Outcomes at which a decision must have been taken. */
const DECIDED: ReadonlySet<Status> = new Set(
  STATUSES.filter((status) => !['invalid', 'duplicate', 'expired', 'unmatched', 'queued', 'planning'].includes(status)),
);

function gapsOf(status: Status, story: KnownBundleStory, attempts: readonly ExplainedAttempt[]): string[] {
  const gaps: string[] = [];
  const lost = 'not kept: pruned, written by an older version, or never read';
  if (story.orders === undefined) gaps.push(`the orders are ${lost}`);
  const told = story.considered ?? attempts.flatMap(({ story: { considered } }) => considered ?? []);
  if (told.length === 0 && DECIDED.has(status)) gaps.push(`what was considered is ${lost}`);
  if (status === 'lost' && story.loss === undefined) gaps.push('who won, and by how much, is not known');
  return gaps;
}
