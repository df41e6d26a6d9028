//! Network definitions by id (docs/protocol.md §3.5).

use radix_common::network::NetworkDefinition;
use std::borrow::Cow;

pub fn network(id: u8) -> NetworkDefinition {
    match id {
        1 => NetworkDefinition::mainnet(),
        2 => NetworkDefinition::stokenet(),
        10 => NetworkDefinition::adapanet(),
        11 => NetworkDefinition::nebunet(),
        12 => NetworkDefinition::kisharnet(),
        13 => NetworkDefinition::ansharnet(),
        14 => NetworkDefinition::zabanet(),
        240 => NetworkDefinition::localnet(),
        242 => NetworkDefinition::simulator(),
        // The scheme that all test networks follow.
        _ => NetworkDefinition {
            id,
            logical_name: Cow::Owned(format!("network-{id}")),
            hrp_suffix: Cow::Owned(format!("tdx_{id:x}_")),
        },
    }
}
