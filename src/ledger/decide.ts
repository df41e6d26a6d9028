import {
  absentAt,
  type Case,
  type Claim,
  claimsOf,
  DECIDE_DEFAULTS,
  type DecideOptions,
  due,
  type Now,
  overBy,
  rivalsOf,
  unaskedSince,
} from './evidence.js';
import type { Followed, Question, View } from './observation.js';
import type { Decision, Open, Outcome, Phase } from './outcome.js';

/**
 * What follows from what the Gateways have said of a transaction: its end, or what is known and what to ask next. Pure.
 *
 * A commit counts once its details are shown: one Gateway's word is not enough. That there will be none needs a witness: a
 * state of the ledger as of which it is not committed, and a reason why it never will be: a rival, a verdict or the end of
 * its time. Any claim of a commit stands against that (docs/interfaces.md §3, T21, T26, T70).
 */
export function decide(
  followed: Followed,
  views: ReadonlyMap<string, View>,
  ready: readonly string[],
  now: Now,
  options: Partial<DecideOptions> = {},
): Decision {
  const given: Case = { followed, views, ready, now, options: { ...DECIDE_DEFAULTS, ...options } };
  const claims = claimsOf(given);
  if (claims.length > 0) return decideCommitted(given, claims);
  const decisions = [decideLost(given), decideRejected(given), decideDead(given)].filter((each) => each !== undefined);
  const end = decisions.find(({ type }) => type === 'final');
  if (end !== undefined) return end;
  const stillOpen = decisions.filter((each): each is Open => each.type === 'open');
  const first = stillOpen[0];
  if (first === undefined) return waiting(given);
  return {
    ...first,
    wants: due(
      stillOpen.flatMap(({ wants }) => wants),
      given,
    ),
  };
}

function decideCommitted(given: Case, claims: readonly Claim[]): Decision {
  const { ready, now, options } = given;
  const outcomes = new Set(claims.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'some'));
  const everybody: Question[] = ready.flatMap((endpoint) => [
    { endpoint, type: 'details' },
    { endpoint, type: 'status' },
  ]);
  if (outcomes.size > 1 || (outcomes.has('success') && rivalsOf(given).length > 0)) {
    return open('contradictory', 'committed and not, or in two ways', due(everybody, given));
  }
  const type = outcomes.has('success') ? 'committed-success' : 'committed-failure';
  const patience = now.monoMs - Math.min(...claims.map(({ view }) => view.claimedAt ?? now.monoMs)) < options.graceMs;
  const shown = claims.flatMap(({ view }) => view.details ?? []);
  const whole = shown.find(({ balances }) => balances !== undefined);
  const seenBy = claims.map(({ endpoint }) => endpoint);
  if (whole !== undefined) return final({ type, details: whole, seenBy });
  // Balances come a while after the commit (T30), and details may never come (T32): neither is waited for without end.
  if (shown.length > 0 && !patience) return final({ type, details: shown[0], seenBy });
  const sure = claims.filter(({ outcome }) => outcome !== 'some');
  if (sure.length > 1 && !patience) return final({ type, details: undefined, seenBy });
  const claimants: Question[] = claims.map(({ endpoint }) => ({ endpoint, type: 'details' }));
  const others: Question[] = ready.map((endpoint) => ({ endpoint, type: 'details' }));
  return open('committing', undefined, due([...claimants, ...others], given));
}

/**
 * Finalized by another transaction: the winner is shown, or named twice, and ours is not committed as of the state in
 * which it won. For ours may have committed as a failure before that: a failure uses up no subintent (protocol.md §5.6).
 */
function decideLost(given: Case): Decision | undefined {
  const { followed, views, ready } = given;
  const rivals = rivalsOf(given);
  const rival = rivals[0];
  if (rival === undefined) return undefined;
  const { by: winner, subintent, stateVersion } = rival;
  const same = rivals.filter((each) => each.subintent === subintent);
  const again: Question[] = ready.map((endpoint) => ({ endpoint, type: 'subintent', id: subintent }));
  if (same.some(({ by }) => by !== winner)) return open('contradictory', 'two winners are named', again);
  const isShown = [...views.values()].some(({ winners }) => winners.get(winner)?.status === 'CommittedSuccess');
  const confirmed = isShown || same.length > 1;
  const absent = [...views.values()].some((view) => (absentAt(view, followed)?.stateVersion ?? -1) >= stateVersion);
  if (confirmed && absent) return final({ type: 'lost', winner, subintent, stateVersion });
  const wants: Question[] = confirmed ? [] : [{ endpoint: rival.endpoint, type: 'winner', id: winner }, ...again];
  for (const endpoint of absent ? [] : ready) {
    const status = views.get(endpoint)?.status;
    // The finalization may be newer than the state beside it (T27): then the status must catch up first.
    if (status === undefined || status.ledger.stateVersion < stateVersion) wants.push({ endpoint, type: 'status' });
    else wants.push({ endpoint, type: 'details', at: status.ledger });
  }
  return open('losing', winner, wants);
}

