import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommittedDetails } from '../../src/ledger/answer.js';
import { decide } from '../../src/ledger/decide.js';
import {
  type Followed,
  NOTHING_SEEN,
  type Question,
  type Reply,
  record,
  type View,
} from '../../src/ledger/observation.js';
import type { Decision } from '../../src/ledger/outcome.js';
import type { IntentStatus, LedgerState } from '../../src/ledger/wire.js';

const OWN = 'txid_own';
const RIVAL = 'txid_rival';
const EXPIRY_S = 1_000;
const FOLLOWED: Followed = { id: OWN, subintents: ['sub_a', 'sub_b'], window: { endEpoch: 20n, maxTimestamp: 1_000n } };
const WALL_MS = 2_000_000;

const stateAt = (timeS: number, stateVersion = timeS, epoch = 10): LedgerState => ({
  ...{ network: 'stokenet', stateVersion, epoch, round: 1, proposerTimestampMs: timeS * 1000 },
});
const EARLY = stateAt(900);
const LATE = stateAt(EXPIRY_S + 10);
const BALANCES = { changes: [], fees: [] };
const details = (of: Partial<CommittedDetails> = {}): CommittedDetails => ({
  ...{ id: OWN, status: 'CommittedSuccess', stateVersion: 890, epoch: 10, roundTimestampMs: 890_000 },
  ...{ feePaid: 1n, feeSummary: undefined, error: undefined, balances: BALANCES, ...of },
});

/** Answers in order, as an endpoint gives them: [local time, question, answer]. */
type Said = readonly [at: number, question: Question, reply: Reply];
const status = (at: number, endpoint: string, value: IntentStatus, ledger = EARLY, error?: string): Said => [
  at,
  { endpoint, type: 'status' },
  { type: 'status', answer: { ledger, status: value, error } },
];
const subintent = (at: number, endpoint: string, id: string, by?: string, ledger = EARLY, stateVersion = 895): Said => [
  at,
  { endpoint, type: 'subintent', id },
  { type: 'subintent', answer: { ledger, finalized: by === undefined ? undefined : { by, stateVersion } } },
];
const shown = (at: number, endpoint: string, answer: CommittedDetails | 'not-found', ledger?: LedgerState): Said => [
  at,
  { endpoint, type: 'details', ...(ledger === undefined ? {} : { at: ledger }) },
  { type: 'details', answer },
];
const winner = (at: number, endpoint: string, answer: CommittedDetails | 'not-found'): Said => [
  at,
  { endpoint, type: 'winner', id: RIVAL },
  { type: 'winner', answer },
];
const silent = (at: number, question: Question): Said => [at, question, { type: 'no-answer' }];

function seen(said: readonly Said[], followed = FOLLOWED): Map<string, View> {
  const views = new Map<string, View>();
  for (const [at, question, reply] of said) {
    const { endpoint } = question;
    views.set(endpoint, record(views.get(endpoint) ?? NOTHING_SEEN, followed, question, reply, at));
  }
  return views;
}

function judge(monoMs: number, ...said: Said[]): Decision {
  return decide(FOLLOWED, seen(said), ['A', 'B'], { monoMs, wallMs: WALL_MS });
}
const alone = (monoMs: number, ...said: Said[]): Decision =>
  decide(FOLLOWED, seen(said), ['A'], { monoMs, wallMs: WALL_MS });

const end = (decision: Decision) => (decision.type === 'final' ? decision.outcome.type : decision.phase);
const wants = (decision: Decision) =>
  decision.type === 'final'
    ? []
    : decision.wants.map(
        (of) => `${of.endpoint} ${of.type === 'details' && of.at !== undefined ? 'absence' : of.type}`,
      );

