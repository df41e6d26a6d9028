//! Questions about the ledger's state.

use crate::address::{decode, decode_account, is_account};
use crate::error::{ApiError, Reply};
use crate::params::parse;
use crate::world::{vault_of, vaults_partition, World};
use radix_common::prelude::*;
use radix_engine::blueprints::resource::*;
use radix_engine::object_modules::metadata::*;
use radix_engine::object_modules::role_assignment::*;
use radix_engine::system::system_db_reader::*;
use radix_engine::system::system_substates::*;
use radix_engine_interface::prelude::*;
use radix_substate_store_interface::interface::*;
use serde::Deserialize;
use serde_json::{json, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    accounts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entity {
    address: String,
}

pub fn balances(world: &World, params: Value) -> Reply {
    per_account(world, params, |vault, resource| {
        json!(vault_amount(world, vault, resource).to_string())
    })
}

pub fn vaults(world: &World, params: Value) -> Reply {
    per_account(world, params, |_, _| json!(true))
}

fn per_account(
    world: &World,
    params: Value,
    fact: impl Fn(&NodeId, &ResourceAddress) -> Value,
) -> Reply {
    let request: Accounts = parse(params)?;
    let mut answer = serde_json::Map::new();
    for text in request.accounts {
        let account = decode_account(&world.network, &text)?;
        let facts: BTreeMap<String, Value> = (account_vaults(world, account.as_node_id()).iter())
            .map(|(resource, vault)| {
                let address = world.address(resource.as_node_id());
                (address, fact(vault, resource))
            })
            .collect();
        answer.insert(text, json!(facts));
    }
    Ok(Value::Object(answer))
}

fn account_vaults(world: &World, account: &NodeId) -> Vec<(ResourceAddress, NodeId)> {
    (world.store)
        .list_map_values::<KeyValueEntrySubstate<_>>(
            account,
            vaults_partition(),
            None::<SubstateKey>,
        )
        .filter_map(|(key, entry)| Some((scrypto_decode(&key).ok()?, vault_of(entry)?)))
        .collect()
}

fn vault_amount(world: &World, vault: &NodeId, resource: &ResourceAddress) -> Decimal {
    if resource.is_fungible() {
        let balance: FieldSubstate<FungibleVaultBalanceFieldPayload> = (world.store)
            .get_existing_substate(vault, MAIN_BASE_PARTITION, FungibleVaultField::Balance);
        let balance = balance
            .into_payload()
            .fully_update_and_into_latest_version();
        balance.amount()
    } else {
        let balance: FieldSubstate<NonFungibleVaultBalanceFieldPayload> = (world.store)
            .get_existing_substate(vault, MAIN_BASE_PARTITION, NonFungibleVaultField::Balance);
        let balance = balance
            .into_payload()
            .fully_update_and_into_latest_version();
        balance.amount
    }
}

pub fn exists(world: &World, node: &NodeId) -> bool {
    SystemDatabaseReader::new(&world.store)
        .get_type_info(node)
        .is_ok()
}

pub fn entity(world: &World, params: Value) -> Reply {
    let request: Entity = parse(params)?;
    let node = decode(&world.network, &request.address)?;
    let reader = SystemDatabaseReader::new(&world.store);
    let Ok(info) = reader.get_object_info(node) else {
        let exists = exists(world, &node);
        return Ok(json!({ "address": request.address, "exists": exists }));
    };
    let mut details = json!({
        "address": request.address,
        "exists": true,
        "package": world.address(info.blueprint_info.blueprint_id.package_address.as_node_id()),
        "blueprint": info.blueprint_info.blueprint_id.blueprint_name,
    });
    let failed = |error| ApiError::new("StateError", format!("{error:?}"));
    if node.is_global_resource_manager() {
        details["symbol"] = json!(metadata_string(&reader, &node, "symbol"));
        details["name"] = json!(metadata_string(&reader, &node, "name"));
        details["fungible"] = json!(node.is_global_fungible_resource_manager());
        details["totalSupply"] = json!(total_supply(&reader, &node));
    }
    if node.is_global_fungible_resource_manager() {
        let divisibility: FungibleResourceManagerDivisibilityFieldPayload = reader
            .read_typed_object_field(
                &node,
                ModuleId::Main,
                FungibleResourceManagerField::Divisibility.into(),
            )
            .map_err(failed)?;
        details["divisibility"] = json!(divisibility.fully_update_and_into_latest_version());
    }
    if is_account(&node) {
        let owner: RoleAssignmentOwnerFieldPayload = reader
            .read_typed_object_field(
                &node,
                ModuleId::RoleAssignment,
                RoleAssignmentField::Owner.into(),
            )
            .map_err(failed)?;
        let owner = owner
            .fully_update_and_into_latest_version()
            .owner_role_entry;
        details["ownerRole"] = json!({
            "debug": format!("{:?}", owner.rule),
            "hex": hex::encode(scrypto_encode(&owner.rule).unwrap_or_default()),
        });
        details["vaults"] = json!((account_vaults(world, &node).iter())
            .map(|(resource, vault)| (world.address(resource.as_node_id()), world.address(vault)))
            .collect::<BTreeMap<_, _>>());
    }
    Ok(details)
}

fn total_supply(
    reader: &SystemDatabaseReader<'_, crate::store::Store>,
    node: &NodeId,
) -> Option<String> {
    let supply = if node.is_global_fungible_resource_manager() {
        let field = FungibleResourceManagerField::TotalSupply.into();
        let payload: FungibleResourceManagerTotalSupplyFieldPayload =
            (reader.read_typed_object_field(node, ModuleId::Main, field)).ok()?;
        payload.fully_update_and_into_latest_version()
    } else {
        let field = NonFungibleResourceManagerField::TotalSupply.into();
        let payload: NonFungibleResourceManagerTotalSupplyFieldPayload =
            (reader.read_typed_object_field(node, ModuleId::Main, field)).ok()?;
        payload.fully_update_and_into_latest_version()
    };
    Some(supply.to_string())
}

fn metadata_string(
    reader: &SystemDatabaseReader<'_, crate::store::Store>,
    node: &NodeId,
    key: &str,
) -> Option<String> {
    let entry: Option<MetadataEntryEntryPayload> = reader
        .read_object_collection_entry(
            node,
            ModuleId::Metadata,
            ObjectCollectionKey::KeyValue(
                MetadataCollection::EntryKeyValue.collection_index(),
                &key.to_string(),
            ),
        )
        .ok()?;
    match entry?.fully_update_and_into_latest_version() {
        MetadataValue::String(text) => Some(text),
        _ => None,
    }
}
