import { readWrappedOrder, verifyWrappedOrder } from '../../src/anthic/wrappedOrder.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import type { Composition } from '../../src/settlement/compose/choose.js';
import { type Proposal, propose, type SettleContext, type SettledOrder, sign } from '../../src/settlement/settle.js';
import { lockedMemory, SolverKey } from '../../src/transaction/solverKey.js';
import { itemHex, makeItem } from '../../test/support/bundles.js';
import type { RandomItem } from '../../test/support/randomBundles.js';
import { EPOCH, NETWORK, type Party, type World } from './world.js';

/** A bundle to settle: what is asked of whom, and who settles it. */
export interface Case {
  /** Its kind, for the tables. */
  readonly shape: string;
  readonly items: readonly RandomItem[];
  readonly solver: Party;
  readonly tipBasisPoints: number;
  readonly discriminator: bigint;
}

/** A case as Anthic would push it and as the solver reads it. */
export interface Bundle extends Case {
  readonly orders: readonly SettledOrder[];
}

export function readCase(made: Case): Bundle {
  const orders = made.items.map(({ order, wrapper }) => {
    const item = readWrappedOrder(fromHex(itemHex(makeItem(order, wrapper))));
    return { ...item, ...verifyWrappedOrder(item, NETWORK, undefined) };
  });
  return { ...made, orders };
}

export function contextOf(world: World, bundle: Case, composition: Composition): SettleContext {
  return {
    network: NETWORK,
    epoch: BigInt(EPOCH),
    solver: { account: bundle.solver.account, publicKey: bundle.solver.key.publicKey },
    facts: world.facts,
    composition,
    tipBasisPoints: bundle.tipBasisPoints,
    discriminator: bundle.discriminator,
  };
}

const keys = new Map<number, SolverKey>();

/** The solver signs with a real key of its own, not with a test key. */
export function solverKey({ number, key }: Party): SolverKey {
  let made = keys.get(number);
  if (made === undefined) {
    const secret = lockedMemory(32);
    secret.fill(0);
    secret.writeUInt32BE(number, 28);
    made = SolverKey.fromBytes(key.publicKey.type, secret);
    keys.set(number, made);
  }
  return made;
}

export interface Settled {
  readonly bundle: Bundle;
  readonly composition: Composition;
  readonly proposal: Proposal;
  readonly hex: string;
}

/** Composes and signs, as the solver does. Error: `UnmatchedError`. */
export function settle(
  world: World,
  bundle: Bundle,
  composition: Composition,
  facts = world.facts,
  aims: Pick<SettleContext, 'risk' | 'prices' | 'inventory'> = {},
): Settled {
  const proposal = propose(bundle.orders, { ...contextOf(world, bundle, composition), facts, ...aims });
  const { payload } = sign(proposal, solverKey(bundle.solver));
  return { bundle, composition, proposal, hex: toHex(payload) };
}
