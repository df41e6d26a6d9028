import { type Followed, type Question, questionKey, statusClaim, type View } from './observation.js';
import type { LedgerState } from './wire.js';

export interface DecideOptions {
  /** How far a ledger state must be past the expiry before what it does not hold is dead (T68). */
  readonly deadMarginMs: number;
  /** How long details, their balances or the name of a winner are waited for. */
  readonly graceMs: number;
  /** A claim that its own Gateway cannot show for so long is not believed against another Gateway. */
  readonly hollowMs: number;
  /** A ledger state further ahead of this machine's clock proves no expiry. */
  readonly maxAheadMs: number;
  /** The same confirmation is asked for again after so long. */
  readonly repeatMs: number;
}

export const DECIDE_DEFAULTS: DecideOptions = {
  deadMarginMs: 10_000,
  graceMs: 10_000,
  hollowMs: 30_000,
  maxAheadMs: 120_000,
  repeatMs: 700,
};

/** Local time: monotonic, and what this machine takes for Unix time. */
export interface Now {
  readonly monoMs: number;
  readonly wallMs: number;
}

/** All that a decision is made from. */
export interface Case {
  readonly followed: Followed;
  readonly views: ReadonlyMap<string, View>;
  /** The endpoints that can be asked. */
  readonly ready: readonly string[];
  readonly now: Now;
  readonly options: DecideOptions;
}

/** That the transaction is committed: said by an endpoint, and perhaps shown. */
export interface Claim {
  readonly endpoint: string;
  readonly outcome: 'success' | 'failure' | 'some';
  readonly view: View;
}

/** Claims that count. One that was not shown for long is hollow. */
export function claimsOf({ followed, views, options }: Case): Claim[] {
  const claims: Claim[] = [];
  for (const [endpoint, view] of views) {
    const outcome = claimOf(view, followed);
    if (outcome === undefined || isHollow(view, options)) continue;
    claims.push({ endpoint, outcome, view });
  }
  return claims;
}

export function claimOf(view: View, followed: Followed): Claim['outcome'] | undefined {
  if (view.details !== undefined) return view.details.status === 'CommittedSuccess' ? 'success' : 'failure';
  const said = view.status === undefined ? undefined : statusClaim(view.status);
  if (said !== undefined && said !== 'some') return said;
  const finalized = [...view.subintents.values()].some(({ answer }) => answer.finalized?.by === followed.id);
  return finalized ? 'success' : said;
}

function isHollow({ details, claimedAt, unshownAt }: View, { hollowMs }: DecideOptions): boolean {
  if (details !== undefined || claimedAt === undefined || unshownAt === undefined) return false;
  return unshownAt - claimedAt >= hollowMs;
}

/** That a subintent was finalized by another transaction. */
export interface Rival {
  readonly endpoint: string;
  readonly subintent: string;
  readonly by: string;
  readonly stateVersion: number;
}

export function rivalsOf({ followed, views }: Case): Rival[] {
  const rivals: Rival[] = [];
  for (const [endpoint, { subintents }] of views) {
    for (const [subintent, { answer }] of subintents) {
      const { finalized } = answer;
      if (finalized !== undefined && finalized.by !== followed.id) rivals.push({ endpoint, subintent, ...finalized });
    }
  }
  return rivals;
}

/**
 * The newest state as of which an endpoint says, by status and by details, that it is not committed. An endpoint that has
 * ever claimed the contrary, and one whose word is not understood, are no witnesses.
 */
export function absentAt(view: View, followed: Followed): LedgerState | undefined {
  const { status, missingAt } = view;
  if (status === undefined || status.status === 'Unrecognized' || claimOf(view, followed) !== undefined)
    return undefined;
  return missingAt;
}

/** Whether, and by what, a state lies safely behind the end of the transaction's time. */
export function overBy(
  ledger: LedgerState,
  view: View,
  { followed, now, options }: Case,
): 'timestamp' | 'epoch' | undefined {
  const { endEpoch, maxTimestamp } = followed.window;
  const { proposerTimestampMs: timeMs } = ledger;
  if (timeMs > now.wallMs + options.maxAheadMs) return undefined;
  if (maxTimestamp !== undefined && timeMs >= Number(maxTimestamp) * 1000 + options.deadMarginMs) return 'timestamp';
  if (BigInt(ledger.epoch) < endEpoch) return undefined;
  const since = view.epochOverMs ?? Infinity;
  return BigInt(ledger.epoch) > endEpoch || timeMs >= since + options.deadMarginMs ? 'epoch' : undefined;
}

/** Those questions that have not been asked lately. */
export function due(questions: readonly Question[], { views, ready, now, options }: Case): Question[] {
  const keys = new Set<string>();
  return questions.filter((question) => {
    const key = `${question.endpoint} ${questionKey(question)}`;
    if (keys.has(key) || !ready.includes(question.endpoint)) return false;
    keys.add(key);
    const asked = views.get(question.endpoint)?.asked.get(questionKey(question));
    return asked === undefined || now.monoMs - asked >= options.repeatMs;
  });
}

/** Status questions to those other endpoints that were not asked since: their word could stand against an end. */
export function unaskedSince(since: number, except: string, { views, ready }: Case): Question[] {
  return ready
    .filter((endpoint) => endpoint !== except && (views.get(endpoint)?.asked.get('status') ?? -Infinity) < since)
    .map((endpoint) => ({ endpoint, type: 'status' }));
}
