import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JournalReader } from '../../src/journal/reader.js';
import { SOLVER_NUMBER, secretOf } from '../../test/e2e/world.js';
import { build, type SolverProcess, startSolver } from '../process/solver.js';
import { type Consumption, watchProcess } from './consumption.js';
import { folderOnDisk } from './disk.js';
import { GroundProcess } from './groundProcess.js';
import { LogReader } from './logReader.js';
import type { Audit, FromGround, GroundOptions, JournalSums } from './protocol.js';

export interface SoakResult {
  readonly frames: number;
  readonly pushSeconds: number;
  /** From the last frame to the end of the last bundle. */
  readonly tailSeconds: number;
  readonly log: LogReader;
  readonly journal: JournalSums;
  readonly consumption: Consumption;
  readonly audit: Audit;
  readonly problems: readonly string[];
}

/** Nothing ended for so long: nothing will. */
const PATIENCE_MS = 90_000;

/** Pushes bundles at a pace over a real websocket to a solver that settles them, and audits what came of it. */
export async function soak(options: GroundOptions, say: (line: string) => void): Promise<SoakResult> {
  const folder = folderOnDisk();
  const path = join(folder, 'journal.sqlite');
  const { entry, folder: built } = build('soak');
  let solver: SolverProcess | undefined;
  const ground = new GroundProcess(options, (message) => tellProgress(message, options, say));
  try {
    const { stream, gateway } = await ground.ready();
    solver = startSolver(entry, argsOf(stream, gateway, path), secretOf(SOLVER_NUMBER));
    const log = new LogReader(solver.process.stdout!);
    const { process: child } = solver;
    await until(() => log.ready || child.exitCode !== null, 30_000);
    if (!log.ready) throw new Error(`the solver did not come up: ${solver.output()}`);
    const consumed = watchProcess(solver.process.pid!);
    const started = performance.now();
    const frames = await ground.push();
    const pushed = performance.now();
    await until(
      () => log.finished >= frames || performance.now() - Math.max(pushed, log.lastFinishAt) > PATIENCE_MS,
      Number.POSITIVE_INFINITY,
    );
    const consumption = consumed();
    solver.process.kill('SIGTERM');
    const status = await solver.ended;
    const problems = log.errors.map((line) => `the solver told of ${line}`);
    if (status !== 0) problems.push(`the solver ended with ${status}: ${solver.output()}`);
    const { sums, contradictions } = readJournal(path, frames);
    const audit = await ground.audit(sums);
    return {
      ...{ frames, log, journal: sums, consumption, audit },
      pushSeconds: (pushed - started) / 1000,
      tailSeconds: Math.max(0, log.lastFinishAt - pushed) / 1000,
      problems: [...problems, ...contradictions, ...audit.problems],
    };
  } finally {
    solver?.process.kill('SIGKILL');
    ground.close();
    for (const each of [folder, built]) rmSync(each, { recursive: true, force: true });
  }
}

function argsOf(stream: string, gateway: string, journal: string): string[] {
  return [
    ...['--network', 'simulator', '--stream', stream, '--gateway', gateway, '--journal', journal, '--http-port', '0'],
    ...['--submit', '--max-costly-failures', 'none', '--requests-per-second', '2000', '--log-level', 'debug'],
  ];
}

/** What the journal says of itself, and where that contradicts itself or the number of frames. */
function readJournal(path: string, frames: number): { sums: JournalSums; contradictions: string[] } {
  const journal = JournalReader.openReader(path);
  try {
    const { violations } = journal.verify();
    const contradictions = violations.map(({ rule, subject, message }) => `${rule}, ${subject}: ${message}`);
    const { received, outcomes, open, strayFrames } = journal.counters();
    const total = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((a, b) => a + b, 0);
    if (total(open) > 0) contradictions.push(`${total(open)} bundles are open`);
    if (received !== total(outcomes) + total(open)) contradictions.push('received is not outcomes and open together');
    if (received !== frames) contradictions.push(`${frames} frames were pushed, the journal has ${received}`);
    if (strayFrames > 0) contradictions.push(`${strayFrames} frames were taken for no bundle`);
    const sums = { settled: [] as string[], ended: [] as string[], feeCharged: 0n, xrdChange: 0n };
    for (const { id, status, finishedAt, feeCharged, xrdChange } of journal.bundles()) {
      sums.feeCharged += feeCharged;
      sums.xrdChange += xrdChange;
      if (status === 'settled') sums.settled.push(id);
      if (status !== 'duplicate' && finishedAt !== undefined) sums.ended.push(id);
    }
    return { sums: { ...sums, outcomes }, contradictions };
  } finally {
    journal.close();
  }
}

function tellProgress(message: FromGround, { bundles }: GroundOptions, say: (line: string) => void): void {
  if (message.type === 'built') say(`made ${message.bundles} of ${bundles} bundles`);
  if (message.type === 'pushed') say(`pushed ${message.frames}`);
}

async function until(done: () => boolean, ms: number): Promise<void> {
  const limit = performance.now() + ms;
  while (!done() && performance.now() < limit) await sleep(100);
}
