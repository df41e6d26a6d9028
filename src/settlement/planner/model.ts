import type { Attos } from '../../base/amount.js';
import type { Window } from '../../transaction/window.js';
import type { Ppm } from '../chance.js';
import type { Reason } from '../decline.js';
import type { Policy } from '../policy.js';
import type { Proposal, Quote, SettleContext, SettledOrder } from '../settle.js';

/** What is believed about what may go wrong. */
export interface Odds {
  /**
   * That the order's account cannot pay when the order is executed. 0 only where a balance or a preview has shown that it
   * can. `company`: the orders of its root, itself among them, since an account that sells twice must be able to pay both.
   */
  cannotPay(order: SettledOrder, company?: readonly SettledOrder[]): Ppm;
  /** That a settlement with this tip is committed before a rival's. */
  winsRace(tipBasisPoints: number): Ppm;
}

/** A bundle that was read and verified, and waits for a settlement. */
export interface WaitingBundle {
  readonly id: string;
  readonly orders: readonly SettledOrder[];
  readonly window: Window;
}

/** What plans are made for: everything that lies outside the bundles. */
export interface PlanContext extends Omit<SettleContext, 'discriminator' | 'tipBasisPoints'> {
  readonly policy: Policy;
  readonly odds: Odds;
  /** What the tip policy asks for at present. */
  readonly tipBasisPoints: number;
  /** 64 random bits: a new root each time. */
  readonly newDiscriminator: () => bigint;
}

/** A bundle's part of a settlement. The parts sum exactly to the whole, field by field. */
export interface Share {
  readonly bundleId: string;
  readonly reward: Attos;
  /** What it leaves over, in XRD at the prices used, less the price of what is added to it. */
  readonly surplus: Attos;
  /** What it leaves over, token by token. */
  readonly kept: Quote['surplus'];
  /** What it brings in XRD itself beside the fee: its reward, what it leaves over of XRD, less what is added to it. */
  readonly xrd: Attos;
  /** Predicted network fee, the tip included. */
  readonly fee: Attos;
  readonly lock: Attos;
  /** Reward and surplus less the fee. */
  readonly profit: Attos;
}

/** A way to settle that was considered. */
export interface Candidate {
  readonly bundleIds: readonly string[];
  readonly reward: Attos;
  readonly surplus: Attos;
  /** Without the tip. */
  readonly fee: Attos;
  readonly tip: Attos;
  /** That every order in it pays, and the race is won. */
  readonly succeeds: Ppm;
  /** That it commits as a failure. */
  readonly fails: Ppm;
  readonly failureCost: Attos;
  /** succeeds · (reward + surplus − fee − tip) − fails · failureCost. */
  readonly expected: Attos;
  readonly chosen: boolean;
  /** Why it was not chosen, where there is more to say than that another was better. */
  readonly reason?: string | undefined;
}

/** A root that is worth signing, of one bundle or several. */
export interface SettleDecision {
  readonly type: 'settle';
  readonly bundles: readonly WaitingBundle[];
  /** The same, those together that were not found to settle apart. */
  readonly parts: readonly (readonly WaitingBundle[])[];
  readonly proposal: Proposal;
  readonly shares: readonly Share[];
  readonly chosen: Candidate;
  readonly considered: readonly Candidate[];
  /** Orders behind the lock that are not known to be able to pay: a merged root with such is previewed first. */
  readonly unsure: readonly SettledOrder[];
}

interface End {
  readonly type: 'end';
  readonly bundle: WaitingBundle;
  readonly reason: Reason;
  readonly considered: readonly Candidate[];
}

/** A bundle that has no settlement, or none that is wanted: its quote is of the best there is. */
export type EndDecision = End &
  (
    | { readonly outcome: 'unmatched'; readonly quote?: undefined }
    /** Without a quote where it was not looked at: an order of it is gone. */
    | { readonly outcome: 'declined'; readonly quote?: Quote | undefined }
  );

export type PlanDecision = SettleDecision | EndDecision;

/** The planner, as `planSettlements` is. */
export type Planner = (waiting: readonly WaitingBundle[], context: PlanContext) => readonly PlanDecision[];
