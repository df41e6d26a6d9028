import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAmount, units } from '../../src/base/amount.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import type { Value } from '../../src/sbor/value.js';
import type { Execution, Ledger } from '../../src/settlement/check/execution.js';
import { simulate } from '../../src/settlement/check/simulate.js';
import type { AccessRule, BasicRequirement, CompositeRequirement } from '../../src/transaction/accessRule.js';
import { parseAddress } from '../../src/transaction/address.js';
import type { ResourceConstraint } from '../../src/transaction/constraint.js';
import { blake2b } from '../../src/transaction/crypto.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { preallocatedAccount, signatureBadge } from '../../src/transaction/key.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import {
  bucketValue,
  callMethod,
  ed25519Key,
  FAUCET,
  makeNotarized,
  makeSignedPartial,
  NOTARY,
  proofValue,
  secp256k1Key,
  type TestKey,
  tuple,
  XRD,
  yieldToChild,
  yieldToParent,
} from '../support/build.js';
import { address, decimal, ENTIRE_WORKTOP, token } from '../support/bundles.js';
import { verdict } from '../support/verdict.js';
import { loadExecuted, signersOf } from './checkSupport.js';

const [A, B, C] = [token(1), token(2), token(3)];
const N = `9a${'11'.repeat(29)}`;
const SOLVER = preallocatedAccount(NOTARY.publicKey);
const USER = ed25519Key(7);
const ACCOUNT = preallocatedAccount(USER.publicKey);
const CREATED = `c1${'22'.repeat(29)}`;

interface Child {
  readonly instructions: readonly Instruction[];
  readonly signers?: readonly TestKey[];
  readonly children?: readonly Child[];
}

function partial(child: Child): ReturnType<typeof makeSignedPartial> {
  const { instructions, signers = [USER], children = [] } = child;
  return makeSignedPartial({ instructions, signers, children: children.map(partial) });
}

/** Runs a root of the solver's (the notary signs) over children that the user signs. */
function run(instructions: readonly Instruction[], children: readonly Child[] = [], ledger?: Ledger): Execution {
  const transaction = makeNotarized({ instructions, children: children.map(partial), notaryIsSignatory: true });
  const intent = transaction.signedTransactionIntent.transactionIntent;
  return simulate(intent, { signers: signersOf(transaction), ...(ledger ? { ledger } : {}) });
}

const judge = (instructions: readonly Instruction[], children: readonly Child[] = [], ledger?: Ledger) =>
  verdict(() => run(instructions, children, ledger));

const take = (resource: string, amount: bigint): Instruction => ({ type: 'TAKE_FROM_WORKTOP', resource, amount });
const takeAll = (resource: string): Instruction => ({ type: 'TAKE_ALL_FROM_WORKTOP', resource });
const withdraw = (resource: string, amount: bigint, account = SOLVER) =>
  callMethod(account, 'withdraw', address(resource), decimal(amount));
const bank = (account = SOLVER) => callMethod(account, 'deposit_batch', ENTIRE_WORKTOP);
const proofOf = (resource: string, amount: bigint, account = SOLVER) =>
  callMethod(account, 'create_proof_of_amount', address(resource), decimal(amount));
const ids = (...list: string[]) =>
  ({
    kind: 'Array',
    elementKind: 'NonFungibleLocalId',
    elements: list.map((value) => ({ kind: 'NonFungibleLocalId', value }) as const),
  }) as const;
const withdrawIds = (...list: string[]) => callMethod(SOLVER, 'withdraw_non_fungibles', address(N), ids(...list));
const NONE = { kind: 'Enum', discriminator: 0, fields: [] } as const;

describe('executed settlements', () => {
  const world = JSON.parse(readFileSync('fixtures/vectors/settlement/world.json', 'utf8')).world;
  const solver = parseAddress(world.solverAccount, world.network);
  const tokens: [string, string][] = world.tokens.map((each: { symbol: string; resource: string }) => [
    each.symbol,
    parseAddress(each.resource, world.network),
  ]);

  for (const line of loadExecuted()) {
    const { scenario, composition, lockFeeAfterYield, receipt } = line;
    const name = `${scenario} ${composition} ${lockFeeAfterYield}`;
    const transaction = decodeTransaction('NotarizedTransactionV2', fromHex(line.transaction));
    const intent = transaction.signedTransactionIntent.transactionIntent;
    const settle = () => simulate(intent, { signers: signersOf(transaction) });

    if (receipt.status === 'CommittedSuccess') {
      it(`${name}: gains what the ledger paid`, () => {
        const { changes } = settle();
        for (const [symbol, resource] of tokens) {
          const fee = symbol === 'XRD' ? parseAmount(receipt.fee.total) : 0n;
          const gained = changes.get(solver)?.get(resource) ?? 0n;
          expect(gained, symbol).toBe(parseAmount(receipt.solverChange[symbol]!) + fee);
        }
      });
    } else if (/AssertNextCall|WorktopError/.test(receipt.error ?? '')) {
      // What fails for want of balance, time or fee cannot be seen from the transaction alone.
      it(`${name}: is refused`, () => expect(verdict(settle)).toMatch(/^(AssertionFailed|WorktopInsufficient)@/));
    } else {
      it(`${name}: would settle if it could be paid for`, () => expect(verdict(settle)).toBe('ok'));
    }
  }

  it('moves nothing but what somebody else loses', () => {
    for (const line of loadExecuted().filter(({ scenario }) => scenario !== 'mint')) {
      const transaction = decodeTransaction('NotarizedTransactionV2', fromHex(line.transaction));
      const intent = transaction.signedTransactionIntent.transactionIntent;
      if (verdict(() => simulate(intent, { signers: signersOf(transaction) })) !== 'ok') continue;
      const sums = new Map<string, bigint>();
      for (const changes of simulate(intent, { signers: signersOf(transaction) }).changes.values()) {
        for (const [resource, amount] of changes) sums.set(resource, (sums.get(resource) ?? 0n) + amount);
      }
      expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
    }
  });

  it('marks what calls that nobody can follow', () => {
    const assumed = (scenario: string) => {
      const line = loadExecuted().find((each) => each.scenario === scenario && each.composition === 'chain')!;
      const transaction = decodeTransaction('NotarizedTransactionV2', fromHex(line.transaction));
      const intent = transaction.signedTransactionIntent.transactionIntent;
      return simulate(intent, { signers: signersOf(transaction) }).assumptions;
    };
    expect(assumed('pair')).toEqual([]);
    expect(assumed('prefix')).toEqual([]);
    expect(assumed('mint')).toEqual([`what ${FAUCET} free returns`]);
  });
});

