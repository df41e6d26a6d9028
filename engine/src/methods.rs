//! The methods by name.

use crate::error::{ApiError, Reply};
use crate::network::network;
use crate::params::{hash, parse};
use crate::world::World;
use crate::{assets, bench, clock, execute, payload, state, text};
use radix_common::prelude::*;
use radix_engine::vm::DefaultVmModules;
use serde::Deserialize;
use serde_json::{json, Value};

/// Everything the process holds.
#[derive(Default)]
pub struct Engine {
    vm: DefaultVmModules,
    world: Option<World>,
    snapshots: BTreeMap<u64, World>,
    last_snapshot: u64,
    /// A bootstrapped ledger per network.
    genesis: BTreeMap<u8, World>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Start {
    network: u8,
    epoch: u64,
    proposer_timestamp_ms: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    snapshot: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct IntentHash {
    intent_hash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubintentHash {
    hash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl Engine {
    pub fn call(&mut self, method: &str, params: Value) -> Reply {
        match method {
            "world.start" => self.start(params),
            "world.snapshot" => self.snapshot(params),
            "world.restore" => self.restore(params),
            "world.drop" => self.drop_snapshot(params),
            "clock.get" => {
                let Nothing {} = parse(params)?;
                Ok(clock::get(self.world()?))
            }
            "clock.advance" => self.change(params, clock::advance),
            "account.create" => self.change(params, assets::create_account),
            "account.createGlobal" => self.change(params, assets::create_global_account),
            "account.fund" => self.change(params, assets::fund_account),
            "token.create" => self.change(params, assets::create_token),
            "nft.create" => self.change(params, assets::create_non_fungible),
            "account.balances" => state::balances(self.world()?, params),
            "account.vaults" => state::vaults(self.world()?, params),
            "entity.details" => state::entity(self.world()?, params),
            "payload.check" => payload::check(self.world.as_ref(), params),
            "payload.checkMany" => payload::check_many(self.world.as_ref(), params),
            "payload.decodeValue" => payload::decode_value(params),
            "manifest.decompile" => text::decompile_payload(self.world.as_ref(), params),
            "transaction.execute" => self.change(params, execute::execute),
            "transaction.submissionCheck" => {
                execute::submission_check(self.world()?, &self.vm, params)
            }
            "transaction.preview" => execute::preview(self.world()?, &self.vm, params),
            "transaction.status" => {
                let of: IntentHash = parse(params)?;
                let of = hash(&of.intent_hash, "intentHash")?;
                Ok(self.world()?.history.status(&of))
            }
            "transaction.committed" => {
                let of: IntentHash = parse(params)?;
                let of = hash(&of.intent_hash, "intentHash")?;
                Ok(self.world()?.history.committed(&of))
            }
            "subintent.status" => {
                let of: SubintentHash = parse(params)?;
                Ok(self
                    .world()?
                    .history
                    .subintent_status(&hash(&of.hash, "hash")?))
            }
            "bench.frame" => bench::frame(params),
            _ => {
                let message = format!("there is no method {method:?}");
                Err(ApiError::new("UnknownMethod", message))
            }
        }
    }

    /// After a panic: code caches may have been left in the middle of something.
    pub fn forget_caches(&mut self) {
        self.vm = DefaultVmModules::default();
    }

    fn world(&self) -> Result<&World, ApiError> {
        self.world.as_ref().ok_or_else(no_world)
    }

    fn change(
        &mut self,
        params: Value,
        method: fn(&mut World, &DefaultVmModules, Value) -> Reply,
    ) -> Reply {
        let world = self.world.as_mut().ok_or_else(no_world)?;
        method(world, &self.vm, params)
    }

    fn start(&mut self, params: Value) -> Reply {
        let request: Start = parse(params)?;
        let network = network(request.network);
        let genesis =
            (self.genesis.entry(network.id)).or_insert_with(|| World::bootstrap(&network));
        let mut world = genesis.clone();
        clock::set(&mut world, request.epoch, request.proposer_timestamp_ms)
            .map_err(|error| ApiError::new("BadWorld", error.message))?;
        let mut answer = clock::get(&world);
        answer["network"] = json!(network.id);
        answer["networkName"] = json!(network.logical_name);
        answer["hrpSuffix"] = json!(network.hrp_suffix);
        answer["xrd"] = json!(world.address(XRD.as_node_id()));
        answer["faucet"] = json!(world.address(FAUCET.as_node_id()));
        answer["stateVersion"] = json!(world.state_version);
        self.world = Some(world);
        self.snapshots.clear();
        self.last_snapshot = 0;
        Ok(answer)
    }

    fn snapshot(&mut self, params: Value) -> Reply {
        let Nothing {} = parse(params)?;
        let copy = self.world()?.clone();
        self.last_snapshot += 1;
        self.snapshots.insert(self.last_snapshot, copy);
        Ok(json!({ "snapshot": self.last_snapshot }))
    }

    fn restore(&mut self, params: Value) -> Reply {
        let Snapshot { snapshot } = parse(params)?;
        let saved = self
            .snapshots
            .get(&snapshot)
            .ok_or_else(|| no_snapshot(snapshot))?;
        self.world = Some(saved.clone());
        Ok(json!({}))
    }

    fn drop_snapshot(&mut self, params: Value) -> Reply {
        let Snapshot { snapshot } = parse(params)?;
        (self.snapshots.remove(&snapshot)).ok_or_else(|| no_snapshot(snapshot))?;
        Ok(json!({}))
    }
}

fn no_world() -> ApiError {
    ApiError::new("NoWorld", "start a world first: world.start")
}

fn no_snapshot(number: u64) -> ApiError {
    ApiError::new("UnknownSnapshot", format!("there is no snapshot {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(requests: &[(&str, Value)]) -> Vec<Value> {
        let mut engine = Engine::default();
        (requests.iter())
            .map(
                |(method, params)| match engine.call(method, params.clone()) {
                    Ok(result) => result,
                    Err(error) => error.to_json(),
                },
            )
            .collect()
    }

    #[test]
    fn the_same_requests_make_the_same_world() {
        let key = json!({ "curve": "Ed25519", "hex": "11".repeat(32) });
        let xrd = "resource_tdx_2_1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxtfd2jc";
        let fund = json!([{ "resource": xrd, "amount": "5000000000.5" }]);
        let start =
            json!({ "network": 2, "epoch": 90000, "proposerTimestampMs": 1734126040000i64 });
        let requests = [
            ("world.start", start),
            (
                "token.create",
                json!({ "symbol": "xUSDC", "divisibility": 6 }),
            ),
            (
                "account.createGlobal",
                json!({ "owner": { "publicKey": key }, "fund": fund }),
            ),
            ("world.snapshot", json!({})),
            ("clock.advance", json!({ "rounds": 3 })),
            (
                "clock.advance",
                json!({ "epoch": 95000, "proposerTimestampMs": 1734126050000i64 }),
            ),
            ("world.restore", json!({ "snapshot": 1 })),
            ("clock.get", json!({})),
        ];
        let replies = run(&requests);
        assert_eq!(replies, run(&requests));
        assert_eq!(replies[4]["round"], 3);
        assert_eq!(replies[5]["epoch"], 95000);
        assert_eq!(replies[7]["epoch"], 90000);
        let account = replies[2]["address"].as_str().expect("an account");
        assert!(account.starts_with("account_tdx_2_1c"), "{account}");
    }
}
