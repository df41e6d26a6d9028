import { type Attos, parseAmount } from '../../base/amount.js';
import type { CandidateStory } from '../../journal/story.js';
import type { ExplainedAttempt, Explanation } from '../../study/explain/explanation.js';
import { MONEY } from '../../study/figures/money.js';
import { readableAmount, readablePpm } from '../../study/figures/readable.js';
import { tokenName } from '../../study/report/readableCell.js';
import { iso } from '../journal/format.js';
import { formatFields, indent } from '../output.js';
import { type Column, formatTable, shorten } from '../table.js';

/** The story of a bundle for people, part by part; what is not known is left out, and why stands at the end. */
export function explanationText(explanation: Explanation): string {
  const parts = [
    head(explanation),
    ...block('orders', orders(explanation)),
    ...block('matching', matching(explanation)),
    ...block('chance that an order cannot pay', chances(explanation)),
    ...block('considered', candidates(explanation.considered)),
    ...explanation.attempts.map(attemptText),
    ...block('lost', loss(explanation)),
    ...block('money', money(explanation)),
    ...block('not known', explanation.gaps.join('\n')),
  ];
  return printable(parts.join('\n\n'));
}

/** Messages may hold what strangers wrote: no control character gets to the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Control}\n]+/gu, ' ');
}

function block(title: string, text: string): string[] {
  return text === '' ? [] : [`${title}\n${indent(text)}`];
}

type Field = readonly [label: string, value: string | null | undefined];

/** Fields that have a value, each on a line of its own. */
function fields(all: readonly Field[]): string {
  return formatFields(all.flatMap(([label, value]) => (value ? [[label, value.replace(/\n/g, ' ')] as const] : [])));
}

function head(told: Explanation): string {
  const { id, status, reason, winner, source, receivedAt, expiresAt, finishedAt, copies, simulated } = told;
  return fields([
    ['bundle', id],
    ['status', status],
    ['reason', reason && `${reason.code}: ${reason.message}`],
    ['winner', winner],
    ['source', source],
    ['received', iso(receivedAt)],
    ['expires', since(expiresAt, receivedAt)],
    ['finished', since(finishedAt, receivedAt)],
    ['came again', copies === 0 ? undefined : `${copies} times`],
    ['simulated', simulated && `by ${simulated.by}: ${simulated.outcome}`],
  ]);
}

/** A time, and how long after another it was. */
function since(time: number | undefined, start: number | undefined): string | undefined {
  if (time === undefined) return undefined;
  return start === undefined ? iso(time)! : `${iso(time)}  (+${time - start} ms)`;
}

const ORDER_COLUMNS: readonly Column[] = [
  { title: 'sells', align: 'right' },
  { title: 'of' },
  { title: 'for', align: 'right' },
  { title: 'of' },
  { title: 'reward', align: 'right' },
  { title: 'account' },
  { title: 'maker' },
  { title: 'wrapper' },
];

function orders({ orders, wrapperIds }: Explanation): string {
  if (orders.length === 0) return wrapperIds.map((id) => `wrapper ${id}`).join('\n');
  return formatTable(
    ORDER_COLUMNS,
    orders.map(({ sells, buys, reward, account, maker, wrapperId }) => [
      readable(sells.amount),
      tokenName(sells.resource),
      readable(buys.amount),
      tokenName(buys.resource),
      readable(reward),
      shorten(account),
      maker === undefined ? 'unproven' : shorten(maker),
      shorten(wrapperId),
    ]),
  );
}

function matching({ matching }: Explanation): string {
  if (matching.length === 0) return '';
  return formatTable(
    [
      { title: 'token' },
      { title: 'sold', align: 'right' },
      { title: 'asked', align: 'right' },
      { title: 'left', align: 'right' },
    ],
    matching.map(({ resource, sold, asked, left }) => [
      tokenName(resource),
      ...[sold, asked, left].map((amount) => readableAmount(amount)),
    ]),
  );
}

function chances({ chances }: Explanation): string {
  if (chances.length === 0) return '';
  return formatTable(
    [
      { title: 'of' },
      { title: 'chance', align: 'right' },
      { title: 'prior', align: 'right' },
      { title: 'settled', align: 'right' },
      { title: 'could not pay', align: 'right' },
      { title: 'expired', align: 'right' },
    ],
    chances.map(({ kind, id, chance, prior, settled, couldNotPay, expired }) => [
      `${kind} ${shorten(id)}`,
      readablePpm(chance),
      readablePpm(prior),
      `${settled}`,
      `${couldNotPay}`,
      `${expired}`,
    ]),
  );
}

const CANDIDATE_COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'bundles' },
  ...['reward', 'surplus', 'fee', 'tip', 'succeeds', 'fails', 'failure costs', 'expected'].map(
    (title): Column => ({ title, align: 'right' }),
  ),
  { title: 'why' },
];

