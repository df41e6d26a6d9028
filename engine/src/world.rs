//! One world: a ledger at the latest protocol with its clock and its past. Cloning one is cheap.

use crate::address::is_account;
use crate::error::ApiError;
use crate::history::History;
use radix_common::prelude::*;
use radix_engine::blueprints::account::{AccountCollection, AccountResourceVaultEntryPayload};
use radix_engine::system::system_substates::KeyValueEntrySubstate;
use radix_engine::transaction::*;
use radix_engine::updates::{BabylonSettings, ProtocolBuilder};
use radix_engine::vm::DefaultVmModules;
use radix_engine_interface::prelude::*;
use radix_substate_store_interface::db_key_mapper::*;
use radix_substate_store_interface::interface::*;
use radix_transactions::model::*;
use radix_transactions::validation::TransactionValidator;
use std::sync::Arc;

use crate::store::Store;

#[derive(Clone)]
pub struct World {
    pub network: NetworkDefinition,
    pub store: Store,
    pub validator: TransactionValidator,
    pub history: Arc<History>,
    /// Counts commits; genesis is 1.
    pub state_version: u64,
    /// The account that owns a vault (substates do not name their owner).
    vault_owners: Arc<BTreeMap<NodeId, NodeId>>,
    /// Makes the hash of each set-up transaction, and so all new addresses, reproducible.
    setup_nonce: u64,
}

/// As on mainnet an epoch lasts five minutes of proposer time; the test default changes it at every
/// round. The round counts do not matter here.
const EPOCH_CHANGE: EpochChangeCondition = EpochChangeCondition {
    min_round_count: 1,
    max_round_count: 1_000_000_000,
    target_duration_millis: 300_000,
};

impl World {
    pub fn bootstrap(network: &NetworkDefinition) -> Self {
        let mut store = Store::default();
        ProtocolBuilder::for_network(network)
            .configure_babylon(|settings| BabylonSettings {
                consensus_manager_config: settings
                    .consensus_manager_config
                    .clone()
                    .with_epoch_change_condition(EPOCH_CHANGE),
                ..settings
            })
            .from_bootstrap_to_latest()
            .commit_each_protocol_update(&mut store);
        let store = store.freeze();
        let validator = TransactionValidator::new(&store, network);
        let vault_owners = Arc::new(account_vaults(&store).into_iter().collect());
        Self {
            network: network.clone(),
            store,
            validator,
            history: Arc::default(),
            state_version: 1,
            vault_owners,
            setup_nonce: 0,
        }
    }

    pub fn address(&self, node: &NodeId) -> String {
        crate::address::encode(&self.network, node)
    }

    /// The account that a vault belongs to, also when the transaction just created the vault.
    pub fn vault_owner(&self, vault: &NodeId, new_vaults: &[NewVault]) -> Option<NodeId> {
        let known = self.vault_owners.get(vault).copied();
        let new = || new_vaults.iter().find(|new| new.vault == *vault);
        known.or_else(|| new().map(|new| new.account))
    }

    pub fn apply(&mut self, updates: &StateUpdates) {
        self.store.commit(&updates.create_database_updates());
        let vaults = new_account_vaults(updates);
        if !vaults.is_empty() {
            let owners = vaults.iter().map(|new| (new.vault, new.account));
            Arc::make_mut(&mut self.vault_owners).extend(owners);
        }
        self.state_version += 1;
    }

    /// Executes one set-up transaction, free of fees, limits and authorization.
    pub fn set_up(
        &mut self,
        vm: &DefaultVmModules,
        manifest: SystemTransactionManifestV1,
    ) -> Result<CommitResult, ApiError> {
        let failed = |reason: String| ApiError::new("SetupFailed", reason);
        let unique = hash(format!("anthic-engine set-up {}", self.setup_nonce));
        let executable = manifest
            .into_transaction(unique)
            .with_proofs(btreeset!(system_execution(SystemExecution::Protocol)))
            .into_executable(&self.validator)
            .map_err(|error| failed(format!("{error:?}")))?;
        let config = ExecutionConfig::for_auth_disabled_system_transaction(self.network.clone());
        let commit = self.execute_system(vm, &config, executable)?;
        self.setup_nonce += 1;
        Ok(commit)
    }

    /// Executes and commits a transaction of the system itself; all or nothing.
    pub fn execute_system(
        &mut self,
        vm: &DefaultVmModules,
        config: &ExecutionConfig,
        executable: ExecutableTransaction,
    ) -> Result<CommitResult, ApiError> {
        let failed = |reason: String| Err(ApiError::new("SetupFailed", reason));
        let receipt = execute_transaction(&self.store, vm, config, executable);
        match receipt.result {
            TransactionResult::Commit(commit) => match &commit.outcome {
                TransactionOutcome::Success(_) => {
                    self.apply(&commit.state_updates);
                    Ok(commit)
                }
                TransactionOutcome::Failure(error) => failed(format!("{error:?}")),
            },
            TransactionResult::Reject(reject) => failed(format!("{:?}", reject.reason)),
            TransactionResult::Abort(abort) => failed(format!("{:?}", abort.reason)),
        }
    }
}

/// Where an account keeps resource → vault.
pub fn vaults_partition() -> PartitionNumber {
    // An account's fields are its first partition; its collections follow.
    let offset = 1 + AccountCollection::ResourceVaultKeyValue.collection_index();
    PartitionNumber(MAIN_BASE_PARTITION.0 + offset)
}

pub fn vault_of(entry: KeyValueEntrySubstate<AccountResourceVaultEntryPayload>) -> Option<NodeId> {
    let vault = entry.into_value()?.fully_update_and_into_latest_version();
    Some(*vault.0.as_node_id())
}

/// (vault, account) of every account in the database.
fn account_vaults(store: &Store) -> Vec<(NodeId, NodeId)> {
    let nodes: BTreeSet<NodeId> = (store.list_partition_keys())
        .map(|key| SpreadPrefixKeyMapper::from_db_node_key(&key.node_key))
        .filter(is_account)
        .collect();
    let vaults = |account: &NodeId| {
        let entries = store.list_map_values::<KeyValueEntrySubstate<_>>(
            account,
            vaults_partition(),
            None::<SubstateKey>,
        );
        (entries.filter_map(|(_, entry)| vault_of(entry)))
            .map(|vault| (vault, *account))
            .collect::<Vec<_>>()
    };
    nodes.iter().flat_map(vaults).collect()
}

pub struct NewVault {
    pub vault: NodeId,
    pub account: NodeId,
    pub resource: ResourceAddress,
}

/// Every account vault that these updates create: an entry is written once.
pub fn new_account_vaults(updates: &StateUpdates) -> Vec<NewVault> {
    let mut found = Vec::new();
    for (node, node_updates) in &updates.by_node {
        let NodeStateUpdates::Delta { by_partition } = node_updates;
        let Some(PartitionStateUpdates::Delta { by_substate }) =
            (is_account(node).then(|| by_partition.get(&vaults_partition()))).flatten()
        else {
            continue;
        };
        for (key, update) in by_substate {
            let (SubstateKey::Map(key), DatabaseUpdate::Set(bytes)) = (key, update) else {
                continue;
            };
            let vault = scrypto_decode(bytes).ok().and_then(vault_of);
            if let (Some(vault), Ok(resource)) = (vault, scrypto_decode(key)) {
                found.push(NewVault {
                    vault,
                    account: *node,
                    resource,
                });
            }
        }
    }
    found
}