function decideRejected(given: Case): Decision | undefined {
  const { followed, views, now, options } = given;
  if (rivalsOf(given).length > 0) return undefined;
  const opened: Open[] = [];
  for (const [endpoint, view] of views) {
    const { status, rejectedAt } = view;
    if (status?.status !== 'PermanentlyRejected' || rejectedAt === undefined) continue;
    const wants: Question[] = [
      ...followed.subintents
        .filter((id) => (view.subintents.get(id)?.at ?? -Infinity) < rejectedAt)
        .map((id): Question => ({ endpoint, type: 'subintent', id })),
      ...unaskedSince(rejectedAt, endpoint, given),
    ];
    const lookedFor = (view.asked.get('absence') ?? -Infinity) >= rejectedAt;
    if (!lookedFor || absentAt(view, followed) === undefined) {
      wants.push({ endpoint, type: 'details', at: status.ledger });
    }
    const reason = status.error ?? 'no reason given';
    // A mempool that holds it speaks against it; time will tell.
    const held = [...views.values()].some((other) => HELD.has(other.status?.status ?? ''));
    // The race is lost, and the winner's name may take a moment: nodes know before Gateways do.
    const unnamed = RACE.test(reason) && now.monoMs - rejectedAt < options.graceMs;
    if (wants.length === 0 && !held && !unnamed) {
      return final({ type: 'rejected-permanently', reason, expired: EXPIRED.test(reason) });
    }
    if (unnamed) wants.push(...followed.subintents.map((id): Question => ({ endpoint, type: 'subintent', id })));
    opened.push(open('rejecting', reason, wants));
  }
  const first = opened[0];
  return first === undefined ? undefined : { ...first, wants: opened.flatMap(({ wants }) => wants) };
}

const HELD: ReadonlySet<string> = new Set(['Pending', 'Unrecognized']);
const RACE = /IntentHashPreviously\w+\W+Subintent/;
const EXPIRED = /NoLongerValid|no longer valid|expired/i;

/** Its time is over as of a state which it is not in, nor any of its subintents. */
function decideDead(given: Case): Decision | undefined {
  const { followed, views, now, options } = given;
  const opened: Open[] = [];
  for (const [endpoint, view] of views) {
    if (view.status === undefined || overBy(view.status.ledger, view, given) === undefined) continue;
    const { ledger } = view.status;
    const wants: Question[] = unaskedSince(now.monoMs - options.graceMs, endpoint, given);
    const witness = absentAt(view, followed);
    const by = witness === undefined ? undefined : overBy(witness, view, given);
    if (by === undefined) wants.push({ endpoint, type: 'details', at: ledger });
    for (const id of followed.subintents) {
      const answer = view.subintents.get(id)?.answer;
      if (
        answer === undefined ||
        (answer.finalized === undefined && overBy(answer.ledger, view, given) === undefined)
      ) {
        wants.push({ endpoint, type: 'subintent', id });
      }
    }
    // A rival is waited for a little: that it is lost says more than that it is dead.
    const rivalMs = rivalsOf(given).length > 0 ? options.graceMs : 0;
    const patient = overBy({ ...ledger, proposerTimestampMs: ledger.proposerTimestampMs - rivalMs }, view, given);
    if (wants.length === 0 && patient !== undefined) return final({ type: 'dead', by: by!, ledger: witness! });
    opened.push(open('expiring', undefined, wants));
  }
  const first = opened[0];
  return first === undefined ? undefined : { ...first, wants: opened.flatMap(({ wants }) => wants) };
}

function waiting({ views, ready }: Case): Open {
  const statuses = [...views.values()].flatMap(({ status }) => status ?? []);
  const rejected = statuses.filter(({ status }) => status === 'LikelyButNotCertainRejection');
  if (statuses.some(({ status }) => status === 'Pending')) return open('pending', undefined, []);
  if (rejected.length === 0) return open('unknown', undefined, []);
  const everywhere = ready.every((each) => views.get(each)?.status?.status === 'LikelyButNotCertainRejection');
  return { ...open('temporarily-rejected', rejected[0]!.error, []), everywhere };
}

function final(outcome: Outcome): Decision {
  return { type: 'final', outcome };
}

function open(phase: Phase, reason: string | undefined, wants: readonly Question[]): Open {
  return { type: 'open', phase, reason, everywhere: false, wants };
}
