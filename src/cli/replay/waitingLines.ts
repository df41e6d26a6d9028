import { performance } from 'node:perf_hooks';
import { planSettlements } from '../../settlement/planner/plan.js';
import { priorContext } from '../../settlement/planner/prior.js';
import type { Policy } from '../../settlement/policy.js';
import { companiesOf, MOST_ORDERS } from '../../solver/company.js';
import { withRecordedBalances } from '../../solver/payers.js';
import { planWaiting } from '../../solver/planFrames.js';
import { isWaiting, type Processed, type WaitingFrame } from '../../solver/processFrame.js';
import { factsOfAll, type Recording } from '../../solver/recording.js';
import { eachOnce } from '../../solver/spent.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import { placeInWindow } from '../../transaction/window.js';
import { microsSince, type OpenedLine } from './line.js';
import type { Replayed } from './replayed.js';

/** So much waits at most, of however many lines of one moment: memory stays bounded. */
const MOST_LINES = 256;
const MOST_CHARACTERS = 32 * 1024 * 1024;

type WaitingLine = OpenedLine & { readonly opened: WaitingFrame };

/**
 * Lines wait for others of their moment, or of the policy's merge window after the first of them, as bundles do live; then
 * they are planned together. What comes out is in the order of what went in.
 */
export class WaitingLines {
  private held: (OpenedLine | Replayed)[] = [];
  private waiting: WaitingLine[] = [];
  private orders = 0;
  private characters = 0;
  private readonly planner = eachOnce(planSettlements);

  constructor(
    private readonly policy: Policy,
    private readonly key: SolverKey,
  ) {}

  /** Takes a line in, and gives out those that need not wait any longer. */
  add(line: OpenedLine | Replayed): readonly Replayed[] {
    const over = 'recording' in line && !this.isSameMoment(line.recording) ? this.finish() : [];
    this.held.push(line);
    if ('recording' in line) this.characters += line.recording.frame.length;
    if (waits(line)) {
      this.waiting.push(line);
      this.orders += line.opened.orders.length;
    }
    // No more are planned together, and of what is merely held memory stays bounded.
    const full = this.orders >= MOST_ORDERS || this.held.length >= MOST_LINES || this.characters >= MOST_CHARACTERS;
    return this.waiting.length === 0 || full ? [...over, ...this.finish()] : over;
  }

  /** Whether a line may still join those that wait: by its time, and all of them can commit by then. */
  private isSameMoment({ network, receivedAt, epoch, timestamp }: Recording): boolean {
    const first = this.waiting[0]?.recording;
    if (first === undefined) return true;
    if (network !== first.network || receivedAt < first.receivedAt) return false;
    if (receivedAt > first.receivedAt + this.policy.mergeWindow) return false;
    return this.waiting.every(({ opened }) => placeInWindow(opened.bundle.window, { epoch, timestamp }) !== 'over');
  }

  /** Plans all that waits, and gives out what is held. */
  finish(): readonly Replayed[] {
    const { held, waiting } = this;
    this.held = [];
    this.waiting = [];
    this.orders = 0;
    this.characters = 0;
    const start = performance.now();
    const results = waiting.length === 0 ? undefined : this.plan(waiting);
    const planning = microsSince(start) / waiting.length;
    return held.map((line) => {
      if (!('opened' in line)) return line;
      const { place, recording, opened, micros } = line;
      const about = { ...place, network: recording.network };
      if (!isWaiting(opened)) return { ...about, processed: opened, micros };
      return { ...about, processed: results!.get(opened)!, micros: micros + planning };
    });
  }

  private plan(waiting: readonly WaitingLine[]): ReadonlyMap<WaitingFrame, Processed> {
    // The latest line tells the time by which it is decided.
    const { recording, account } = waiting.at(-1)!;
    const recordings = waiting.map(({ recording }) => recording).reverse();
    const prior = priorContext(this.policy, {
      network: recording.network,
      epoch: recording.epoch,
      solver: { account, publicKey: this.key.publicKey },
      facts: factsOfAll(recordings, account),
    });
    const results = new Map<WaitingFrame, Processed>();
    for (const company of companiesOf(waiting, ({ opened }) => opened.bundle)) {
      const frames = company.map(({ opened }) => opened);
      const orders = frames.flatMap(({ bundle }) => bundle.orders);
      const context = { ...prior, odds: withRecordedBalances(prior.odds, recordings, orders) };
      const planned = planWaiting(frames, context, { key: this.key, plan: this.planner });
      for (const [at, processed] of planned.entries()) results.set(frames[at]!, processed);
    }
    return results;
  }
}

function waits(line: OpenedLine | Replayed): line is WaitingLine {
  return 'opened' in line && isWaiting(line.opened);
}
