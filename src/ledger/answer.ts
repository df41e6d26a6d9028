import type { z } from 'zod';
import type { Attos } from '../base/amount.js';
import { excerpt } from '../base/excerpt.js';
import type { NodeId } from '../sbor/custom.js';
import type { IntentStatus, LedgerState, WIRE } from './wire.js';

/** What the Gateway's answers say, in this project's words. */

type Wire<K extends keyof typeof WIRE> = z.output<(typeof WIRE)[K]>;

export interface TransactionStatus {
  readonly ledger: LedgerState;
  readonly status: IntentStatus;
  /** The newest error of any payload: `submission_error` keeps the first for ever (T25) and is not read. */
  readonly error: string | undefined;
}

export function transactionStatusOf(wire: Wire<'transactionStatus'>): TransactionStatus {
  const errors = (wire.known_payloads ?? []).map((of) => of.latest_error_message ?? of.error_message);
  const error = errors.filter((each) => each !== undefined).at(-1) ?? wire.error_message;
  return {
    ledger: wire.ledger_state,
    status: wire.intent_status,
    error: error === undefined ? undefined : excerpt(error),
  };
}

export interface SubintentStatus {
  readonly ledger: LedgerState;
  /** By which transaction, and when. Absent it proves nothing: unseen, expired and usable look the same (T26). */
  readonly finalized: { readonly by: string; readonly stateVersion: number } | undefined;
}

/** Undefined: it is finalized, and by whom is not said. */
export function subintentStatusOf(wire: Wire<'subintentStatus'>): SubintentStatus | undefined {
  const { finalized_at_transaction_intent_hash: by, finalized_at_state_version: stateVersion } = wire;
  if (by !== undefined && stateVersion !== undefined) {
    return { ledger: wire.ledger_state, finalized: { by, stateVersion } };
  }
  return wire.subintent_status === 'Unknown' ? { ledger: wire.ledger_state, finalized: undefined } : undefined;
}

export interface FeeSummary {
  readonly tip: Attos;
  /** Cost of execution and finalization, of which the tip is a proportion. */
  readonly tipped: Attos;
}

export interface CommittedDetails {
  readonly id: string;
  readonly status: 'CommittedSuccess' | 'CommittedFailure';
  readonly stateVersion: number;
  readonly epoch: number;
  readonly roundTimestampMs: number;
  readonly feePaid: Attos | undefined;
  /** What the fee was made of; undefined where the Gateway does not show it. */
  readonly feeSummary: FeeSummary | undefined;
  readonly error: string | undefined;
  /** Absent for a while after the commit (T30). */
  readonly balances:
    | {
        readonly changes: readonly { readonly entity: string; readonly resource: string; readonly change: Attos }[];
        /** Negative where paid; of type FeePayment for who paid the network's fee. */
        readonly fees: readonly {
          readonly type: string;
          readonly entity: string;
          readonly resource: string;
          readonly change: Attos;
        }[];
      }
    | undefined;
}

export function committedDetailsOf(id: string, { transaction }: Wire<'committedDetails'>): CommittedDetails {
  const { balance_changes: balances, error_message: error, receipt } = transaction;
  const summary = receipt?.fee_summary;
  return {
    id,
    status: transaction.transaction_status,
    stateVersion: transaction.state_version,
    epoch: transaction.epoch,
    roundTimestampMs: transaction.round_timestamp,
    feePaid: transaction.fee_paid,
    feeSummary: summary && {
      tip: summary.xrd_total_tipping_cost,
      tipped: summary.xrd_total_execution_cost + summary.xrd_total_finalization_cost,
    },
    error: error === undefined ? undefined : excerpt(error),
    balances:
      balances === undefined
        ? undefined
        : { changes: balances.fungible_balance_changes, fees: balances.fungible_fee_balance_changes },
  };
}

export interface AccountChange {
  /** Resource → net change, the network fee aside. */
  readonly changes: ReadonlyMap<string, Attos>;
  /** What this account paid for the network fee, not negative. It is no part of `changes` (T63). */
  readonly feePaid: Attos;
}

/** What a committed transaction did to an account. Undefined: not known yet, ask again (T30). */
export function accountChange({ balances }: CommittedDetails, account: string): AccountChange | undefined {
  if (balances === undefined) return undefined;
  const changes = new Map<string, Attos>();
  for (const { entity, resource, change } of balances.changes) {
    if (entity === account) changes.set(resource, (changes.get(resource) ?? 0n) + change);
  }
  let feePaid = 0n;
  for (const { type, entity, change } of balances.fees) {
    if (type === 'FeePayment' && entity === account) feePaid -= change;
  }
  return { changes, feePaid };
}

export interface Created {
  /** Global ones, by their addresses: accounts that exist from then on are among them. */
  readonly entities: readonly string[];
  readonly vaults: readonly { readonly account: string; readonly resource: NodeId }[];
}

export interface PreviewOutcome {
  /** `Failed` would commit and cost; `Rejected` would not. */
  readonly status: 'Succeeded' | 'Failed' | 'Rejected';
  /** Of the unsigned intent: the real one is a bit higher (T56). */
  readonly fee: Attos;
  readonly error: string | undefined;
  /** What it would bring into being. Undefined where the receipt does not tell. */
  readonly created: Created | undefined;
  /** Of the node: it can be newer than the Gateway's own reads (T5). */
  readonly stateVersion: number;
}

/** Undefined: there is no receipt. HTTP 200 is no success here (T13). */
export function previewOutcomeOf(wire: Wire<'preview'>): PreviewOutcome | undefined {
  const { receipt, at_ledger_state_version: stateVersion } = wire;
  if (receipt === undefined) return undefined;
  const { status, fee_summary: of, error_message: error } = receipt;
  const fee =
    of.xrd_total_execution_cost +
    of.xrd_total_finalization_cost +
    of.xrd_total_storage_cost +
    of.xrd_total_royalty_cost +
    of.xrd_total_tipping_cost;
  const created = receipt.state_updates && createdBy(receipt.state_updates);
  return { status, fee, error: error === undefined ? undefined : excerpt(error), created, stateVersion };
}

/** The key of an account's entry: a resource address in Scrypto SBOR. */
const VAULT_KEY = /^5c80([0-9a-f]{60})$/;

function createdBy(
  updates: NonNullable<NonNullable<Wire<'preview'>['receipt']>['state_updates']>,
): Created | undefined {
  const vaults: { account: string; resource: NodeId }[] = [];
  for (const { substate_id: of } of updates.created_substates) {
    if (of.substate_type !== 'AccountVaultEntry') continue;
    const resource = VAULT_KEY.exec(of.substate_key.key_hex ?? '')?.[1];
    // One that cannot be read would make the vault seem to have been there.
    if (resource === undefined) return undefined;
    vaults.push({ account: of.entity_address, resource });
  }
  return { entities: updates.new_global_entities.map(({ entity_address }) => entity_address), vaults };
}
