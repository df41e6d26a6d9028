import type { NodeId } from '../../sbor/custom.js';
import type { Odds, PlanContext, PlanDecision, Planner } from '../../settlement/planner/model.js';
import { priorContext } from '../../settlement/planner/prior.js';
import type { Policy } from '../../settlement/policy.js';
import { companiesOf, MOST_ORDERS } from '../../solver/company.js';
import { withRecordedBalances } from '../../solver/payers.js';
import { factsOfAll, type Recording } from '../../solver/recording.js';
import type { PublicKey } from '../../transaction/key.js';
import type { Agenda } from './agenda.js';
import type { Arrival } from './arrival.js';

/** Who settles. */
export interface Solver {
  readonly account: NodeId;
  readonly publicKey: PublicKey;
}

/** What was learned so far; without it the policy's own beliefs count. */
export interface Learned {
  readonly odds: Odds;
  readonly tipBasisPoints: number;
}

export interface WaitingOptions<A extends Arrival> {
  readonly policy: Policy;
  readonly plan: Planner;
  readonly solver: Solver;
  readonly learned?: Learned;
  /** Milliseconds that must be left when a bundle's company is no longer waited for. */
  readonly haste: number;
  readonly onDecision: (decision: PlanDecision, members: readonly A[], now: number) => void;
  readonly onExpired: (arrival: A) => void;
}

/** Bundles that wait for a settlement, and for company where the policy says so. */
export class WaitingRoom<A extends Arrival> {
  private readonly waiting = new Map<string, A>();
  private latest: A | undefined;
  /** When the first of those that wait has waited enough. */
  private due = Number.POSITIVE_INFINITY;
  private discriminator = 0n;

  constructor(
    private readonly agenda: Agenda,
    private readonly options: WaitingOptions<A>,
  ) {}

  /** A bundle comes. Those of the same moment are planned together, whatever the policy. */
  arrive(arrival: A, now: number): void {
    const { policy, haste } = this.options;
    this.latest = arrival;
    this.waiting.set(arrival.bundle.id, arrival);
    let orders = 0;
    for (const { bundle } of this.waiting.values()) orders += bundle.orders.length;
    if (orders >= MOST_ORDERS) {
      this.decide(now);
      return;
    }
    const due = Math.max(now, Math.min(now + policy.mergeWindow, arrival.deadline - haste));
    this.decideAt(due);
  }

  /** Bundles come back whose settlement failed for another's sake. They have waited enough. */
  comeBack(arrivals: readonly A[], now: number): void {
    if (arrivals.length === 0) return;
    for (const arrival of arrivals) this.waiting.set(arrival.bundle.id, arrival);
    this.decideAt(now);
  }

  private decideAt(due: number): void {
    this.due = Math.min(this.due, due);
    // What is put down for those who were taken along meanwhile finds nothing due.
    this.agenda.put(due, (time) => {
      if (time >= this.due) this.decide(time);
    });
  }

  /** All that wait are planned: the first whose time has come takes the others along. */
  private decide(now: number): void {
    const arrivals = [...this.waiting.values()];
    this.waiting.clear();
    this.due = Number.POSITIVE_INFINITY;
    const inTime = arrivals.filter((arrival) => {
      if (now < arrival.deadline && this.latest!.recording.epoch < arrival.bundle.window.endEpoch) return true;
      this.options.onExpired(arrival);
      return false;
    });
    if (inTime.length === 0) return;
    const { plan, onDecision } = this.options;
    const byId = new Map(inTime.map((arrival) => [arrival.bundle.id, arrival]));
    const recordings = inTime.map(({ recording }) => recording).reverse();
    const context = this.context(recordings);
    for (const company of companiesOf(inTime, ({ bundle }) => bundle)) {
      const waiting = company.map(({ bundle }) => bundle);
      const orders = waiting.flatMap((bundle) => bundle.orders);
      const odds = withRecordedBalances(context.odds, recordings, orders);
      for (const decision of plan(waiting, { ...context, odds })) {
        const bundles = decision.type === 'settle' ? decision.bundles : [decision.bundle];
        const members = bundles.map(({ id }) => byId.get(id)!);
        onDecision(decision, members, now);
      }
    }
  }

  private context(recordings: readonly Recording[]): PlanContext {
    const { policy, learned, solver } = this.options;
    const { network, epoch } = this.latest!.recording;
    const prior = priorContext(policy, { network, epoch, solver, facts: factsOfAll(recordings, solver.account) });
    return {
      ...prior,
      odds: learned?.odds ?? prior.odds,
      tipBasisPoints: learned?.tipBasisPoints ?? prior.tipBasisPoints,
      // No root leaves this machine: any that differ will do, and the same each time.
      newDiscriminator: () => this.discriminator++,
    };
  }
}