describe('still open', () => {
  it('T21, T70: nothing, or Unknown, is no verdict', () => {
    expect(end(judge(0))).toBe('unknown');
    expect(judge(0, status(0, 'A', 'Unknown'), status(0, 'B', 'Unknown'))).toMatchObject({
      phase: 'unknown',
      wants: [],
    });
  });

  it('pending anywhere is pending', () => {
    expect(end(judge(0, status(0, 'A', 'LikelyButNotCertainRejection'), status(0, 'B', 'Pending')))).toBe('pending');
  });

  it('T52, T65, T66: a temporary rejection is told with its reason, and is no end', () => {
    const error = 'SuccessButFeeLoanNotRepaid';
    const one = status(0, 'A', 'LikelyButNotCertainRejection', EARLY, error);
    expect(judge(0, one, status(0, 'B', 'Unknown'))).toMatchObject({
      ...{ type: 'open', phase: 'temporarily-rejected', reason: error, everywhere: false },
    });
    const both = [one, status(0, 'B', 'LikelyButNotCertainRejection', EARLY, error)] as const;
    expect(judge(0, ...both)).toMatchObject({ type: 'open', everywhere: true });
    expect(end(judge(1e9, ...both))).toBe('temporarily-rejected');
  });
});

describe('committed', () => {
  it('a status is a claim: its details are asked for, of everybody', () => {
    const decision = judge(1, status(1, 'A', 'CommittedSuccess'));
    expect(end(decision)).toBe('committing');
    expect(wants(decision)).toEqual(['A details', 'B details']);
  });

  it('T69: with details it is an end, a failure is another', () => {
    expect(end(judge(1, status(1, 'A', 'CommittedSuccess'), shown(1, 'A', details())))).toBe('committed-success');
    const failed = details({ status: 'CommittedFailure' });
    expect(end(judge(1, status(1, 'A', 'CommittedFailure'), shown(1, 'A', failed)))).toBe('committed-failure');
    expect(end(judge(1, status(1, 'A', 'CommittedSuccess'), shown(1, 'B', details())))).toBe('committed-success');
  });

  it('T30: balances that are not there yet are waited for, and not for ever', () => {
    const said = [status(1, 'A', 'CommittedSuccess'), shown(1, 'A', details({ balances: undefined }))];
    expect(judge(100, ...said)).toMatchObject({ phase: 'committing', wants: [{ endpoint: 'B' }] });
    expect(wants(judge(800, ...said))).toEqual(['A details', 'B details']);
    expect(end(judge(10_001, ...said))).toBe('committed-success');
    expect(end(judge(900, ...said, shown(900, 'B', details())))).toBe('committed-success');
  });

  it('one Gateway that never shows it proves nothing, however long; two that agree do, after a while', () => {
    const said = [status(1, 'A', 'CommittedSuccess'), silent(2, { endpoint: 'A', type: 'details' })];
    expect(end(alone(1e6, ...said))).toBe('committing');
    const both = [...said, status(2, 'B', 'CommittedSuccess')];
    expect(end(judge(9_000, ...both))).toBe('committing');
    const decision = judge(10_100, ...both);
    expect(decision).toMatchObject({ outcome: { type: 'committed-success', details: undefined, seenBy: ['A', 'B'] } });
  });

  it.each([
    ['success and failure', status(1, 'A', 'CommittedSuccess'), status(1, 'B', 'CommittedFailure')],
    ['details against a status', shown(1, 'A', details()), status(1, 'B', 'CommittedFailure')],
    ['details against a rival', shown(1, 'A', details()), subintent(1, 'B', 'sub_a', RIVAL)],
  ])('contradiction is no end: %s', (_name, ...said) => {
    expect(end(judge(1, ...said))).toBe('contradictory');
    expect(wants(judge(9_999, ...said)).length).toBeGreaterThan(0);
  });

  it('a failure and a rival go together: a failure uses up no subintent', () => {
    const failed = details({ status: 'CommittedFailure' });
    expect(end(judge(1, shown(1, 'A', failed), subintent(1, 'A', 'sub_a', RIVAL)))).toBe('committed-failure');
  });

  it.each([
    ['T71: CommitPending', status(1, 'A', 'CommitPendingOutcomeUnknown')],
    [
      'T71: rejected for being committed',
      status(1, 'A', 'PermanentlyRejected', EARLY, `IntentHashPreviouslyCommitted(Transaction(${OWN}))`),
    ],
    ['T27: its own subintents are finalized by it', subintent(1, 'A', 'sub_a', OWN)],
  ])('%s is a claim, and no rejection', (_name, said) => {
    expect(end(judge(1, said))).toBe('committing');
    expect(end(judge(1, said, shown(2, 'A', details())))).toBe('committed-success');
  });

  it('a claim that its own Gateway cannot show for half a minute does not stand against another Gateway', () => {
    const lie = [status(1, 'A', 'CommittedSuccess', LATE), shown(30_002, 'A', 'not-found')];
    const witness = [
      status(30_000, 'B', 'Unknown', LATE),
      shown(30_000, 'B', 'not-found', LATE),
      subintent(30_000, 'B', 'sub_a', undefined, LATE),
      subintent(30_000, 'B', 'sub_b', undefined, LATE),
      status(30_003, 'A', 'CommittedSuccess', LATE),
    ];
    expect(end(judge(30_003, ...lie, ...witness))).toBe('dead');
    // Alone it is neither committed nor dead.
    expect(end(alone(30_003, ...lie))).not.toMatch(/committed|dead/);
    const pinned = shown(30_004, 'A', 'not-found', LATE);
    expect(alone(40_000, ...lie, pinned).type).toBe('open');
  });
});

