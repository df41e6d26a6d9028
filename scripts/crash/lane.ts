import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Counters } from '../../src/journal/tally.js';
import { FUNDS, makeBundle, openWorld, type RuleWorld, SOLVER_NUMBER, secretOf } from '../../test/e2e/world.js';
import { type SolverProcess, startSolver } from '../process/solver.js';
import { check, read, type Seen, watch } from './evidence.js';
import { type Step, trap } from './trap.js';

/** A step that does not come within that time is one that this run does not have. */
const STEP_MS = 4_000;
const RANDOM_MS = 500;
/** Bundles that are pushed together share a transaction, so that kills befall those too. */
const POLICY = { name: 'crash', mergeWindow: 20 };

/** One journal, one ledger, and a solver at a time, each of which takes over where the one before was killed. */
export class Lane {
  private readonly folder = mkdtempSync(join(tmpdir(), 'anthic-crash-'));
  private readonly journal = join(this.folder, 'journal.sqlite');
  private readonly policy = join(this.folder, 'policy.json');
  private readonly seen: Seen;

  private constructor(
    private readonly entry: string,
    private readonly world: RuleWorld,
  ) {
    this.seen = watch(world);
    writeFileSync(this.policy, JSON.stringify(POLICY));
  }

  static async open(entry: string): Promise<Lane> {
    return new Lane(entry, await openWorld());
  }

  /** Starts a solver, gives it bundles and kills it: at a step, or at any instant. */
  async kill(step: Step | undefined, bundles: number): Promise<{ readonly hit: boolean; readonly problems: string[] }> {
    const child = this.start(step);
    await this.opened(child);
    for (let n = 0; n < bundles; n++) this.world.stream.pushBundle(makeBundle({ secondsLeft: 120 }));
    const limit = step === undefined ? Math.random() * RANDOM_MS : STEP_MS;
    const hit = await Promise.race([child.ended.then(() => true), sleep(limit, false)]);
    if (!hit) child.process.kill('SIGKILL');
    const how = await child.ended;
    const problems = how === 'SIGKILL' ? [] : [`it ended by itself, ${how}: ${child.output()}`];
    return { hit, problems: [...problems, ...check(this.journal, this.seen)] };
  }

  /** A last run that nobody kills: everything ends, and the sums agree to the atto. */
  async endWell(): Promise<string[]> {
    const { journal: path, world } = this;
    const child = this.start();
    await this.opened(child);
    const open = () => Object.values(read(path, (journal) => journal.counters().open)).reduce((a, b) => a + b, 0);
    for (let n = 0; n < 300 && open() > 0; n++) await sleep(100);
    child.process.kill('SIGTERM');
    const status = await child.ended;
    const problems = check(path, this.seen);
    if (status !== 0) problems.push(`the last run ended with ${status}: ${child.output()}`);
    if (open() > 0) problems.push(`${open()} bundles never ended`);
    const gained = read(path, (journal) => [...journal.bundles()].reduce((sum, { xrdChange }) => sum + xrdChange, 0n));
    const really = (await world.balance()) - FUNDS;
    if (gained !== really) problems.push(`the journal says ${gained} attos were gained, the ledger ${really}`);
    return problems;
  }

  counters(): Counters {
    return read(this.journal, (journal) => journal.counters());
  }

  /** How many transactions held several bundles. */
  merged(): number {
    return read(this.journal, (journal) => {
      const merged = new Set<string>();
      for (const bundle of journal.bundles()) {
        for (const { transactionId, bundles } of journal.attempts(bundle)) if (bundles > 1) merged.add(transactionId);
      }
      return merged.size;
    });
  }

  async close(): Promise<void> {
    await this.world.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private start(step?: Step): SolverProcess {
    const { stream, gateways } = this.world;
    const args = [
      ...['--network', 'simulator', '--stream', stream.url, '--gateway', gateways[0]!.url],
      ...['--journal', this.journal, '--http-port', '0', '--poll-interval-ms', '100', '--log-level', 'warn'],
      ...['--submit', '--max-costly-failures', 'none', '--policy', this.policy],
    ];
    const traps = step === undefined ? [] : [trap(this.entry, step)];
    return startSolver(this.entry, args, secretOf(SOLVER_NUMBER), traps);
  }

  private async opened(child: SolverProcess): Promise<void> {
    // A trap that fires in the recovery ends the child before it listens.
    await Promise.race([this.world.stream.opened(), child.ended, sleep(20_000)]);
  }
}
