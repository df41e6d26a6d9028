import { formatAmount, parseAmount } from '../../base/amount.js';
import { formatAddress, isFungible, parseAddress, XRD } from '../../transaction/address.js';
import type { Network } from '../../transaction/network.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Commit } from '../world/history.js';
import type { Call, Endpoint } from './call.js';
import { transactionNotFound } from './error.js';
import { idField } from './id.js';
import {
  COSTING,
  costingParameters,
  eventEmitter,
  feeDestination,
  feeSource,
  feeSummary,
  tipProportion,
} from './receipt.js';
import { scryptoJson } from './scryptoJson.js';
import { isoTime, ledgerState, pinnedView, visible } from './view.js';

/**
 * `/transaction/committed-details` (docs/interfaces.md §1.1). Left out whatever is asked: state changes, output, messages,
 * manifest classes, detailed events, and what happened to entities that are no accounts.
 */
export const committedDetails: Endpoint = async (call) => {
  const { body, world } = call;
  const id = idField(body, 'intent_hash', 'txid', world.network);
  const view = pinnedView(body, call.view, world.history);
  const commit = world.history.commitOf(id);
  if (!visible(commit, view)) throw transactionNotFound(id);
  return {
    ledger_state: ledgerState(view, world.network),
    transaction: { ...summary(commit), ...(await details(commit, call)) },
  };
};

function summary(commit: Commit) {
  const { state, success, error, fee } = commit;
  const time = isoTime(state.proposerTimestampMs);
  return {
    transaction_status: success ? 'CommittedSuccess' : 'CommittedFailure',
    state_version: state.stateVersion,
    epoch: state.epoch,
    round: state.round,
    round_timestamp: time,
    confirmed_at: time,
    payload_hash: commit.payloadId,
    intent_hash: commit.intentId,
    fee_paid: fee.total,
    error_message: error,
    child_subintent_hashes: commit.children,
  };
}

async function details(commit: Commit, { body, world }: Call) {
  const optIns = body.optionalObject('opt_ins');
  const wants = (name: string) => optIns?.bool(name, false) ?? false;
  const { ledger, network } = world;
  const wantsEvents = wants('receipt_events');
  const needsRecord = wantsEvents || wants('raw_hex') || wants('manifest_instructions');
  const record = needsRecord ? await ledger.committed(commit.intentHash) : undefined;
  const events = record?.receipt.events ?? [];
  const manifests =
    wants('manifest_instructions') && record !== undefined ? await ledger.decompile(record.hex) : undefined;
  const destination = wants('receipt_fee_destination');
  return {
    raw_hex: wants('raw_hex') ? record?.hex : undefined,
    manifest_instructions: manifests?.root,
    subintent_details: commit.subintents.map(({ id, children }, index) => ({
      subintent_hash: id,
      manifest_instructions: manifests?.subintents[index],
      child_subintent_hashes: children,
    })),
    balance_changes: wants('balance_changes') ? balanceChanges(commit, network) : undefined,
    receipt: {
      status: commit.success ? 'CommittedSuccess' : 'CommittedFailure',
      error_message: commit.error,
      fee_summary: wants('receipt_fee_summary') ? feeSummary(commit.fee) : undefined,
      costing_parameters: wants('receipt_costing_parameters')
        ? costingParameters(COSTING, tipProportion(commit.tipBasisPoints))
        : undefined,
      fee_source: wants('receipt_fee_source')
        ? feeSource(await payingVaults(commit.feePayments, ledger, network))
        : undefined,
      fee_destination: destination ? feeDestination(commit.feeDestination) : undefined,
      events: wants('receipt_events')
        ? events.map((event) => ({
            name: event.name,
            emitter: eventEmitter(event),
            data: scryptoJson(event.hex, network),
          }))
        : undefined,
    },
  };
}

/** The engine names payers by their accounts, receipts by their vaults. */
export async function payingVaults(payments: Readonly<Record<string, string>>, ledger: Ledger, network: Network) {
  const xrd = formatAddress(XRD, network);
  const vaults = Object.entries(payments).map(async ([payer, amount]) => {
    if (!payer.startsWith('account_')) return [payer, amount] as const;
    return [(await ledger.entity(payer)).vaults?.[xrd] ?? payer, amount] as const;
  });
  return Object.fromEntries(await Promise.all(vaults));
}

/**
 * The engine's net changes hold the fee; the Gateway tells it apart. Undefined where non-fungibles moved: the engine
 * does not say which, and a field may be absent here, but not wrong.
 */
function balanceChanges({ balanceChanges: changes, feePayments }: Commit, network: Network) {
  const xrd = formatAddress(XRD, network);
  const fungible: object[] = [];
  for (const [account, of] of Object.entries(changes)) {
    for (const [resource, net] of Object.entries(of)) {
      if (!isFungible(parseAddress(resource, network))) return undefined;
      const fee = resource === xrd ? parseAmount(feePayments[account] ?? '0') : 0n;
      const change = parseAmount(net) + fee;
      if (change !== 0n) fungible.push(changeOf(account, resource, formatAmount(change)));
    }
  }
  const payers = Object.entries(feePayments).filter(([payer, paid]) => payer.startsWith('account_') && paid !== '0');
  return {
    fungible_fee_balance_changes: payers.map(([payer, paid]) => ({
      type: 'FeePayment',
      ...changeOf(payer, xrd, `-${paid}`),
    })),
    fungible_balance_changes: fungible,
    non_fungible_balance_changes: [],
  };
}

function changeOf(entity_address: string, resource_address: string, balance_change: string) {
  return { entity_address, resource_address, balance_change };
}
