import type { Fault, FaultRule, FaultScript } from './fault.js';

interface Counted {
  readonly rule: FaultRule;
  calls: number;
  fired: number;
}

/** Decides, call by call, which faults befall it: every latency that fits, and the first other fault that does. */
export class FaultSchedule {
  private readonly counted: Counted[];
  private readonly random: () => number;

  constructor(script: FaultScript) {
    this.counted = script.rules.map((rule) => ({ rule, calls: 0, fired: 0 }));
    this.random = seeded(script.seed);
  }

  /** Counts a call and returns what befalls it. */
  next(path: string): { readonly delayMs: number; readonly fault: Fault | undefined } {
    let delayMs = 0;
    let fault: Fault | undefined;
    for (const counted of this.counted) {
      const { rule } = counted;
      if (!fitsPath(rule.path, path)) continue;
      counted.calls += 1;
      if (!this.fires(counted)) continue;
      if (rule.fault.type === 'latency') delayMs += rule.fault.ms;
      else if (fault === undefined) fault = rule.fault;
      else continue;
      counted.fired += 1;
    }
    return { delayMs, fault };
  }

  /** The rules, and how often each was looked at and fired. */
  report(): readonly { readonly rule: FaultRule; readonly calls: number; readonly fired: number }[] {
    return this.counted.map((each) => ({ ...each }));
  }

  private fires({ rule, calls, fired }: Counted): boolean {
    const { nth, from = 1, to = Infinity, times = Infinity, probability } = rule;
    if (fired >= times || calls < from || calls > to) return false;
    if (nth !== undefined && !nth.includes(calls)) return false;
    return probability === undefined || this.random() < probability;
  }
}

function fitsPath(pattern: string, path: string): boolean {
  if (pattern === '*') return true;
  if (pattern.endsWith('*')) return path.startsWith(pattern.slice(0, -1));
  return trimmed(pattern) === trimmed(path);
}

function trimmed(path: string): string {
  return path.replace(/\/$/, '');
}

/** mulberry32: small, fast, and good enough to choose calls. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
