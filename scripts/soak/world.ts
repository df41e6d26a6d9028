import { parseAmount } from '../../src/base/amount.js';
import type { Ruling } from '../../src/sandbox/ledger/ruleLedger.js';
import type { UserTransaction } from '../../src/sandbox/ledger/transaction.js';
import { plant } from '../../src/sandbox/seed.js';
import { formatAddress } from '../../src/transaction/address.js';
import { FIRST_USERS, marketOf, openEngineWorld, usersOf } from '../../test/e2e/engineWorld.js';
import { accountOf, FEE, openWorld, SIM, SOLVER_NUMBER, success, type World } from '../../test/e2e/world.js';
import { ANTHIC_ACCOUNT } from '../../test/support/bundles.js';
import { PAIRS } from './cargo.js';
import { MoveSum, type Moves } from './moves.js';
import type { GroundOptions } from './protocol.js';

export interface Ground extends World {
  /** Of everybody who takes part, as the ledger itself has them. */
  balances(): Promise<Moves>;
}

const ROUND_MS = 250;

export async function openGround({ part }: GroundOptions): Promise<Ground> {
  const world = part === 'rule' ? await openRules() : await openEngineWorld({ pairs: PAIRS, roundMs: ROUND_MS });
  const traders = Array.from({ length: PAIRS }, (_, n) => usersOf(FIRST_USERS + n)).flat();
  const solver = accountOf(SOLVER_NUMBER);
  const accounts = part === 'rule' ? [solver] : [solver, formatAddress(ANTHIC_ACCOUNT, SIM), ...traders];
  const balances = () => world.sandbox.world.exclusive(() => balancesOf(world, accounts));
  return { ...world, balances };
}

async function balancesOf({ sandbox }: World, accounts: readonly string[]): Promise<Moves> {
  const sum = new MoveSum();
  for (const account of accounts) {
    const held = await sandbox.world.ledger.balances(account);
    for (const [resource, amount] of Object.entries(held)) sum.add(account, resource, parseAmount(amount));
  }
  return sum.moves;
}

async function openRules(): Promise<World> {
  const world = await openWorld({ roundMs: ROUND_MS });
  world.rule = ruling;
  // Traders have vaults: otherwise the solver would ask for them again with each bundle.
  await plant(world.sandbox.world, marketOf(PAIRS));
  return world;
}

/** Every sixteenth fails for a fee; no two fees are alike, so that no sum is right by chance. */
function ruling(transaction: UserTransaction): Ruling {
  const drawn = Number.parseInt(transaction.subintents[0]!.hash.slice(0, 8), 16);
  const ruled: Ruling = { ...success(transaction), fee: FEE + BigInt(drawn) };
  return drawn % 16 === 0 ? { ...ruled, outcome: 'failure' } : ruled;
}
