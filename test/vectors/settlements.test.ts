import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Attos, parseAmount } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import type { Composition } from '../../src/settlement/compose/choose.js';
import { processFrame } from '../../src/solver/processFrame.js';
import { factsOf, parseRecording } from '../../src/solver/recording.js';
import { formatId } from '../../src/transaction/address.js';
import { subintentHash } from '../../src/transaction/hash.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { validateNotarized } from '../../src/transaction/validate.js';

/** Settlements that the official engine executed: fixtures/vectors/settlement/README.md. */

interface Executed {
  scenario: string;
  bundles: number;
  composition: string;
  transaction: string;
  subintentIds: string[];
  receipt: { status: string; bytes: number; fee: { total: string } };
}

const lines = (file: string) => readFileSync(`fixtures/vectors/settlement/${file}`, 'utf8').trim().split('\n');
const executed = lines('executed.jsonl')
  .map((line) => JSON.parse(line))
  .filter((entry): entry is Executed => 'transaction' in entry);
const key = SolverKey.generate('Ed25519');
const account = preallocatedAccount(key.publicKey);

function settle(line: string, composition: Composition = 'cheapest') {
  const record = parseRecording(line);
  return processFrame(record.frame, {
    network: record.network,
    time: { epoch: record.epoch, timestamp: record.timestamp },
    key,
    account,
    facts: factsOf(record, account),
    composition,
    pinned: undefined,
    minProfit: undefined,
    maxFee: undefined,
    isDuplicate: () => false,
  });
}

describe('executed transactions', () => {
  it.each(executed)('$scenario, $composition: decodes, validates, has its ids and length', (entry) => {
    const payload = fromHex(entry.transaction);
    expect(payload).toHaveLength(entry.receipt.bytes);
    const transaction = decodeTransaction('NotarizedTransactionV2', payload);
    const { nonRootSubintents } = transaction.signedTransactionIntent.transactionIntent;
    expect(nonRootSubintents.map((each) => formatId('subtxid', subintentHash(each), 242))).toEqual(entry.subintentIds);
    const { signers } = validateNotarized(transaction, 242);
    expect(signers).toHaveLength(nonRootSubintents.length + 1);
  });
});

/** What the engine charged for the cheapest success of a scenario's single bundle. */
function cheapestCharged(scenario: string): Attos | undefined {
  const fees = executed
    .filter(
      (entry) => entry.scenario === scenario && entry.bundles === 1 && entry.receipt.status === 'CommittedSuccess',
    )
    .map((entry) => parseAmount(entry.receipt.fee.total));
  return fees.length === 0 ? undefined : fees.reduce((least, fee) => (fee < least ? fee : least));
}

const OUTCOMES: Record<string, string> = { deficit: 'unmatched', expired: 'expired' };

describe('their frames, composed again', () => {
  const frames = lines('frames.jsonl').map((line) => ({
    line,
    ...(JSON.parse(line) as { scenario: string; bundle: number }),
  }));

  it.each(frames)('$scenario, bundle $bundle', ({ line, scenario }) => {
    const result = settle(line);
    expect(result.outcome).toBe(OUTCOMES[scenario] ?? 'would-settle');
    const charged = cheapestCharged(scenario);
    if (result.outcome !== 'would-settle' || charged === undefined) return;
    // What a foreign call costs is an estimate; everything else is the same transaction or a cheaper one.
    if (result.quote.feeKnown) expect(result.quote.networkFee).toBeLessThanOrEqual(charged);
    const template = settle(line, 'template');
    if (template.outcome !== 'would-settle') throw new Error(template.outcome);
    expect(template.quote.networkFee).toBeGreaterThan(result.quote.networkFee);
  });

  it('charges the documented recipe what the engine did', () => {
    const recipe = executed.find((entry) => entry.scenario === 'pair' && entry.composition === 'template')!;
    const result = settle(frames[0]!.line, 'template');
    if (result.outcome !== 'would-settle') throw new Error(result.outcome);
    expect(result.quote.networkFee).toBe(parseAmount(recipe.receipt.fee.total));
  });
});
