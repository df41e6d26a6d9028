//! Rounds, epochs and the proposer's time.

use crate::error::{ApiError, Reply};
use crate::params::parse;
use crate::world::World;
use radix_common::prelude::*;
use radix_engine::blueprints::consensus_manager::*;
use radix_engine::blueprints::transaction_tracker::*;
use radix_engine::system::system_substates::FieldSubstate;
use radix_engine::transaction::ExecutionConfig;
use radix_engine::vm::DefaultVmModules;
use radix_engine_interface::prelude::*;
use radix_substate_store_interface::db_key_mapper::*;
use radix_substate_store_interface::interface::*;
use radix_transactions::model::*;
use serde::Deserialize;
use serde_json::{json, Value};

/// Leaves the transaction tracker's arithmetic (u64 epochs) far from overflow.
const MAX_EPOCH: u64 = 1_000_000_000_000;
const MAX_ROUNDS: u64 = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Advance {
    rounds: Option<u64>,
    proposer_timestamp_ms: Option<i64>,
    epoch: Option<u64>,
}

pub fn get(world: &World) -> Value {
    let state = manager_state(world);
    json!({
        "epoch": state.epoch.number(),
        "round": state.round.number(),
        "proposerTimestampMs": timestamp_ms(world),
    })
}

/// Rounds go through the consensus manager, as on a network (its epoch change included); the last
/// one carries the timestamp. An epoch is written afterwards, together with the timestamp if there
/// was no round to carry it.
pub fn advance(world: &mut World, vm: &DefaultVmModules, params: Value) -> Reply {
    let request: Advance = parse(params)?;
    let rounds = request.rounds.unwrap_or(match request.epoch {
        Some(_) => 0,
        None => 1,
    });
    if rounds > MAX_ROUNDS {
        return Err(bad(format!("at most {MAX_ROUNDS} rounds at a time")));
    }
    if let (1, None) = (rounds, request.epoch) {
        let time = (request.proposer_timestamp_ms).unwrap_or_else(|| timestamp_ms(world));
        next_round(world, vm, time)?;
        return Ok(get(world));
    }
    // Several steps, all or nothing.
    let mut next = world.clone();
    for left in (0..rounds).rev() {
        let now = timestamp_ms(&next);
        let time = match request.proposer_timestamp_ms {
            Some(time) if left == 0 => time,
            _ => now,
        };
        next_round(&mut next, vm, time)?;
    }
    if let (0, Some(time)) = (rounds, request.proposer_timestamp_ms) {
        set_time(&mut next, time)?;
    }
    if let Some(epoch) = request.epoch {
        set_epoch(&mut next, epoch)?;
    }
    *world = next;
    Ok(get(world))
}

pub fn set(world: &mut World, epoch: u64, timestamp_ms: i64) -> Result<(), ApiError> {
    set_time(world, timestamp_ms)?;
    set_epoch(world, epoch)
}

fn next_round(world: &mut World, vm: &DefaultVmModules, time_ms: i64) -> Result<(), ApiError> {
    let state = manager_state(world);
    let round = RoundUpdateTransactionV1 {
        proposer_timestamp_ms: time_ms,
        epoch: state.epoch,
        round: Round::of(state.round.number() + 1),
        leader_proposal_history: LeaderProposalHistory {
            gap_round_leaders: vec![],
            current_leader: state.current_leader.unwrap_or(0),
            is_fallback: false,
        },
    };
    let executable = round
        .prepare(world.validator.preparation_settings())
        .map_err(|error| bad(format!("{error:?}")))?
        .create_executable();
    let config = ExecutionConfig::for_system_transaction(world.network.clone());
    world
        .execute_system(vm, &config, executable)
        .map_err(|error| bad(error.message))?;
    Ok(())
}

