//! Execution: for the ledger, as a node tests a submission, and as a preview.

use crate::clock;
use crate::error::Reply;
use crate::history::Committed;
use crate::params::{bytes, parse};
use crate::payload::{intent_ids, notarized_ids};
use crate::receipt::{render, render_preview_extras, status};
use crate::verdict::{variant_name, Verdict};
use crate::world::World;
use radix_engine::errors::RejectionReason;
use radix_engine::transaction::*;
use radix_engine::vm::DefaultVmModules;
use radix_transactions::model::*;
use serde::Deserialize;
use serde_json::{json, Value};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Execute {
    hex: String,
    #[serde(default)]
    commit: bool,
    #[serde(default)]
    cost_breakdown: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Submission {
    hex: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Flags {
    use_free_credit: bool,
    assume_all_signature_proofs: bool,
    disable_auth_checks: bool,
    skip_epoch_check: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preview {
    hex: String,
    #[serde(default)]
    flags: Flags,
}

struct Prepared {
    ids: Value,
    hashes: UserTransactionHashes,
    payload_bytes: usize,
    executable: Result<ExecutableTransaction, Verdict>,
}

fn prepare(world: &World, payload: Vec<u8>) -> Result<Prepared, Verdict> {
    let raw = RawNotarizedTransaction::from_vec(payload);
    let prepared = PreparedUserTransaction::prepare(&raw, world.validator.preparation_settings())
        .map_err(|error| Verdict::from(&error))?;
    Ok(Prepared {
        ids: notarized_ids(&prepared),
        hashes: prepared.hashes(),
        payload_bytes: prepared.get_summary().effective_length,
        executable: (prepared.validate(&world.validator))
            .map(|validated| validated.create_executable())
            .map_err(|error| Verdict::from(&error)),
    })
}

pub fn execute(world: &mut World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: Execute = parse(params)?;
    let payload = bytes(&request.hex, "hex")?;
    let prepared = match prepare(world, payload.clone()) {
        Ok(prepared) => prepared,
        Err(verdict) => return Ok(invalid(&verdict, Value::Null)),
    };
    let executable = match prepared.executable {
        Ok(executable) => executable,
        Err(verdict) => return Ok(invalid(&verdict, prepared.ids)),
    };
    let config = ExecutionConfig::for_notarized_transaction(world.network.clone())
        .with_cost_breakdown(request.cost_breakdown);
    let receipt = execute_transaction(&world.store, vm, &config, executable);
    let mut json = render(world, &receipt, prepared.payload_bytes);
    json["ids"] = prepared.ids;
    let committed = match &receipt.result {
        TransactionResult::Commit(commit) if request.commit => {
            world.apply(&commit.state_updates);
            true
        }
        _ => false,
    };
    json["stateVersion"] = json!(world.state_version);
    json["committed"] = json!(committed);
    if committed {
        let committed = Committed {
            intent_hash: prepared.hashes.transaction_intent_hash.0 .0,
            subintents: (prepared.hashes.non_root_subintent_hashes.iter())
                .map(|hash| hash.0 .0)
                .collect(),
            success: status(&receipt) == "CommittedSuccess",
            raw: payload,
            error: json["error"].clone(),
            fee: json["fee"].clone(),
            receipt: json.to_string(),
            state_version: world.state_version,
            clock: clock::get(world),
        };
        Arc::make_mut(&mut world.history).record(committed);
    }
    Ok(json)
}

fn invalid(verdict: &Verdict, ids: Value) -> Value {
    json!({
        "status": "Invalid",
        "error": verdict.debug(),
        "errorVariant": verdict.variant(),
        "errorLocation": verdict.location(),
        "fee": null,
        "ids": ids,
        "committed": false,
    })
}

/// A node executes a submission until the loan is repaid; getting there means that it is accepted.
pub fn submission_check(world: &World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: Submission = parse(params)?;
    let payload = bytes(&request.hex, "hex")?;
    let (ids, executable) = match prepare(world, payload) {
        Ok(prepared) => (prepared.ids, prepared.executable),
        Err(verdict) => (Value::Null, Err(verdict)),
    };
    let executable = match executable {
        Ok(executable) => executable,
        Err(verdict) => {
            return Ok(json!({
                "accepted": false,
                "permanent": true,
                "stage": "validation",
                "error": verdict.debug(),
                "errorVariant": verdict.variant(),
                "errorLocation": verdict.location(),
                "ids": ids,
                "executionCostUnits": null,
            }))
        }
    };
    let config = ExecutionConfig::for_notarized_transaction_rejection_check(world.network.clone());
    let receipt = execute_transaction(&world.store, vm, &config, executable);
    let reason = match &receipt.result {
        TransactionResult::Reject(reject) => Some(&reject.reason),
        TransactionResult::Commit(_) | TransactionResult::Abort(_) => None,
    };
    Ok(json!({
        "accepted": reason.is_none(),
        "permanent": reason.map(is_permanent),
        "stage": "execution",
        "error": reason.map(|reason| format!("{reason:?}")),
        "errorVariant": reason.map(variant_name),
        "errorLocation": null,
        "ids": ids,
        "executionCostUnits": receipt.fee_summary.total_execution_cost_units_consumed,
    }))
}

/// Whether no later state can make this transaction acceptable (as the nodes' mempool sees it).
fn is_permanent(reason: &RejectionReason) -> bool {
    match reason {
        RejectionReason::TransactionEpochNoLongerValid { .. }
        | RejectionReason::TransactionProposerTimestampNoLongerValid { .. }
        | RejectionReason::IntentHashPreviouslyCommitted(_)
        | RejectionReason::IntentHashPreviouslyCancelled(_) => true,
        RejectionReason::TransactionEpochNotYetValid { .. }
        | RejectionReason::TransactionProposerTimestampNotYetValid { .. }
        | RejectionReason::BootloadingError(_)
        | RejectionReason::ErrorBeforeLoanAndDeferredCostsRepaid(_)
        | RejectionReason::SuccessButFeeLoanNotRepaid
        | RejectionReason::SubintentsNotYetSupported => false,
    }
}

pub fn preview(world: &World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: Preview = parse(params)?;
    let raw = RawPreviewTransaction::from_vec(bytes(&request.hex, "hex")?);
    let settings = world.validator.preparation_settings();
    let prepared = match PreparedPreviewTransactionV2::prepare(&raw, settings) {
        Ok(prepared) => prepared,
        Err(error) => return Ok(invalid(&Verdict::from(&error), Value::Null)),
    };
    let ids = intent_ids(&prepared.transaction_intent);
    let payload_bytes = prepared.transaction_intent.summary.effective_length;
    let validated = match prepared.validate(&world.validator) {
        Ok(validated) => validated,
        Err(error) => return Ok(invalid(&Verdict::from(&error), ids)),
    };
    let flags = request.flags;
    let mut executable = validated.create_executable(PreviewFlags {
        use_free_credit: flags.use_free_credit,
        assume_all_signature_proofs: flags.assume_all_signature_proofs,
        skip_epoch_check: flags.skip_epoch_check,
        disable_auth: flags.disable_auth_checks,
    });
    if flags.skip_epoch_check {
        executable = executable.skip_epoch_range_check();
    }
    let network = world.network.clone();
    let config = if flags.disable_auth_checks {
        ExecutionConfig::for_preview_no_auth(network)
    } else {
        ExecutionConfig::for_preview(network)
    };
    let receipt = execute_transaction(&world.store, vm, &config, executable);
    let mut json = render(world, &receipt, payload_bytes);
    render_preview_extras(world, &receipt, &mut json);
    json["ids"] = ids;
    Ok(json)
}
