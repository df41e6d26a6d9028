import type { WrapperScript } from '../../anthic/wrapper.js';
import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';

/** One thing the root intent does. Children and buckets are numbered from 0, in the order of use. */
export type Step =
  | { readonly type: 'take'; readonly resource: NodeId; readonly amount: Attos | 'all'; readonly bucket: number }
  | { readonly type: 'yield'; readonly child: number; readonly pass: 'nothing' | 'worktop' | number };

/** A way to settle: the steps, and what they leave on the root's worktop. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly left: ReadonlyMap<NodeId, Attos>;
  readonly takes: number;
}

/** What all orders together lack, or have left over, of each resource that one of them buys. */
export type Balance = ReadonlyMap<NodeId, Attos>;

/** Supply less demand of every resource that is bought, rewards not counted as supply. */
export function balanceOf(scripts: readonly WrapperScript[], sold: readonly Give[]): Balance {
  const balance = new Map<NodeId, Attos>();
  for (const { need } of scripts) balance.set(need.resource, (balance.get(need.resource) ?? 0n) - need.atLeast);
  for (const { resource, amount } of sold) {
    const before = balance.get(resource);
    if (before !== undefined) balance.set(resource, before + amount);
  }
  return balance;
}

interface Give {
  readonly resource: NodeId;
  readonly amount: Attos;
}

/** The state of one child while a plan is made. */
interface Party {
  readonly index: number;
  readonly script: WrapperScript;
  /** Calls made so far, which is the number of the next one. */
  call: number;
  delivered: Attos;
  /** A bucket taken for it and not yet handed over. */
  bucket: { readonly id: number; readonly amount: Attos } | undefined;
  /** Whether it wants more of what it needs before its next call. */
  waits: boolean;
}

/** The order in which a planner looks for its next move. */
export type Strategy = readonly (keyof typeof MOVES)[];

/** Opens what lies well together first: good where several sell the same. */
const GATHER: Strategy = ['pass', 'passEnd', 'hand', 'open', 'pay', 'take', 'openAny', 'handLast', 'finish'];
/** Clears the worktop before it opens another: good where unrelated trades stand side by side. */
const CLEAR: Strategy = [
  'pass',
  'passEnd',
  'openEmpty',
  'take',
  'pay',
  'hand',
  'open',
  'openAny',
  'handLast',
  'finish',
];
/** As CLEAR, but pays out as soon as it can. */
const PAY: Strategy = ['pass', 'pay', 'hand', 'openEmpty', 'take', 'open', 'openAny', 'handLast', 'finish'];

export const STRATEGIES: readonly Strategy[] = [GATHER, CLEAR, PAY];

const MOVES = {
  /** Hands on the entire worktop where that releases no reward, … */
  pass: (planner: Planner) => planner.passWorktop('quiet'),
  /** … where nobody else waits for anything, … */
  passEnd: (planner: Planner) => planner.passWorktop('end'),
  /** … or in any case. */
  pay: (planner: Planner) => planner.passWorktop('any'),
  hand: (planner: Planner) => planner.handBucket(false),
  handLast: (planner: Planner) => planner.handBucket(true),
  openEmpty: (planner: Planner) => planner.open('empty'),
  open: (planner: Planner) => planner.open('tidy'),
  openAny: (planner: Planner) => planner.open('any'),
  take: (planner: Planner) => planner.takeFor(),
  finish: (planner: Planner) => planner.finish(),
} as const;

/**
 * Plans the yields of a settlement with as few takes as it can find, each take being what a plan pays for beyond the
 * yields themselves (docs/economics.md). A child that wants exactly what lies on the worktop gets the entire worktop;
 * calls that release a reward wait until nothing else has to pass over the worktop. Undefined where the calls cannot be
 * brought into an order that works.
 *
 * `sequence` is the order in which children are looked at; `passable` says of which resources a surplus may be given to a
 * buyer that admits it, and how much there is.
 */
export function planYields(
  scripts: readonly WrapperScript[],
  sequence: readonly number[],
  passable: ReadonlyMap<NodeId, Attos>,
  strategy: Strategy = GATHER,
): Plan | undefined {
  const planner = new Planner(scripts, sequence, passable);
  return planner.run(strategy) ? planner.plan() : undefined;
}

