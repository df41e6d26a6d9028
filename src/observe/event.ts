import type { StreamEvent } from '../anthic/stream/event.js';
import type { Attos } from '../base/amount.js';
import type { MakerEvent } from './makerEvent.js';

/**
 * Everything that happens in a running solver. An event holds ids and figures, never a payload or a key, so a listener
 * may write down all of it. Times are Unix milliseconds; durations are named by their unit; amounts are XRD in attos.
 *
 * What is told twice as `sinceFrameMicros` and `tookMicros` is a stage of a settlement: the time since its first frame
 * came, left out where a restart has forgotten that, and the part of it that the stage itself took.
 */
export type SolverEvent =
  | StreamEvent
  | RecordingEvent
  | ProcessEvent
  | BundleEvent
  | AttemptEvent
  | LedgerEvent
  | PriceEvent
  | JournalEvent
  | LimitEvent
  | MakerEvent;

export type SolverEventType = SolverEvent['type'];
export type EventOf<T extends SolverEventType> = Extract<SolverEvent, { readonly type: T }>;

/** As the journal names them (src/journal/model.ts), which this room may not import. */
export type BundleOutcome =
  | 'settled'
  | 'lost'
  | 'failed'
  | 'rejected'
  | 'expired'
  | 'declined'
  | 'unmatched'
  | 'invalid'
  | 'duplicate'
  | 'would-settle';

export type OpenAttemptState = 'planned' | 'submitted' | 'accepted' | 'refused' | 'temporarily-rejected';
export type AttemptState = OpenAttemptState | 'committed-success' | 'committed-failure' | 'lost' | 'rejected' | 'dead';

export interface Stage {
  readonly sinceFrameMicros?: number | undefined;
  readonly tookMicros: number;
}

type ProcessEvent =
  | {
      readonly type: 'started';
      readonly version: string;
      readonly network: number;
      readonly account: string;
      /** False: dry run. */
      readonly submit: boolean;
    }
  /** What the last run left behind: attempts whose end is not known, and how many bundles wait. */
  | {
      readonly type: 'recovery';
      readonly attempts: readonly { readonly txid: string; readonly state: OpenAttemptState }[];
      readonly bundles: number;
    }
  | { readonly type: 'shutdown'; readonly signal: string; readonly inFlight: number }
  /** The last event there is. `inFlight`: attempts whose end the next start has to find. */
  | { readonly type: 'stopped'; readonly inFlight: number; readonly tookMs: number }
  /** A mistake of this program. `fatal`: it cannot go on. */
  | {
      readonly type: 'internal-error';
      readonly code: string;
      readonly where: string;
      readonly detail?: string | undefined;
      readonly fatal?: boolean | undefined;
    };

/** Outcomes of bundles that were never open. */
export function endsAsItComes(outcome: BundleOutcome): boolean {
  return outcome === 'invalid' || outcome === 'duplicate';
}

type BundleEvent =
  | { readonly type: 'frame'; readonly url: string; readonly bytes: number }
  /** A frame that holds no bundle. */
  | { readonly type: 'no-bundle'; readonly url: string; readonly code: string }
  /** Is followed by one `bundle-finished`, be it in a later run: what lies between is open. */
  | {
      readonly type: 'bundle-received';
      readonly bundleId: string;
      readonly url: string;
      readonly wrappers: number;
      /** The tightest expiry of its intents. */
      readonly deadline?: number | undefined;
    }
  /** One that is `invalid` or a `duplicate` ends as it comes: there is no `bundle-received` before it. */
  | {
      readonly type: 'bundle-finished';
      readonly bundleId: string;
      readonly outcome: BundleOutcome;
      /** A code: why it ended so. */
      readonly reason?: string | undefined;
      /** What it really earned; of `would-settle` and `declined`, what it would have. */
      readonly profit?: Attos | undefined;
    };

