import type { Attos } from '../../base/amount.js';
import { ENTITY, entityOf, type NodeId } from '../../sbor/custom.js';
import type { TransactionIntent } from '../../transaction/model.js';
import type { Execution } from '../check/execution.js';
import { SWITCH } from './charge.js';
import { Meter } from './meter.js';
import { CHECK, COMMIT, LOAN_UNITS, price } from './price.js';
import { zoneMade } from './recipe.js';
import { checkedReferences } from './reference.js';
import { type StateFacts, withFacts } from './state.js';
import { chargeStep } from './step.js';
import { STARTED } from './worktop.js';

export { LOAN_UNITS, type StateFacts, withFacts };

export interface FeeInput {
  readonly intent: TransactionIntent;
  readonly effectiveLength: number;
  /** All of them, the notary's included. */
  readonly signatures: number;
  readonly tipBasisPoints: number;
}

export interface FeePrediction {
  readonly total: Attos;
  readonly executionUnits: number;
  readonly finalizationUnits: number;
  readonly storageBytes: number;
  /** Whether everything the fee depends on was known. */
  readonly known: boolean;
  /** In words, what was not. */
  readonly unknown: readonly string[];
  /** Tokens whose features are not known but supposed: a guess, of 2 % of a bundle each at most. */
  readonly supposed: readonly NodeId[];
  /**
   * Per root instruction the units of the loan that are used up when it starts, and at last those at the end. A lock is
   * in time when it has run before LOAN_UNITS: see the entry after it (docs/protocol.md §7.4).
   */
  readonly unitsBefore: readonly number[];
}

/** What the ledger will charge when the transaction succeeds (docs/protocol.md §7, §12). */
export function predictFee(input: FeeInput, execution: Execution, facts: StateFacts): FeePrediction {
  const { intent, effectiveLength, signatures, tipBasisPoints } = input;
  const meter = new Meter(execution, facts);
  const cores = [intent.rootIntentCore];
  for (const { value } of intent.nonRootSubintents) cores.push(value.intentCore);

  // Deferred: not part of the loan.
  let deferred = CHECK.payloadByte * effectiveLength + CHECK.signature * signatures + CHECK.intent * cores.length;
  let timestamps = false;
  for (const core of cores) {
    const { minProposerTimestampInclusive, maxProposerTimestampExclusive } = core.header.value;
    if (minProposerTimestampInclusive !== undefined || maxProposerTimestampExclusive !== undefined) timestamps = true;
    for (const node of checkedReferences(core)) deferred += meter.reference(node, isResource(entityOf(node)));
  }
  if (timestamps) deferred += CHECK.timestamp;

  for (const { zone } of meter.intents) meter.add(zoneMade(zone) + STARTED);
  meter.add(SWITCH);
  const unitsBefore: number[] = [];
  for (const step of execution.steps) {
    if (step.op === 'instruction') unitsBefore.push(meter.execution);
    else chargeStep(step, meter);
  }
  unitsBefore.push(meter.execution);
  meter.checkAccounts();

  const executionUnits = deferred + meter.execution;
  const finalizationUnits = meter.finalization + COMMIT.intent * cores.length;
  const storageBytes = effectiveLength + meter.archive + meter.state;
  return {
    total: price(executionUnits, finalizationUnits, storageBytes, tipBasisPoints),
    executionUnits,
    finalizationUnits,
    storageBytes,
    known: meter.unknown.length === 0,
    unknown: meter.unknown,
    supposed: meter.supposed,
    unitsBefore,
  };
}

function isResource(entity: number): boolean {
  return entity === ENTITY.GlobalFungibleResourceManager || entity === ENTITY.GlobalNonFungibleResourceManager;
}
