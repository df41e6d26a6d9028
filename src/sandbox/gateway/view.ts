import { SolverError } from '../../base/error.js';
import type { Network } from '../../transaction/network.js';
import type { Fields } from '../fields.js';
import type { Commit, History, LedgerState } from '../world/history.js';

/** What one answer may know: a ledger state, and how far the commits reach that it has heard of. */
export interface View {
  readonly state: LedgerState;
  readonly commitsUpTo: number;
}

export function viewOf(state: LedgerState): View {
  return { state, commitsUpTo: state.stateVersion };
}

export function ledgerState({ state }: View, network: Network): Record<string, unknown> {
  return {
    network: network.name,
    state_version: state.stateVersion,
    proposer_round_timestamp: isoTime(state.proposerTimestampMs),
    epoch: state.epoch,
    round: state.round,
  };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Whether a commit is to be seen in a view. */
export function visible(commit: Commit | undefined, view: View): commit is Commit {
  return commit !== undefined && commit.state.stateVersion <= view.commitsUpTo;
}

/** The view that `at_ledger_state` asks for (docs/interfaces.md §1.0); without it the given one. */
export function pinnedView(body: Fields, view: View, history: History): View {
  const at = body.optionalObject('at_ledger_state');
  if (at === undefined) return view;
  const state = stateAt(at, view.state, history);
  if (state !== undefined) return viewOf(state);
  throw new SolverError('bad-field', 'expected a state that this ledger has had', { path: 'at_ledger_state' });
}

function stateAt(at: Fields, newest: LedgerState, history: History): LedgerState | undefined {
  const version = at.count('state_version', undefined);
  if (version !== undefined) {
    if (version > newest.stateVersion) return undefined;
    const before = history.newestWhere(({ stateVersion }) => stateVersion <= version);
    if (before === undefined || before.stateVersion === version) return before;
    // Within a round: its time, with what had committed by then.
    return { ...history.oldestWhere(({ stateVersion }) => stateVersion > version)!, stateVersion: version };
  }
  const known = (holds: (state: LedgerState) => boolean) =>
    history.newestWhere((state) => state.stateVersion <= newest.stateVersion && holds(state));
  const timestamp = at.string('timestamp', undefined);
  if (timestamp !== undefined) {
    const ms = Date.parse(timestamp);
    return known((state) => state.proposerTimestampMs <= ms);
  }
  const epoch = at.count('epoch');
  const round = at.count('round', 0);
  return known((state) => state.epoch < epoch || (state.epoch === epoch && state.round <= round));
}
