import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { simulate } from '../../src/settlement/check/simulate.js';
import type { Features } from '../../src/settlement/fee/features.js';
import { type FeePrediction, predictFee } from '../../src/settlement/fee/predict.js';
import { notarizedLength } from '../../src/transaction/length.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { verifyNotarized } from '../../src/transaction/validate.js';

/** Settlements that the official engine executed (fixtures/engine/README.md): what it charged is what we predict. */

interface Recorded {
  readonly shape: string;
  readonly composition: string;
  readonly missingVaults: Readonly<Record<string, readonly string[]>>;
  readonly features: Readonly<Record<string, Features>>;
  readonly fee: {
    readonly total: string;
    readonly executionCostUnits: number;
    readonly finalizationCostUnits: number;
    readonly archiveBytes: number;
    readonly stateBytes: number;
  };
  readonly transaction: string;
}

interface Judged {
  readonly recorded: Recorded;
  readonly prediction: FeePrediction;
  /** Percent by which the total is off. */
  readonly error: number;
}

function read(part: string): Judged[] {
  const path = new URL(`../../fixtures/engine/${part}.jsonl`, import.meta.url);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => judge(JSON.parse(line) as Recorded));
}

function judge(recorded: Recorded): Judged {
  const notarized = decodeTransaction('NotarizedTransactionV2', fromHex(recorded.transaction));
  const intent = notarized.signedTransactionIntent.transactionIntent;
  const { notaryPublicKey, tipBasisPoints } = intent.transactionHeader.value;
  const [root, ...subintents] = verifyNotarized(notarized);
  const signers = [[...root!, notaryPublicKey], ...subintents];
  const signatures = signers.reduce((sum, keys) => sum + keys.length, 0);
  const input = { intent, effectiveLength: notarizedLength(notarized), signatures, tipBasisPoints };
  const prediction = predictFee(input, simulate(intent, { signers }), {
    holdsVault: (account, resource) => !recorded.missingVaults[account]?.includes(resource),
    exists: () => true,
    features: (resource) => recorded.features[resource],
    hasBasicData: () => true,
    anyoneBurns: (resource) => recorded.features[resource]?.includes('burn'),
  });
  const charged = parseAmount(recorded.fee.total);
  return { recorded, prediction, error: (Math.abs(Number(prediction.total - charged)) / Number(charged)) * 100 };
}

describe.each(['calibration', 'held-back'])('fees of the recorded settlements: %s', (part) => {
  const judged = read(part);
  const known = judged.filter(({ prediction }) => prediction.known);

  it('knows most of them', () => {
    expect(judged.length).toBeGreaterThan(80);
    expect(known.length / judged.length).toBeGreaterThan(0.5);
  });

  it('predicts what is known to the atto', () => {
    const off = known.filter(({ recorded, prediction }) => prediction.total !== parseAmount(recorded.fee.total));
    expect(off.map(({ recorded, error }) => `${recorded.shape} ${recorded.composition}: ${error} %`)).toEqual([]);
    for (const { prediction } of known) expect(prediction.supposed).toEqual([]);
  });

  it.each(['prefix-badge', 'prefix-badges', 'prefix-bucket', 'prefix-burn'])('knows %s', (shape) => {
    const those = judged.filter(({ recorded }) => recorded.shape === shape);
    expect(those.length).toBeGreaterThan(0);
    for (const { prediction } of those) expect(prediction.unknown).toEqual([]);
  });

  it('counts the bytes that are stored exactly where all is known', () => {
    for (const { recorded, prediction } of known) {
      const { archiveBytes, stateBytes } = recorded.fee;
      expect(prediction.storageBytes, recorded.shape).toBe(archiveBytes + stateBytes);
    }
  });

  it('is not far off with an estimate either', () => {
    for (const { recorded, error } of judged) expect(error, recorded.shape).toBeLessThan(1);
  });
});