fn set_time(world: &mut World, time_ms: i64) -> Result<(), ApiError> {
    if time_ms < timestamp_ms(world) {
        return Err(bad("time does not go back".into()));
    }
    let minute = i32::try_from(time_ms / 60_000)
        .map_err(|_| bad(format!("{time_ms} ms is beyond the ledger's calendar")))?;
    write(
        world,
        ConsensusManagerField::ProposerMilliTimestamp,
        ConsensusManagerProposerMilliTimestampFieldPayload::from_latest_version(
            ProposerMilliTimestampSubstate {
                epoch_milli: time_ms,
            },
        ),
    );
    write(
        world,
        ConsensusManagerField::ProposerMinuteTimestamp,
        ConsensusManagerProposerMinuteTimestampFieldPayload::from_latest_version(
            ProposerMinuteTimestampSubstate {
                epoch_minute: minute,
            },
        ),
    );
    Ok(())
}

fn set_epoch(world: &mut World, epoch: u64) -> Result<(), ApiError> {
    let mut state = manager_state(world);
    if epoch < state.epoch.number() || epoch > MAX_EPOCH {
        let from = state.epoch.number();
        let message = format!("the epoch must be within {from} and {MAX_EPOCH}, got {epoch}");
        return Err(bad(message));
    }
    let now = timestamp_ms(world);
    state.epoch = Epoch::of(epoch);
    state.round = Round::zero();
    state.effective_epoch_start_milli = now;
    state.actual_epoch_start_milli = now;
    let state = ConsensusManagerStateFieldPayload::from_latest_version(state);
    write(world, ConsensusManagerField::State, state);
    advance_tracker(world, epoch);
    Ok(())
}

/// What the engine does at one commit per partition when epochs follow each other (`advance` in
/// radix-engine's transaction tracker), for a jump: forget the partitions that have expired.
fn advance_tracker(world: &mut World, epoch: u64) {
    let key = TransactionTrackerField::TransactionTracker;
    let tracker: FieldSubstate<TransactionTrackerSubstate> =
        (world.store).get_existing_substate(TRANSACTION_TRACKER, MAIN_BASE_PARTITION, key);
    let mut tracker = tracker.into_payload().into_v1();
    let first = tracker.partition_range_start_inclusive as u64;
    let count = tracker.partition_range_end_inclusive as u64 - first + 1;
    let expired = epoch.saturating_sub(tracker.start_epoch) / tracker.epochs_per_partition;
    let position = tracker.start_partition as u64 - first;
    let mut updates = DatabaseUpdates::default();
    let partitions = (updates.node_updates)
        .entry(SpreadPrefixKeyMapper::to_db_node_key(
            TRANSACTION_TRACKER.as_node_id(),
        ))
        .or_default();
    for step in 0..expired.min(count) {
        let partition = (first + (position + step) % count) as u8;
        let reset = PartitionDatabaseUpdates::Reset {
            new_substate_values: index_map_new(),
        };
        partitions.partition_updates.insert(partition, reset);
    }
    tracker.start_epoch += expired * tracker.epochs_per_partition;
    tracker.start_partition = (first + (position + expired) % count) as u8;
    world.store.commit(&updates);
    world.store.update_substate(
        TRANSACTION_TRACKER,
        MAIN_BASE_PARTITION,
        key,
        FieldSubstate::new_unlocked_field(TransactionTrackerSubstate::V1(tracker)),
    );
}

fn manager_state(world: &World) -> ConsensusManagerSubstate {
    read::<ConsensusManagerStateFieldPayload>(world, ConsensusManagerField::State)
        .fully_update_and_into_latest_version()
}

fn timestamp_ms(world: &World) -> i64 {
    read::<ConsensusManagerProposerMilliTimestampFieldPayload>(
        world,
        ConsensusManagerField::ProposerMilliTimestamp,
    )
    .fully_update_and_into_latest_version()
    .epoch_milli
}

fn read<T: ScryptoDecode>(world: &World, field: ConsensusManagerField) -> T {
    let substate: FieldSubstate<T> =
        (world.store).get_existing_substate(CONSENSUS_MANAGER, MAIN_BASE_PARTITION, field);
    substate.into_payload()
}

fn write<T: ScryptoEncode>(world: &mut World, field: ConsensusManagerField, value: T) {
    let substate = FieldSubstate::new_unlocked_field(value);
    (world.store).update_substate(CONSENSUS_MANAGER, MAIN_BASE_PARTITION, field, substate);
}

fn bad(message: String) -> ApiError {
    ApiError::new("BadClock", message)
}
