import { formatAmount } from '../../src/base/amount.js';
import { accountOf, SOLVER_NUMBER, XRD_SIM } from '../../test/e2e/world.js';
import type { Cargo } from './cargo.js';
import type { Seen } from './ledgerWatch.js';
import { MoveSum, type Moves } from './moves.js';
import type { Audit, JournalSums } from './protocol.js';
import type { Ground } from './world.js';

export interface Evidence {
  readonly world: Ground;
  readonly cargo: Cargo;
  readonly before: Moves;
  readonly seen: Seen;
}

/** What the journal says, held against what was pushed and against every balance of the ledger. */
export async function audit({ world, cargo, before, seen }: Evidence, journal: JournalSums): Promise<Audit> {
  const problems: string[] = [];
  const ended = new Set(journal.ended);
  const missing = cargo.bundles.filter(({ id }) => !ended.has(id)).length;
  if (missing > 0) problems.push(`${missing} bundles were pushed and have no outcome in the journal`);
  if (ended.size !== cargo.bundles.length - missing) problems.push('the journal has bundles that nobody pushed');
  if (journal.feeCharged !== seen.fees) {
    problems.push(
      `the journal says ${formatAmount(journal.feeCharged)} of fees, the ledger ${formatAmount(seen.fees)}`,
    );
  }
  const expected = new MoveSum();
  const settled = new Set(journal.settled);
  const tradersMove = before.size > 1;
  for (const { id, moves } of cargo.bundles) if (tradersMove && settled.has(id)) expected.addAll(moves);
  expected.add(accountOf(SOLVER_NUMBER), XRD_SIM, journal.xrdChange);
  const after = await world.balances();
  problems.push(...differences(before, expected.moves, after));
  const { commits, failures, fees, pushToNodeMs } = seen;
  return { problems, commits, failures, fees, accounts: before.size, pushToNodeMs };
}

const MAX_TOLD = 10;

function differences(before: Moves, moves: Moves, after: Moves): string[] {
  const found: string[] = [];
  for (const account of new Set([...before.keys(), ...moves.keys(), ...after.keys()])) {
    const [was, moved, is] = [before, moves, after].map((each) => each.get(account));
    for (const resource of new Set([was, moved, is].flatMap((of) => [...(of?.keys() ?? [])]))) {
      const expected = (was?.get(resource) ?? 0n) + (moved?.get(resource) ?? 0n);
      const really = is?.get(resource) ?? 0n;
      if (expected === really) continue;
      found.push(`${account} holds ${formatAmount(really)} of ${resource}, expected ${formatAmount(expected)}`);
    }
  }
  return found.length <= MAX_TOLD ? found : [...found.slice(0, MAX_TOLD), `… and ${found.length - MAX_TOLD} more`];
}