describe('lost', () => {
  const rival = subintent(1, 'A', 'sub_b', RIVAL);
  const proof = winner(1, 'A', details({ id: RIVAL }));
  const absent = [status(1, 'A', 'Pending'), shown(1, 'A', 'not-found', EARLY)];

  it('T69: the winner is named once it is shown, and ours is not committed', () => {
    expect(judge(1, rival, proof, ...absent)).toEqual({
      type: 'final',
      outcome: { type: 'lost', winner: RIVAL, subintent: 'sub_b', stateVersion: 895 },
    });
  });

  it('until then it asks for just that', () => {
    expect(wants(judge(1, rival))).toEqual(['A winner', 'B subintent', 'A status', 'B status']);
    expect(wants(judge(1, rival, ...absent))).toEqual(['A winner', 'B subintent']);
    expect(wants(judge(1, rival, proof, status(1, 'A', 'Pending')))).toEqual(['A absence', 'B status']);
    expect(end(judge(1, rival, winner(1, 'A', 'not-found'), ...absent))).toBe('losing');
    expect(end(judge(1, rival, winner(1, 'A', details({ id: RIVAL, status: 'CommittedFailure' })), ...absent))).toBe(
      'losing',
    );
  });

  it('T27: a state before the finalization is no witness', () => {
    const before = stateAt(880);
    const said = [status(1, 'A', 'Pending', before), shown(1, 'A', 'not-found', before)];
    expect(wants(judge(800, rival, proof, ...said))).toEqual(['A status', 'B status']);
  });

  it('another Gateway that says the same confirms it; one that names another contradicts', () => {
    expect(end(judge(1, rival, subintent(1, 'B', 'sub_b', RIVAL), ...absent))).toBe('lost');
    expect(end(judge(1, rival, subintent(1, 'B', 'sub_b', 'txid_third'), ...absent))).toBe('contradictory');
  });

  it('a claim of our commit stands against it', () => {
    expect(end(judge(1, rival, proof, ...absent, status(1, 'B', 'CommittedFailure')))).toBe('committing');
  });
});

