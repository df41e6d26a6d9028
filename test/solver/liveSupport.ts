import { afterEach, vi } from 'vitest';
import { units } from '../../src/base/amount.js';
import { JournalError } from '../../src/journal/error.js';
import { Journal } from '../../src/journal/journal.js';
import { type LimitSettings, Limits } from '../../src/journal/limits.js';
import type { Outcome } from '../../src/ledger/outcome.js';
import type { EndpointResult, Verdict } from '../../src/ledger/submit.js';
import type { FollowOptions } from '../../src/ledger/tracker.js';
import type { SolverEvent } from '../../src/observe/event.js';
import { SINGLE } from '../../src/settlement/policy.js';
import type { PriceLookup } from '../../src/settlement/price.js';
import type { LiveOptions } from '../../src/solver/live/context.js';
import { LiveSolver } from '../../src/solver/live/liveSolver.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { temporaryFolder } from '../cli/support.js';
import { accountOf, FEE, makeBundle, SIM, secretOf, XRD_SIM } from '../e2e/world.js';
import { bundleFrame } from '../support/streamServer.js';

/** The live solver on a ledger that says what a test wants, for what no real one can be made to say. */

const folder = temporaryFolder();
let made = 0;
const open: LiveSolver[] = [];
afterEach(async () => {
  for (const solver of open.splice(0)) await solver.stop();
  vi.useRealTimers();
});

export const FULL = new JournalError('journal-full', 'full');
export const details = (id: string, xrd: bigint, failed = false) =>
  ({
    id,
    status: failed ? 'CommittedFailure' : 'CommittedSuccess',
    stateVersion: 7,
    feePaid: FEE,
    error: undefined,
    balances: {
      changes: [{ entity: accountOf(800), resource: XRD_SIM, change: xrd }],
      fees: [{ type: 'FeePayment', entity: accountOf(800), resource: XRD_SIM, change: -FEE }],
    },
  }) as any;
export const committed = (id: string, xrd = units(2)): Outcome => ({
  type: 'committed-success',
  details: details(id, xrd),
  seenBy: ['a'],
});

export interface Sent {
  readonly hex: string;
  readonly say: (verdict: Verdict) => void;
  readonly tell: (result: EndpointResult) => void;
}

export interface Followed {
  readonly id: string;
  readonly end: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
  readonly onEvent: NonNullable<FollowOptions['onEvent']>;
}

export function setUp(
  changes: Partial<LiveOptions> = {},
  limits: LimitSettings = {},
  path = folder.path(`${++made}.sqlite`),
  prices?: () => PriceLookup,
) {
  const key = SolverKey.fromBytes('Ed25519', Buffer.from(secretOf(800), 'hex'));
  const account = preallocatedAccount(key.publicKey);
  const journal = Journal.open(path, { now: Date.now });
  const events: SolverEvent[] = [];
  const sent: Sent[] = [];
  const followed: Followed[] = [];
  let skew = 0;
  const ledger: any = {
    verified: [{}],
    clock: {
      staleness: () => undefined,
      clockAt: () => ({
        epoch: 50n,
        timestamp: BigInt(Math.floor((Date.now() + skew) / 1000)),
        proposerTimestampMs: Date.now() + skew,
        ageMs: 0,
        skewMs: 0,
        endpoint: 'a',
      }),
    },
    balances: vi.fn(async () => ({ ledger: undefined, amounts: new Map([[XRD_SIM, units(100)]]) })),
    committedDetails: vi.fn(async (): Promise<any> => Promise.reject(new Error('down'))),
    preview: vi.fn(async (): Promise<any> => Promise.reject(new Error('down'))),
    subintentStatus: vi.fn(async (): Promise<any> => ({ finalized: undefined })),
    submit(hex: string, { onSend, onResult }: any) {
      onSend('a', 1);
      onSend('b', 1);
      const verdict = new Promise<Verdict>((say) => sent.push({ hex, say, tell: onResult }));
      return { verdict, results: Promise.resolve([]) };
    },
    tracker: {
      follow: ({ id }: { id: string }, { onEvent }: FollowOptions) =>
        new Promise<Outcome>((end, fail) => followed.push({ id, end, fail, onEvent: onEvent! })),
    },
  };
  const options: LiveOptions = {
    ...{ network: SIM.id, account, policy: { ...SINGLE, minProfit: undefined }, pinned: undefined, submit: true },
    ...{ maxAttempts: 3, maxCostPerBundle: undefined, maxClockAgeMs: 15_000, queueLimit: 10, expiryMarginMs: 2_000 },
    shutdownTimeoutMs: 0,
    ...changes,
  };
  // An hour ahead: nothing but the windows of the limits goes by this machine's clock.
  const wallNow = () => Date.now() + 3_600_000;
  const emit = (event: SolverEvent) => void events.push(event);
  const parts = { key, journal, ledger, limits: new Limits(limits, journal), emit, wallNow };
  const solver = new LiveSolver(options, prices === undefined ? parts : { ...parts, prices });
  open.push(solver);
  const of = (type: string): any[] => events.filter((event) => event.type === type);
  const push = (items = makeBundle()) => solver.receive(bundleFrame(items), { url: 'ws://x', receivedAt: Date.now() });
  const outcomes = () =>
    of('bundle-finished').map(({ outcome, reason }) => (reason ? `${outcome} ${reason}` : outcome));
  return {
    ...{ solver, journal, path, ledger, events, of, push, outcomes, sent, followed },
    setSkew: (ms: number) => {
      skew = ms;
    },
  };
}

/** Nobody tells what makers hold: then a preview has to say whether they can pay. */
export function hideMakers({ ledger }: { readonly ledger: any }): void {
  ledger.balances.mockImplementation(async (account: string) => {
    if (account !== accountOf(800)) throw new Error('down');
    return { ledger: undefined, amounts: new Map([[XRD_SIM, units(100)]]) };
  });
}

export const settle = () => new Promise((resolve) => setTimeout(resolve, 60));
export const REFUSED: Verdict = { type: 'refused-everywhere', reason: 'SuccessButFeeLoanNotRepaid', permanent: false };
