import type { Attos } from '../../base/amount.js';
import type { Reason } from '../../journal/model.js';
import type { Retention } from '../../journal/prune.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Supply } from '../../settlement/compose/supply.js';
import type { Policy } from '../../settlement/policy.js';
import type { SettledOrder } from '../../settlement/settle.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import type { Desk } from './desk.js';
import type { Experience } from './experience.js';
import type { AccountFacts } from './facts.js';

/** What the operator chose. */
export interface LiveOptions {
  readonly network: number;
  readonly account: NodeId;
  /** What is merged, declined, tipped and believed. Its `minProfit` is the floor of all that is submitted. */
  readonly policy: Policy;
  readonly pinned: ReadonlySet<string> | undefined;
  /** False: dry run. */
  readonly submit: boolean;
  readonly maxAttempts: number;
  /** What all attempts of a bundle may cost together. */
  readonly maxCostPerBundle: Attos | undefined;
  readonly maxClockAgeMs: number;
  readonly queueLimit: number;
  /** No first attempt later than so long before the tightest expiry. */
  readonly expiryMarginMs: number;
  readonly shutdownTimeoutMs: number;
  /** What the journal keeps; default: everything. */
  readonly retention?: Retention | undefined;
}

/** Of transactions whose end is not known. */
export interface InFlight {
  readonly orders: readonly SettledOrder[];
  /** What they add from the solver's own account. */
  readonly supplies: readonly Supply[];
}

/** What each part of the solver is given: the options, and everything that lies outside. */
export interface LiveContext extends LiveOptions {
  readonly key: SolverKey;
  readonly desk: Desk;
  readonly ledger: Ledger;
  readonly facts: AccountFacts;
  readonly experience: Experience;
  readonly emit: Observer;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Unix milliseconds. */
  readonly wallNow: () => number;
  /**
   * What the ledger's time is by now, Unix milliseconds: the last one shown and what has passed since. Expiries are
   * measured by it, so that nobody who sets this machine's clock makes bundles expire.
   */
  readonly ledgerNow: () => number;
  /** What transactions whose end is not known may still take out of accounts. */
  readonly inFlight: () => InFlight;
  /** Fires when the solver ends, whatever is in flight. */
  readonly signal: AbortSignal;
  /** Whether new attempts are no longer made. */
  readonly stopping: () => boolean;
  readonly after: (ms: number, run: () => void) => void;
  /** Why no transaction that can cost so much may be submitted now; undefined where it may. */
  readonly checkLimits: (cost: Attos) => Reason | undefined;
  /** A transaction of ours, committed at a state version, has changed the balance so: a fee was paid, a reward earned. */
  readonly spent: (xrdChange: Attos, stateVersion: number) => void;
  readonly fail: (error: unknown, where: string) => void;
}
