import { setImmediate as turn } from 'node:timers/promises';
import { bundleIdOf } from '../../src/journal/model.js';
import { wrapperIds } from '../../src/solver/live/transaction.js';
import { openFrame } from '../../src/solver/openFrame.js';
import { FIRST_USERS } from '../../test/e2e/engineWorld.js';
import { makeBundle, SIM } from '../../test/e2e/world.js';
import { bundleFrame } from '../../test/support/streamServer.js';
import { type Moves, movesOf } from './moves.js';
import type { GroundOptions } from './protocol.js';

export interface Bundle {
  readonly id: string;
  readonly frame: string;
  readonly wrapperIds: readonly string[];
  /** What its settlement moves, the solver's part left out. */
  readonly moves: Moves;
}

export interface Cargo {
  readonly bundles: readonly Bundle[];
  /** Every so manieth is pushed a second time. */
  readonly copyEvery: number | undefined;
}

/** Traders come again: each pair of them brings many bundles. */
export const PAIRS = 500;
const COPY_EVERY = 50;
/** Beyond the run itself: frames wait for their turn in memory. */
const SPARE_SECONDS = 900;

/** All frames, made before the clock starts. */
export async function load(
  { part, bundles: count, rate }: GroundOptions,
  onBuilt: (bundles: number) => void,
): Promise<Cargo> {
  const bundles: Bundle[] = [];
  const secondsLeft = Math.ceil(count / rate) + SPARE_SECONDS;
  for (let n = 0; n < count; n++) {
    const frame = bundleFrame(makeBundle({ users: FIRST_USERS + (n % PAIRS), secondsLeft }));
    const { orders } = openFrame(frame, { network: SIM.id, pinned: undefined }, []);
    const wrappers = wrapperIds(orders, SIM.id);
    bundles.push({ id: bundleIdOf(wrappers), frame, wrapperIds: wrappers, moves: movesOf(orders) });
    if ((n + 1) % 1000 === 0) {
      onBuilt(n + 1);
      await turn();
    }
  }
  return { bundles, copyEvery: part === 'rule' ? COPY_EVERY : undefined };
}
