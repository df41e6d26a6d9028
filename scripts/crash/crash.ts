import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JournalReader } from '../../src/journal/reader.js';
import {
  FEE,
  FUNDS,
  makeBundle,
  openWorld,
  payerOf,
  SOLVER_NUMBER,
  secretOf,
  success,
  type World,
} from '../../test/e2e/world.js';
import { build, type Child, METHODS, type Step, startChild } from './child.js';

export interface CrashOptions {
  readonly count: number;
  readonly say?: (line: string) => void;
}

export interface CrashReport {
  readonly kills: number;
  /** Of these, at a step of the journal; the others at a random instant. */
  readonly atSteps: number;
  /** Transactions that held several bundles. */
  readonly merged: number;
  readonly received: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

const BUNDLES = 4;
const STEP_MS = 4_000;
const MERGE_MS = 20;
/** Of 256 subintents: some ten bundles of a hundred. */
const SPOILED = 6;

/**
 * Kills a solver again and again, at every step of its journal and at random instants, and lets the next take over its
 * journal. After each kill the journal must agree with itself and with the ledger; after the last, all ends well.
 */
export async function crash({ count, say = () => {} }: CrashOptions): Promise<CrashReport> {
  const { entry, folder: built } = build();
  const folder = mkdtempSync(join(tmpdir(), 'anthic-crash-'));
  const journal = join(folder, 'journal.sqlite');
  const world = await openWorld();
  const seen = watch(world);
  const problems: string[] = [];
  const args = [
    ...['--network', 'simulator', '--stream', world.stream.url, '--gateway', world.gateways[0]!.url],
    ...['--journal', journal, '--http-port', '0', '--poll-interval-ms', '100', '--log-level', 'warn'],
    ...['--submit', '--max-costly-failures', 'none', '--policy', join(folder, 'policy.json')],
  ];
  // Bundles that are pushed together share a transaction, so that kills befall those too.
  writeFileSync(join(folder, 'policy.json'), JSON.stringify({ name: 'crash', mergeWindow: MERGE_MS }));
  const start = (step?: Step) => startChild(entry, args, secretOf(SOLVER_NUMBER), step);
  let atSteps = 0;
  try {
    for (let kill = 0; kill < count && problems.length === 0; kill++) {
      const step = kill % 2 === 0 ? stepOf(kill / 2) : undefined;
      const child = start(step);
      await opened(world, child);
      for (let n = 0; n < BUNDLES; n++) world.stream.pushBundle(makeBundle({ secondsLeft: 120 }));
      const limit = step === undefined ? Math.random() * 500 : STEP_MS;
      const hit = await Promise.race([child.ended.then(() => true), sleep(limit, false)]);
      if (hit) atSteps++;
      else child.process.kill('SIGKILL');
      const how = await child.ended;
      const where = step === undefined ? 'at random' : `${step.when} ${step.method} ${step.nth}`;
      if (how !== 'SIGKILL') problems.push(`kill ${kill} (${where}): it ended by itself, ${how}: ${child.output()}`);
      problems.push(...check(journal, seen).map((problem) => `kill ${kill} (${where}): ${problem}`));
      say(`${kill + 1}/${count} ${where}: ${problems.length === 0 ? 'holds' : 'BROKEN'}`);
    }
    if (problems.length === 0) problems.push(...(await endWell(start(), world, journal, seen)));
    const { received, outcomes } = read(journal, (reader) => reader.counters());
    return { kills: count, atSteps, merged: countMerged(journal), received, outcomes, problems };
  } finally {
    await world.close();
    for (const each of [folder, built]) rmSync(each, { recursive: true, force: true });
  }
}

/** Every method, before and after, its first calls: one after the other. */
function stepOf(n: number): Step {
  const method = METHODS[n % METHODS.length]!;
  const when = Math.floor(n / METHODS.length) % 2 === 0 ? 'after' : 'before';
  return { method, when, nth: 1 + (Math.floor(n / (2 * METHODS.length)) % BUNDLES) };
}

interface Seen {
  /** Transactions that came to the ledger, and how those ended that committed. */
  readonly submitted: Set<string>;
  readonly committed: Map<string, string>;
}

function watch(world: World): Seen {
  const seen: Seen = { submitted: new Set(), committed: new Map() };
  world.rule = (transaction) => {
    seen.submitted.add(transaction.intentId);
    // Some fail for a fee, whatever company they are in: those must not be paid twice either.
    if (!transaction.subintents.some(({ hash }) => Number.parseInt(hash.slice(0, 2), 16) < SPOILED)) {
      return success(transaction);
    }
    return { outcome: 'failure', error: 'ApplicationError(MadeUp)', fee: FEE, payer: payerOf(transaction) };
  };
  const { ledger } = world.sandbox.world;
  const execute = ledger.execute.bind(ledger);
  ledger.execute = async (transaction) => {
    const receipt = await execute(transaction);
    if (receipt.status.startsWith('Committed')) seen.committed.set(transaction.intentId, receipt.status);
    return receipt;
  };
  return seen;
}

async function opened(world: World, child: Child): Promise<void> {
  // A trap that fires in the recovery ends the child before it listens.
  await Promise.race([world.stream.opened(), child.ended, sleep(20_000)]);
}

function read<T>(path: string, what: (journal: JournalReader) => T): T {
  const journal = JournalReader.openReader(path);
  try {
    return what(journal);
  } finally {
    journal.close();
  }
}

function countMerged(path: string): number {
  return read(path, (journal) => {
    const merged = new Set<string>();
    for (const bundle of journal.bundles()) {
      for (const { transactionId, bundles } of journal.attempts(bundle)) if (bundles > 1) merged.add(transactionId);
    }
    return merged.size;
  });
}

const EXPECTED: Readonly<Record<string, string>> = {
  'committed-success': 'CommittedSuccess',
  'committed-failure': 'CommittedFailure',
};

/** What does not hold between a journal, whose solver is dead, and the ledger. */
function check(path: string, { submitted, committed }: Seen): string[] {
  return read(path, (journal) => {
    const problems = journal.verify().violations.map(({ rule, subject, message }) => `${rule} ${subject}: ${message}`);
    const known = new Set<string>();
    for (const bundle of journal.bundles()) {
      const attempts = journal.attempts(bundle);
      // Nothing is refused here: whoever makes another before the first has failed has forgotten it.
      if (attempts.slice(0, -1).some(({ state }) => state !== 'committed-failure')) {
        problems.push(`bundle ${bundle.id} has attempts ${attempts.map(({ state }) => state).join(', ')}`);
      }
      for (const { transactionId, state } of attempts) {
        known.add(transactionId);
        const really = committed.get(transactionId);
        const isFinal = !['planned', 'submitted', 'accepted'].includes(state);
        if (isFinal && EXPECTED[state] !== really) problems.push(`${transactionId} is ${state}, really ${really}`);
      }
    }
    for (const id of submitted) if (!known.has(id)) problems.push(`${id} was submitted and is not in the journal`);
    return problems;
  });
}

/** A last run that nobody kills: everything ends, and the sums agree to the atto. */
async function endWell(child: Child, world: World, path: string, seen: Seen): Promise<string[]> {
  await opened(world, child);
  const open = () => Object.values(read(path, (journal) => journal.counters().open)).reduce((a, b) => a + b, 0);
  for (let n = 0; n < 300 && open() > 0; n++) await sleep(100);
  child.process.kill('SIGTERM');
  const status = await child.ended;
  const problems = check(path, seen);
  if (status !== 0) problems.push(`the last run ended with ${status}: ${child.output()}`);
  if (open() > 0) problems.push(`${open()} bundles never ended`);
  const gained = read(path, (journal) => [...journal.bundles()].reduce((sum, { xrdChange }) => sum + xrdChange, 0n));
  const really = (await world.balance()) - FUNDS;
  if (gained !== really) problems.push(`the journal says ${gained} attos were gained, the ledger ${really}`);
  return problems;
}
