//! Static judgement of payloads: decoding, preparation, validation, ids. Needs no world.

use crate::error::{ApiError, Reply};
use crate::network::network;
use crate::params::{bytes, parse};
use crate::verdict::Verdict;
use crate::world::World;
use radix_common::prelude::*;
use radix_transactions::errors::TransactionValidationError;
use radix_transactions::model::*;
use radix_transactions::validation::TransactionValidator;
use serde::Deserialize;
use serde_json::{json, Value};

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum Kind {
    Notarized,
    SignedPartial,
    Preview,
    TransactionIntent,
    SignedTransactionIntent,
    Subintent,
    Partial,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    hex: String,
    network: Option<u8>,
    kind: Option<Kind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckMany {
    items: Vec<Check>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hex {
    hex: String,
}

/// Signer keys by intent, the root first, the notary left out.
type Signers = Vec<Vec<PublicKey>>;
/// None: this kind of payload is prepared only.
type Validated = Option<Result<Signers, TransactionValidationError>>;

pub fn check(world: Option<&World>, params: Value) -> Reply {
    check_one(world, parse(params)?)
}

pub fn check_many(world: Option<&World>, params: Value) -> Reply {
    let request: CheckMany = parse(params)?;
    let judge = |item| match check_one(world, item) {
        Ok(verdict) => verdict,
        Err(error) => json!({ "error": error.to_json(), "checked": false }),
    };
    Ok(request.items.into_iter().map(judge).collect())
}

fn check_one(world: Option<&World>, request: Check) -> Reply {
    let payload = bytes(&request.hex, "hex")?;
    let validator = match (world, request.network) {
        (Some(world), None) => world.validator,
        (Some(world), Some(id)) if id == world.network.id => world.validator,
        (_, Some(id)) => TransactionValidator::new_with_latest_config(&network(id)),
        (None, None) => {
            let message = "network is required while there is no world";
            return Err(ApiError::params(message));
        }
    };
    let kind = request.kind.unwrap_or_else(|| kind_of(&payload));
    Ok(judge_kind(kind, payload, &validator))
}

/// By the third byte (docs/protocol.md §2.1). What is none of ours is judged as a node would judge a
/// submission: as a notarized transaction.
fn kind_of(payload: &[u8]) -> Kind {
    match payload {
        [_, 0x22, 9, ..] => Kind::TransactionIntent,
        [_, 0x22, 10, ..] => Kind::SignedTransactionIntent,
        [_, 0x22, 11, ..] => Kind::Subintent,
        [_, 0x22, 13, ..] => Kind::Partial,
        [_, 0x22, 14, ..] => Kind::SignedPartial,
        [_, 0x22, 15, ..] => Kind::Preview,
        _ => Kind::Notarized,
    }
}

fn judge_kind(kind: Kind, payload: Vec<u8>, validator: &TransactionValidator) -> Value {
    match kind {
        Kind::Notarized => judge(
            kind,
            payload,
            validator,
            |p: &PreparedUserTransaction| notarized_ids(p),
            |p, validator| Some(p.validate(validator).map(|v| user_signers(&v))),
        ),
        Kind::SignedPartial => judge_signed_partial(payload, validator),
        Kind::Preview => judge(
            kind,
            payload,
            validator,
            |p: &PreparedPreviewTransactionV2| intent_ids(&p.transaction_intent),
            |p, validator| {
                let header = p.transaction_intent.transaction_header.inner.clone();
                Some(p.validate(validator).map(|v| {
                    let root = without_notary(v.transaction_intent_info.signer_keys, &header);
                    signers(root, v.non_root_subintents_info)
                }))
            },
        ),
        Kind::TransactionIntent => judge(
            kind,
            payload,
            validator,
            |p: &PreparedTransactionIntentV2| intent_ids(p),
            |_, _| None,
        ),
        Kind::SignedTransactionIntent => judge(
            kind,
            payload,
            validator,
            |p: &PreparedSignedTransactionIntentV2| {
                let mut ids = intent_ids(&p.transaction_intent);
                ids["signedTransactionIntent"] =
                    json!(hex::encode(p.signed_transaction_intent_hash().as_hash()));
                ids
            },
            |_, _| None,
        ),
        Kind::Subintent => judge(
            kind,
            payload,
            validator,
            |p: &PreparedSubintentV2| subintent_ids(p.subintent_hash(), []),
            |_, _| None,
        ),
        Kind::Partial => judge(
            kind,
            payload,
            validator,
            |p: &PreparedPartialTransactionV2| {
                subintent_ids(p.subintent_hash(), p.non_root_subintent_hashes())
            },
            |_, _| None,
        ),
    }
}

fn judge_signed_partial(payload: Vec<u8>, validator: &TransactionValidator) -> Value {
    let length = payload.len();
    let raw = match signed_partial_to_enum_form(payload) {
        Ok(raw) => raw,
        Err(error) => return refusal(Kind::SignedPartial, &Verdict::from(&error), length),
    };
    let mut verdict = judge(
        Kind::SignedPartial,
        raw,
        validator,
        |p: &PreparedSignedPartialTransactionV2| {
            subintent_ids(p.subintent_hash(), p.non_root_subintent_hashes())
        },
        |p, validator| {
            Some(p.validate(validator).map(|v| {
                let root = v.root_subintent_info.signer_keys;
                signers(root.into_iter().collect(), v.non_root_subintents_info)
            }))
        },
    );
    verdict["rawLength"] = json!(length);
    verdict
}

/// Anthic pushes the plain tuple (`4d 21 03 …`), which only the typed decoder reads.
fn is_tuple_form(payload: &[u8]) -> bool {
    payload.get(1) == Some(&0x21)
}

pub fn signed_partial_to_enum_form(payload: Vec<u8>) -> Result<Vec<u8>, PrepareError> {
    if !is_tuple_form(&payload) {
        return Ok(payload);
    }
    let typed: SignedPartialTransactionV2 = manifest_decode(&payload)?;
    Ok(typed.to_raw()?.to_vec())
}

/// Either form, as the model and as the raw form that `prepare` takes.
pub fn read_signed_partial(
    payload: &[u8],
) -> Result<(SignedPartialTransactionV2, RawSignedPartialTransaction), PrepareError> {
    if is_tuple_form(payload) {
        let typed: SignedPartialTransactionV2 = manifest_decode(payload)?;
        let raw = typed.to_raw()?;
        Ok((typed, raw))
    } else {
        let raw = RawSignedPartialTransaction::from_slice(payload);
        Ok((SignedPartialTransactionV2::from_raw(&raw)?, raw))
    }
}

fn judge<P: PreparedTransaction + HasSummary>(
    kind: Kind,
    payload: Vec<u8>,
    validator: &TransactionValidator,
    ids: impl FnOnce(&P) -> Value,
    validate: impl FnOnce(P, &TransactionValidator) -> Validated,
) -> Value {
    let length = payload.len();
    let prepared = match P::prepare(&P::Raw::from(payload), validator.preparation_settings()) {
        Ok(prepared) => prepared,
        Err(error) => return refusal(kind, &Verdict::from(&error), length),
    };
    let ids = ids(&prepared);
    let summary = prepared.get_summary();
    let (effective, hashed) = (summary.effective_length, summary.total_bytes_hashed);
    let (error, signers) = match validate(prepared, validator) {
        None => (Value::Null, Value::Null),
        Some(Ok(signers)) => {
            let hex = |keys: &Vec<PublicKey>| keys.iter().map(key_hex).collect::<Vec<_>>();
            (
                Value::Null,
                json!(signers.iter().map(hex).collect::<Vec<_>>()),
            )
        }
        Some(Err(error)) => (Verdict::from(&error).to_json(), Value::Null),
    };
    json!({
        "kind": format!("{kind:?}"),
        "valid": error.is_null(),
        "error": error,
        "ids": ids,
        "effectiveLength": effective,
        "rawLength": length,
        "totalBytesHashed": hashed,
        "signers": signers,
    })
}

fn refusal(kind: Kind, verdict: &Verdict, length: usize) -> Value {
    json!({
        "kind": format!("{kind:?}"),
        "valid": false,
        "error": verdict.to_json(),
        "ids": null,
        "effectiveLength": null,
        "rawLength": length,
        "totalBytesHashed": null,
        "signers": null,
    })
}

pub fn notarized_ids(prepared: &PreparedUserTransaction) -> Value {
    let hashes = prepared.hashes();
    json!({
        "transactionIntent": hex::encode(hashes.transaction_intent_hash.as_hash()),
        "signedTransactionIntent": hex::encode(hashes.signed_transaction_intent_hash.as_hash()),
        "notarized": hex::encode(hashes.notarized_transaction_hash.as_hash()),
        "subintents": hash_list(hashes.non_root_subintent_hashes),
    })
}

pub fn intent_ids(intent: &PreparedTransactionIntentV2) -> Value {
    json!({
        "transactionIntent": hex::encode(intent.transaction_intent_hash().as_hash()),
        "subintents": hash_list(intent.non_root_subintent_hashes()),
    })
}

fn subintent_ids(root: SubintentHash, others: impl IntoIterator<Item = SubintentHash>) -> Value {
    json!({
        "rootSubintent": hex::encode(root.as_hash()),
        "subintents": hash_list(others),
    })
}

fn hash_list(hashes: impl IntoIterator<Item = SubintentHash>) -> Vec<String> {
    (hashes.into_iter())
        .map(|hash| hex::encode(hash.as_hash()))
        .collect()
}

fn user_signers(validated: &ValidatedUserTransaction) -> Signers {
    match validated {
        ValidatedUserTransaction::V1(v1) => vec![v1.signer_keys.iter().copied().collect()],
        ValidatedUserTransaction::V2(v2) => {
            let intent = &v2.prepared.signed_intent.transaction_intent;
            let keys = v2.transaction_intent_info.signer_keys.clone();
            let root = without_notary(keys, &intent.transaction_header.inner);
            signers(root, v2.non_root_subintents_info.clone())
        }
    }
}

fn without_notary(keys: IndexSet<PublicKey>, header: &TransactionHeaderV2) -> Vec<PublicKey> {
    let notary = header
        .notary_is_signatory
        .then_some(header.notary_public_key);
    let signed = |key: &PublicKey| Some(*key) != notary;
    keys.into_iter().filter(signed).collect()
}

fn signers(root: Vec<PublicKey>, others: Vec<ValidatedIntentInformationV2>) -> Signers {
    let keys = |info: ValidatedIntentInformationV2| info.signer_keys.into_iter().collect();
    [vec![root], others.into_iter().map(keys).collect()].concat()
}

fn key_hex(key: &PublicKey) -> String {
    match key {
        PublicKey::Secp256k1(key) => hex::encode(key.0),
        PublicKey::Ed25519(key) => hex::encode(key.0),
    }
}

/// The untyped verdict, and whether encoding gives the same bytes again.
pub fn decode_value(params: Value) -> Reply {
    let request: Hex = parse(params)?;
    let payload = bytes(&request.hex, "hex")?;
    Ok(match manifest_decode::<ManifestValue>(&payload) {
        Ok(value) => {
            let again = manifest_encode(&value);
            json!({ "ok": true, "error": null, "reencodes": again.as_deref() == Ok(&payload[..]) })
        }
        Err(error) => {
            json!({ "ok": false, "error": Verdict::from(&error).to_json(), "reencodes": null })
        }
    })
}