/** Ways to settle, the best first. */
function candidates(considered: readonly CandidateStory[]): string {
  if (considered.length === 0) return '';
  const expected = ({ expected }: CandidateStory): Attos => parseAmount(expected);
  const best = [...considered].sort((a, b) => (expected(b) > expected(a) ? 1 : expected(b) < expected(a) ? -1 : 0));
  return formatTable(
    CANDIDATE_COLUMNS,
    best.map((each) => [
      each.chosen ? '→' : '',
      each.bundleIds.map((id) => id.slice(0, 8)).join(' + '),
      ...[each.reward, each.surplus, each.fee, each.tip].map(readable),
      readablePpm(each.succeeds),
      readablePpm(each.fails),
      readable(each.failureCost),
      readable(each.expected),
      each.reason ?? (each.chosen ? 'chosen' : 'another is worth more'),
    ]),
  );
}

const ADDRESS = /\b[a-z]+_\w{30,}\b/g;

function knowledge(feeKnown: boolean, supposed: readonly string[] = []): string {
  if (!feeKnown) return 'an estimate';
  return supposed.length === 0 ? 'knows every fact' : 'knows all but what is supposed';
}

function attemptText({ attempt, story }: ExplainedAttempt): string {
  const { policy, tipBasisPoints, feeKnown, unknown, supposed, assumed, inventory, preview, considered, stages } =
    story;
  const decided = fields([
    ['policy', policy],
    ['tip', tipBasisPoints === undefined ? undefined : `${tipBasisPoints / 100} %`],
    ['fee model', feeKnown === undefined ? undefined : knowledge(feeKnown, supposed)],
    ['not known', unknown?.map((what) => what.replace(ADDRESS, (address) => shorten(address))).join('; ')],
    ['supposed', supposed?.map((token) => `the features of ${tokenName(token)}`).join(', ')],
    ['assumed', assumed ? 'rests on what another component returns or grants' : undefined],
    ['adds', inventory?.map(({ resource, amount }) => `${readable(amount)} ${tokenName(resource)}`).join(', ')],
    ['preview', preview && `${preview.outcome}${preview.fee === undefined ? '' : `, fee ${readable(preview.fee)}`}`],
    [
      'stages',
      stages &&
        Object.entries(stages)
          .map(([name, micros]) => `${name} ${micros} µs`)
          .join(', '),
    ],
  ]);
  const text = [decided, candidates(considered ?? []), attempt === undefined ? '' : whatHappened(attempt)]
    .filter((part) => part !== '')
    .join('\n\n');
  const several = attempt !== undefined && attempt.bundles > 1 ? ` (its share; ${attempt.bundles} bundles)` : '';
  return `${attempt === undefined ? 'decision' : `attempt ${attempt.n}${several}`}\n${indent(text)}`;
}

function whatHappened(attempt: NonNullable<ExplainedAttempt['attempt']>): string {
  const { expected, plannedAt, submittedAt, feeCharged, xrdChange } = attempt;
  const { reward, fee, profit } = expected;
  return fields([
    ['transaction', attempt.transactionId],
    ['state', attempt.state],
    ['message', attempt.message],
    ['winner', attempt.winner],
    ['can cost', readableAmount(attempt.lock)],
    ['expected', `reward ${readableAmount(reward)}, fee ${readableAmount(fee)}, profit ${readableAmount(profit)}`],
    ['planned', iso(plannedAt)],
    ['submitted', since(submittedAt, plannedAt)],
    ['answered', since(attempt.answeredAt, submittedAt)],
    ['concluded', since(attempt.concludedAt, submittedAt)],
    ['fee charged', feeCharged === undefined ? undefined : readableAmount(feeCharged)],
    ['XRD change', xrdChange === undefined ? undefined : readableAmount(xrdChange)],
  ]);
}

function loss({ loss }: Explanation): string {
  if (loss === undefined) return '';
  const { winner, winnerAccount, winnerFee, winnerTip, ourTip, lateMs, committedAt, wouldHaveWon } = loss;
  return fields([
    ['to', winnerAccount],
    ['by', winner],
    ['committed', iso(committedAt)],
    ['we were', lateMs === undefined ? undefined : lateMs < 0 ? `${-lateMs} ms earlier` : `${lateMs} ms later`],
    ['its fee', winnerFee && readable(winnerFee)],
    ['its tip', winnerTip && readable(winnerTip)],
    ['our tip', ourTip && readable(ourTip)],
    ['would have won', wouldHaveWon],
  ]);
}

function money({ money }: Explanation): string {
  if (money === undefined) return '';
  return fields(MONEY.map((field): Field => [field, readableAmount(money[field])]));
}

function readable(amount: string): string {
  return readableAmount(parseAmount(amount));
}