describe('rejected permanently', () => {
  const rejected = (error?: string) => status(1, 'A', 'PermanentlyRejected', EARLY, error);
  const checks = [
    subintent(2, 'A', 'sub_a'),
    subintent(2, 'A', 'sub_b'),
    shown(2, 'A', 'not-found', EARLY),
    status(2, 'B', 'Unknown'),
  ];

  it('with its reason, once winner and commit are ruled out', () => {
    expect(wants(judge(1, rejected('ManifestInvalid')))).toEqual([
      ...['A subintent', 'A subintent', 'B status', 'A absence'],
    ]);
    expect(judge(2, rejected('ManifestInvalid'), ...checks)).toEqual({
      type: 'final',
      outcome: { type: 'rejected-permanently', reason: 'ManifestInvalid', expired: false },
    });
    expect(judge(2, rejected(), ...checks)).toMatchObject({ outcome: { reason: 'no reason given' } });
    expect(judge(2, rejected('TransactionProposerTimestampNoLongerValid'), ...checks)).toMatchObject({
      outcome: { expired: true },
    });
  });

  it('another Gateway that could not be asked is not waited for; one whose mempool holds it is', () => {
    const withoutB = checks.slice(0, 3);
    expect(end(judge(2, rejected(), ...withoutB, silent(2, { endpoint: 'B', type: 'status' })))).toBe(
      'rejected-permanently',
    );
    expect(end(judge(2, rejected(), ...withoutB, status(2, 'B', 'Pending')))).toBe('rejecting');
  });

  it('a lost race is given time to name its winner', () => {
    const said = [rejected('IntentHashPreviouslyCommitted(Subintent(subtxid_x))'), ...checks];
    expect(judge(1_000, ...said)).toMatchObject({ phase: 'rejecting', wants: [{ id: 'sub_a' }, { id: 'sub_b' }] });
    expect(end(judge(10_001, ...said))).toBe('rejected-permanently');
    const named = subintent(3, 'A', 'sub_a', RIVAL);
    expect(end(judge(1_000, ...said, named))).toBe('losing');
    expect(
      end(judge(1_000, ...said, named, winner(3, 'A', details({ id: RIVAL })), status(3, 'A', 'PermanentlyRejected'))),
    ).toBe('lost');
  });
});

describe('dead', () => {
  const over = (endpoint: string, at = 1): Said[] => [
    status(at, endpoint, 'Pending', LATE),
    shown(at, endpoint, 'not-found', LATE),
    subintent(at, endpoint, 'sub_a', undefined, LATE),
    subintent(at, endpoint, 'sub_b', undefined, LATE),
  ];
  const other = status(1, 'B', 'Unknown', EARLY);

  it('T17, T24, T68: by its own expiry, though the Gateway still says Pending', () => {
    expect(judge(1, ...over('A'), other)).toEqual({
      type: 'final',
      outcome: { type: 'dead', by: 'timestamp', ledger: LATE },
    });
  });

  it('asks for what is missing', () => {
    expect(judge(1, status(1, 'A', 'Unknown', LATE))).toMatchObject({ phase: 'expiring' });
    expect(wants(judge(1, status(1, 'A', 'Unknown', LATE)))).toEqual([
      'B status',
      'A absence',
      'A subintent',
      'A subintent',
    ]);
  });

  it.each<[string, Said[]]>([
    ['nothing but a local clock far past it', []],
    [
      'a state at the expiry, without the margin',
      [status(1, 'A', 'Unknown', stateAt(EXPIRY_S + 9)), shown(1, 'A', 'not-found', stateAt(EXPIRY_S + 9))],
    ],
    ['absence as of an earlier state', [...over('A'), shown(2, 'A', 'not-found', EARLY)]],
    ['a subintent seen too early', [...over('A'), subintent(2, 'A', 'sub_a', undefined, EARLY)]],
    ['a word that is not understood', [...over('A'), status(2, 'A', 'Unrecognized', LATE)]],
    ['a claim elsewhere', [...over('A'), status(2, 'B', 'CommitPendingOutcomeUnknown', EARLY)]],
    [
      'details that were not answered',
      [status(1, 'A', 'Unknown', LATE), silent(1, { endpoint: 'A', type: 'details', at: LATE })],
    ],
  ])('not by %s', (_name, said) => {
    expect(judge(9_000, other, ...said).type).toBe('open');
  });

  it('not by a time far ahead of this machine', () => {
    const far = stateAt(WALL_MS / 1000 + 121);
    const said = [status(1, 'A', 'Unknown', far), shown(1, 'A', 'not-found', far)];
    expect(
      end(alone(1, ...said, subintent(1, 'A', 'sub_a', undefined, far), subintent(1, 'A', 'sub_b', undefined, far))),
    ).toBe('unknown');
  });

  it('by its epochs: one that is gone for sure, or one that was over a while ago', () => {
    const followed = { ...FOLLOWED, window: { endEpoch: 20n, maxTimestamp: undefined }, subintents: [] };
    const at = (ledger: LedgerState, first = ledger): Decision => {
      const said = [
        status(1, 'A', 'Unknown', first),
        status(2, 'A', 'Unknown', ledger),
        shown(2, 'A', 'not-found', ledger),
      ];
      return decide(followed, seen(said, followed), ['A'], { monoMs: 2, wallMs: WALL_MS });
    };
    expect(end(at(stateAt(900, 1, 19)))).toBe('unknown');
    expect(end(at(stateAt(900, 1, 20)))).toBe('unknown');
    expect(at(stateAt(910, 2, 20), stateAt(900, 1, 20))).toMatchObject({ outcome: { type: 'dead', by: 'epoch' } });
    expect(end(at(stateAt(900, 1, 21)))).toBe('dead');
  });

  it('a rival that cannot be confirmed is waited for a while longer', () => {
    const named = subintent(2, 'A', 'sub_a', RIVAL, LATE);
    expect(end(judge(2, ...over('A'), other, named))).toBe('losing');
    const later = stateAt(EXPIRY_S + 20);
    const said = [...over('A'), named, status(3, 'A', 'Pending', later), shown(3, 'A', 'not-found', later)];
    expect(end(judge(3, ...said, subintent(3, 'A', 'sub_b', undefined, later), other))).toBe('dead');
  });
});

