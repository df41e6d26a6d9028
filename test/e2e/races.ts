import { expect, it } from 'vitest';
import { type RunningSolver, until } from './solver.js';
import { REWARD, RIVAL, rivalOf, SOLVER_NUMBER, submitTo, type WorldOptions } from './world.js';

/** What two solvers do to each other must be the same on any ledger. */

export interface Track {
  /** Begins a run in a world of its own, in which both solvers have money. */
  readonly open: (options: WorldOptions) => Promise<RunningSolver>;
  readonly bundle: () => string[];
  /** A round so long that both settlements wait for its end. */
  readonly roundMs: number;
}

export const RACERS = [SOLVER_NUMBER, RIVAL] as const;

/** Races of one bundle that a rival wins: they cost nothing, and the journal names the winner. */
export function losesRaces({ open, bundle, roundMs }: Track): void {
  const solvers = RACERS;

  it('is lost before the submission', async () => {
    const solver = await open({ solvers });
    const { gateways, sandbox, stream } = solver.world;
    const items = bundle();
    const { hex, id } = rivalOf(items, RIVAL);
    expect(await submitTo(gateways[0]!, hex)).toBe(200);
    await until(() => sandbox.world.history.commitOf(id) !== undefined, 'a commit');
    stream.pushBundle(items);
    await lost(solver, id);
    expect(solver.logged('attempt-state')).toContainEqual(expect.objectContaining({ state: 'refused' }));
  });

  it('is lost during the submission: both wait, the other was first', async () => {
    const solver = await open({ solvers, roundMs });
    const { gateways, sandbox, stream } = solver.world;
    await sandbox.world.round();
    const items = bundle();
    const { hex, id } = rivalOf(items, RIVAL);
    expect(await submitTo(gateways[0]!, hex)).toBe(200);
    stream.pushBundle(items);
    await lost(solver, id);
  });

  it('is lost after the submission, to a higher tip', async () => {
    const solver = await open({ solvers, roundMs });
    const { gateways, sandbox, stream } = solver.world;
    const items = bundle();
    const { hex, id } = rivalOf(items, RIVAL, 500);
    await sandbox.world.round();
    stream.pushBundle(items);
    await solver.until('submission-result');
    expect(await submitTo(gateways[0]!, hex)).toBe(200);
    await lost(solver, id);
  });
}

async function lost(solver: RunningSolver, winner: string): Promise<void> {
  expect(await solver.outcomes(1)).toEqual({ lost: 1 });
  const [bundle] = solver.read((journal) => [...journal.bundles()]);
  expect(bundle).toMatchObject({ status: 'lost', winner, xrdChange: 0n });
  expect(bundle!.reason!.message).toBe(`finalized by ${winner}`);
  await solver.finish();
  await solver.matchesLedger();
}

/** Both racers were pushed so many bundles: each bundle was settled by one of them, and all books agree with the ledger. */
export async function shareBundles(racers: readonly RunningSolver[], count: number): Promise<void> {
  const settled = racers.flatMap((solver) =>
    solver.read((journal) => [...journal.bundles({ status: ['settled'] })].map(({ id }) => id)),
  );
  expect([settled.length, new Set(settled).size]).toEqual([count, count]);
  for (const solver of racers) await solver.finish();
  for (const [index, solver] of racers.entries()) await solver.matchesLedger(RACERS[index]!);
  const gained = racers.reduce((sum, solver) => sum + solver.gained(), 0n);
  const paid = racers.reduce((sum, solver) => sum + solver.paid(), 0n);
  expect(gained + paid).toBe(BigInt(count) * REWARD);
}
