import type { PlanDecision, Planner } from '../../settlement/planner/model.js';
import type { Policy } from '../../settlement/policy.js';
import type { Recording } from '../../solver/recording.js';
import { SeenBundles } from '../../solver/seenBundles.js';
import { eachOnce } from '../../solver/spent.js';
import { candidateStory } from '../../solver/story.js';
import { Agenda } from '../stream/agenda.js';
import { type Arrival, isDead, readArrival } from '../stream/arrival.js';
import { CommonNetwork } from '../stream/commonNetwork.js';
import { type Solver, WaitingRoom } from '../stream/waiting.js';
import { expectedMoney } from './entry.js';
import type { Report } from './report.js';

/** What `assumed` means of a report over recordings. */
export const ASSUMED =
  'nothing was submitted: every order can pay unless its record says otherwise, and no race is lost';

/** Adds recordings to a report: what a policy would have made of them if all had gone well. */
export class RecordedReport {
  private readonly agenda = new Agenda();
  private readonly seen = new SeenBundles();
  private readonly room: WaitingRoom<Arrival>;
  private readonly network: CommonNetwork;
  private clock = 0;

  constructor(
    private readonly report: Report,
    policy: Policy,
    solver: Solver,
    plan: Planner,
  ) {
    this.network = new CommonNetwork([policy]);
    this.room = new WaitingRoom(this.agenda, {
      ...{ policy, plan: eachOnce(plan), solver },
      haste: 0,
      onDecision: (decision, members) => this.decided(decision, members),
      onExpired: (arrival) => this.end(arrival, 'expired', 'expired'),
    });
  }

  /** Error: `wrong-network` where the recording is of another network than the policy, or than the first recording. */
  add(recording: Recording): void {
    this.network.check(recording.network);
    this.clock = Math.max(this.clock, recording.receivedAt);
    this.agenda.doBefore(this.clock);
    const arrival = readArrival({ ...recording, receivedAt: this.clock }, 0, this.seen);
    if (!isDead(arrival)) {
      this.room.arrive(arrival, this.clock);
    } else if (arrival.isBundle) {
      const { receivedAt, orders, outcome, reason } = arrival;
      this.report.add({ ...NOTHING, receivedAt, orders, status: outcome, reason: reason.code });
    } else {
      this.report.strayFrames++;
    }
  }

  finish(): void {
    this.agenda.doBefore(Number.POSITIVE_INFINITY);
  }

  private decided(decision: PlanDecision, members: readonly Arrival[]): void {
    if (decision.type === 'end') {
      this.end(members[0]!, decision.outcome, decision.reason.code);
      return;
    }
    const chosen = candidateStory(decision.chosen);
    for (const member of members) {
      const { reward, fee, profit } = decision.shares.find(({ bundleId }) => bundleId === member.bundle.id)!;
      const simulated = expectedMoney({ reward, fee, profit }, chosen);
      this.report.add({ ...NOTHING, ...pushOf(member), status: 'would-settle', simulated });
    }
  }

  private end(arrival: Arrival, status: 'declined' | 'unmatched' | 'expired', reason: string): void {
    this.report.add({ ...NOTHING, ...pushOf(arrival), status, reason });
  }
}

const NOTHING = {
  reason: undefined,
  actual: undefined,
  simulated: undefined,
  missed: 0n,
  winner: undefined,
  loss: undefined,
} as const;

function pushOf({ receivedAt, orders }: Arrival) {
  return { receivedAt, orders };
}
