import { toHex } from '../../src/base/bytes.js';
import { keep } from '../../src/sbor/codec.js';
import { simulate } from '../../src/settlement/check/simulate.js';
import { notarize } from '../../src/settlement/compose/transaction.js';
import { subintentHash } from '../../src/transaction/hash.js';
import { type Instruction, instructions } from '../../src/transaction/instruction.js';
import type { PublicKey } from '../../src/transaction/key.js';
import type { SignedPartialTransaction, SignedTransactionIntent } from '../../src/transaction/model.js';
import { encodeTransaction } from '../../src/transaction/payload.js';
import { checkNotarized } from '../../src/transaction/validate.js';
import { type Bundle, solverKey } from './settlementsCase.js';
import { type Outcome, outcomeOf } from './settlementsJudge.js';
import { NETWORK, type World } from './world.js';

/** Puts transactions together that no composer would make, out of one that it did. */

export function rootOf(signed: SignedTransactionIntent): readonly Instruction[] {
  return signed.transactionIntent.rootIntentCore.instructions.value;
}

export function isLock(instruction: Instruction): boolean {
  return instruction.type === 'CALL_METHOD' && instruction.method === 'lock_fee';
}

/** The root's instructions with the lock before instruction `at` of the others. */
export function lockAt(list: readonly Instruction[], at: number): Instruction[] {
  const others = list.filter((each) => !isLock(each));
  others.splice(at, 0, list.find(isLock)!);
  return others;
}

/** The same transaction with another list of root instructions. */
export function withRoot(signed: SignedTransactionIntent, list: readonly Instruction[]): SignedTransactionIntent {
  const { transactionIntent } = signed;
  const { rootIntentCore } = transactionIntent;
  const core = { ...rootIntentCore, instructions: keep(instructions, list) };
  return { ...signed, transactionIntent: { ...transactionIntent, rootIntentCore: core } };
}

/** The same transaction over other items. */
export function withItems(
  signed: SignedTransactionIntent,
  items: readonly SignedPartialTransaction[],
): SignedTransactionIntent {
  const { transactionIntent } = signed;
  const { rootIntentCore } = transactionIntent;
  return {
    ...signed,
    transactionIntent: {
      ...transactionIntent,
      rootIntentCore: {
        ...rootIntentCore,
        children: items.map((each) => subintentHash(each.partialTransaction.rootSubintent)),
      },
      nonRootSubintents: items.flatMap(({ partialTransaction: { rootSubintent, nonRootSubintents } }) => [
        rootSubintent,
        ...nonRootSubintents,
      ]),
    },
    nonRootSubintentSignatures: items.flatMap((each) => [
      each.rootSubintentSignatures,
      ...each.nonRootSubintentSignatures,
    ]),
  };
}

export function hexOf(signed: SignedTransactionIntent, bundle: Bundle): string {
  return toHex(encodeTransaction('NotarizedTransactionV2', notarize(signed, solverKey(bundle.solver))));
}

/** Who signs what: the solver, then each wrapper and its order. */
export function signersOf({ solver, items }: Pick<Bundle, 'solver' | 'items'>): PublicKey[][] {
  const keys = items.flatMap(({ order, wrapper }) => [
    (wrapper.signers ?? [wrapper.anthic!]).map((key) => key.publicKey),
    (order.signers ?? [order.user!]).map((key) => key.publicKey),
  ]);
  return [[solver.key.publicKey], ...keys];
}

/** What our validation says, and then our checker when it knows all balances. */
export function checked(world: World, signed: SignedTransactionIntent, by: Pick<Bundle, 'solver' | 'items'>): Outcome {
  return outcomeOf(() => {
    checkNotarized(notarize(signed, solverKey(by.solver)), NETWORK);
    return simulate(signed.transactionIntent, { signers: signersOf(by), ledger: world.ledger });
  });
}
