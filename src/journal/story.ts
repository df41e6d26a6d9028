/**
 * What the journal keeps as JSON beside its columns, so that a decision can be told afterwards (`explain`, `report`).
 * Amounts are decimal XRD, or decimal units of the token; ids and addresses are Bech32m.
 */

/** Keys of facts that more than one part of the program knows. */
export const FACTS = {
  /** The id of the network whose bundles the journal holds. */
  network: 'network',
  /** What the policy of the last run believes beforehand: `PriorStory`. */
  prior: 'prior',
} as const;

/** What a policy believes of an order of which nothing is known, in parts of a million, and what that is worth. */
export interface PriorStory {
  readonly cannotPay: number;
  readonly weight: number;
}

/** An order of a bundle as `details` of the bundle keeps it. */
export interface OrderStory {
  readonly wrapperId: string;
  readonly account: string;
  /** The identity that the key which signed the order owns: who makes it, whatever account is used. Undefined where unproven. */
  readonly maker?: string | undefined;
  readonly sells: { readonly resource: string; readonly amount: string };
  readonly buys: { readonly resource: string; readonly amount: string };
  readonly reward: string;
}

/** A way to settle that was considered (settlement/planner). */
export interface CandidateStory {
  readonly bundleIds: readonly string[];
  readonly reward: string;
  readonly surplus: string;
  readonly fee: string;
  readonly tip: string;
  /** Parts of a million. */
  readonly succeeds: number;
  readonly fails: number;
  readonly failureCost: string;
  readonly expected: string;
  readonly chosen: boolean;
  readonly reason?: string | undefined;
}

/** `details` of an attempt: how it was decided. */
export interface AttemptStory {
  readonly policy: string;
  readonly tipBasisPoints: number;
  readonly feeKnown: boolean;
  /** In words, what the fee depends on and was not known; undefined where nothing. */
  readonly unknown?: readonly string[] | undefined;
  /** Tokens whose features were supposed, for want of a charge that tells; undefined where none. */
  readonly supposed?: readonly string[] | undefined;
  readonly assumed: boolean;
  /** What a preview said before it was signed; undefined where none was made. */
  readonly preview?: { readonly outcome: string; readonly fee?: string | undefined } | undefined;
  readonly considered: readonly CandidateStory[];
  /** What it adds from the solver's own account; undefined where nothing. */
  readonly inventory?: readonly { readonly resource: string; readonly amount: string }[] | undefined;
  /**
   * Of several bundles, what the next run needs to take it up: what each brings in XRD beside the fee, those together that
   * were not found to settle apart. Undefined of a single one.
   */
  readonly units?: readonly (readonly { readonly bundleId: string; readonly xrd: string }[])[] | undefined;
  /** Microseconds from the frame of the youngest of its bundles. */
  readonly stages?: Readonly<Record<string, number>> | undefined;
}

/** Of a race that was lost: who won, by how much, and what would have won it. */
export interface LossStory {
  readonly winner: string;
  /** The account that paid its fee, where the details show it. */
  readonly winnerAccount?: string | undefined;
  readonly winnerFee?: string | undefined;
  readonly winnerTip?: string | undefined;
  /** Unix milliseconds. */
  readonly committedAt?: number | undefined;
  readonly submittedAt?: number | undefined;
  /** How much later than the winner's commit our submission was; negative: it was earlier and lost all the same. */
  readonly lateMs?: number | undefined;
  readonly ourTip?: string | undefined;
  /** In words, with what it rests on. */
  readonly wouldHaveWon: string;
}

/** `details` of a bundle. Every part may be missing: an older journal, a bundle that could not be read. */
export interface BundleStory {
  readonly orders?: readonly OrderStory[] | undefined;
  /** What was considered for a bundle that was declined or unmatched, or ended as `would-settle`. */
  readonly considered?: readonly CandidateStory[] | undefined;
  /** How a dry run came to `would-settle`, but for what it considered. */
  readonly decision?: AttemptStory | undefined;
  readonly simulated?: { readonly by: 'preview' | 'model'; readonly outcome: string } | undefined;
  readonly loss?: LossStory | undefined;
}