class Planner {
  private readonly parties: Party[];
  private readonly worktop = new Map<NodeId, Attos>();
  private readonly spare: Map<NodeId, Attos>;
  /** How many wait for each resource. */
  private readonly wanted = new Map<NodeId, number>();
  private readonly steps: Step[] = [];
  private takes = 0;

  constructor(scripts: readonly WrapperScript[], sequence: readonly number[], passable: ReadonlyMap<NodeId, Attos>) {
    this.parties = sequence.map((index) => ({
      index,
      script: scripts[index]!,
      call: 0,
      delivered: 0n,
      bucket: undefined,
      waits: false,
    }));
    for (const party of this.parties) this.count(party);
    this.spare = new Map(passable);
  }

  plan(): Plan {
    return { steps: this.steps, left: this.worktop, takes: this.takes };
  }

  /** Makes the first move there is, again and again. Each move is a call or a take, so it ends. */
  run(strategy: Strategy): boolean {
    for (let left = this.callsLeft(); left > 0; left = this.callsLeft()) if (!this.move(strategy)) return false;
    return true;
  }

  private callsLeft(): number {
    let left = 0;
    for (const { script, call } of this.parties) left += script.calls.length - call;
    return left;
  }

  private move(strategy: Strategy): boolean {
    for (const move of strategy) if (MOVES[move](this)) return true;
    return false;
  }

  /** The worktop holds what one child wants and nothing else: it gets all of it. */
  passWorktop(when: 'quiet' | 'end' | 'any'): boolean {
    const [only, ...others] = this.worktop;
    if (only === undefined || others.length > 0) return false;
    const [resource, amount] = only;
    let best: Party | undefined;
    for (const party of this.parties) {
      if (party.script.need.resource !== resource || !this.accepts(party, amount)) continue;
      if (when === 'quiet' && this.releases(party)) continue;
      if (when === 'end' && !this.isLastWaiting(party)) continue;
      if (best === undefined || missing(party) === amount) best = party;
      if (missing(best) === amount) break;
    }
    if (best === undefined) return false;
    this.spendSpare(best, amount);
    best.delivered += amount;
    this.worktop.clear();
    this.yieldTo(best, 'worktop');
    return true;
  }

  /** Whether a child may be given so much with its next call, and can go on with it. */
  private accepts(party: Party, amount: Attos): boolean {
    const { need } = party.script;
    if (party.call < need.from || party.call > need.by || party.bucket !== undefined) return false;
    const lacking = missing(party);
    if (lacking <= 0n) return false;
    if (amount > lacking) {
      const most = need.atMost === undefined || party.delivered + amount <= need.atMost;
      if (!most || amount - lacking > (this.spare.get(need.resource) ?? 0n)) return false;
    }
    return party.call < need.by || amount >= lacking;
  }

  /** Whether every other child has what it needs, or a bucket with it. */
  private isLastWaiting(party: Party): boolean {
    return this.parties.every((other) => other === party || missing(other) <= 0n || other.bucket !== undefined);
  }

  private spendSpare(party: Party, amount: Attos): void {
    const over = amount - missing(party);
    const { resource } = party.script.need;
    if (over > 0n) this.spare.set(resource, this.spare.get(resource)! - over);
  }

  /** Whether the next call puts something on the worktop that nobody waits for, such as a reward. */
  private releases(party: Party): boolean {
    for (const { resource, amount } of party.script.calls[party.call]!) {
      if (amount > 0n && !this.isWanted(resource)) return true;
    }
    return false;
  }

  private isWanted(resource: NodeId): boolean {
    return (this.wanted.get(resource) ?? 0) > 0;
  }

  /** Keeps count of who waits for what: asked far more often than it changes. */
  private count(party: Party): void {
    const { resource } = party.script.need;
    const waits = wants(party);
    if (waits === party.waits) return;
    party.waits = waits;
    this.wanted.set(resource, (this.wanted.get(resource) ?? 0) + (waits ? 1 : -1));
  }

  handBucket(releasing: boolean): boolean {
    for (const party of this.parties) {
      const { need } = party.script;
      if (party.bucket === undefined || party.call < need.from || this.releases(party) !== releasing) continue;
      party.delivered += party.bucket.amount;
      const { id } = party.bucket;
      party.bucket = undefined;
      this.yieldTo(party, id);
      return true;
    }
    return false;
  }

