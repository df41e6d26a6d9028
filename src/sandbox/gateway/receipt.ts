import { formatAmount, parseAmount } from '../../base/amount.js';
import type { Network } from '../../transaction/network.js';
import type { CostingParameters, EngineEvent, Fee, FeeDestination, PreviewReceipt } from '../engine/receipt.js';
import { type Programmatic, scryptoJson } from './scryptoJson.js';
import { stateUpdates } from './stateUpdates.js';

/** Parts of receipts in the words of the Core API, as the Gateway passes them on (docs/interfaces.md §2). */

export function feeSummary(fee: Fee) {
  return {
    execution_cost_units_consumed: fee.executionCostUnits,
    finalization_cost_units_consumed: fee.finalizationCostUnits,
    xrd_total_execution_cost: fee.execution,
    xrd_total_finalization_cost: fee.finalization,
    xrd_total_storage_cost: fee.storage,
    xrd_total_royalty_cost: fee.royalty,
    xrd_total_tipping_cost: fee.tip,
  };
}

/** Of the latest protocol; a test compares them with what the engine says. */
export const COSTING: CostingParameters = {
  executionCostUnitPrice: '0.00000005',
  executionCostUnitLimit: 100_000_000,
  executionCostUnitLoan: 4_000_000,
  finalizationCostUnitPrice: '0.00000005',
  finalizationCostUnitLimit: 50_000_000,
  usdPrice: '16.666666666666666666',
  stateStoragePrice: '0.00009536743',
  archiveStoragePrice: '0.00009536743',
};

export function costingParameters(costing: CostingParameters, tipProportion: string) {
  return {
    execution_cost_unit_price: costing.executionCostUnitPrice,
    execution_cost_unit_limit: costing.executionCostUnitLimit,
    execution_cost_unit_loan: costing.executionCostUnitLoan,
    finalization_cost_unit_price: costing.finalizationCostUnitPrice,
    finalization_cost_unit_limit: costing.finalizationCostUnitLimit,
    xrd_usd_price: costing.usdPrice,
    xrd_storage_price: costing.stateStoragePrice,
    xrd_archive_storage_price: costing.archiveStoragePrice,
    // Whole percents, rounded down: the exact figure is the other one.
    tip_percentage: Number((parseAmount(tipProportion) * 100n) / 10n ** 18n),
    tip_proportion: tipProportion,
  };
}

/** Basis points as the proportion that receipts speak of. */
export function tipProportion(basisPoints: number): string {
  return formatAmount(BigInt(basisPoints) * 10n ** 14n);
}

export function feeDestination(fees: FeeDestination) {
  return {
    to_proposer: fees.proposer,
    to_validator_set: fees.validatorSet,
    to_burn: fees.burn,
    to_royalty_recipients: Object.entries(fees.royalties).map(([recipient, xrd_amount]) => ({ recipient, xrd_amount })),
  };
}

/** `payers`: vault → XRD. */
export function feeSource(payers: Readonly<Record<string, string>>) {
  return {
    from_vaults: Object.entries(payers).map(([entity_address, xrd_amount]) => ({
      vault_entity: { entity_type: 'InternalFungibleVault', is_global: false, entity_address },
      xrd_amount,
    })),
  };
}

export function sborData(hex: string, network: Network): { hex: string; programmatic_json: Programmatic } {
  return { hex, programmatic_json: scryptoJson(hex, network) };
}

export function eventEmitter({ emitter, module, blueprint }: EngineEvent) {
  if (module === undefined) return { type: 'Function', package_address: emitter, blueprint_name: blueprint };
  const is_global = !emitter.startsWith('internal_');
  return { type: 'Method', entity: { is_global, entity_address: emitter }, object_module_id: module };
}

const PREVIEW_STATUS = { CommittedSuccess: 'Succeeded', CommittedFailure: 'Failed' } as const;

/** The Core API's receipt of a preview. What the engine does not tell (logs) is left out. */
export function previewReceipt(receipt: PreviewReceipt, payers: Readonly<Record<string, string>>, network: Network) {
  const { status, fee, error, events, outputs, feeDestination: destination } = receipt;
  const ends = status === 'CommittedSuccess' || status === 'CommittedFailure';
  return {
    status: ends ? PREVIEW_STATUS[status] : 'Rejected',
    fee_summary: fee === null ? undefined : feeSummary(fee),
    costing_parameters: costingParameters(
      receipt.costingParameters ?? COSTING,
      receipt.transactionCostingParameters?.tipProportion ?? '0',
    ),
    fee_source: ends ? feeSource(payers) : undefined,
    fee_destination: destination === undefined ? undefined : feeDestination(destination),
    events: events?.map((event) => ({
      type: { emitter: eventEmitter(event), name: event.name },
      data: sborData(event.hex, network),
    })),
    output: outputs
      ?.map((hex) => (hex === null ? undefined : sborData(hex, network)))
      .filter((each) => each !== undefined),
    state_updates: ends ? stateUpdates(receipt, network) : NO_UPDATES,
    error_message: error ?? undefined,
  };
}
const NO_UPDATES = {
  deleted_partitions: [],
  created_substates: [],
  updated_substates: [],
  deleted_substates: [],
  new_global_entities: [],
};

/** The toolkit's receipt; its worktop changes are not known here. The tip is missing there too. */
export function toolkitReceipt({ status, fee, feeLocks, error }: PreviewReceipt) {
  if (status === 'CommittedFailure') return { kind: 'CommitFailure', reason: error };
  if (status !== 'CommittedSuccess') return { kind: 'Reject', reason: error };
  return {
    kind: 'CommitSuccess',
    fee_summary: {
      execution_fees_in_xrd: fee?.execution,
      finalization_fees_in_xrd: fee?.finalization,
      storage_fees_in_xrd: fee?.storage,
      royalty_fees_in_xrd: fee?.royalty,
    },
    locked_fees: { contingent: feeLocks?.contingentLock, non_contingent: feeLocks?.lock },
  };
}
