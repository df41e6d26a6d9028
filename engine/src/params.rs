//! Reading of request parameters.

use crate::error::ApiError;
use radix_common::prelude::*;
use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::Value;

pub fn parse<T: DeserializeOwned>(params: Value) -> Result<T, ApiError> {
    serde_json::from_value(params).map_err(|error| ApiError::params(error.to_string()))
}

pub fn bytes(text: &str, name: &str) -> Result<Vec<u8>, ApiError> {
    hex::decode(text)
        .map_err(|error| ApiError::new("BadHex", format!("{name} must be hex: {error}")))
}

pub fn hash(text: &str, name: &str) -> Result<[u8; 32], ApiError> {
    bytes(text, name)?.try_into().map_err(|bytes: Vec<u8>| {
        let message = format!("{name} must be 32 bytes, got {}", bytes.len());
        ApiError::new("BadHex", message)
    })
}

/// Plain decimal notation only: Rust's own parser takes `1.-5` (docs/protocol.md §1.6).
pub fn amount(text: &str) -> Result<Decimal, ApiError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match Decimal::try_from(text) {
        Ok(amount) if plain => Ok(amount),
        _ => Err(ApiError::new(
            "BadAmount",
            format!("expected a non-negative decimal such as \"12.5\", got {text:?}"),
        )),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    curve: String,
    hex: String,
}

impl Key {
    pub fn public_key(&self) -> Result<PublicKey, ApiError> {
        let bytes = bytes(&self.hex, "publicKey.hex")?;
        let key = match self.curve.as_str() {
            "Ed25519" => Ed25519PublicKey::try_from(&bytes[..]).ok().map(Into::into),
            "Secp256k1" => Secp256k1PublicKey::try_from(&bytes[..])
                .ok()
                .map(Into::into),
            other => {
                let message = format!("curve must be Ed25519 or Secp256k1, got {other:?}");
                return Err(ApiError::params(message));
            }
        };
        key.ok_or_else(|| {
            let message = format!("{} bytes are not a {} key", bytes.len(), self.curve);
            ApiError::params(message)
        })
    }
}