  /**
   * Calls a child that needs nothing yet: when the worktop is empty, or when it stays of one resource (`tidy`), or in any
   * case.
   */
  open(when: 'empty' | 'tidy' | 'any'): boolean {
    if (when === 'empty' && this.worktop.size > 0) return false;
    for (const party of this.parties) {
      if (isDone(party) || party.bucket !== undefined || party.call >= party.script.need.by || this.releases(party))
        continue;
      if (when === 'tidy' && this.mixes(party)) continue;
      this.yieldTo(party, 'nothing');
      return true;
    }
    return false;
  }

  /** Whether the next call would put another resource beside what lies there. */
  private mixes(party: Party): boolean {
    for (const lying of this.worktop.keys()) {
      for (const give of party.script.calls[party.call]!) if (give.resource !== lying) return true;
    }
    return false;
  }

  /** Takes what a child lacks, or all there is where that is exactly it. */
  takeFor(): boolean {
    let best: Party | undefined;
    for (const party of this.parties) {
      const lacking = missing(party);
      const lying = this.worktop.get(party.script.need.resource) ?? 0n;
      if (isDone(party) || party.bucket !== undefined || lacking <= 0n || lying < lacking) continue;
      if (best === undefined || lying === lacking) best = party;
    }
    if (best === undefined) return false;
    const { resource } = best.script.need;
    const lying = this.worktop.get(resource)!;
    const amount = missing(best);
    const id = this.takes++;
    this.steps.push({ type: 'take', resource, amount: lying === amount ? 'all' : amount, bucket: id });
    if (lying === amount) this.worktop.delete(resource);
    else this.worktop.set(resource, lying - amount);
    best.bucket = { id, amount };
    return true;
  }

  /** Calls that need nothing more. */
  finish(): boolean {
    for (const party of this.parties) {
      if (isDone(party) || party.bucket !== undefined) continue;
      if (party.call >= party.script.need.by && missing(party) > 0n) continue;
      this.yieldTo(party, 'nothing');
      return true;
    }
    return false;
  }

  private yieldTo(party: Party, pass: 'nothing' | 'worktop' | number): void {
    this.steps.push({ type: 'yield', child: party.index, pass });
    for (const give of party.script.calls[party.call]!) {
      const amount = give.amount + (give.delivered ? party.delivered : 0n);
      if (amount > 0n) this.worktop.set(give.resource, (this.worktop.get(give.resource) ?? 0n) + amount);
    }
    party.call++;
    this.count(party);
  }
}

function isDone(party: Party): boolean {
  return party.call === party.script.calls.length;
}

function missing(party: Party): Attos {
  return party.script.need.atLeast - party.delivered;
}

function wants(party: Party): boolean {
  return party.call <= party.script.need.by && missing(party) > 0n;
}

/**
 * The recipe of the documentation: call everyone, take what each buys, call everyone with it. For comparison, and as the
 * plainest way there is.
 */
export function planTemplate(scripts: readonly WrapperScript[]): Plan | undefined {
  const worktop = new Map<NodeId, Attos>();
  const steps: Step[] = [];
  const call = (child: number, number: number, pass: 'nothing' | number, delivered: Attos) => {
    steps.push({ type: 'yield', child, pass });
    for (const give of scripts[child]!.calls[number]!) {
      const amount = give.amount + (give.delivered ? delivered : 0n);
      if (amount > 0n) worktop.set(give.resource, (worktop.get(give.resource) ?? 0n) + amount);
    }
  };
  for (const [child, { need }] of scripts.entries()) {
    for (let number = 0; number < need.by; number++) call(child, number, 'nothing', 0n);
  }
  for (const [child, { need }] of scripts.entries()) {
    const lying = worktop.get(need.resource) ?? 0n;
    if (lying < need.atLeast) return undefined;
    steps.push({ type: 'take', resource: need.resource, amount: need.atLeast, bucket: child });
    if (lying === need.atLeast) worktop.delete(need.resource);
    else worktop.set(need.resource, lying - need.atLeast);
  }
  for (const [child, { need, calls }] of scripts.entries()) {
    for (let number = need.by; number < calls.length; number++) {
      call(child, number, number === need.by ? child : 'nothing', need.atLeast);
    }
  }
  return { steps, left: worktop, takes: scripts.length };
}
