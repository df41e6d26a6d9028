//! The engine's receipt as JSON.

use crate::verdict::variant_name;
use crate::world::{new_account_vaults, World};
use radix_common::prelude::*;
use radix_engine::transaction::*;
use radix_engine_interface::blueprints::transaction_processor::InstructionOutput;
use radix_engine_interface::prelude::*;
use serde_json::{json, Value};

/// One event's archive size beyond its identifier and payload (`EVENT_FLAGS_LEN`).
const EVENT_FLAGS_BYTES: usize = 4;

pub fn status(receipt: &TransactionReceipt) -> &'static str {
    match &receipt.result {
        TransactionResult::Commit(commit) if commit.outcome.is_success() => "CommittedSuccess",
        TransactionResult::Commit(_) => "CommittedFailure",
        TransactionResult::Reject(_) => "Rejected",
        TransactionResult::Abort(_) => "Aborted",
    }
}

/// `payload_bytes`: the effective length that was billed, for the share of archive storage.
pub fn render(world: &World, receipt: &TransactionReceipt, payload_bytes: usize) -> Value {
    let mut json = json!({ "status": status(receipt), "error": null, "errorVariant": null });
    match &receipt.result {
        TransactionResult::Commit(commit) => {
            if let TransactionOutcome::Failure(error) = &commit.outcome {
                set_error(&mut json, error);
            }
        }
        TransactionResult::Reject(reject) => set_error(&mut json, &reject.reason),
        TransactionResult::Abort(abort) => set_error(&mut json, &abort.reason),
    }
    json["fee"] = fee(&receipt.fee_summary);
    if receipt.fee_details.is_some() {
        json["costBreakdown"] = breakdown(receipt, payload_bytes);
    }
    if let TransactionResult::Commit(commit) = &receipt.result {
        render_commit(world, commit, &mut json);
    }
    json
}

fn set_error(json: &mut Value, error: &impl std::fmt::Debug) {
    json["error"] = json!(format!("{error:?}"));
    json["errorVariant"] = json!(variant_name(error));
}

fn fee(summary: &TransactionFeeSummary) -> Value {
    json!({
        "total": summary.total_cost().to_string(),
        "execution": summary.total_execution_cost_in_xrd.to_string(),
        "finalization": summary.total_finalization_cost_in_xrd.to_string(),
        "storage": summary.total_storage_cost_in_xrd.to_string(),
        "royalty": summary.total_royalty_cost_in_xrd.to_string(),
        "tip": summary.total_tipping_cost_in_xrd.to_string(),
        "executionCostUnits": summary.total_execution_cost_units_consumed,
        "finalizationCostUnits": summary.total_finalization_cost_units_consumed,
    })
}

fn render_commit(world: &World, commit: &CommitResult, json: &mut Value) {
    let new_vaults = new_account_vaults(&commit.state_updates);
    let owner = |vault: &NodeId| world.vault_owner(vault, &new_vaults);

    let mut changes: BTreeMap<String, BTreeMap<String, Decimal>> = BTreeMap::new();
    for (vault, (resource, change)) in commit.vault_balance_changes() {
        let Some(account) = owner(vault) else {
            continue;
        };
        let amount = match change {
            BalanceChange::Fungible(amount) => *amount,
            // Non-fungibles are counted.
            BalanceChange::NonFungible { added, removed } => {
                Decimal::from(added.len() as i64 - removed.len() as i64)
            }
        };
        (changes.entry(world.address(&account)).or_default())
            .insert(world.address(resource.as_node_id()), amount);
    }
    json["balanceChanges"] = (changes.into_iter())
        .map(|(account, changes)| (account, decimals(changes)))
        .collect();

    let payer = |vault: &NodeId| world.address(&owner(vault).unwrap_or(*vault));
    json["feePayments"] = decimals(
        (commit.fee_source.paying_vaults.iter()).map(|(vault, paid)| (payer(vault), *paid)),
    );
    let fees = &commit.fee_destination;
    json["feeDestination"] = json!({
        "proposer": fees.to_proposer.to_string(),
        "validatorSet": fees.to_validator_set.to_string(),
        "burn": fees.to_burn.to_string(),
        "royalties": (fees.to_royalty_recipients.iter())
            .map(|(recipient, amount)| (format!("{recipient:?}"), json!(amount.to_string())))
            .collect::<serde_json::Map<_, _>>(),
    });
    json["events"] = (commit.application_events.iter())
        .map(|(id, payload)| event(world, id, payload))
        .collect();
    let addresses = |nodes: Vec<&NodeId>| -> Vec<String> {
        nodes.into_iter().map(|node| world.address(node)).collect()
    };
    let packages = commit.new_package_addresses().iter();
    let components = commit.new_component_addresses().iter();
    let resources = commit.new_resource_addresses().iter();
    let vaults = commit.new_vault_addresses().iter();
    json["newEntities"] = json!({
        "packages": addresses(packages.map(|a| a.as_node_id()).collect()),
        "components": addresses(components.map(|a| a.as_node_id()).collect()),
        "resources": addresses(resources.map(|a| a.as_node_id()).collect()),
        "vaults": addresses(vaults.map(|a| a.as_node_id()).collect()),
    });
}

