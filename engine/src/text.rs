//! Payloads as official manifest text.

use crate::error::{ApiError, Reply};
use crate::network::network;
use crate::params::{bytes, parse};
use crate::payload::signed_partial_to_enum_form;
use crate::world::World;
use radix_common::prelude::*;
use radix_transactions::manifest::decompile;
use radix_transactions::model::*;
use serde::Deserialize;
use serde_json::{json, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decompile {
    hex: String,
    network: Option<u8>,
}

/// The official manifest text of each intent.
pub fn decompile_payload(world: Option<&World>, params: Value) -> Reply {
    let request: Decompile = parse(params)?;
    let network = match (request.network, world) {
        (Some(id), _) => network(id),
        (None, Some(world)) => world.network.clone(),
        (None, None) => {
            let message = "network is required while there is no world";
            return Err(ApiError::params(message));
        }
    };
    let payload = bytes(&request.hex, "hex")?;
    let payload = signed_partial_to_enum_form(payload).map_err(bad)?;
    let any: AnyTransaction = manifest_decode(&payload).map_err(bad)?;
    let intent_texts = |intent: TransactionIntentV2| {
        let root = TransactionManifestV2::from_intent_core(&intent.root_intent_core);
        (decompile(&root, &network), intent.non_root_subintents.0)
    };
    let subintent_text = |subintent: &SubintentV2| {
        let manifest = SubintentManifestV2::from_intent_core(&subintent.intent_core);
        decompile(&manifest, &network)
    };
    let partial_texts = |partial: PartialTransactionV2| {
        let root = subintent_text(&partial.root_subintent);
        (root, partial.non_root_subintents.0)
    };
    let (root, others) = match any {
        AnyTransaction::TransactionIntentV2(t) => intent_texts(t),
        AnyTransaction::SignedTransactionIntentV2(t) => intent_texts(t.transaction_intent),
        AnyTransaction::NotarizedTransactionV2(t) => {
            intent_texts(t.signed_transaction_intent.transaction_intent)
        }
        AnyTransaction::PreviewTransactionV2(t) => intent_texts(t.transaction_intent),
        AnyTransaction::SubintentV2(t) => (subintent_text(&t), vec![]),
        AnyTransaction::PartialTransactionV2(t) => partial_texts(t),
        AnyTransaction::SignedPartialTransactionV2(t) => partial_texts(t.partial_transaction),
        _ => return Err(bad("not a version 2 payload")),
    };
    let others: Result<Vec<_>, _> = others.iter().map(subintent_text).collect();
    Ok(json!({ "root": root.map_err(bad)?, "subintents": others.map_err(bad)? }))
}

fn bad(reason: impl std::fmt::Debug) -> ApiError {
    ApiError::new("BadPayload", format!("{reason:?}"))
}