type AttemptEvent =
  | {
      readonly type: 'settlement-planned';
      readonly bundleIds: readonly string[];
      readonly txid: string;
      /** Which attempt it is of its bundles, from 1. */
      readonly attempt: number;
      readonly reward: Attos;
      readonly fee: Attos;
      readonly profit: Attos;
      /** The most it can cost. */
      readonly lock: Attos;
      readonly feeKnown: boolean;
      readonly assumed: boolean;
      readonly stages: Readonly<Record<'verified' | 'planned' | 'signed', Stage>>;
    }
  /** A Gateway was asked what would become of a settlement that was in doubt, or of one in a dry run. */
  | {
      readonly type: 'previewed';
      readonly bundleIds: readonly string[];
      readonly outcome: 'Succeeded' | 'Failed' | 'Rejected' | 'unavailable';
      readonly tookMicros: number;
    }
  /** One of several bundles spoiled the settlement that they shared: the others go on without it. */
  | {
      readonly type: 'bundle-dropped';
      readonly bundleId: string;
      /** How many bundles shared it. */
      readonly of: number;
      /** What named it: a node's message, the ledger's record of who used a subintent, a preview, or its own limit. */
      readonly how: 'message' | 'ledger' | 'preview' | 'limit';
    }
  | ({ readonly type: 'attempt-journaled'; readonly txid: string } & Stage)
  /** The first byte goes to the first endpoint. */
  | ({ readonly type: 'submission-started'; readonly txid: string; readonly endpoints: number } & Stage)
  /** What became of a submission at one endpoint, all its tries together. */
  | ({
      readonly type: 'submission-result';
      readonly txid: string;
      readonly endpoint: string;
      readonly verdict: 'accepted' | 'refused' | 'unknown';
      readonly reason?: string | undefined;
      readonly tries: number;
    } & Stage)
  | {
      readonly type: 'attempt-state';
      readonly txid: string;
      readonly state: AttemptState;
      readonly reason?: string | undefined;
      /** Of `lost`: the transaction that finalized a subintent first. */
      readonly winner?: string | undefined;
    }
  /** What the ledger charged and gave. Tells the end of the attempt, too: no `attempt-state` is needed beside it. */
  | ({
      readonly type: 'attempt-committed';
      readonly txid: string;
      readonly success: boolean;
      readonly feePaid: Attos;
      /** Of the solver's account, the fee included: what was earned. */
      readonly xrdChange: Attos;
      readonly stateVersion: number;
    } & Stage);

type LedgerEvent =
  /** The newest time of the ledger that is known; told every now and then, be it newer than before or not. */
  | {
      readonly type: 'ledger-clock';
      readonly epoch: bigint;
      /** Proposer timestamp, Unix seconds. */
      readonly timestamp: bigint;
      readonly ageMs: number;
      readonly skewMs?: number | undefined;
      readonly endpoint?: string | undefined;
    }
  /** From here to `clock-fresh` nothing is submitted. */
  | { readonly type: 'clock-stale'; readonly why: string }
  | { readonly type: 'clock-fresh' }
  /** A Gateway has become well, or unwell; `class` is a code of `GatewayError`, or `wrong-network`. */
  | {
      readonly type: 'endpoint-state';
      readonly endpoint: string;
      readonly ok: boolean;
      readonly class?: string | undefined;
    }
  | {
      readonly type: 'gateway-call';
      readonly endpoint: string;
      readonly call: string;
      readonly tookMs: number;
      readonly class?: string | undefined;
    }
  | { readonly type: 'balance'; readonly xrd: Attos };

type PriceEvent =
  /** Told when it changes what a source of prices has, and whether it can be read. */
  | {
      readonly type: 'prices';
      readonly source: string;
      /** False: this try failed. What was read before counts until it is too old. */
      readonly ok: boolean;
      /** Tokens that have a price by this source now. */
      readonly tokens: number;
      /** Of those, that have a bid and no ask: their value is an estimate. Undefined where it could not be read. */
      readonly estimated?: number | undefined;
      /** Why it failed: `stale` where nothing of it counts any more. */
      readonly code?: string | undefined;
      /** What is wrong, or which entries were left out. */
      readonly detail?: string | undefined;
    }
  /** Each time that a source was read. `ageMs`: how old its prices were by its own word. */
  | { readonly type: 'prices-read'; readonly source: string; readonly ageMs: number };

type JournalEvent =
  /** From `writable: false` to `writable: true` nothing is submitted. */
  | { readonly type: 'journal-state'; readonly writable: boolean; readonly code?: string | undefined }
  | { readonly type: 'journal-write'; readonly durable: boolean; readonly tookMicros: number; readonly ok: boolean };

type LimitEvent =
  /** Of limits that stop all submissions; a bundle that alone is too dear ends as declined. */
  | {
      readonly type: 'limit-reached';
      readonly limit: string;
      readonly why: string;
      /** When it passes by itself; left out where an operator has to lift it. */
      readonly until?: number | undefined;
    }
  | { readonly type: 'limit-lifted'; readonly limit: string };

/** Of the recorder. */
export type RecordingEvent =
  /** A file could not be opened, written or put aside. Recording goes on by itself as soon as that works again. */
  | { readonly type: 'recording-stopped'; readonly file: string; readonly code: string; readonly detail: string }
  | { readonly type: 'recording-resumed'; readonly file: string }
  /** Messages that are in no file: told at the first, second, fourth, …, and when all that waited is written. */
  | { readonly type: 'recording-dropped'; readonly file: string; readonly count: number; readonly total: number }
  | {
      readonly type: 'recording-rotated';
      readonly file: string;
      readonly to: string;
      readonly deleted: readonly string[];
    };
