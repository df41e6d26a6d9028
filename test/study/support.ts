import type { NewBundle } from '../../src/journal/model.js';
import type { AttemptStory, BundleStory, CandidateStory } from '../../src/journal/story.js';
import { sequence } from '../../src/study/backtest/random.js';
import { bundleOf, type Desk, shareOf, XRD } from '../journal/support.js';

const MILLI = XRD / 1000n;

/** A candidate as the planner would have told it. */
export function candidateOf(bundleIds: readonly string[], changes: Partial<CandidateStory> = {}): CandidateStory {
  return {
    bundleIds,
    reward: '1',
    surplus: '0',
    fee: '0.98',
    tip: '0.002',
    succeeds: 970_000,
    fails: 10_000,
    failureCost: '0.51',
    expected: '0.0124',
    chosen: true,
    ...changes,
  };
}

export function bundleStoryOf(token = 'resource_tdx_2_1abc', account = 'account_tdx_2_1maker'): BundleStory {
  const xrd = 'resource_rdx1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxradxrd';
  return {
    orders: [
      {
        ...{ wrapperId: 'subtxid_a', account, maker: 'identity_tdx_2_1maker', reward: '0.5' },
        sells: { resource: xrd, amount: '100' },
        buys: { resource: token, amount: '5.5' },
      },
      {
        ...{ wrapperId: 'subtxid_b', account: 'account_tdx_2_1taker', reward: '0.5' },
        sells: { resource: token, amount: '5.6' },
        buys: { resource: xrd, amount: '100' },
      },
    ],
  };
}

export function attemptStoryOf(bundleIds: readonly string[]): AttemptStory {
  return {
    ...{ policy: 'best', tipBasisPoints: 5, feeKnown: true, assumed: false },
    preview: { outcome: 'settles', fee: '0.97' },
    considered: [candidateOf(bundleIds), candidateOf(bundleIds, { chosen: false, expected: '-0.01', fee: '1.002' })],
    stages: { decoded: 310, planned: 1450, signed: 1602 },
  };
}

export interface Filling {
  readonly bundles: number;
  readonly seed: number;
  /** Written wherever a stranger may write. */
  readonly foreign?: string;
  /** Milliseconds between bundles. */
  readonly pace?: number;
  /** Neither orders nor decisions are kept, as before they were. */
  readonly bare?: boolean;
}

/** Fills a journal with bundles of every end, alone and merged, the same for a seed. */
export function fill(desk: Desk, { bundles, seed, foreign, pace = 60_000, bare = false }: Filling): void {
  const random = sequence(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const amount = (low: number, high: number): bigint => BigInt(Math.floor(low + random() * (high - low))) * MILLI + 7n;
  const { journal } = desk;
  let next = 0;
  const bundle = (): NewBundle => {
    const story = bundleStoryOf(
      `resource_tdx_2_1${pick(['abc', 'def', foreign ?? 'ghi'])}`,
      pick(['account_a', 'account_b']),
    );
    const details = bare ? {} : { details: story };
    return { ...bundleOf([`w${next++}`, `w${next++}`], desk.now), ...details, source: foreign ?? 'wss://stream.test' };
  };
  for (let made = 0; made < bundles; made++) {
    desk.now += Math.ceil(random() * 2 * pace);
    const kind = pick([
      'settled',
      'settled',
      'settled',
      'merged',
      'failed',
      'lost',
      'declined',
      'would-settle',
      'rest',
    ]);
    if (kind === 'rest') {
      const outcome = pick(['expired', 'unmatched', 'invalid'] as const);
      journal.receiveEnded(bundle(), { outcome, reason: { code: foreign ?? outcome, message: foreign ?? 'why' } });
      continue;
    }
    if (kind === 'declined' || kind === 'would-settle') {
      const expected = { reward: XRD, fee: amount(960, 1010), profit: 0n };
      journal.receiveEnded(bundle(), {
        outcome: kind,
        expected: { ...expected, profit: expected.reward - expected.fee },
      });
      continue;
    }
    const group = Array.from({ length: kind === 'merged' ? 3 : 1 }, bundle);
    for (const each of group) journal.receive(each);
    const ids = group.map(({ id }) => id);
    const transactionId = `txid_${seed}_${made}`;
    const shares = ids.map((id) => {
      const fee = amount(700, 990);
      return shareOf(id, { fee, profit: XRD - fee });
    });
    desk.now += Math.ceil(random() * 20);
    const details = bare ? {} : { details: attemptStoryOf(ids) };
    const [payload, expiresAt] = [Buffer.from(transactionId), desk.now + 30_000];
    journal.planAttempt({ transactionId, payload, expiresAt, bundles: shares, ...details });
    desk.now += Math.ceil(random() * 5);
    journal.recordSubmission(transactionId);
    desk.now += Math.ceil(random() * 300);
    journal.recordAttemptState(transactionId, { state: 'accepted' });
    desk.now += Math.ceil(random() * random() * 9000);
    const predicted = shares.reduce((sum, { fee }) => sum + fee, 0n);
    if (kind === 'lost') {
      journal.recordAttemptState(transactionId, { state: 'lost', winner: 'txid_rival' });
      for (const id of ids) journal.finish(id, { outcome: 'lost', winner: 'txid_rival', expected: shares[0]! });
    } else if (kind === 'failed') {
      const fee = amount(480, 560);
      journal.recordAttemptState(transactionId, {
        state: 'committed-failure',
        fee,
        xrdChange: -fee,
        stateVersion: made,
      });
      for (const id of ids)
        journal.finish(id, { outcome: 'failed', reason: { code: 'failed', message: foreign ?? 'no' } });
    } else {
      const fee = predicted + amount(-4, 5);
      const xrdChange = BigInt(ids.length) * XRD - fee;
      journal.recordAttemptState(transactionId, { state: 'committed-success', fee, xrdChange, stateVersion: made });
    }
  }
}
