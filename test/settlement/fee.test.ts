import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount, units } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { simulate } from '../../src/settlement/check/simulate.js';
import type { Feature } from '../../src/settlement/fee/features.js';
import { type FeePrediction, LOAN_UNITS, predictFee, type StateFacts } from '../../src/settlement/fee/predict.js';
import { checkedReferences } from '../../src/settlement/fee/reference.js';
import type { CompositeRequirement } from '../../src/transaction/accessRule.js';
import { formatAddress, isFungible } from '../../src/transaction/address.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { notarizedLength } from '../../src/transaction/length.js';
import type { NotarizedTransaction } from '../../src/transaction/model.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { callMethod, FAUCET, makeCore, makeNotarized, NOTARY, SIMULATOR, XRD } from '../support/build.js';
import { address, decimal, ENTIRE_WORKTOP, token } from '../support/bundles.js';
import { type Executed, loadExecuted, signatureCount, signersOf, vaultsOf } from './checkSupport.js';

const SOLVER = preallocatedAccount(NOTARY.publicKey);
const [A, B] = [token(1), token(2)];
const N = `9a${'11'.repeat(29)}`;

const ids = (...list: string[]) =>
  ({
    kind: 'Array',
    elementKind: 'NonFungibleLocalId',
    elements: list.map((value) => ({ kind: 'NonFungibleLocalId', value }) as const),
  }) as const;

function predict(transaction: NotarizedTransaction, facts: StateFacts): FeePrediction {
  const intent = transaction.signedTransactionIntent.transactionIntent;
  const { tipBasisPoints } = intent.transactionHeader.value;
  const signatures = signatureCount(transaction);
  const input = { intent, effectiveLength: notarizedLength(transaction), signatures, tipBasisPoints };
  return predictFee(input, simulate(intent, { signers: signersOf(transaction) }), facts);
}

const read = (hex: string) => decodeTransaction('NotarizedTransactionV2', fromHex(hex));

function factsOf(scenario: string): StateFacts {
  const vaults = vaultsOf(scenario);
  const text = (node: string) => formatAddress(node, SIMULATOR);
  return { holdsVault: (account, resource) => vaults.get(text(account))?.get(text(resource)) };
}

function lockOf(transaction: NotarizedTransaction): number {
  const { instructions } = transaction.signedTransactionIntent.transactionIntent.rootIntentCore;
  return instructions.value.findIndex((each) => each.type === 'CALL_METHOD' && each.method === 'lock_fee');
}

