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
  readonly pursue: (live: LiveBundle) => Pursuit;
  readonly enqueue: (live: LiveBundle) => void;
  readonly fail: (error: unknown) => void;
}

type Unfinished = ReturnType<Journal['unfinished']>[number];
type OpenAttempt = ReturnType<Journal['openAttempts']>[number];

/** Takes up what an earlier run left behind, however it ended. A bundle that makes trouble holds up no other. */
export function recover(recovery: Recovery): void {
  const { journal, emit, fail } = recovery;
  const open = journal.openAttempts();
  const unfinished = journal.unfinished();
  const attempts = open.map(({ transactionId, state }) => ({ txid: transactionId, state: state as LiveState }));
  emit({ type: 'recovery', attempts, bundles: unfinished.length });
  for (const bundle of unfinished) {
    try {
      recoverBundle(bundle, open, recovery);
    } catch (error) {
      fail(error);
    }
  }
}

function recoverBundle(bundle: Unfinished, open: readonly OpenAttempt[], recovery: Recovery): void {
  const { journal, options, pursue, enqueue } = recovery;
  const mine = open.filter((attempt) => attempt.bundles.some(({ bundleId }) => bundleId === bundle.id));
  // After a restart only the same bytes are sent again while one of them may commit.
  const opened = mine.length > 0 ? undefined : reopen(bundle.frame, options);
  const live: LiveBundle = {
    bundleId: bundle.id,
    wrapperIds: bundle.items.map(({ wrapperId }) => wrapperId),
    opened,
    deadline: mine[0]?.expiresAt ?? (opened === undefined ? 0 : closesAt(opened.window)),
    startedAt: undefined,
    verifiedMicros: 0,
  };
  const ends = journal
    .attempts(bundle)
    .flatMap(({ state, winner, message }): Ended[] =>
      isFinal(state) ? [{ state, winner: winner ?? undefined, reason: message ?? undefined }] : [],
    );
  if (mine.length === 0 && ends.length === 0) return enqueue(live);
  const pursuit = pursue(live);
  for (const { transactionId, payload, state } of mine) pursuit.resume(transactionId, payload, state);
  pursuit.conclude(ends);
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