fn decimals(amounts: impl IntoIterator<Item = (String, Decimal)>) -> Value {
    (amounts.into_iter())
        .map(|(key, amount)| (key, json!(amount.to_string())))
        .collect()
}

fn event(
    world: &World,
    EventTypeIdentifier(emitter, name): &EventTypeIdentifier,
    payload: &[u8],
) -> Value {
    let (node, part, detail) = match emitter {
        Emitter::Method(node, module) => (*node, "module", format!("{module:?}")),
        Emitter::Function(blueprint) => (
            *blueprint.package_address.as_node_id(),
            "blueprint",
            blueprint.blueprint_name.clone(),
        ),
    };
    json!({
        "emitter": world.address(&node),
        part: detail,
        "name": name,
        "hex": hex::encode(payload),
    })
}

/// The engine itemizes execution and finalization; storage is archive (payload, events, logs) and
/// state, told apart here: the archive share follows from the receipt, state is the rest.
fn breakdown(receipt: &TransactionReceipt, payload_bytes: usize) -> Value {
    let details = receipt.fee_details.clone().unwrap_or_default();
    json!({
        "execution": details.execution_cost_breakdown,
        "finalization": details.finalization_cost_breakdown,
        "storage": storage(receipt, payload_bytes),
    })
}

fn storage(receipt: &TransactionReceipt, payload_bytes: usize) -> Option<Value> {
    let TransactionResult::Commit(commit) = &receipt.result else {
        return None;
    };
    let archive_bytes = if commit.outcome.is_success() {
        let events = charged_events(commit).iter();
        let logs = commit.application_logs.iter();
        payload_bytes
            + (events.map(|(id, payload)| id.len() + payload.len() + EVENT_FLAGS_BYTES))
                .sum::<usize>()
            + logs.map(|(_, message)| message.len()).sum::<usize>()
    } else {
        payload_bytes
    };
    let prices = &receipt.costing_parameters;
    let archive_xrd = (prices.archive_storage_price).checked_mul(archive_bytes)?;
    let state_xrd = (receipt.fee_summary.total_storage_cost_in_xrd).checked_sub(archive_xrd)?;
    let state_bytes = state_xrd.checked_div(prices.state_storage_price)?;
    Some(json!({
        "archiveBytes": archive_bytes,
        "archive": archive_xrd.to_string(),
        "stateBytes": state_bytes.to_string().parse::<u64>().ok(),
        "state": state_xrd.to_string(),
    }))
}

/// Without the events of the fee settlement itself, which come last and cost nothing: royalties,
/// payments, the validators' reward, the burn (`finalize_fees_for_commit` in radix-engine).
fn charged_events(commit: &CommitResult) -> &[(EventTypeIdentifier, Vec<u8>)] {
    let fees = &commit.fee_destination;
    let mut settlement = fees.to_royalty_recipients.len();
    settlement += (commit.application_events.iter())
        .filter(|(id, _)| id.1 == "PayFeeEvent")
        .count();
    settlement += (!fees.to_proposer.is_zero() || !fees.to_validator_set.is_zero()) as usize;
    settlement += fees.to_burn.is_positive() as usize;
    let events = &commit.application_events;
    &events[..events.len().saturating_sub(settlement)]
}

/// What a preview's reader needs beyond the common part.
pub fn render_preview_extras(world: &World, receipt: &TransactionReceipt, json: &mut Value) {
    let costing = &receipt.costing_parameters;
    json["costingParameters"] = json!({
        "executionCostUnitPrice": costing.execution_cost_unit_price.to_string(),
        "executionCostUnitLimit": costing.execution_cost_unit_limit,
        "executionCostUnitLoan": costing.execution_cost_unit_loan,
        "finalizationCostUnitPrice": costing.finalization_cost_unit_price.to_string(),
        "finalizationCostUnitLimit": costing.finalization_cost_unit_limit,
        "usdPrice": costing.usd_price.to_string(),
        "stateStoragePrice": costing.state_storage_price.to_string(),
        "archiveStoragePrice": costing.archive_storage_price.to_string(),
    });
    let own = &receipt.transaction_costing_parameters;
    json["transactionCostingParameters"] = json!({
        "tipProportion": own.tip_proportion.to_string(),
        "freeCredit": own.free_credit_in_xrd.to_string(),
    });
    let TransactionResult::Commit(commit) = &receipt.result else {
        return;
    };
    json["newVaults"] = (new_account_vaults(&commit.state_updates).iter())
        .map(|new| {
            json!({
                "account": world.address(&new.account),
                "resource": world.address(new.resource.as_node_id()),
                "vault": world.address(&new.vault),
            })
        })
        .collect();
    if let Some(trace) = &commit.execution_trace {
        json["feeLocks"] = json!({
            "lock": trace.fee_locks.lock.to_string(),
            "contingentLock": trace.fee_locks.contingent_lock.to_string(),
        });
    }
    if let TransactionOutcome::Success(outputs) = &commit.outcome {
        let output = |output: &InstructionOutput| match output {
            InstructionOutput::CallReturn(value) => json!(hex::encode(value)),
            InstructionOutput::None => Value::Null,
        };
        json["outputs"] = outputs.iter().map(output).collect();
    }
}
