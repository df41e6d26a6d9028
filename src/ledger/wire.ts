import { z } from 'zod';
import { parseAmount } from '../base/amount.js';

/**
 * Answers of the Gateway, as far as they are needed (docs/interfaces.md §1.1). Unknown fields pass (T3), null counts as
 * absent (T2), unions are read by the one variant of interest: the SDK's own readers throw at a variant that a protocol
 * update brings (T46).
 */

const absent = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const count = z.number().int().nonnegative();
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** A decimal string as attos. */
const amount = z.string().transform((text, context) => {
  try {
    return parseAmount(text);
  } catch {
    context.addIssue('expected a decimal');
    return z.NEVER;
  }
});

const ledgerState = z
  .object({ network: z.string(), state_version: count, proposer_round_timestamp: time, epoch: count, round: count })
  .transform(({ state_version, proposer_round_timestamp, ...same }) => ({
    ...same,
    stateVersion: state_version,
    proposerTimestampMs: proposer_round_timestamp,
  }));

/** The ledger at an instant: `ledger_state` of every read. */
export type LedgerState = z.output<typeof ledgerState>;

/** `Unrecognized` is any word that is not known here: it proves nothing, neither way (T45). */
const intentStatus = z
  .enum([
    'Unknown',
    'Pending',
    'LikelyButNotCertainRejection',
    'CommitPendingOutcomeUnknown',
    'CommittedSuccess',
    'CommittedFailure',
    'PermanentlyRejected',
  ])
  .or(z.string().transform(() => 'Unrecognized' as const));

export type IntentStatus = z.output<typeof intentStatus>;

const change = z
  .object({ entity_address: z.string(), resource_address: z.string(), balance_change: amount })
  .transform((of) => ({ entity: of.entity_address, resource: of.resource_address, change: of.balance_change }));

const feeChange = z
  .object({ type: z.string(), entity_address: z.string(), resource_address: z.string(), balance_change: amount })
  .transform((of) => ({
    type: of.type,
    entity: of.entity_address,
    resource: of.resource_address,
    change: of.balance_change,
  }));

/** There is no total, and nothing but this stands in every receipt (T55, T60). */
const feeSummary = z.object({
  xrd_total_execution_cost: amount,
  xrd_total_finalization_cost: amount,
  xrd_total_storage_cost: amount,
  xrd_total_royalty_cost: amount,
  xrd_total_tipping_cost: amount,
});

/** What came to exist; what changed is not read. */
const stateUpdates = z.object({
  created_substates: z.array(
    z.object({
      substate_id: z.object({
        entity_address: z.string(),
        substate_type: z.string(),
        substate_key: z.object({ key_hex: absent(z.string()) }),
      }),
    }),
  ),
  new_global_entities: z.array(z.object({ entity_address: z.string() })),
});

export const WIRE = {
  gatewayStatus: z.object({ ledger_state: ledgerState }),
  networkConfiguration: z.object({ network_id: count, well_known_addresses: z.object({ xrd: z.string() }) }),
  submit: z.object({ duplicate: z.boolean() }),
  transactionStatus: z.object({
    ledger_state: ledgerState,
    // The older `status` says Pending for a likely rejection (T23).
    intent_status: intentStatus,
    known_payloads: absent(
      z.array(z.object({ error_message: absent(z.string()), latest_error_message: absent(z.string()) })),
    ),
    committed_state_version: absent(count),
    error_message: absent(z.string()),
  }),
  subintentStatus: z.object({
    ledger_state: ledgerState,
    subintent_status: z.string(),
    finalized_at_state_version: absent(count),
    finalized_at_transaction_intent_hash: absent(z.string()),
  }),
  committedDetails: z.object({
    ledger_state: ledgerState,
    transaction: z.object({
      transaction_status: z.enum(['CommittedSuccess', 'CommittedFailure']),
      state_version: count,
      epoch: count,
      round_timestamp: time,
      intent_hash: absent(z.string()),
      fee_paid: absent(amount),
      error_message: absent(z.string()),
      // The node's own receipt: what is in it is told, not relied upon.
      receipt: absent(z.object({ fee_summary: absent(feeSummary) })).catch(undefined),
      // Absent for a while after the commit (T30).
      balance_changes: absent(
        z.object({
          fungible_fee_balance_changes: z.array(feeChange),
          fungible_balance_changes: z.array(change),
        }),
      ),
    }),
  }),
  fungiblesPage: z.object({
    ledger_state: ledgerState,
    address: z.string(),
    next_cursor: absent(z.string()),
    items: z.array(z.object({ resource_address: z.string(), amount })),
  }),
  fungibleVaults: z.object({
    ledger_state: ledgerState,
    address: z.string(),
    resource_address: z.string(),
    items: z.array(z.object({ amount })),
  }),
  /** Only fungible resources have a divisibility; what is not known is left out of the items. */
  entityDetails: z.object({
    ledger_state: ledgerState,
    items: z.array(
      z.object({
        address: z.string(),
        details: absent(z.object({ divisibility: absent(z.number().int().min(0).max(18)) })),
      }),
    ),
  }),
  /** Its receipt is the Core API's, which the SDK passes on unread (T48). State updates that make no sense are none. */
  preview: z.object({
    at_ledger_state_version: count,
    receipt: absent(
      z.object({
        // Another vocabulary than that of committed receipts (T31).
        status: z.enum(['Succeeded', 'Failed', 'Rejected']),
        fee_summary: feeSummary,
        error_message: absent(z.string()),
        state_updates: absent(stateUpdates).catch(undefined),
      }),
    ),
  }),
} as const;
