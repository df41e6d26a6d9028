import { expect, it } from 'vitest';
import type { Instruction } from '../../../src/transaction/instruction.js';
import type { Message } from '../../../src/transaction/message.js';
import {
  callMethod,
  ed25519Key,
  FAUCET,
  makeNotarized,
  makeSignedPartial,
  makeSubintent,
  notarize,
  signatures,
  type TransactionOptions,
  yieldToParent,
} from '../../support/build.js';
import { judgeNotarized } from '../../support/verdict.js';

/**
 * The order of checks (docs/protocol.md §5.2). Each row breaks one rule more than the rows below it, so that taking
 * faults away one by one shows all of them in order.
 */

const tooManyReferences: Instruction = callMethod(FAUCET, 'x', {
  kind: 'Array',
  elementKind: 'Address',
  elements: Array.from({ length: 600 }, (_, n) => ({ kind: 'Address', value: `c1${`${n}`.padStart(58, '0')}` })),
});
const halfTheReferences: Instruction = callMethod(FAUCET, 'x', {
  kind: 'Array',
  elementKind: 'Address',
  elements: Array.from({ length: 300 }, (_, n) => ({ kind: 'Address', value: `c1${`${n}`.padStart(58, '0')}` })),
});
const badManifest: Instruction = { type: 'DROP_PROOF', proof: 0 };
const badMessage: Message = {
  type: 'Plaintext',
  message: { mimeType: 'm'.repeat(129), content: { type: 'String', text: '' } },
};
const keys = (count: number) => Array.from({ length: count }, (_, n) => ed25519Key(n + 1));
const unsigned = () => signatures(Buffer.alloc(32), []);
const wrong = signatures(Buffer.alloc(32, 9), keys(1));

const stranger = makeSubintent({ discriminator: 99n });
const child = (n: number, instructions: Instruction[] = []) =>
  makeSignedPartial({ discriminator: BigInt(n), signers: keys(16), instructions: [...instructions, yieldToParent()] });

const faults: readonly (readonly [string, TransactionOptions])[] = [
  ['TooManySignatures@RootTransactionIntent', { signers: keys(17) }],
  ['IncorrectNumberOfSubintentSignatureBatches@AcrossTransaction', { batches: [wrong] }],
  ['SubintentIsNotReachableFromTheTransactionIntent@NonRootSubintent(4)', { subintents: [stranger] }],
  ['InvalidTip@RootTransactionIntent', { tipBasisPoints: 2_000_000 }],
  ['InvalidNetwork@RootTransactionIntent', { network: 3 }],
  ['InvalidEpochRange@RootTransactionIntent', { startEpoch: 100n }],
  ['InvalidTimestampRange@RootTransactionIntent', { minTimestamp: 1n, maxTimestamp: 1n }],
  ['MimeTypeTooLong@RootTransactionIntent', { message: badMessage }],
];

it('the header, message, references and manifest of the root', () => {
  const children = [child(1), child(2), child(3), child(4)];
  const root = (faultsLeft: number, instructions: Instruction[]) => {
    const options = Object.assign({}, ...faults.slice(faults.length - faultsLeft).map(([, fault]) => fault));
    const own = children.map((each) => each.partialTransaction.rootSubintent);
    return judgeNotarized(
      makeNotarized({
        children,
        ...options,
        instructions,
        subintents: [...own, ...(options.subintents ?? [])],
        batches: options.batches ?? own.map(unsigned).concat(options.subintents === undefined ? [] : [unsigned()]),
      }),
    );
  };
  for (let left = faults.length; left > 0; left--) {
    expect(root(left, [tooManyReferences, badManifest])).toBe(faults[faults.length - left]![0]);
  }
  expect(root(0, [tooManyReferences, badManifest])).toBe('TooManyReferences@RootTransactionIntent');
  expect(root(0, [badManifest])).toBe('ProofNotYetCreated@RootTransactionIntent');
});

it('subintents, all references, yields, all signatures, signatures', () => {
  const yields: Instruction[] = [0, 1, 2, 3].map((index) => ({
    type: 'YIELD_TO_CHILD',
    child: index,
    args: { kind: 'Tuple', fields: [] },
  }));
  const of = (instructions: Instruction[], last: Instruction[], signers = 1) =>
    makeNotarized({
      children: [child(1), child(2), child(3), child(4, last)],
      instructions,
      signers: keys(signers),
      notary: ed25519Key(1),
      notaryIsSignatory: true,
    });
  const judge = (...options: Parameters<typeof of>) => judgeNotarized(of(...options));
  expect(judge([halfTheReferences], [halfTheReferences, badManifest])).toBe('ProofNotYetCreated@NonRootSubintent(3)');
  expect(judge([halfTheReferences], [halfTheReferences])).toBe('TooManyReferences@AcrossTransaction');
  expect(judge([], [])).toBe('MismatchingYieldChildAndYieldParentCountsForSubintent@NonRootSubintent(0)');
  expect(judge(yields, [])).toBe('TooManySignatures@AcrossTransaction');
  const three = (batches: ReturnType<typeof signatures>[]) =>
    makeNotarized({
      children: [child(1), child(2), child(3)],
      batches,
      signers: keys(1),
      notary: ed25519Key(1),
      notaryIsSignatory: true,
    });
  const { signedTransactionIntent: signed } = three([wrong, unsigned(), unsigned()]);
  const badRoot = { ...signed, transactionIntentSignatures: wrong };
  expect(judgeNotarized(notarize(badRoot, ed25519Key(2)))).toBe('InvalidIntentSignature@RootTransactionIntent');
  expect(judgeNotarized(notarize(signed, ed25519Key(2)))).toBe('InvalidNotarySignature@RootTransactionIntent');
  expect(judgeNotarized(notarize(signed, ed25519Key(1)))).toBe(
    'NotaryIsSignatorySoShouldNotAlsoBeASigner@RootTransactionIntent',
  );
  const noRootSigner = { ...signed, transactionIntentSignatures: unsigned() };
  expect(judgeNotarized(notarize(noRootSigner, ed25519Key(1)))).toBe('InvalidIntentSignature@NonRootSubintent(0)');
});
