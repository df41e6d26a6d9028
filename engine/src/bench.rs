//! The official code's own time for the work between a pushed frame and a signed transaction.

use crate::error::{ApiError, Reply};
use crate::network::network;
use crate::params::{bytes, parse};
use crate::payload::read_signed_partial;
use radix_common::prelude::*;
use radix_transactions::model::*;
use radix_transactions::signing::Signer;
use radix_transactions::validation::TransactionValidator;
use serde::Deserialize;
use serde_json::{json, Value};
use std::time::{Duration, Instant as Stopwatch};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Epochs {
    start: u64,
    end: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Frame {
    payloads: Vec<String>,
    network: u8,
    root_instructions: String,
    solver_private_key: String,
    epochs: Epochs,
    iterations: usize,
    /// A string, because JavaScript's numbers end at 2^53.
    #[serde(default)]
    intent_discriminator: Option<String>,
    #[serde(default)]
    tip_basis_points: u32,
    min_proposer_timestamp: Option<i64>,
    max_proposer_timestamp: Option<i64>,
}

struct Work {
    payloads: Vec<Vec<u8>>,
    validator: TransactionValidator,
    header: IntentHeaderV2,
    transaction_header: TransactionHeaderV2,
    instructions: Vec<InstructionV2>,
    key: Ed25519PrivateKey,
}

const STAGES: [&str; 4] = [
    "prepareAndValidatePartials",
    "buildRoot",
    "sign",
    "prepareResult",
];
const MAX_ITERATIONS: usize = 1_000_000;

pub fn frame(params: Value) -> Reply {
    let request: Frame = parse(params)?;
    let iterations = request.iterations;
    if !(1..=MAX_ITERATIONS).contains(&iterations) {
        let message = format!("iterations must be within 1 and {MAX_ITERATIONS}");
        return Err(ApiError::params(message));
    }
    let work = Work::read(request)?;
    let mut totals = Vec::with_capacity(iterations);
    let mut stages = vec![Vec::with_capacity(iterations); STAGES.len()];
    let mut result = Vec::new();
    for _ in 0..iterations {
        let (signed, times) = work.once()?;
        result = signed;
        totals.push(times.iter().sum());
        for (stage, time) in stages.iter_mut().zip(times) {
            stage.push(time);
        }
    }
    let stages: serde_json::Map<_, _> = (STAGES.iter().zip(&mut stages))
        .map(|(name, times)| (name.to_string(), percentiles(times)))
        .collect();
    let mut answer = percentiles(&mut totals);
    answer["iterations"] = json!(iterations);
    answer["stages"] = Value::Object(stages);
    answer["hex"] = json!(hex::encode(result));
    Ok(answer)
}

impl Work {
    fn read(request: Frame) -> Result<Self, ApiError> {
        let network = network(request.network);
        let key = bytes(&request.solver_private_key, "solverPrivateKey")?;
        let key = Ed25519PrivateKey::from_bytes(&key)
            .map_err(|_| ApiError::params("solverPrivateKey must be 32 bytes"))?;
        let instructions = bytes(&request.root_instructions, "rootInstructions")?;
        let instructions = manifest_decode(&instructions)
            .map_err(|error| ApiError::params(format!("rootInstructions: {error:?}")))?;
        let discriminator = (request.intent_discriminator.as_deref().unwrap_or("0"))
            .parse()
            .map_err(|_| ApiError::params("intentDiscriminator must be a u64 as a string"))?;
        let payloads = (request.payloads.iter())
            .map(|text| bytes(text, "payloads"))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            payloads,
            validator: TransactionValidator::new_with_latest_config(&network),
            header: IntentHeaderV2 {
                network_id: network.id,
                start_epoch_inclusive: Epoch::of(request.epochs.start),
                end_epoch_exclusive: Epoch::of(request.epochs.end),
                min_proposer_timestamp_inclusive: request.min_proposer_timestamp.map(Instant::new),
                max_proposer_timestamp_exclusive: request.max_proposer_timestamp.map(Instant::new),
                intent_discriminator: discriminator,
            },
            transaction_header: TransactionHeaderV2 {
                notary_public_key: key.public_key().into(),
                notary_is_signatory: true,
                tip_basis_points: request.tip_basis_points,
            },
            instructions,
            key,
        })
    }

    /// The same steps as the official transaction builder takes, without its copies.
    fn once(&self) -> Result<(Vec<u8>, [Duration; 4]), ApiError> {
        let failed = |error: String| ApiError::new("BadPayload", error);
        let settings = self.validator.preparation_settings();
        let mut clock = Stopwatch::now();
        let mut lap = || {
            let elapsed = clock.elapsed();
            clock = Stopwatch::now();
            elapsed
        };

        let mut partials = Vec::with_capacity(self.payloads.len());
        for payload in &self.payloads {
            let (typed, raw) =
                read_signed_partial(payload).map_err(|error| failed(format!("{error:?}")))?;
            let prepared = PreparedSignedPartialTransactionV2::prepare(&raw, settings)
                .map_err(|error| failed(format!("{error:?}")))?;
            let hash = prepared.subintent_hash();
            let validated = prepared
                .validate(&self.validator)
                .map_err(|error| failed(format!("{error:?}")))?;
            std::hint::black_box(&validated);
            partials.push((hash, typed));
        }
        let validated = lap();

        let signed = self.build(partials);
        let built = lap();

        let prepared = (signed.prepare(settings)).map_err(|error| failed(format!("{error:?}")))?;
        let hash = prepared.signed_transaction_intent_hash();
        let notarized = NotarizedTransactionV2 {
            signed_transaction_intent: signed,
            notary_signature: NotarySignatureV2(self.key.sign_without_public_key(&hash)),
        };
        let signed = lap();

        let raw = (notarized.to_raw()).map_err(|error| failed(format!("{error:?}")))?;
        let prepared = PreparedNotarizedTransactionV2::prepare(&raw, settings)
            .map_err(|error| failed(format!("{error:?}")))?;
        std::hint::black_box(&prepared);
        Ok((raw.to_vec(), [validated, built, signed, lap()]))
    }

    fn build(
        &self,
        partials: Vec<(SubintentHash, SignedPartialTransactionV2)>,
    ) -> SignedTransactionIntentV2 {
        let mut children = Vec::new();
        let mut subintents = Vec::new();
        let mut signatures = Vec::new();
        for (hash, partial) in partials {
            children.push(hash);
            subintents.push(partial.partial_transaction.root_subintent);
            subintents.extend(partial.partial_transaction.non_root_subintents.0);
            signatures.push(partial.root_subintent_signatures);
            signatures.extend(partial.non_root_subintent_signatures.by_subintent);
        }
        SignedTransactionIntentV2 {
            transaction_intent: TransactionIntentV2 {
                transaction_header: self.transaction_header.clone(),
                root_intent_core: IntentCoreV2 {
                    header: self.header.clone(),
                    blobs: BlobsV1 { blobs: vec![] },
                    message: MessageV2::None,
                    children: ChildSubintentSpecifiersV2 {
                        children: children.into_iter().map(Into::into).collect(),
                    },
                    instructions: InstructionsV2(self.instructions.clone()),
                },
                non_root_subintents: NonRootSubintentsV2(subintents),
            },
            transaction_intent_signatures: IntentSignaturesV2 { signatures: vec![] },
            non_root_subintent_signatures: NonRootSubintentSignaturesV2 {
                by_subintent: signatures,
            },
        }
    }
}

fn percentiles(times: &mut [Duration]) -> Value {
    times.sort();
    let at = |share: f64| {
        let index = (times.len() as f64 * share) as usize;
        times[index.min(times.len() - 1)].as_nanos() as f64 / 1000.0
    };
    json!({ "p50Micros": at(0.5), "p90Micros": at(0.9), "p99Micros": at(0.99) })
}