describe('executed settlements', () => {
  const name = ({ scenario, composition, lockFeeAfterYield }: Executed) =>
    `${scenario} ${composition} ${lockFeeAfterYield}`;
  const executed = loadExecuted();
  const successes = executed.filter(({ receipt }) => receipt.status === 'CommittedSuccess');

  it('cost exactly what is predicted, whatever their shape', () => {
    const table: string[] = [];
    for (const line of successes) {
      const fee = predict(read(line.transaction), factsOf(line.scenario));
      const { total, executionCostUnits, finalizationCostUnits } = line.receipt.fee;
      if (line.scenario === 'mint') {
        expect(fee.known).toBe(false);
        expect(fee.unknown).toEqual([`what ${FAUCET} free costs`]);
        expect(Math.abs(Number(fee.total) / Number(parseAmount(total)) - 1)).toBeLessThan(0.02);
        continue;
      }
      expect(fee.unknown, name(line)).toEqual([]);
      if (fee.total === parseAmount(total)) continue;
      const execution = fee.executionUnits - executionCostUnits;
      const finalization = fee.finalizationUnits - finalizationCostUnits;
      table.push(`${name(line)}: ${formatAmount(fee.total)} for ${total}, units ${execution} and ${finalization} off`);
    }
    expect(table).toEqual([]);
  });

  it('are accepted by a node just where the loan is predicted to last until the lock', () => {
    for (const line of executed.filter(
      ({ scenario, receipt }) => scenario !== 'mint' && !/Vault/.test(receipt.error ?? ''),
    )) {
      const transaction = read(line.transaction);
      const outOfLoan = /InsufficientBalance \{ required/.test(line.receipt.error ?? '');
      if (line.receipt.status !== 'CommittedSuccess' && !outOfLoan) continue;
      const { unitsBefore } = predict(transaction, factsOf(line.scenario));
      const at = lockOf(transaction);
      expect(unitsBefore[outOfLoan ? at + 1 : at]! > LOAN_UNITS, name(line)).toBe(outOfLoan);
    }
  });
});

/**
 * Transactions of many more shapes, executed on the official engine (radix-engine 1.4.0, latest protocol, default costs):
 * hand-made ones for every operation the model knows, and random rings of two to five orders with prefix proofs,
 * assertions, fees, several signers, both curves, created accounts, new vaults and accounts, XRD traded, tips.
 */
describe('other shapes', () => {
  interface Case {
    readonly name: string;
    readonly transaction: string;
    readonly vaults: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
    readonly exists: Readonly<Record<string, boolean>>;
    readonly executionUnits: number;
    readonly finalizationUnits: number;
    readonly storageBytes: number;
    readonly total: string;
    /** Index of the root's `lock_fee`, and the units of the loan used up when it returned; -1 where not looked at. */
    readonly lock: number;
    readonly lockedAt: number;
  }
  const text = readFileSync('test/settlement/feeCases.jsonl', 'utf8').trim();
  const cases: Case[] = text.split('\n').map((line) => JSON.parse(line));
  /** Not called known, and near: within so much of the fee. */
  const near: Record<string, number> = { nft: 0.02 };

  it.each(cases.map((each) => [each.name, each] as const))('%s', (name, line) => {
    const facts: StateFacts = {
      holdsVault: (account, resource) => line.vaults[account]?.[resource],
      exists: (account) => line.exists[account],
      features: (resource) => (isFungible(resource) ? undefined : ['track_total_supply']),
      hasBasicData: () => true,
    };
    const fee = predict(read(line.transaction), facts);
    const off = Math.abs(Number(fee.total) / Number(parseAmount(line.total)) - 1);
    if (near[name] !== undefined) {
      expect(fee.known).toBe(false);
      expect(off).toBeLessThan(near[name]);
      return;
    }
    const { executionUnits, finalizationUnits, storageBytes, total } = line;
    const predicted = { ...fee, total: formatAmount(fee.total) };
    expect(predicted).toMatchObject({ executionUnits, finalizationUnits, storageBytes, total });
    if (line.lock >= 0) expect(fee.unitsBefore[line.lock + 1]).toBe(line.lockedAt);
    expect(fee.unknown.filter((what) => !what.includes('owner of account'))).toEqual([]);
  });
});

describe('what is not known', () => {
  const lock = callMethod(SOLVER, 'lock_fee', decimal(units(1)));
  const make = (...instructions: Instruction[]) =>
    makeNotarized({ instructions: [lock, ...instructions], notaryIsSignatory: true });
  const withdraw = (resource: string) => callMethod(SOLVER, 'withdraw', address(resource), decimal(1n));
  const bank = callMethod(SOLVER, 'deposit_batch', ENTIRE_WORKTOP);
  const known: StateFacts = { holdsVault: () => true };

  it('is said in words', () => {
    expect(predict(make(), known).unknown).toEqual([]);
    const of = (facts: StateFacts, ...instructions: Instruction[]) => predict(make(...instructions), facts).unknown;
    expect(of({ holdsVault: () => undefined })).toEqual([`whether account ${SOLVER} has a vault for ${XRD}`]);
    expect(of(known, callMethod(FAUCET, 'free'))).toEqual([`what ${FAUCET} free costs`]);
    expect(of({ holdsVault: (_, resource) => resource === XRD }, withdraw(A), bank)).toEqual([
      `account ${SOLVER} has no vault to withdraw from`,
    ]);
    const other = `51${'00'.repeat(29)}`;
    const none = { kind: 'Enum', discriminator: 0, fields: [] } as const;
    const give = callMethod(other, 'try_deposit_batch_or_abort', ENTIRE_WORKTOP, none);
    expect(of({ holdsVault: (account) => account === SOLVER }, withdraw(A), give)).toEqual([
      `whether account ${other} exists`,
    ]);
    const created = `c1${'00'.repeat(29)}`;
    expect(of(known, callMethod(created, 'deposit_batch', ENTIRE_WORKTOP))).toEqual([
      `what rule the owner of account ${created} set`,
    ]);
  });

  const proofOf = (amount: bigint) => callMethod(SOLVER, 'create_proof_of_amount', address(A), decimal(amount));
  const shown = (...list: string[]) => callMethod(SOLVER, 'create_proof_of_non_fungibles', address(N), ids(...list));
  const taken: Instruction = { type: 'TAKE_ALL_FROM_WORKTOP', resource: A };
  const proved: Instruction = { type: 'CREATE_PROOF_FROM_BUCKET_OF_ALL', bucket: 0 };
  const back: Instruction = { type: 'RETURN_TO_WORKTOP', bucket: 0 };
  const pop: Instruction = { type: 'POP_FROM_AUTH_ZONE' };
  const free: Instruction = { type: 'DROP_NAMED_PROOFS' };

  it('is who may burn a token, unless anyone may', () => {
    const transaction = make(withdraw(A), taken, { type: 'BURN_RESOURCE', bucket: 0 });
    const of = (facts: Partial<StateFacts>) => predict(transaction, { ...known, ...facts });
    const burnt = of({ anyoneBurns: (resource) => resource === A });
    expect(burnt.unknown).toEqual([]);
    expect(of({})).toEqual({ ...burnt, known: false, unknown: [`who may burn ${A}`] });
    expect(of({ anyoneBurns: () => false }).unknown).toEqual([`who may burn ${A}`]);
    const uncounted = of({ anyoneBurns: () => true, features: () => ['mint', 'burn'] });
    expect(burnt.finalizationUnits - uncounted.finalizationUnits).toBe(100_009);
  });

  it('is how much a bucket measures while proofs lock it', () => {
    const of = (...instructions: Instruction[]) =>
      predict(make(withdraw(A), taken, proved, ...instructions, bank), known).unknown;
    expect(of(free, back)).toEqual([]);
    expect(of(back, free)).toEqual(['amounts of buckets that proofs lock']);
  });

  it('is which of several proofs of one vault an intent drops first in the end', () => {
    const of = (...instructions: Instruction[]) => predict(make(...instructions), known).unknown;
    expect(of(proofOf(2n), proofOf(3n), pop)).toEqual([]);
    expect(of(proofOf(2n), proofOf(2n), pop, pop)).toEqual([]);
    expect(of(proofOf(2n), proofOf(3n), pop, pop, free)).toEqual([]);
    expect(of(proofOf(2n), proofOf(3n), pop, pop)).toEqual(['in which order proofs are dropped']);
    expect(of(shown('#1#', '#2#'), shown('#2#', '#1#'), pop, pop)).toEqual([]);
    expect(of(shown('#1#', '#2#'), shown('#2#'), pop, pop)).toEqual(['in which order proofs are dropped']);
  });

  it('is which non-fungibles a proof shows, or a bucket holds', () => {
    const of = (...instructions: Instruction[]) => predict(make(...instructions), known).unknown;
    const composed = (amount: bigint): Instruction => ({
      type: 'CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT',
      resource: N,
      amount,
    });
    expect(of(shown('#1#', '#2#'), composed(units(2)))).toEqual([]);
    expect(of(shown('#1#', '#2#'), composed(units(1)))).toEqual(['which non-fungibles a proof shows']);
    expect(of(shown('#1#'), shown('#2#'), composed(units(2)))).toEqual(['proofs composed of non-fungibles']);
    const number = callMethod(SOLVER, 'create_proof_of_amount', address(N), decimal(units(1)));
    expect(of(number)).toEqual(['which non-fungibles a proof shows']);
    const owned = callMethod(SOLVER, 'withdraw_non_fungibles', address(N), ids('#1#'));
    const all: Instruction = { type: 'TAKE_ALL_FROM_WORKTOP', resource: N };
    expect(of(owned, all, proved, free, back, bank)).toEqual(['non-fungibles', 'proofs of buckets of non-fungibles']);
    expect(of(owned, all, { type: 'BURN_RESOURCE', bucket: 0 })).toEqual(['non-fungibles', `who may burn ${N}`]);
  });

  it('features of a non-fungible are supposed like those of others, and its data to be of its own type', () => {
    const transaction = make(shown('#1#'));
    const of = (facts: Partial<StateFacts>) => predict(transaction, { ...known, ...facts });
    expect(of({}).supposed).toEqual([N]);
    const told = of({ features: () => ['track_total_supply'] });
    expect(told.supposed).toEqual([]);
    expect(of({}).executionUnits).toBeGreaterThan(told.executionUnits);
    const basic = of({ features: () => ['track_total_supply'], hasBasicData: () => true });
    expect(told.executionUnits).toBeGreaterThan(basic.executionUnits);
    expect(told.finalizationUnits).toBe(basic.finalizationUnits);
  });

  it('an unknown vault counts as there', () => {
    const transaction = make(withdraw(A), bank);
    const there = predict(transaction, known);
    const unknown = predict(transaction, { holdsVault: (_, resource) => (resource === XRD ? true : undefined) });
    expect({ ...unknown, known: true, unknown: [] }).toEqual(there);
  });

  it('features of a resource matter, and have a usual value', () => {
    const transaction = make(withdraw(A), bank);
    const of = (...features: Feature[]) => predict(transaction, { ...known, features: () => features }).executionUnits;
    expect(of('mint', 'burn', 'track_total_supply')).toBe(predict(transaction, known).executionUnits);
    expect(of('mint', 'burn', 'track_total_supply', 'vault_recall')).toBeGreaterThan(
      of('mint', 'burn', 'track_total_supply'),
    );
    // Whether it is frozen is read from each vault that is used.
    expect(of('vault_freeze') - of('vault_recall')).toBeGreaterThan(40_000);
    const fresh = predict(make(withdraw(A), callMethod(SOLVER, 'deposit_batch', ENTIRE_WORKTOP)), known);
    expect(fresh.storageBytes).toBe(predict(transaction, known).storageBytes);
  });
});

describe('the parts of a fee', () => {
  const facts: StateFacts = { holdsVault: () => true };
  const withdrawn = (resource: string) => callMethod(SOLVER, 'withdraw', address(resource), decimal(1n));
  const list = [withdrawn(A), withdrawn(B), callMethod(SOLVER, 'deposit_batch', ENTIRE_WORKTOP)];

  it('a tip is a share of execution and finalization', () => {
    const fee = (tipBasisPoints: number) =>
      predict(makeNotarized({ instructions: list, notaryIsSignatory: true, tipBasisPoints }), facts);
    const [plain, tipped] = [fee(0), fee(500)];
    const share = BigInt(plain.executionUnits + plain.finalizationUnits) * 50_000_000_000n;
    expect(tipped.executionUnits).toBe(plain.executionUnits);
    expect(tipped.total - plain.total).toBe((share * 5n) / 100n);
  });

  it('what a timestamp, a signature, a byte cost does not use up the loan', () => {
    const of = (options: Parameters<typeof makeNotarized>[0]) =>
      predict(makeNotarized({ instructions: list, notaryIsSignatory: true, ...options }), facts);
    const [plain, timed] = [of({}), of({ maxTimestamp: 5n })];
    expect(timed.unitsBefore).toEqual(plain.unitsBefore);
    expect(timed.executionUnits - plain.executionUnits).toBe(40_000 + 40 * 9);
  });

  it('every reference is checked once per intent, but for what is always there', () => {
    const badge = { type: 'Resource', resource: A } as const;
    const own = { type: 'NonFungible', id: { resource: `9a${'11'.repeat(29)}`, localId: '#1#' } } as const;
    const rules: CompositeRequirement = {
      type: 'AllOf',
      rules: [
        { type: 'AnyOf', rules: [{ type: 'Basic', requirement: { type: 'Require', badge: own } }] },
        { type: 'Basic', requirement: { type: 'AmountOf', amount: 0n, resource: A } },
        { type: 'Basic', requirement: { type: 'CountOf', count: 0, badges: [badge, own] } },
      ],
    };
    const references = (instruction: Instruction) => checkedReferences(makeCore({ instructions: [instruction] }));
    expect(references({ type: 'VERIFY_PARENT', rule: { type: 'Protected', requirement: rules } })).toEqual([
      own.id.resource,
      A,
    ]);
    expect(references({ type: 'VERIFY_PARENT', rule: { type: 'AllowAll' } })).toEqual([]);
    const map = {
      kind: 'Map',
      keyKind: 'Address',
      valueKind: 'Enum',
      entries: [[address(A), { kind: 'Enum', discriminator: 0, fields: [address(B)] }]],
    } as const;
    const list = {
      kind: 'Array',
      elementKind: 'Address',
      elements: [address(XRD), address(SOLVER), address(A)],
    } as const;
    expect(references(callMethod(FAUCET, 'free', map, list, { kind: 'Address', value: { namedAddress: 0 } }))).toEqual([
      FAUCET,
      A,
      B,
    ]);
    const code = `0d${'33'.repeat(29)}`;
    const call = {
      type: 'CALL_FUNCTION',
      package: code,
      blueprint: 'X',
      function: 'new',
      args: { kind: 'Tuple', fields: [] },
    } as const;
    expect(references(call)).toEqual([code]);
  });

  it('counts the loan instruction by instruction', () => {
    const { unitsBefore } = predict(makeNotarized({ instructions: list, notaryIsSignatory: true }), facts);
    expect(unitsBefore).toHaveLength(list.length + 1);
    for (const [index, used] of unitsBefore.slice(1).entries()) expect(used).toBeGreaterThan(unitsBefore[index]!);
  });
});