describe('worktop', () => {
  it('takes, returns and passes on', () => {
    const list = [withdraw(A, 10n), take(A, 4n), { type: 'RETURN_TO_WORKTOP', bucket: 0 } as const, bank()];
    expect(run(list).changes.size).toBe(0);
  });

  it('takes nothing of what is not there', () => {
    expect(judge([takeAll(A), take(B, 0n), bank(), ...drop(0, 1)])).toBe('ok');
  });

  it('refuses more than there is', () => {
    expect(judge([withdraw(A, 10n), take(A, 11n)])).toBe('WorktopInsufficient@root.instructions[1]');
    expect(judge([take(A, 1n)])).toBe('WorktopInsufficient@root.instructions[0]');
    expect(judge([withdraw(A, 10n), take(A, -1n)])).toBe('InvalidAmount@root.instructions[1]');
  });

  it('refuses leftovers at the end of any intent', () => {
    expect(judge([withdraw(A, 10n)])).toBe('NonEmptyWorktop@root');
    const child = { instructions: [withdraw(A, 10n, ACCOUNT), yieldToParent()] };
    expect(judge([yieldToChild(0)], [child])).toBe('NonEmptyWorktop@subintents[0]');
    expect(judge([takeAll(A)])).toBe('DanglingBucket@root');
  });

  it('hands out buckets in an order in which a removal swaps the last into the gap', () => {
    const three = [withdraw(A, 1n), withdraw(B, 1n), withdraw(C, 1n)];
    const order = (list: Instruction[]) => {
      const last = run([...three, ...list, bank()])
        .steps.filter((step) => step.op === 'call')
        .at(-1)!;
      return last.op === 'call' ? last.assets.map(({ resource }) => resource) : [];
    };
    expect(order([])).toEqual([A, B, C]);
    expect(order([takeAll(A), ...drop(0)])).toEqual([C, B]);
    expect(order([take(A, 1n), ...drop(0)])).toEqual([C, B]);
    expect(order([takeAll(A), { type: 'RETURN_TO_WORKTOP', bucket: 0 }])).toEqual([C, B, A]);
  });

  it('gives back what a call returned of unknown shape', () => {
    expect(judge([callMethod(FAUCET, 'free'), take(XRD, 5n), bank(), ...drop(0)])).toBe('ok');
    expect(run([callMethod(FAUCET, 'free'), take(XRD, 5n), ...drop(0)]).assumed).toBe(true);
    // After the next yield nothing more is taken for granted.
    const child = {
      instructions: [callMethod(FAUCET, 'free'), yieldToParent(), take(A, 1n), yieldToParent(bucketValue(0))],
    };
    expect(judge([yieldToChild(0), yieldToChild(0)], [child])).toBe(
      'WorktopInsufficient@subintents[0].instructions[2]',
    );
  });
});

/** Puts buckets into the solver's account one by one. */
function drop(...buckets: number[]): Instruction[] {
  return buckets.map((bucket) => callMethod(SOLVER, 'deposit', bucketValue(bucket)));
}

