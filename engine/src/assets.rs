//! Accounts, tokens and money, made by set-up transactions.

use crate::address::{decode, decode_account, decode_resource};
use crate::error::{ApiError, Reply};
use crate::params::{amount, parse, Key};
use crate::world::World;
use radix_common::prelude::*;
use radix_engine::vm::DefaultVmModules;
use radix_engine_interface::blueprints::account::*;
use radix_engine_interface::prelude::*;
use radix_engine_interface::{burn_roles, freeze_roles, metadata, mint_roles, recall_roles, rule};
use radix_transactions::prelude::*;
use serde::Deserialize;
use serde_json::{json, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Funds {
    resource: String,
    amount: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CreateAccount {
    public_key: Key,
    #[serde(default)]
    fund: Vec<Funds>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Owner {
    public_key: Key,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateGlobalAccount {
    owner: Owner,
    #[serde(default)]
    fund: Vec<Funds>,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FundAccount {
    account: String,
    resource: String,
    amount: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateToken {
    symbol: String,
    divisibility: u8,
    address: Option<String>,
    #[serde(default = "usual_features")]
    features: Vec<Feature>,
}

/// By its name on the ledger.
#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Feature {
    Mint,
    Burn,
    TrackTotalSupply,
    VaultFreeze,
    VaultRecall,
}

fn usual_features() -> Vec<Feature> {
    vec![Feature::Mint, Feature::Burn, Feature::TrackTotalSupply]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateNonFungible {
    symbol: String,
    /// Integer local ids, all deposited in `account`.
    ids: Vec<u64>,
    account: String,
}

type Builder = SystemManifestV1Builder;

pub fn create_account(world: &mut World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: CreateAccount = parse(params)?;
    let key = request.public_key.public_key()?;
    let account = ComponentAddress::preallocated_account_from_public_key(&key);
    give(world, vm, account, &request.fund)?;
    Ok(json!({ "address": world.address(account.as_node_id()) }))
}

pub fn create_global_account(world: &mut World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: CreateGlobalAccount = parse(params)?;
    let key = request.owner.public_key.public_key()?;
    let owner = OwnerRole::Updatable(rule!(require(NonFungibleGlobalId::from_public_key(key))));
    let mut next = world.clone();
    let mut builder = Builder::new_system_v1();
    let reservation = match &request.address {
        Some(text) => Some(reserve(&mut builder, &next, text, ACCOUNT_PACKAGE)?),
        None => None,
    };
    let manifest = builder.new_account_advanced(owner, reservation).build();
    let commit = next.set_up(vm, manifest)?;
    let account = *(commit.new_component_addresses().first())
        .ok_or_else(|| ApiError::new("SetupFailed", "no account was created"))?;
    give(&mut next, vm, account, &request.fund)?;
    *world = next;
    Ok(json!({ "address": world.address(account.as_node_id()) }))
}

pub fn fund_account(world: &mut World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: FundAccount = parse(params)?;
    let account = decode_account(&world.network, &request.account)?;
    let funds = Funds {
        resource: request.resource,
        amount: request.amount,
    };
    give(world, vm, account, &[funds])?;
    Ok(json!({}))
}

/// Mints and deposits; an amount of 0 still makes the vault. XRD is minted like any other.
fn give(
    world: &mut World,
    vm: &DefaultVmModules,
    account: ComponentAddress,
    funds: &[Funds],
) -> Result<(), ApiError> {
    if funds.is_empty() {
        return Ok(());
    }
    let mut builder = Builder::new_system_v1();
    for (index, funds) in funds.iter().enumerate() {
        let resource = decode_resource(&world.network, &funds.resource)?;
        let bucket = format!("bucket{index}");
        builder = builder
            .mint_fungible(resource, amount(&funds.amount)?)
            .take_all_from_worktop(resource, &bucket)
            .deposit(account, &bucket);
    }
    world.set_up(vm, builder.build())?;
    Ok(())
}

pub fn create_token(world: &mut World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: CreateToken = parse(params)?;
    let mut builder = Builder::new_system_v1();
    let address_reservation = match &request.address {
        Some(text) => Some(reserve(&mut builder, world, text, RESOURCE_PACKAGE)?),
        None => None,
    };
    // Nobody holds these roles: set-up transactions run without authorization.
    let wants = |feature: Feature| request.features.contains(&feature);
    let mut roles = FungibleResourceRoles::default();
    if wants(Feature::Mint) {
        roles.mint_roles =
            mint_roles! { minter => rule!(deny_all); minter_updater => rule!(deny_all); };
    }
    if wants(Feature::Burn) {
        roles.burn_roles =
            burn_roles! { burner => rule!(allow_all); burner_updater => rule!(deny_all); };
    }
    if wants(Feature::VaultFreeze) {
        roles.freeze_roles =
            freeze_roles! { freezer => rule!(deny_all); freezer_updater => rule!(deny_all); };
    }
    if wants(Feature::VaultRecall) {
        roles.recall_roles =
            recall_roles! { recaller => rule!(deny_all); recaller_updater => rule!(deny_all); };
    }
    let track_total_supply = wants(Feature::TrackTotalSupply);
    let symbol = request.symbol;
    let metadata: ModuleConfig<MetadataInit> = metadata!(init { "symbol" => symbol, locked; });
    let input = FungibleResourceManagerCreateManifestInput {
        owner_role: OwnerRole::None.into(),
        track_total_supply,
        divisibility: request.divisibility,
        resource_roles: roles.into(),
        metadata: metadata.into(),
        address_reservation,
    };
    let manifest = builder
        .call_function(
            RESOURCE_PACKAGE,
            FUNGIBLE_RESOURCE_MANAGER_BLUEPRINT,
            FUNGIBLE_RESOURCE_MANAGER_CREATE_IDENT,
            input,
        )
        .build();
    new_resource(world, vm, manifest)
}

pub fn create_non_fungible(world: &mut World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: CreateNonFungible = parse(params)?;
    let account = decode_account(&world.network, &request.account)?;
    let symbol = request.symbol;
    let entries = request.ids.into_iter();
    let manifest = Builder::new_system_v1()
        .create_non_fungible_resource(
            OwnerRole::None,
            NonFungibleIdType::Integer,
            true,
            NonFungibleResourceRoles::default(),
            metadata!(init { "symbol" => symbol, locked; }),
            Some(entries.map(|id| (NonFungibleLocalId::integer(id), ()))),
        )
        .deposit_entire_worktop(account)
        .build();
    new_resource(world, vm, manifest)
}

fn new_resource(
    world: &mut World,
    vm: &DefaultVmModules,
    manifest: SystemTransactionManifestV1,
) -> Reply {
    let commit = world.set_up(vm, manifest)?;
    let resource = (commit.new_resource_addresses().first())
        .ok_or_else(|| ApiError::new("SetupFailed", "no resource was created"))?;
    Ok(json!({ "address": world.address(resource.as_node_id()) }))
}

fn reserve(
    builder: &mut Builder,
    world: &World,
    text: &str,
    package: PackageAddress,
) -> Result<ManifestAddressReservation, ApiError> {
    let node = decode(&world.network, text)?;
    let (expected, blueprint) = if package == ACCOUNT_PACKAGE {
        (EntityType::GlobalAccount, ACCOUNT_BLUEPRINT)
    } else {
        let blueprint = FUNGIBLE_RESOURCE_MANAGER_BLUEPRINT;
        (EntityType::GlobalFungibleResourceManager, blueprint)
    };
    if node.entity_type() != Some(expected) || crate::state::exists(world, &node) {
        let message = format!("{text} is not a free address of a {blueprint}");
        return Err(ApiError::new("BadAddress", message));
    }
    let address = GlobalAddress::try_from(node)
        .map_err(|_| ApiError::new("BadAddress", format!("{text} is not global")))?;
    Ok(builder.use_preallocated_address(address, package, blueprint))
}
