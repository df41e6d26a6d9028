import { splitExactly } from '../../base/split.js';
import type { PlanDecision, Planner, SettleDecision } from '../../settlement/planner/model.js';
import type { Policy } from '../../settlement/policy.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { Spent } from '../../solver/spent.js';
import { Agenda } from '../stream/agenda.js';
import type { DeadArrival } from '../stream/arrival.js';
import { type Solver, WaitingRoom } from '../stream/waiting.js';
import type { Assumptions } from './assumptions.js';
import { Experience } from './experience.js';
import { type FatedArrival, type Fates, rivalIsFirst } from './fates.js';
import { Result, type SimulatedEnd } from './result.js';

/** How often one bundle is sent: more would be a loop, not a hope. */
const MOST_ATTEMPTS = 16;

/**
 * One policy before a simulated ledger. It knows what `run` would know at each moment and nothing of its fate: what an
 * account cannot pay, whether a rival is there and how long a settlement takes is the same under every policy.
 */
export class Simulation {
  readonly result = new Result();
  private readonly agenda = new Agenda();
  private readonly experience: Experience;
  private readonly room: WaitingRoom<FatedArrival>;
  private readonly spent = new Spent();
  /** How often each bundle that is not at its end was sent. */
  private readonly attempts = new Map<string, number>();

  constructor(
    readonly policy: Policy,
    private readonly assumptions: Assumptions,
    private readonly fates: Fates,
    solver: Solver,
    plan: Planner,
  ) {
    this.experience = new Experience(policy);
    this.room = new WaitingRoom(this.agenda, {
      ...{ policy, plan, solver, learned: this.experience },
      haste: assumptions.latency.p95 + (assumptions.preview ?? 0),
      onDecision: (decision, members, now) => this.act(decision, members, now),
      onExpired: (arrival) => this.end(arrival, 'expired'),
    });
  }

  arrive(arrival: FatedArrival): void {
    this.agenda.doBefore(arrival.receivedAt);
    this.result.blocks.reach(arrival.index);
    this.room.arrive(arrival, arrival.receivedAt);
  }

  arriveDead({ outcome }: DeadArrival): void {
    this.result.end(outcome);
  }

  finish(): void {
    this.agenda.doBefore(Number.POSITIVE_INFINITY);
  }

  private act(decision: PlanDecision, members: readonly FatedArrival[], now: number): void {
    if (decision.type === 'end') {
      this.end(members[0]!, decision.outcome);
      return;
    }
    const { preview } = this.assumptions;
    // As `run` does: a merged root is looked at beforehand where an order behind the lock may fail.
    if (preview === null || members.length === 1 || decision.unsure.length === 0) {
      this.send(decision, members, now);
      return;
    }
    this.agenda.put(now + preview, (time) => {
      const good = members.filter(({ unpaid }) => unpaid.size === 0);
      if (good.length === members.length) {
        this.send(decision, members, time);
        return;
      }
      for (const member of members) if (!good.includes(member)) this.drop(member, 'rejected', member.unpaid);
      this.room.comeBack(good, time);
    });
  }

  private send(decision: SettleDecision, members: readonly FatedArrival[], now: number): void {
    const { id } = members[0]!.bundle;
    const arrives = now + this.fates.latency(id, this.attempts.get(id) ?? 0);
    this.result.sent++;
    if (members.length > 1) this.result.merged++;
    for (const { bundle } of members) this.attempts.set(bundle.id, (this.attempts.get(bundle.id) ?? 0) + 1);
    const { tipBasisPoints: tip } = decision.proposal.signed.transactionIntent.transactionHeader.value;
    this.agenda.put(arrives, (time) => this.judge(decision, members, tip, time));
  }

  /** The settlement is before the ledger: it commits as a whole, or not at all. */
  private judge(decision: SettleDecision, members: readonly FatedArrival[], tip: number, now: number): void {
    const beaten = members.filter(({ rival }) => rival && rivalIsFirst(rival, now, tip, this.assumptions.round));
    if (beaten.length > 0) this.experience.sawRace(decision, tip, false);
    const left = members.filter((member) => {
      if (beaten.includes(member) || this.spent.holdsAny(member.bundle.orders)) this.end(member, 'lost');
      else if (now >= member.deadline) this.end(member, 'expired');
      else return true;
      return false;
    });
    if (left.length < members.length) {
      // Rejected for nothing; the others may be sent again.
      this.again(left, now);
      return;
    }
    const failing = new Set(members.flatMap(({ unpaid }) => [...unpaid]));
    if (failing.size === 0) this.settle(decision, members, tip);
    else this.fail(decision, members, failing, now);
  }

  private settle(decision: SettleDecision, members: readonly FatedArrival[], tip: number): void {
    const { proposal, shares, chosen } = decision;
    const { result } = this;
    this.experience.sawOrders(proposal.orders, 'settled');
    this.experience.sawRace(decision, tip, true);
    this.spent.add(proposal.orders);
    result.tip += chosen.tip;
    for (const member of members) {
      const { reward, surplus, fee, profit } = shares.find(({ bundleId }) => bundleId === member.bundle.id)!;
      result.reward += reward;
      result.surplus += surplus;
      result.fee += fee;
      result.earn(member.index, profit);
      this.end(member, 'settled');
    }
  }

  /** What stands before the lock rejects for nothing, and comes first; what stands behind it is paid for. */
  private fail(
    decision: SettleDecision,
    members: readonly FatedArrival[],
    failing: ReadonlySet<SettledOrder>,
    now: number,
  ): void {
    const free = [...failing].find((order) => !decision.unsure.includes(order));
    const culprit = free ?? decision.unsure.find((order) => failing.has(order))!;
    if (free === undefined) this.charge(decision, members);
    const guilty = members.find(({ bundle }) => bundle.orders.includes(culprit))!;
    this.drop(guilty, free === undefined ? 'failed' : 'rejected', [culprit]);
    this.again(
      members.filter((member) => member !== guilty),
      now,
    );
  }

  private charge({ chosen, shares }: SettleDecision, members: readonly FatedArrival[]): void {
    this.result.failures++;
    this.result.failureCosts += chosen.failureCost;
    const costs = splitExactly(
      chosen.failureCost,
      shares.map(({ fee }) => fee),
    );
    for (const [at, { bundleId }] of shares.entries()) {
      this.result.earn(members.find(({ bundle }) => bundle.id === bundleId)!.index, -costs[at]!);
    }
  }

  /** Ends a bundle of which an order was found unable to pay. */
  private drop(member: FatedArrival, end: 'failed' | 'rejected', found: Iterable<SettledOrder>): void {
    this.experience.sawOrders(found, 'could-not-pay');
    this.end(member, end);
  }

  private again(members: readonly FatedArrival[], now: number): void {
    const may = members.filter(({ bundle }) => this.attempts.get(bundle.id)! < MOST_ATTEMPTS);
    for (const member of members) if (!may.includes(member)) this.end(member, 'rejected');
    this.room.comeBack(may, now);
  }

  private end({ bundle }: FatedArrival, end: SimulatedEnd): void {
    this.attempts.delete(bundle.id);
    this.result.end(end);
  }
}
