import { SolverError } from '../../base/error.js';
import type { Journal } from '../../journal/journal.js';
import { isFinal, type LiveState } from '../../journal/model.js';
import type { Observer } from '../../observe/observers.js';
import { type Admission, type OpenedBundle, openFrame } from '../openFrame.js';
import type { Ended } from './ending.js';
import type { LiveBundle, Pursuit } from './pursuit.js';
import { closesAt } from './transaction.js';

export interface Recovery {
  readonly options: Admission;
  readonly journal: Journal;
  readonly emit: Observer;
  /** Takes up a bundle, without doing anything about it yet. */
  readonly pursue: (live: LiveBundle) => Pursuit;
  /** Lets it wait for its first attempt, or for another. */
  readonly goOn: (pursuit: Pursuit) => void;
  /** Takes up a transaction whose end is not known, with its bundles. */
  readonly resume: (attempt: OpenAttempt, members: readonly Pursuit[]) => void;
  readonly fail: (error: unknown) => void;
}

type Unfinished = ReturnType<Journal['unfinished']>[number];
export type OpenAttempt = ReturnType<Journal['openAttempts']>[number];

/** Takes up what an earlier run left behind, however it ended. What makes trouble holds up nothing else. */
export function recover(recovery: Recovery): void {
  const { journal, emit, fail, resume, goOn } = recovery;
  const open = journal.openAttempts();
  const unfinished = journal.unfinished();
  const attempts = open.map(({ transactionId, state }) => ({ txid: transactionId, state: state as LiveState }));
  emit({ type: 'recovery', attempts, bundles: unfinished.length });
  const taken = new Map<string, TakenUp>();
  const guard = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      fail(error);
    }
  };
  for (const bundle of unfinished) guard(() => void taken.set(bundle.id, takeUp(bundle, open, recovery)));
  for (const attempt of open) {
    const members = attempt.bundles.flatMap(({ bundleId }) => taken.get(bundleId)?.pursuit ?? []);
    if (members.length > 0) guard(() => resume(attempt, members));
  }
  for (const { pursuit, isDone } of taken.values()) {
    if (pursuit.inFlight === 0) guard(() => (isDone ? pursuit.conclude() : goOn(pursuit)));
  }
}

interface TakenUp {
  readonly pursuit: Pursuit;
  /** An attempt that held nothing else has ended for good. */
  readonly isDone: boolean;
}

/** With what is known of its attempts that ended. */
function takeUp(bundle: Unfinished, open: readonly OpenAttempt[], { journal, options, pursue }: Recovery): TakenUp {
  const opened = reopen(bundle.frame, options);
  const mine = open.find(({ bundles }) => bundles.some(({ bundleId }) => bundleId === bundle.id));
  const pursuit = pursue({
    bundleId: bundle.id,
    wrapperIds: bundle.items.map(({ wrapperId }) => wrapperId),
    opened,
    deadline: opened === undefined ? (mine?.expiresAt ?? 0) : closesAt(opened.window),
    startedAt: undefined,
    verifiedMicros: 0,
  });
  const attempts = journal.attempts(bundle);
  // What became of company says nothing of the bundle, but for a fee that it paid.
  const ends = attempts.flatMap(({ state, winner, message, bundles }): Ended[] =>
    isFinal(state) && (bundles === 1 || state === 'committed-failure')
      ? [{ state, winner: winner ?? undefined, reason: message ?? undefined }]
      : [],
  );
  pursuit.remember(ends, attempts.length);
  const isDone = attempts.some(({ state, bundles }) => bundles === 1 && isFinal(state) && state !== 'dead');
  return { pursuit, isDone };
}

function reopen(frame: string | undefined, options: Admission): OpenedBundle | undefined {
  if (frame === undefined) return undefined;
  try {
    return openFrame(frame, options, []);
  } catch (error) {
    // It was admitted by other settings: the same end as for what came too late.
    if (error instanceof SolverError) return undefined;
    throw error;
  }
}