describe('whatever is said', () => {
  const ENDPOINTS = ['A', 'B', 'C'];
  const endpoint = fc.constantFrom(...ENDPOINTS);
  const at = fc.integer({ min: 0, max: 60_000 });
  const ledger = fc.integer({ min: 880, max: 1_030 }).map((timeS) => stateAt(timeS));
  const word = fc.constantFrom<IntentStatus>(
    'Unknown',
    'Pending',
    'LikelyButNotCertainRejection',
    'PermanentlyRejected',
    'Unrecognized',
  );
  const commitWord = fc.constantFrom<IntentStatus>(
    'CommittedSuccess',
    'CommittedFailure',
    'CommitPendingOutcomeUnknown',
  );
  const harmless = fc.oneof(
    fc.tuple(at, endpoint, word, ledger).map((of) => status(...of)),
    fc
      .tuple(at, endpoint, fc.constantFrom('sub_a', 'sub_b'), fc.constant(undefined), ledger)
      .map((of) => subintent(...of)),
    fc.tuple(at, endpoint).map(([time, of]) => silent(time, { endpoint: of, type: 'status' })),
  );
  const missing = fc.tuple(at, endpoint, fc.constant('not-found' as const), ledger).map((of) => shown(...of));
  const claim = fc.tuple(at, endpoint, commitWord, ledger).map((of) => status(...of));
  const ruled = (said: readonly Said[]) => {
    const sorted = [...said].sort(([a], [b]) => a - b);
    return decide(FOLLOWED, seen(sorted), ENDPOINTS, { monoMs: 60_000, wallMs: WALL_MS });
  };

  it('without details, or the absence of them, there is never an end unless two Gateways agree on a commit', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(harmless, claim), { maxLength: 12 }), (said) => {
        const decision = ruled(said);
        if (decision.type === 'open') return;
        expect(decision.outcome).toMatchObject({ type: expect.stringMatching(/^committed/), details: undefined });
        expect(decision.outcome).toHaveProperty(
          'seenBy.length',
          expect.toSatisfy((n: number) => n > 1),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('while a Gateway claims a commit, nothing ends without one', () => {
    const latest = fc.tuple(fc.constant(60_000), endpoint, commitWord, ledger).map((of) => status(...of));
    fc.assert(
      fc.property(fc.array(fc.oneof(harmless, missing), { maxLength: 14 }), latest, (said, last) => {
        const decision = ruled([...said, last]);
        expect(decision.type === 'open' || decision.outcome.type.startsWith('committed')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('it is dead only if some Gateway has looked past the expiry', () => {
    const before = fc.integer({ min: 880, max: EXPIRY_S + 9 }).map((timeS) => stateAt(timeS));
    const early = fc.oneof(
      fc.tuple(at, endpoint, word, before).map((of) => status(...of)),
      fc.tuple(at, endpoint, fc.constant('not-found' as const), before).map((of) => shown(...of)),
    );
    fc.assert(
      fc.property(fc.array(early, { maxLength: 14 }), (said) => {
        expect(end(ruled(said))).not.toBe('dead');
      }),
      { numRuns: 2_000 },
    );
  });
});
