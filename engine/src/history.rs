//! What was committed, by intent hash; and which transaction finalized a subintent.

use radix_common::prelude::*;
use serde_json::{json, Value};
use std::sync::Arc;

pub struct Committed {
    pub intent_hash: [u8; 32],
    pub subintents: Vec<[u8; 32]>,
    pub success: bool,
    pub raw: Vec<u8>,
    pub error: Value,
    pub fee: Value,
    /// As JSON text, a fraction of the parsed size: a sandbox keeps very many.
    pub receipt: String,
    pub state_version: u64,
    pub clock: Value,
}

#[derive(Clone, Default)]
pub struct History {
    by_intent: BTreeMap<[u8; 32], Arc<Committed>>,
    /// Only successes finalize their subintents (docs/protocol.md §5.6).
    finalized_by: BTreeMap<[u8; 32], [u8; 32]>,
}

impl Committed {
    fn summary(&self) -> Value {
        let status = if self.success {
            "CommittedSuccess"
        } else {
            "CommittedFailure"
        };
        json!({
            "status": status,
            "intentHash": hex::encode(self.intent_hash),
            "stateVersion": self.state_version,
            "epoch": self.clock["epoch"],
            "round": self.clock["round"],
            "proposerTimestampMs": self.clock["proposerTimestampMs"],
            "error": self.error,
            "fee": self.fee,
        })
    }
}

impl History {
    pub fn record(&mut self, committed: Committed) {
        if committed.success {
            for subintent in &committed.subintents {
                self.finalized_by.insert(*subintent, committed.intent_hash);
            }
        }
        self.by_intent
            .insert(committed.intent_hash, Arc::new(committed));
    }

    pub fn status(&self, intent_hash: &[u8; 32]) -> Value {
        match self.by_intent.get(intent_hash) {
            Some(committed) => committed.summary(),
            None => json!({ "status": "Unknown" }),
        }
    }

    pub fn subintent_status(&self, subintent: &[u8; 32]) -> Value {
        let Some(by) = self.finalized_by.get(subintent) else {
            return json!({ "status": "Unknown" });
        };
        let mut summary = self.status(by);
        summary["status"] = json!("CommittedSuccess");
        summary["finalizedBy"] = json!(hex::encode(by));
        if let Value::Object(fields) = &mut summary {
            fields.shift_remove("intentHash");
            fields.shift_remove("error");
            fields.shift_remove("fee");
        }
        summary
    }

    pub fn committed(&self, intent_hash: &[u8; 32]) -> Value {
        let Some(committed) = self.by_intent.get(intent_hash) else {
            return json!({ "status": "Unknown" });
        };
        let mut details = committed.summary();
        details["hex"] = json!(hex::encode(&committed.raw));
        details["receipt"] = serde_json::from_str(&committed.receipt).unwrap_or_default();
        details["subintents"] = committed.subintents.iter().map(hex::encode).collect();
        details
    }
}
