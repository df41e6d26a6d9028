//! Addresses as text of the world's network.

use crate::error::ApiError;
use radix_common::prelude::*;

pub fn encode(network: &NetworkDefinition, node: &NodeId) -> String {
    AddressBech32Encoder::new(network)
        .encode(node.as_bytes())
        .unwrap_or_else(|_| hex::encode(node.as_bytes()))
}

pub fn decode(network: &NetworkDefinition, text: &str) -> Result<NodeId, ApiError> {
    let bad = |reason: String| {
        ApiError::new(
            "BadAddress",
            format!(
                "expected an address of network {}, got {text:?}: {reason}",
                network.id
            ),
        )
    };
    let (_, bytes) = AddressBech32Decoder::new(network)
        .validate_and_decode(text)
        .map_err(|error| bad(format!("{error:?}")))?;
    let bytes: [u8; NodeId::LENGTH] =
        (bytes.try_into()).map_err(|_| bad("not 30 bytes long".into()))?;
    Ok(NodeId(bytes))
}

pub fn decode_resource(
    network: &NetworkDefinition,
    text: &str,
) -> Result<ResourceAddress, ApiError> {
    let node = decode(network, text)?;
    ResourceAddress::try_from(node)
        .map_err(|_| ApiError::new("BadAddress", format!("{text} is not a resource")))
}

pub fn decode_account(
    network: &NetworkDefinition,
    text: &str,
) -> Result<ComponentAddress, ApiError> {
    let node = decode(network, text)?;
    if !is_account(&node) {
        let message = format!("{text} is not an account");
        return Err(ApiError::new("BadAddress", message));
    }
    ComponentAddress::try_from(node)
        .map_err(|_| ApiError::new("BadAddress", format!("{text} is not a component")))
}

pub fn is_account(node: &NodeId) -> bool {
    matches!(
        node.entity_type(),
        Some(
            EntityType::GlobalAccount
                | EntityType::GlobalPreallocatedEd25519Account
                | EntityType::GlobalPreallocatedSecp256k1Account
        )
    )
}