describe('assertions', () => {
  const on = (assertion: Instruction) => judge([withdraw(A, 10n), assertion, bank()]);
  const cases: [Instruction, boolean][] = [
    [{ type: 'ASSERT_WORKTOP_CONTAINS', resource: A, amount: 10n }, true],
    [{ type: 'ASSERT_WORKTOP_CONTAINS', resource: A, amount: 11n }, false],
    [{ type: 'ASSERT_WORKTOP_CONTAINS', resource: B, amount: 0n }, true],
    [{ type: 'ASSERT_WORKTOP_CONTAINS_ANY', resource: A }, true],
    [{ type: 'ASSERT_WORKTOP_CONTAINS_ANY', resource: B }, false],
    [{ type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [[A, { type: 'NonZeroAmount' }]] }, true],
    [{ type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [] }, false],
    [{ type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE', constraints: [] }, true],
    [{ type: 'ASSERT_WORKTOP_RESOURCES_INCLUDE', constraints: [[B, { type: 'NonZeroAmount' }]] }, false],
  ];
  it.each(cases)('on the worktop %#', (assertion, met) => {
    expect(on(assertion)).toBe(met ? 'ok' : 'AssertionFailed@root.instructions[1]');
  });

  const general = (lower: bigint | undefined, upper: bigint | undefined): ResourceConstraint => ({
    type: 'General',
    constraint: {
      requiredIds: [],
      lowerBound: lower === undefined ? { type: 'NonZero' } : { type: 'Inclusive', amount: lower },
      upperBound: upper === undefined ? { type: 'Unbounded' } : { type: 'Inclusive', amount: upper },
      allowedIds: { type: 'Any' },
    },
  });
  const constraints: [ResourceConstraint, boolean][] = [
    [{ type: 'ExactAmount', amount: 10n }, true],
    [{ type: 'ExactAmount', amount: 9n }, false],
    [{ type: 'AtLeastAmount', amount: 10n }, true],
    [{ type: 'AtLeastAmount', amount: 11n }, false],
    [{ type: 'ExactNonFungibles', ids: [] }, false],
    [general(undefined, undefined), true],
    [general(10n, 10n), true],
    [general(11n, undefined), false],
    [general(0n, 9n), false],
  ];
  it.each(constraints)('on a bucket %#', (constraint, met) => {
    const list: Instruction[] = [
      withdraw(A, 10n),
      takeAll(A),
      { type: 'ASSERT_BUCKET_CONTENTS', bucket: 0, constraint },
      ...drop(0),
    ];
    expect(judge(list)).toBe(met ? 'ok' : 'AssertionFailed@root.instructions[2]');
  });

  const onIds: [ResourceConstraint, boolean][] = [
    [{ type: 'ExactNonFungibles', ids: ['#1#', '#2#'] }, true],
    [{ type: 'ExactNonFungibles', ids: ['#1#'] }, false],
    [{ type: 'AtLeastNonFungibles', ids: ['#2#'] }, true],
    [{ type: 'AtLeastNonFungibles', ids: ['#3#'] }, false],
    [{ type: 'ExactAmount', amount: units(2) }, true],
    [
      {
        type: 'General',
        constraint: {
          requiredIds: ['#1#'],
          lowerBound: { type: 'NonZero' },
          upperBound: { type: 'Unbounded' },
          allowedIds: { type: 'Allowlist', ids: ['#1#', '#2#'] },
        },
      },
      true,
    ],
    [
      {
        type: 'General',
        constraint: {
          requiredIds: [],
          lowerBound: { type: 'NonZero' },
          upperBound: { type: 'Unbounded' },
          allowedIds: { type: 'Allowlist', ids: ['#1#'] },
        },
      },
      false,
    ],
  ];
  it.each(onIds)('on non-fungibles %#', (constraint, met) => {
    const list: Instruction[] = [
      withdrawIds('#1#', '#2#'),
      { type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [[N, constraint]] },
      { type: 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES', resource: N, ids: ['#1#'] },
      bank(),
    ];
    expect(judge(list)).toBe(met ? 'ok' : 'AssertionFailed@root.instructions[1]');
  });

  it('next call: only what it brings counts, empty buckets do not', () => {
    const next = (type: 'ONLY' | 'INCLUDE', resource: string, constraint: ResourceConstraint): Instruction => ({
      type: `ASSERT_NEXT_CALL_RETURNS_${type}`,
      constraints: [[resource, constraint]],
    });
    const some = { type: 'NonZeroAmount' } as const;
    const on = (assertion: Instruction) => judge([withdraw(B, 1n), assertion, withdraw(A, 10n), bank()]);
    expect(on(next('ONLY', A, some))).toBe('ok');
    expect(on(next('ONLY', B, some))).toBe('AssertionFailed@root.instructions[2]');
    expect(on(next('INCLUDE', B, some))).toBe('AssertionFailed@root.instructions[2]');
    expect(on(next('INCLUDE', A, { type: 'ExactAmount', amount: 10n }))).toBe('ok');
    expect(judge([next('ONLY', A, { type: 'AtLeastAmount', amount: 0n }), bank()])).toBe('ok');
    // Of a call that cannot be followed an assertion states what it brings.
    const minted = run([
      next('ONLY', A, { type: 'AtLeastAmount', amount: 10n }),
      callMethod(FAUCET, 'free'),
      take(A, 10n),
      ...drop(0),
    ]);
    expect(minted.changes.get(SOLVER)?.get(A)).toBe(10n);
    expect(minted.assumed).toBe(true);
  });

  it('next call: evaluated in the intent that is resumed, never before a final yield', () => {
    const gives = (amount: bigint) => [
      withdraw(A, amount),
      takeAll(A),
      yieldToChild(0, bucketValue(0)),
      yieldToChild(0),
      bank(),
    ];
    const wants = (assertion: Instruction) => ({
      instructions: [
        { type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints: [] } as const,
        yieldToParent(),
        takeAll(A),
        assertion,
        yieldToParent(bucketValue(0)),
      ],
    });
    const any = {
      type: 'ASSERT_NEXT_CALL_RETURNS_ONLY',
      constraints: [[A, { type: 'ExactAmount', amount: 99n }]],
    } as const;
    expect(judge(gives(3n), [wants(any)])).toBe('ok');
    const asks = {
      ...wants(any),
      instructions: [
        { ...any, constraints: [[A, { type: 'ExactAmount', amount: 4n }]] } as const,
        yieldToParent(),
        yieldToParent(),
      ],
    };
    const late = [yieldToChild(0), withdraw(A, 3n), takeAll(A), yieldToChild(0, bucketValue(0))];
    expect(judge(late, [asks])).toBe('AssertionFailed@subintents[0].instructions[1]');
  });
});

describe('accounts', () => {
  it('only their owner withdraws and deposits, by its key in that very intent', () => {
    expect(judge([withdraw(A, 1n, ACCOUNT), bank()])).toBe('NotOwner@root.instructions[0]');
    expect(judge([withdraw(A, 1n), bank(ACCOUNT)])).toBe('NotOwner@root.instructions[1]');
    const other = preallocatedAccount(secp256k1Key(7).publicKey);
    const signed = (account: string, key: TestKey) =>
      judge(
        [yieldToChild(0)],
        [{ instructions: [withdraw(A, 1n, account), bank(account), yieldToParent()], signers: [key] }],
      );
    expect(signed(ACCOUNT, USER)).toBe('ok');
    expect(signed(other, secp256k1Key(7))).toBe('ok');
    expect(signed(other, USER)).toBe('NotOwner@subintents[0].instructions[0]');
    const dropped: Instruction[] = [{ type: 'DROP_AUTH_ZONE_SIGNATURE_PROOFS' }, withdraw(A, 1n), bank()];
    expect(judge(dropped)).toBe('NotOwner@root.instructions[1]');
  });

  it('of a created one the owner is assumed', () => {
    const { assumptions, changes } = run([withdraw(A, 5n, CREATED), bank()]);
    expect(assumptions).toEqual([`the owner of account ${CREATED} signed`]);
    expect(changes.get(CREATED)?.get(A)).toBe(-5n);
  });

  it('anyone may try to deposit, if the account lets them', () => {
    const tried = (method: string, accepts?: boolean) => {
      const one = !method.includes('batch');
      const list = [
        withdraw(A, 5n),
        ...(one ? [takeAll(A)] : []),
        callMethod(ACCOUNT, method, one ? bucketValue(0) : ENTIRE_WORKTOP, NONE),
      ];
      return judge([...list, bank()], [], accepts === undefined ? undefined : { accepts: () => accepts });
    };
    for (const method of ['try_deposit_or_abort', 'try_deposit_batch_or_abort']) {
      expect(tried(method)).toBe('ok');
      expect(tried(method, true)).toBe('ok');
      expect(tried(method, false)).toMatch(/^DepositRefused@/);
    }
    for (const method of ['try_deposit_or_refund', 'try_deposit_batch_or_refund'])
      expect(tried(method, false)).toBe('ok');
    const refund = [withdraw(A, 5n), callMethod(ACCOUNT, 'try_deposit_batch_or_refund', ENTIRE_WORKTOP, NONE)];
    expect(judge(refund, [], { accepts: () => false })).toBe('NonEmptyWorktop@root');
    expect(run([...refund]).assumptions).toEqual([`account ${ACCOUNT} accepts ${A} from anyone`]);
  });

  it('known balances and divisibilities are respected', () => {
    const ledger: Ledger = { balance: () => 10n, divisibility: (resource) => (resource === A ? 18 : 17) };
    expect(judge([withdraw(A, 10n), bank()], [], ledger)).toBe('ok');
    expect(judge([withdraw(A, 6n), withdraw(A, 5n), bank()], [], ledger)).toBe(
      'AccountInsufficient@root.instructions[1]',
    );
    expect(judge([withdraw(A, 10n), bank(), withdraw(A, 10n), bank()], [], ledger)).toBe('ok');
    expect(judge([withdraw(B, 10n), bank()], [], ledger)).toBe('ok');
    expect(judge([withdraw(B, 5n), bank()], [], ledger)).toBe('InvalidAmount@root.instructions[0]');
    expect(judge([withdraw(B, 10n), take(B, 5n), bank(), ...drop(0)], [], ledger)).toBe(
      'InvalidAmount@root.instructions[1]',
    );
    expect(judge([callMethod(SOLVER, 'lock_fee', decimal(11n))], [], { balance: () => 10n })).toBe(
      'AccountInsufficient@root.instructions[0]',
    );
    expect(
      judge([callMethod(SOLVER, 'lock_fee', decimal(4n)), withdraw(XRD, 7n), bank()], [], { balance: () => 10n }),
    ).toBe('AccountInsufficient@root.instructions[1]');
  });

  it('refuses arguments of another shape', () => {
    const wrong = [
      callMethod(SOLVER, 'withdraw'),
      callMethod(SOLVER, 'withdraw', address(A), address(A)),
      callMethod(SOLVER, 'withdraw_non_fungibles', address(N), decimal(1n)),
      callMethod(SOLVER, 'withdraw_non_fungibles', address(N), {
        kind: 'Array',
        elementKind: 'U32',
        elements: [{ kind: 'U32', value: 1 }],
      }),
      callMethod(SOLVER, 'deposit', decimal(1n)),
      callMethod(SOLVER, 'deposit_batch', decimal(1n)),
      callMethod(SOLVER, 'try_deposit_batch_or_abort', ENTIRE_WORKTOP),
      callMethod(SOLVER, 'create_proof_of_non_fungibles', address(A), ids('#1#')),
    ];
    for (const instruction of wrong) expect(judge([instruction])).toBe('BadArguments@root.instructions[0]');
    expect(judge([proofOf(A, 0n)])).toBe('InvalidAmount@root.instructions[0]');
    expect(judge([withdraw(A, -1n)])).toBe('InvalidAmount@root.instructions[0]');
  });

  it('fees are locked by the root, from an XRD vault that nothing has touched', () => {
    const lock = (account = SOLVER, method = 'lock_fee') => callMethod(account, method, decimal(units(1)));
    expect(run([lock()]).changes.size).toBe(0);
    expect(judge([withdraw(A, 1n), lock(), bank()])).toBe('ok');
    expect(judge([withdraw(XRD, 1n), lock()])).toBe('VaultTouched@root.instructions[1]');
    expect(judge([proofOf(XRD, 1n), lock()])).toBe('VaultTouched@root.instructions[1]');
    expect(judge([lock(), lock()])).toBe('VaultTouched@root.instructions[1]');
    expect(judge([lock(), lock(SOLVER, 'lock_contingent_fee')])).toBe('VaultTouched@root.instructions[1]');
    expect(judge([lock(), withdraw(XRD, 1n), bank()])).toBe('ok');
    const child = (method: string) => [{ instructions: [lock(ACCOUNT, method), yieldToParent()] }];
    expect(judge([yieldToChild(0)], child('lock_fee'))).toBe('LockFeeInSubintent@subintents[0].instructions[0]');
    expect(judge([yieldToChild(0)], child('lock_contingent_fee'))).toBe('ok');
    expect(judge([callMethod(SOLVER, 'lock_fee', decimal(-1n))])).toBe('InvalidAmount@root.instructions[0]');
  });
});

describe('yields', () => {
  const echo = { instructions: [yieldToParent(), yieldToParent(ENTIRE_WORKTOP)] };

  it('pass buckets both ways', () => {
    const list = [withdraw(A, 3n), yieldToChild(0), takeAll(A), yieldToChild(0, bucketValue(0)), bank()];
    expect(judge(list, [echo])).toBe('ok');
    expect(
      run(list, [echo])
        .steps.filter(({ op }) => op === 'send')
        .map((step) => (step.op === 'send' ? step.bytes : 0)),
    ).toEqual([3, 3, 34, 36]);
  });

  it('must match', () => {
    expect(judge([yieldToChild(0)], [echo])).toBe('YieldMismatch@subintents[0]');
    expect(judge([yieldToChild(0), yieldToChild(0), yieldToChild(0)], [echo])).toMatch(/^YieldMismatch@/);
    expect(judge([yieldToChild(1)], [echo])).toBe('ChildMissing@root.instructions[0]');
    expect(judge([yieldToParent()])).toBe('YieldMismatch@root.instructions[0]');
    expect(judge([yieldToChild(0)], [{ instructions: [] }])).toMatch(/^YieldMismatch@subintents\[0\]/);
    const transaction = makeNotarized({ instructions: [], childHashes: [Buffer.alloc(32)] });
    const intent = transaction.signedTransactionIntent.transactionIntent;
    expect(verdict(() => simulate(intent, { signers: [] }))).toBe('ChildMissing@root');
  });

  it('carry no proof', () => {
    expect(judge([proofOf(A, 1n), { type: 'POP_FROM_AUTH_ZONE' }, yieldToChild(0, proofValue(0))], [echo])).toBe(
      'CannotYieldProof@root.instructions[2]',
    );
    const zone = { kind: 'Expression', value: 'ENTIRE_AUTH_ZONE' } as const;
    expect(judge([proofOf(A, 1n), yieldToChild(0, zone)], [echo])).toBe('CannotYieldProof@root.instructions[1]');
  });
});

describe('VERIFY_PARENT', () => {
  const badge = { type: 'NonFungible', id: signatureBadge(NOTARY.publicKey) } as const;
  const stranger = { type: 'NonFungible', id: signatureBadge(ed25519Key(8).publicKey) } as const;
  const resource = { type: 'Resource', resource: A } as const;
  const rule = (requirement: CompositeRequirement): AccessRule => ({ type: 'Protected', requirement });
  const basic = (requirement: BasicRequirement) => rule({ type: 'Basic', requirement });
  const verified = (of: AccessRule, before: readonly Instruction[] = []) =>
    judge([...before, yieldToChild(0)], [{ instructions: [{ type: 'VERIFY_PARENT', rule: of }, yieldToParent()] }]) ===
    'ok';

  const cases: [AccessRule, boolean][] = [
    [{ type: 'AllowAll' }, true],
    [{ type: 'DenyAll' }, false],
    [basic({ type: 'Require', badge }), true],
    [basic({ type: 'Require', badge: stranger }), false],
    // A signature badge meets only a requirement that names the very non-fungible.
    [basic({ type: 'Require', badge: { type: 'Resource', resource: badge.id.resource } }), false],
    [basic({ type: 'AllOf', badges: [] }), true],
    [basic({ type: 'AllOf', badges: [badge, stranger] }), false],
    [basic({ type: 'AnyOf', badges: [] }), false],
    [basic({ type: 'AnyOf', badges: [stranger, badge] }), true],
    [basic({ type: 'CountOf', count: 0, badges: [] }), true],
    [basic({ type: 'CountOf', count: 2, badges: [badge, badge] }), true],
    [basic({ type: 'CountOf', count: 2, badges: [badge, stranger] }), false],
    [basic({ type: 'AmountOf', amount: 0n, resource: A }), false],
    [rule({ type: 'AnyOf', rules: [] }), false],
    [rule({ type: 'AllOf', rules: [] }), true],
    [rule({ type: 'AllOf', rules: [{ type: 'Basic', requirement: { type: 'Require', badge } }] }), true],
    [rule({ type: 'AnyOf', rules: [{ type: 'Basic', requirement: { type: 'Require', badge: stranger } }] }), false],
  ];
  it.each(cases)('by badges %#', (of, met) => expect(verified(of)).toBe(met));

  it('by proofs in the parent’s auth zone at that moment', () => {
    expect(verified(basic({ type: 'Require', badge: resource }))).toBe(false);
    expect(verified(basic({ type: 'Require', badge: resource }), [proofOf(A, 5n)])).toBe(true);
    expect(
      verified(basic({ type: 'Require', badge: resource }), [
        proofOf(A, 5n),
        { type: 'DROP_AUTH_ZONE_REGULAR_PROOFS' },
      ]),
    ).toBe(false);
    expect(verified(basic({ type: 'AmountOf', amount: 5n, resource: A }), [proofOf(A, 5n)])).toBe(true);
    // A single proof must be enough.
    expect(verified(basic({ type: 'AmountOf', amount: 6n, resource: A }), [proofOf(A, 3n), proofOf(A, 3n)])).toBe(
      false,
    );
    const owned = { type: 'NonFungible', id: { resource: N, localId: '#1#' } } as const;
    const proof = (...list: string[]) => callMethod(SOLVER, 'create_proof_of_non_fungibles', address(N), ids(...list));
    expect(verified(basic({ type: 'Require', badge: owned }), [proof('#1#')])).toBe(true);
    expect(verified(basic({ type: 'Require', badge: owned }), [proof('#2#')])).toBe(false);
    expect(verified(basic({ type: 'Require', badge: owned }), [proofOf(N, units(1))])).toBe(true);
  });

  it('looks at the direct parent only, and tells where it failed', () => {
    const inner = {
      instructions: [{ type: 'VERIFY_PARENT', rule: basic({ type: 'Require', badge }) } as const, yieldToParent()],
    };
    const outer = { instructions: [yieldToChild(0), yieldToParent()], children: [inner] };
    expect(judge([yieldToChild(0)], [outer])).toBe('VerifyParentFailed@subintents[1].instructions[0]');
    expect(judge([{ type: 'VERIFY_PARENT', rule: { type: 'AllowAll' } }])).toBe('Unsupported@root.instructions[0]');
  });
});

describe('proofs', () => {
  const pop: Instruction = { type: 'POP_FROM_AUTH_ZONE' };

  it('move between auth zone and names, are cloned and dropped', () => {
    const list: Instruction[] = [
      proofOf(A, 5n),
      pop,
      { type: 'CLONE_PROOF', proof: 0 },
      { type: 'PUSH_TO_AUTH_ZONE', proof: 1 },
      { type: 'DROP_PROOF', proof: 0 },
      { type: 'DROP_ALL_PROOFS' },
      { type: 'DROP_NAMED_PROOFS' },
      { type: 'DROP_AUTH_ZONE_PROOFS' },
    ];
    expect(judge(list)).toBe('ok');
    expect(judge([pop])).toBe('ProofMissing@root.instructions[0]');
    expect(judge([proofOf(A, 5n), pop, { type: 'DROP_PROOF', proof: 0 }, { type: 'DROP_PROOF', proof: 0 }])).toBe(
      'ProofMissing@root.instructions[3]',
    );
    expect(judge([proofOf(A, 5n), pop, proofOf(A, 5n)])).toBe('ok');
  });

  it('are composed of those in the auth zone', () => {
    const of = (amount: bigint): Instruction => ({
      type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT',
      resource: A,
      amount,
    });
    expect(judge([proofOf(A, 5n), of(5n)])).toBe('ok');
    // Two proofs of one vault show the same resources.
    expect(judge([proofOf(A, 5n), proofOf(A, 4n), of(6n)])).toBe('ProofInsufficient@root.instructions[2]');
    expect(judge([proofOf(A, 5n), proofOf(A, 6n, CREATED), of(11n)])).toBe('ok');
    expect(judge([of(1n)])).toBe('ProofInsufficient@root.instructions[0]');
    expect(judge([{ type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource: A }])).toBe(
      'ProofInsufficient@root.instructions[0]',
    );
    expect(judge([proofOf(A, 5n), { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL', resource: A }])).toBe('ok');
    const proof = callMethod(SOLVER, 'create_proof_of_non_fungibles', address(N), ids('#1#', '#2#'));
    const ofIds = (...list: string[]): Instruction => ({
      type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES',
      resource: N,
      ids: list,
    });
    expect(judge([proof, ofIds('#2#')])).toBe('ok');
    expect(judge([proof, ofIds('#3#')])).toBe('ProofInsufficient@root.instructions[1]');
    expect(judge([proof, { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource: N, amount: units(2) }])).toBe('ok');
    expect(run([proofOf(N, units(1)), ofIds('#1#')]).assumptions).toEqual([
      'which non-fungibles a proof by number shows',
    ]);
    // What is opened is read as the wanted kind, until enough is shown: one more is opened to see that.
    expect(judge([proof, proofOf(A, 5n), ofIds('#2#')])).toBe('ProofInsufficient@root.instructions[2]');
    expect(judge([proofOf(A, 5n), proof, of(5n)])).toBe('ProofInsufficient@root.instructions[2]');
    expect(judge([proof, proof, proofOf(A, 5n), ofIds('#2#')])).toBe('ok');
    expect(judge([{ type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES', resource: A, ids: [] }])).toBe(
      'BadArguments@root.instructions[0]',
    );
  });

  it('of a bucket lock it', () => {
    const bucket = [withdraw(A, 10n), takeAll(A)];
    const half: Instruction = { type: 'CREATE_PROOF_FROM_BUCKET_OF_AMOUNT', bucket: 0, amount: 5n };
    expect(judge([...bucket, half, ...drop(0)])).toBe('BucketLocked@root.instructions[3]');
    expect(judge([...bucket, half, { type: 'DROP_PROOF', proof: 0 }, ...drop(0)])).toBe('ok');
    expect(
      judge([
        ...bucket,
        { type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket: 0 },
        { type: 'DROP_NAMED_PROOFS' },
        ...drop(0),
      ]),
    ).toBe('ok');
    expect(judge([...bucket, { ...half, amount: 11n }])).toBe('ProofInsufficient@root.instructions[2]');
    const back: Instruction = { type: 'RETURN_TO_WORKTOP', bucket: 0 };
    expect(judge([...bucket, half, back, take(A, 5n), { type: 'DROP_NAMED_PROOFS' }, bank(), ...drop(1)])).toBe('ok');
    expect(judge([...bucket, half, back, take(A, 6n)])).toBe('BucketLocked@root.instructions[4]');
    const of = (...list: string[]): Instruction => ({
      type: 'CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES',
      bucket: 0,
      ids: list,
    });
    const owned = [withdrawIds('#1#'), takeAll(N)];
    expect(judge([...owned, of('#1#'), { type: 'DROP_NAMED_PROOFS' }, ...drop(0)])).toBe('ok');
    expect(judge([...owned, of('#2#')])).toBe('ProofInsufficient@root.instructions[2]');
    expect(judge([...bucket, of('#1#')])).toBe('BadArguments@root.instructions[2]');
  });

  it('passed to a call are gone', () => {
    const zone = { kind: 'Expression', value: 'ENTIRE_AUTH_ZONE' } as const;
    const { assumptions } = run([proofOf(A, 5n), callMethod(FAUCET, 'free', zone), pop]);
    expect(assumptions).toEqual([`what ${FAUCET} free returns`, 'which proofs a call brought']);
    expect(judge([proofOf(A, 5n), pop, callMethod(FAUCET, 'free', proofValue(0))])).toBe('ok');
  });
});

describe('non-fungibles', () => {
  const takeIds = (...list: string[]): Instruction => ({
    type: 'TAKE_NON_FUNGIBLES_FROM_WORKTOP',
    resource: N,
    ids: list,
  });

  it('are taken by id', () => {
    const list = [withdrawIds('#1#', '#2#'), takeIds('#1#'), takeIds('#2#'), takeIds(), ...drop(0, 1, 2)];
    expect(run(list).changes.size).toBe(0);
    expect(judge([withdrawIds('#1#'), takeIds('#2#')])).toBe('WorktopInsufficient@root.instructions[1]');
    const [account, gained] = [
      SOLVER,
      run([withdrawIds('#1#', '#2#'), callMethod(ACCOUNT, 'try_deposit_batch_or_abort', ENTIRE_WORKTOP, NONE)]),
    ];
    expect(gained.changes.get(account)?.get(N)).toBe(-units(2));
  });

  it('withdrawn by number are the vault’s choice', () => {
    const { assumptions } = run([withdraw(N, units(2)), takeIds('#1#'), bank(), ...drop(0)]);
    expect(assumptions).toEqual(['which non-fungibles a withdrawal takes']);
    const asserted = run([
      withdraw(N, units(2)),
      { type: 'ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES', resource: N, ids: ['#1#'] },
      bank(),
    ]);
    expect(asserted.assumed).toBe(true);
    expect(judge([withdrawIds('#1#', '#2#'), take(N, units(1)), takeIds('#2#'), bank(), ...drop(0, 1)])).toBe('ok');
  });
});

describe('what is not followed', () => {
  const free = callMethod(FAUCET, 'free');

  it('may bring proofs', () => {
    const assumptions = [`what ${FAUCET} free returns`, 'which proofs a call brought'];
    const ofAmount: Instruction = { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT', resource: A, amount: 5n };
    const ofIds: Instruction = { type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES', resource: N, ids: ['#1#'] };
    for (const use of [ofAmount, ofIds, { type: 'POP_FROM_AUTH_ZONE' } as const]) {
      expect(run([free, use, { type: 'DROP_PROOF', proof: 0 }]).assumptions).toEqual(assumptions);
      expect(judge([free, { type: 'DROP_AUTH_ZONE_REGULAR_PROOFS' }, use])).toMatch(/^Proof(Missing|Insufficient)@/);
    }
    const rule: AccessRule = {
      type: 'Protected',
      requirement: { type: 'Basic', requirement: { type: 'Require', badge: { type: 'Resource', resource: A } } },
    };
    const child = { instructions: [{ type: 'VERIFY_PARENT', rule } as const, yieldToParent()] };
    expect(run([free, yieldToChild(0)], [child]).assumptions).toEqual(assumptions);
    expect(judge([yieldToChild(0)], [child])).toBe('VerifyParentFailed@subintents[0].instructions[0]');
  });

  it('may get any arguments, whose length is known', () => {
    const args: Value[] = [
      { kind: 'Array', elementKind: 'U32', elements: [{ kind: 'U32', value: 1 }] },
      {
        kind: 'Map',
        keyKind: 'U8',
        valueKind: 'Bool',
        entries: [
          [
            { kind: 'U8', value: 1 },
            { kind: 'Bool', value: true },
          ],
        ],
      },
      { kind: 'Bytes', value: Buffer.alloc(200) },
      { kind: 'String', value: 'äö' },
      { kind: 'Enum', discriminator: 1, fields: [{ kind: 'PreciseDecimal', value: 1n }] },
      ...['#1#', '<a>', '[00]', `{${'0123456789abcdef-'.repeat(4).slice(0, -1)}}`].map(
        (value) => ({ kind: 'NonFungibleLocalId', value }) as const,
      ),
    ];
    const [step] = run([callMethod(FAUCET, 'free', ...args)]).steps.filter(({ op }) => op === 'unknown-call');
    // Prefix, kind and count of the tuple; then each with its kind.
    const lengths = [2 + 4, 3 + 2, 1 + 2 + 200, 1 + 4, 2 + 33, 1 + 8, 1 + 2, 1 + 2, 1 + 32].map((length) => 1 + length);
    expect(step).toMatchObject({ bytes: 3 + lengths.reduce((sum, length) => sum + length, 0) });
    const blob = Buffer.from('blob');
    const transaction = makeNotarized({
      instructions: [callMethod(FAUCET, 'free', { kind: 'Blob', value: toHex(blake2b(blob)) })],
      blobs: [blob],
    });
    const intent = transaction.signedTransactionIntent.transactionIntent;
    expect(simulate(intent, { signers: [] }).steps[1]).toMatchObject({ op: 'unknown-call', bytes: 3 + 3 + 4 });
  });

  it('brings what an assertion states', () => {
    const brings = (resource: string, constraint: ResourceConstraint) =>
      run([
        { type: 'ASSERT_NEXT_CALL_RETURNS_INCLUDE', constraints: [[resource, constraint]] },
        free,
        callMethod(SOLVER, 'deposit_batch', ENTIRE_WORKTOP),
      ])
        .changes.get(SOLVER)
        ?.get(resource);
    const general = (lower: bigint, ...required: string[]): ResourceConstraint => ({
      type: 'General',
      constraint: {
        requiredIds: required,
        lowerBound: { type: 'Inclusive', amount: lower },
        upperBound: { type: 'Unbounded' },
        allowedIds: { type: 'Any' },
      },
    });
    expect(brings(A, { type: 'ExactAmount', amount: 3n })).toBe(3n);
    expect(brings(A, { type: 'NonZeroAmount' })).toBeUndefined();
    expect(brings(A, general(4n))).toBe(4n);
    expect(brings(N, { type: 'AtLeastNonFungibles', ids: ['#1#'] })).toBe(units(1));
    expect(brings(N, general(0n, '#1#', '#2#'))).toBe(units(2));
  });

  it('is refused or assumed, never ignored', () => {
    expect(judge([{ type: 'ALLOCATE_GLOBAL_ADDRESS', package: `0d${'00'.repeat(29)}`, blueprint: 'X' }])).toBe(
      'Unsupported@root.instructions[0]',
    );
    expect(judge([callMethod(FAUCET, 'free', { kind: 'AddressReservation', value: 0 })])).toBe(
      'Unsupported@root.instructions[0]',
    );
    expect(judge([callMethod(FAUCET, 'free', { kind: 'Address', value: { namedAddress: 0 } })])).toBe(
      'Unsupported@root.instructions[0]',
    );
    expect(judge([callMethod(FAUCET, 'free', { kind: 'Blob', value: '00'.repeat(32) })])).toBe(
      'BlobMissing@root.instructions[0]',
    );
    expect(judge([takeAll(A), ...drop(0, 0)])).toBe('BucketMissing@root.instructions[2]');
    const burnt = run([withdraw(A, 1n), takeAll(A), { type: 'BURN_RESOURCE', bucket: 0 }]);
    expect(burnt.assumptions).toEqual([`${A} can be burnt`]);
    const calls: Instruction[] = [
      { type: 'CALL_FUNCTION', package: `0d${'00'.repeat(29)}`, blueprint: 'X', function: 'new', args: tuple() },
      { type: 'CALL_METADATA_METHOD', address: SOLVER, method: 'get', args: tuple({ kind: 'String', value: 'é' }) },
      callMethod(SOLVER, 'securify'),
    ];
    for (const call of calls) expect(run([call]).assumed).toBe(true);
  });
});
