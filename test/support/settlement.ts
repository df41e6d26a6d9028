import { units } from '../../src/base/amount.js';
import type { NodeId } from '../../src/sbor/custom.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import type { NotarizedTransaction } from '../../src/transaction/model.js';
import { callMethod, ed25519Key, makeNotarized, type TransactionOptions, yieldToChild } from './build.js';
import { decimal, ENTIRE_WORKTOP, makeItem, makePair, type OrderOptions } from './bundles.js';

/** Whole settlements for the sandbox: what a solver would submit. */

export const SOLVER = ed25519Key(800);
export const SOLVER_ACCOUNT = preallocatedAccount(SOLVER.publicKey);

export interface SettlementOptions extends TransactionOptions {
  /** Distinguishes roots over the same bundle. */
  readonly root?: bigint;
  readonly lockFee?: bigint;
  /** Behind how many of the five calls the fee is locked. */
  readonly lockAfter?: number;
}

/** The root that passes what two wrapped orders sell to each other, and banks the rewards. */
export function settlePair(
  [a, b]: readonly OrderOptions[],
  { root = 0n, lockFee = units(5), lockAfter = 0, ...options }: SettlementOptions = {},
): NotarizedTransaction {
  const calls = [
    yieldToChild(0),
    yieldToChild(1, ENTIRE_WORKTOP),
    yieldToChild(0, ENTIRE_WORKTOP),
    yieldToChild(1),
    callMethod(SOLVER_ACCOUNT, 'deposit_batch', ENTIRE_WORKTOP),
  ];
  calls.splice(lockAfter, 0, callMethod(SOLVER_ACCOUNT, 'lock_fee', decimal(lockFee)));
  return makeNotarized({
    children: [makeItem(a!, { header: a!.header ?? {} }), makeItem(b!, { header: b!.header ?? {} })],
    instructions: calls,
    notary: SOLVER,
    notaryIsSignatory: true,
    discriminator: 1_000_000n + root,
    ...options,
  });
}

/** The orders of pair number `seed`: one unit of `a` against two of `b`, good for long. */
export function pairOf(a: NodeId, b: NodeId, seed: number): OrderOptions[] {
  return makePair(a, b, units(1), units(2), seed).map((order) => ({
    ...order,
    header: { ...order.header, endEpoch: 5000n, maxTimestamp: 100_000_000_000n },
  }));
}
