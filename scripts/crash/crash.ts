import { rmSync } from 'node:fs';
import { build } from '../process/solver.js';
import { Lane } from './lane.js';
import { METHODS, type Step } from './trap.js';

export interface CrashOptions {
  readonly count: number;
  readonly say?: (line: string) => void;
}

export interface CrashReport {
  /** Those after which all held. */
  readonly held: number;
  /** Of all kills, at a step of the journal; the others at a random instant. */
  readonly atSteps: number;
  /** Transactions that held several bundles. */
  readonly merged: number;
  readonly received: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** A solver that starts or waits leaves the processor to others. */
const LANES = 3;
const BUNDLES = 4;

/**
 * Kills solvers again and again, at every step of their journals and at random instants, and lets the next take over the
 * journal. After each kill the journal must agree with itself and with the ledger; after the last, all ends well.
 */
export async function crash({ count, say = () => {} }: CrashOptions): Promise<CrashReport> {
  const { entry, folder } = build('crash');
  const lanes = await Promise.all(Array.from({ length: Math.min(LANES, count) }, () => Lane.open(entry)));
  const report = {
    held: 0,
    atSteps: 0,
    merged: 0,
    received: 0,
    outcomes: {} as Record<string, number>,
    problems: [] as string[],
  };
  let next = 0;
  const run = async (lane: Lane): Promise<void> => {
    while (next < count && report.problems.length === 0) {
      const kill = next++;
      const step = kill % 2 === 0 ? stepOf(kill / 2) : undefined;
      const where = step === undefined ? 'at random' : `${step.when} ${step.method} ${step.nth}`;
      const { hit, problems } = await lane.kill(step, BUNDLES);
      if (hit) report.atSteps += 1;
      if (problems.length === 0) report.held += 1;
      report.problems.push(...problems.map((problem) => `kill ${kill + 1} (${where}): ${problem}`));
      say(`${kill + 1}/${count} ${where}: ${problems.length === 0 ? 'holds' : 'BROKEN'}`);
    }
    if (report.problems.length === 0) report.problems.push(...(await lane.endWell()));
    const { received, outcomes } = lane.counters();
    report.received += received;
    report.merged += lane.merged();
    for (const [outcome, n] of Object.entries(outcomes)) report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + n;
  };
  try {
    await Promise.all(lanes.map(run));
    return report;
  } finally {
    for (const lane of lanes) await lane.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every method, before and after, its first calls: one after the other. */
function stepOf(n: number): Step {
  const method = METHODS[n % METHODS.length]!;
  const when = Math.floor(n / METHODS.length) % 2 === 0 ? 'after' : 'before';
  return { method, when, nth: 1 + (Math.floor(n / (2 * METHODS.length)) % BUNDLES) };
}
